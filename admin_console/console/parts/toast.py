"""A short message over the queue that goes by itself. What it says also stands in the log.

It may carry one button that takes back what it tells of.
"""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from admin_console.console.painting import paint_box, paint_icon, paint_text
from admin_console.console.parts.button import Button, Kind
from admin_console.console.theme import Text, Theme, Weight

SHOWN_MS = 4000


class Toast(QWidget):
    """304x56, bottom left of its parent, 12 from the edges.

    Signals:
        undo_asked: take it back.
    """

    undo_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title, self._words, self._icon = "", "", "check"
        self.setObjectName("toast")
        self.setFixedSize(304, 56)
        self._undo = Button(theme, "Undo", name="undo", kind=Kind.ON_TOAST, key="Z", parent=self)
        # A press of Enter or the space bar must never take something back by accident.
        self._undo.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._undo.clicked.connect(self.undo_asked)
        self._undo.hide()
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, title: str, words: str, icon: str = "check", *, can_undo: bool = False) -> None:
        self._undo.setVisible(can_undo)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not can_undo)
        self._title, self._words, self._icon = title, words, icon
        self.setAccessibleName(f"{title}. {words}")
        self.place()
        self.show()
        self.raise_()
        self.update()
        self._timer.start()

    def place(self) -> None:
        parent = self.parentWidget()
        if parent is not None:
            self.setFixedWidth(min(304, parent.width() - 24))
            self.move(12, parent.height() - self.height() - 12)
            size = self._undo.sizeHint()
            self._undo.setGeometry(self.width() - size.width() - 8, 12, size.width(), size.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        c = self._theme.colours
        paint_box(painter, QRectF(self.rect()), 8, c.toast)
        paint_icon(painter, self._icon, c.on_toast, 16, 20)
        right = self._undo.width() + 16 if self._undo.isVisibleTo(self) else 16
        width = self.width() - 44 - right
        strong = self._theme.font(Text.BODY, Weight.STRONG)
        paint_text(painter, QRectF(44, 9, width, 20), self._title, strong, c.on_toast)
        paint_text(painter, QRectF(44, 27, width, 20), self._words, self._theme.font(), c.on_toast)
