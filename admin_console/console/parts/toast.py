"""A short message over the queue that goes by itself. What it says also stands in the log."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from admin_console.console.painting import paint_box, paint_icon, paint_text
from admin_console.console.theme import Text, Theme, Weight

SHOWN_MS = 4000


class Toast(QWidget):
    """304x56, bottom left of its parent, 12 from the edges."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title, self._words, self._icon = "", "", "check"
        self.setObjectName("toast")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(304, 56)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, title: str, words: str, icon: str = "check") -> None:
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
            self.move(12, parent.height() - self.height() - 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        c = self._theme.colours
        paint_box(painter, QRectF(self.rect()), 8, c.toast)
        paint_icon(painter, self._icon, c.on_toast, 16, 20)
        width = self.width() - 44 - 16
        strong = self._theme.font(Text.BODY, Weight.STRONG)
        paint_text(painter, QRectF(44, 9, width, 20), self._title, strong, c.on_toast)
        paint_text(painter, QRectF(44, 27, width, 20), self._words, self._theme.font(), c.on_toast)
