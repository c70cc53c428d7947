"""Cards, lines and dashed boxes. They hold widgets and know nothing of what is in them."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from admin_console.console.painting import paint_box
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight


class Card(QFrame):
    """A surface with a line around it, radius 12; its `body` takes the widgets."""

    def __init__(
        self,
        theme: Theme,
        *,
        name: str = "",
        margins: tuple[int, int, int, int] = (16, 16, 16, 16),
        spacing: int = 0,
        line: QColor | None = None,
        fill: QColor | None = None,
        radius: int = 12,
        dashed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        c = theme.colours
        self._ground = fill if fill is not None else c.surface
        self._hairline = line if line is not None else c.line
        self._radius, self._dashed = radius, dashed
        self.setObjectName(name)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(*margins)
        self.body.setSpacing(spacing)

    def paintEvent(self, _event: QPaintEvent) -> None:
        rect = QRectF(self.rect())
        painter = QPainter(self)
        paint_box(painter, rect, self._radius, self._ground, self._hairline, dashed=self._dashed)


class Line(QWidget):
    """A hairline, across or down."""

    def __init__(self, colour: QColor, *, down: bool = False) -> None:
        super().__init__()
        self._colour = colour
        if down:
            self.setFixedWidth(1)
            self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        else:
            self.setFixedHeight(1)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._colour)


class Panel(QWidget):
    """A plain ground with optional hairlines at its edges."""

    def __init__(
        self,
        fill: QColor,
        *,
        line: QColor | None = None,
        edges: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._ground, self._hairline, self._edges = fill, line, edges

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._ground)
        if self._hairline is None:
            return
        width, height = self.width(), self.height()
        for edge, box in (
            ("t", (0, 0, width, 1)),
            ("b", (0, height - 1, width, 1)),
            ("l", (0, 0, 1, height)),
            ("r", (width - 1, 0, 1, height)),
        ):
            if edge in self._edges:
                painter.fillRect(*box, self._hairline)


class ActionBar(Panel):
    """At the foot of a page: what can be done, at the right of what there is to say of it.

    `apart`: what is not done lightly, at the left. Somebody's Tab goes from left to right.
    """

    def __init__(
        self,
        theme: Theme,
        *actions: QWidget,
        said: QWidget | None = None,
        apart: QWidget | None = None,
    ) -> None:
        super().__init__(theme.colours.surface, line=theme.colours.line, edges="t")
        self.setFixedHeight(64)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 1, 24, 0)
        row.setSpacing(12)
        if apart is not None:
            row.addWidget(apart)
        if said is None:
            row.addStretch(1)
        else:
            row.addWidget(said, 1)
        for action in actions:
            row.addWidget(action)


def card_head(theme: Theme, title: str, *right: QWidget, note: str = "") -> QHBoxLayout:
    """The head of a card, 48 high: title, a muted note, and what stands at the right."""
    row = QHBoxLayout()
    row.setContentsMargins(16, 8, 16, 8)
    row.setSpacing(8)
    row.addStrut(32)
    row.addWidget(Words(theme, title, Text.SECTION, Weight.STRONG))
    if note:
        row.addWidget(Words(theme, note, colour=theme.colours.muted))
    row.addStretch(1)
    for widget in right:
        row.addWidget(widget)
    return row


def empty(card: Card) -> None:
    """Drop what a card held."""
    stack = [card.body]
    while stack:
        layout = stack.pop()
        while (item := layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
            elif (inner := item.layout()) is not None:
                stack.append(inner)  # type: ignore[arg-type]
