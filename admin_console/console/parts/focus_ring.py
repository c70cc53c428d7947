"""The ring around what has the keyboard's focus. One per window; it is never part of a layout."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from shiboken6 import isValid

from admin_console.console.painting import paint_box
from admin_console.console.theme import Theme

REACH = 3
"""2 px of ring and 1 px of air around the widget."""


class FocusRing(QWidget):
    """Follows the focus among buttons and fields; a button shows it only after a key."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self._around: QWidget | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        self._application = QApplication.instance()
        if isinstance(self._application, QApplication):
            self._application.focusChanged.connect(self._on_focus_changed)

    def stop(self) -> None:
        """Follow no more: the application outlives the window and its focus."""
        self.rest()
        if isinstance(self._application, QApplication):
            self._application.focusChanged.disconnect(self._on_focus_changed)
            self._application = None

    def rest(self) -> None:
        """Let go of whatever had the focus, and come home to the window."""
        if self._around is not None:
            self._around.removeEventFilter(self)
        self._around = None
        self.hide()
        # Never stay a child of a page: it would go when the page goes.
        self.setParent(self._window)

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if not isValid(self) or not isValid(self._window):
            return
        self.rest()
        fits = isinstance(new, QLineEdit | QComboBox | QAbstractButton)
        if new is None or not fits or new.window() is not self._window:
            return
        parent = new.parentWidget()
        around = parent if isinstance(parent, QComboBox) else new
        if isinstance(around, QAbstractButton) and around.isDown():
            return
        self._around = around
        around.installEventFilter(self)
        self._follow()

    def _follow(self) -> None:
        around = self._around
        if around is None or not around.isVisible():
            self.hide()
            return
        self.setParent(around.parentWidget())
        self.setGeometry(around.geometry().adjusted(-REACH, -REACH, REACH, REACH))
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._around and event.type() in (
            QEvent.Type.Move,
            QEvent.Type.Resize,
            QEvent.Type.Show,
            QEvent.Type.Hide,
        ):
            self._follow()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        rect = QRectF(self.rect())
        paint_box(QPainter(self), rect, 10, None, self._theme.colours.focus, 2)
