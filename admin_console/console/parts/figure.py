"""A figure with its name above and what to make of it below; and the legend of a chart."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from admin_console.console.painting import paint_box, paint_text, text_width
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight


class Figure(QWidget):
    """One figure of several that stand side by side."""

    def __init__(self, theme: Theme, title: str, name: str) -> None:
        super().__init__()
        c = theme.colours
        self._name = title
        self.setObjectName(name)
        self._figure = Words(theme, "", Text.FIGURE, Weight.STRONG)
        self._note = Words(theme, "", colour=c.muted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(4)
        column.addWidget(Words(theme, title, colour=c.muted))
        column.addWidget(self._figure)
        column.addWidget(self._note)

    def say(self, figure: str, note: str) -> None:
        self._figure.setText(figure)
        self._note.setText(note)
        self.setAccessibleName(f"{self._name}: {figure}, {note}")


class Legend(QWidget):
    """Squares with the words of what is drawn in their colours."""

    SQUARE, GAP, BETWEEN = 10, 6, 16

    def __init__(self, theme: Theme, parts: tuple[tuple[QColor, str], ...]) -> None:
        super().__init__()
        self._theme, self._parts = theme, parts
        self.setAccessibleName(", ".join(said for _, said in parts))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        words = sum(text_width(self._theme.font(), said) for _, said in self._parts)
        squares = len(self._parts) * (self.SQUARE + self.GAP)
        return QSize(round(words + squares + self.BETWEEN * (len(self._parts) - 1)) + 1, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, x = QPainter(self), 0.0
        for colour, said in self._parts:
            paint_box(painter, QRectF(x, 5, self.SQUARE, self.SQUARE), 2, colour)
            rect = QRectF(x + self.SQUARE + self.GAP, 0, self.width(), 20)
            muted = self._theme.colours.muted
            wide = paint_text(painter, rect, said, self._theme.font(), muted, elide=False)
            x = rect.x() + wide + self.BETWEEN
