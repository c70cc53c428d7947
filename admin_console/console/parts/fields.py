"""Text fields with an icon before and a keycap behind. What is typed stays the page's business."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from admin_console.console.painting import keycap_width, paint_icon, paint_keycap
from admin_console.console.theme import Text, Theme, Weight

KEYPAD = Qt.KeyboardModifier.KeypadModifier


class Field(QLineEdit):
    """One line of text, 32 high unless told. Esc leaves the field: letters act again.

    Signals:
        escaped: somebody left the field with Esc.
    """

    escaped = Signal()

    def __init__(
        self,
        theme: Theme,
        *,
        name: str,
        label: str,
        placeholder: str = "",
        icon: str = "",
        key: str = "",
        height: int = 32,
        quiet: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._icon, self._key = theme, icon, key
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setPlaceholderText(placeholder)
        self.setFont(theme.font())
        self.setFixedHeight(height)
        right = round(keycap_width(theme, key)) + 10 if key else 0
        self.setTextMargins(24 if icon else 0, 0, right, 0)
        if quiet:
            c = theme.colours
            self.setStyleSheet(
                f"QLineEdit {{ background: {c.ground.name()}; border: 1px solid {c.line.name()}; }}"
            )

    def event(self, event: QEvent) -> bool:
        # Enter and Esc belong to the field while it has the focus, not to a page's shortcuts.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.modifiers() in (Qt.KeyboardModifier.NoModifier, KEYPAD)
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            window = self.window()
            self.clearFocus()
            if (parent := self.parentWidget()) is not None and parent is not window:
                parent.setFocus(Qt.FocusReason.OtherFocusReason)
            self.escaped.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        if self._icon:
            y = (self.height() - 16) / 2
            paint_icon(painter, self._icon, self._theme.colours.faint, 12, y)
        if self._key:
            x = self.width() - keycap_width(self._theme, self._key) - 7
            paint_keycap(painter, self._theme, x, (self.height() - 20) / 2, self._key)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self.update()


class Choice(QComboBox):
    """One of several values. The arrow is our own."""

    def __init__(
        self, theme: Theme, *, name: str, label: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setFont(theme.font(Text.BODY, Weight.TEXT))
        self.setFixedHeight(32)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        rect = QRectF(self.rect())
        painter = QPainter(self)
        colour = self._theme.colours.muted
        paint_icon(painter, "chevron-down", colour, rect.right() - 24, (rect.height() - 16) / 2)
