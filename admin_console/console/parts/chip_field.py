"""Several short texts as chips in one field, with a place to type the next one."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from admin_console.console.painting import LEFT, paint_box, paint_icon, paint_text, text_width
from admin_console.console.parts.fields import Field
from admin_console.console.theme import Text, Theme, Weight

HIGH, PAD, GAP, TYPING = 24, 4, 8, 56


class TextChip(QAbstractButton):
    """One text with a cross: pressing it takes the text out."""

    def __init__(self, theme: Theme, text: str, shown: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self.said = theme, text
        self.setText(shown)
        self.setAccessibleName(f"Take out {shown}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        font = self._theme.font(Text.BODY, Weight.LABEL)
        return QSize(round(text_width(font, self.text()) + 0.5) + 38, HIGH)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c = QPainter(self), self._theme.colours
        rect = QRectF(self.rect())
        is_lifted = self.isEnabled() and (self.underMouse() or self.isDown())
        paint_box(painter, rect, 6, c.hover if is_lifted else c.line_soft)
        font = self._theme.font(Text.BODY, Weight.LABEL)
        words = rect.adjusted(8, 0, -28, 0)
        paint_text(painter, words, self.text(), font, c.muted, LEFT)
        paint_icon(painter, "close", c.muted, rect.right() - 22, 5, 14)


class ChipField(QWidget):
    """A field of chips, as high as they need. What is typed but not entered counts too.

    Signals:
        edited: a text was added, taken out or is being typed.
    """

    edited = Signal()

    def __init__(
        self,
        theme: Theme,
        *,
        name: str,
        label: str,
        placeholder: str,
        shown: Callable[[str], str] = str,
    ) -> None:
        super().__init__()
        self._theme, self._shown_as, self._placeholder = theme, shown, placeholder
        self._chips: list[TextChip] = []
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.typing = Field(theme, name=f"{name}_typing", label=label, placeholder=placeholder)
        self.typing.setParent(self)
        self.typing.setFixedHeight(HIGH)
        self.typing.setStyleSheet(
            "QLineEdit { border: none; padding: 0 3px; min-height: 20px; background: transparent; }"
        )
        self.typing.textChanged.connect(lambda _text: self.edited.emit())
        self.typing.returnPressed.connect(self._on_entered)
        self.typing.installEventFilter(self)
        self.setFocusProxy(self.typing)
        self._place()

    def texts(self) -> tuple[str, ...]:
        """All texts, each once."""
        typed = " ".join(self.typing.text().split())
        said = (*(chip.said for chip in self._chips), typed)
        return tuple(dict.fromkeys(text for text in said if text))

    def show_texts(self, texts: Iterable[str]) -> None:
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = []
        self.typing.clear()
        for text in texts:
            self._add(text)
        self._place()

    def set_read_only(self, *, is_on: bool) -> None:
        self.typing.setReadOnly(is_on)
        for chip in self._chips:
            chip.setEnabled(not is_on)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Backspace in an empty place takes the last text back."""
        is_back = (
            watched is self.typing
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Backspace
        )
        if is_back and self._chips and not self.typing.text() and not self.typing.isReadOnly():
            self._take_out(self._chips[-1])
            return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, _event: QPaintEvent) -> None:
        c = self._theme.colours
        paint_box(QPainter(self), QRectF(self.rect()), 8, c.surface, c.control)

    def _on_entered(self) -> None:
        texts = self.texts()
        self.show_texts(texts)
        self.edited.emit()

    def _add(self, text: str) -> None:
        chip = TextChip(self._theme, text, self._shown_as(text), self)
        chip.clicked.connect(lambda: self._take_out(chip))
        chip.show()
        self._chips.append(chip)

    def _take_out(self, chip: TextChip) -> None:
        self._chips.remove(chip)
        chip.hide()
        chip.deleteLater()
        self._place()
        self.typing.setFocus()
        self.edited.emit()

    def _place(self) -> None:
        """Chips from left to right, in as many rows as they need; typing gets what is left."""
        x, y, width = PAD, PAD, max(self.width(), TYPING + 2 * PAD)
        for chip in self._chips:
            wide = min(chip.sizeHint().width(), width - 2 * PAD)
            if x > PAD and x + wide > width - PAD:
                x, y = PAD, y + HIGH + PAD
            chip.setGeometry(x, y, wide, HIGH)
            x += wide + GAP
        if width - PAD - x < TYPING:
            x, y = PAD, y + HIGH + PAD
        self.typing.setGeometry(x, y, width - PAD - x, HIGH)
        needed = text_width(self._theme.font(), self._placeholder) + 12
        self.typing.setPlaceholderText(self._placeholder if width - PAD - x >= needed else "")
        self.setFixedHeight(y + HIGH + PAD)
