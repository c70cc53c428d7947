"""Text as the type scale sets it: exact line heights, elided or wrapped. No rich text."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from math import ceil

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from admin_console.console.painting import LEFT, is_elided, paint_text, text_width, wrapped
from admin_console.console.theme import Text, Theme, Weight
from admin_console.console.tips import tip


class Words(QLabel):
    """One line, elided unless it is a `whole` one, or a paragraph that wraps."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        kind: Text = Text.BODY,
        weight: Weight = Weight.TEXT,
        colour: QColor | None = None,
        *,
        wrap: bool = False,
        align: Qt.AlignmentFlag = LEFT,
        whole: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._kind, self._weight = theme, kind, weight
        self._colour = colour if colour is not None else theme.colours.ink
        self._align, self._is_whole = align, whole
        self.setObjectName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(kind, weight))
        self.setWordWrap(wrap)
        across = QSizePolicy.Policy.Expanding if wrap else QSizePolicy.Policy.Preferred
        down = QSizePolicy.Policy.Preferred if wrap else QSizePolicy.Policy.Fixed
        policy = QSizePolicy(across, down)
        policy.setHeightForWidth(wrap)
        self.setSizePolicy(policy)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._show_whole_text_on_hover()

    def set_colour(self, colour: QColor) -> None:
        self._colour = colour
        self.update()

    def hasHeightForWidth(self) -> bool:
        return self.wordWrap()

    def heightForWidth(self, width: int) -> int:
        line = self._theme.line_height(self._kind)
        if not self.wordWrap():
            return line
        return line * len(wrapped(self.text(), self._set_font(), max(width, 1)))

    def sizeHint(self) -> QSize:
        width = ceil(text_width(self._set_font(), self.text()))
        if self.wordWrap():
            width = min(width, 560)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        if self._is_whole:
            return self.sizeHint()
        return QSize(16, self._theme.line_height(self._kind))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_whole_text_on_hover()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colour = self._colour if self.isEnabled() else self._theme.colours.faint
        font = self._set_font()
        if not self.wordWrap():
            paint_text(painter, QRectF(self.rect()), self.text(), font, colour, self._align)
            return
        height = self._theme.line_height(self._kind)
        for row, line in enumerate(wrapped(self.text(), font, self.width())):
            rect = QRectF(0, row * height, self.width(), height)
            paint_text(painter, rect, line, font, colour, self._align, elide=False)

    def _show_whole_text_on_hover(self) -> None:
        """A tool tip where the text is cut; none is left over from the text before."""
        cut = not self.wordWrap() and is_elided(self._set_font(), self.text(), self.width())
        self.setToolTip(tip(self.text()) if cut else "")

    def _set_font(self) -> QFont:
        return self._theme.font(self._kind, self._weight)
