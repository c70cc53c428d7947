"""Text as the type scale sets it: exact line heights, elided or wrapped. No rich text."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from admin_console.console.painting import CENTER, LEFT, RIGHT, is_elided, paint_text, text_width
from admin_console.console.theme import Text, Theme, Weight


class Words(QLabel):
    """One line that is elided, or a paragraph that wraps at the scale's line height."""

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
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._kind, self._weight = theme, kind, weight
        self._colour = colour if colour is not None else theme.colours.ink
        self._align = align
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(kind, weight))
        self.setWordWrap(wrap)
        across = QSizePolicy.Policy.Expanding if wrap else QSizePolicy.Policy.Preferred
        policy = QSizePolicy(across, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(wrap)
        self.setSizePolicy(policy)
        self.setText(text)

    def set_colour(self, colour: QColor) -> None:
        self._colour = colour
        self.update()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 (Qt's name)
        return self.wordWrap()

    def heightForWidth(self, width: int) -> int:  # noqa: N802 (Qt's name)
        line = self._theme.line_height(self._kind)
        return line * max(1, len(self._lines(width))) if self.wordWrap() else line

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        width = int(text_width(self._font(), self.text())) + 1
        if self.wordWrap():
            width = min(width, 560)
        return QSize(width, self.heightForWidth(max(width, 1)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(16, self._theme.line_height(self._kind))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        if not self.wordWrap():
            cut = is_elided(self._font(), self.text(), self.width())
            self.setToolTip(self.text() if cut else "")

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter = QPainter(self)
        colour = self._colour if self.isEnabled() else self._theme.colours.faint
        if not self.wordWrap():
            font = self._font()
            paint_text(painter, QRectF(self.rect()), self.text(), font, colour, self._align)
            return
        height = self._theme.line_height(self._kind)
        for row, line in enumerate(self._lines(self.width())):
            rect = QRectF(0, row * height, self.width(), height)
            paint_text(painter, rect, line, self._font(), colour, self._align, elide=False)

    def _font(self):  # type: ignore[no-untyped-def]
        return self._theme.font(self._kind, self._weight)

    def _lines(self, width: int) -> list[str]:
        return wrapped(self.text(), self._font(), width)
