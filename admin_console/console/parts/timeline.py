"""What happened to a visit, as a line down with a dot for each event. The words come ready."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from admin_console.console.painting import RIGHT, paint_dot, paint_text, wrapped
from admin_console.console.theme import Text, Theme, Weight

WORDS_AT, GAP = 97, 10


@dataclass(frozen=True, slots=True)
class Step:
    """One event: its time, the words, the small print, the dot."""

    at: str
    words: str
    detail: str
    dot: QColor


class Timeline(QWidget):
    """As high as its events need."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._steps: tuple[Step, ...] = ()
        self.setObjectName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_steps(self, steps: tuple[Step, ...]) -> None:
        self._steps = steps
        said = "; ".join(f"{step.at} {step.words} {step.detail}".strip() for step in steps)
        self.setAccessibleName(f"What happened: {said}")
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return sum(self._height(step, width) for step in self._steps)

    def sizeHint(self) -> QSize:
        width = self.width() or 336
        return QSize(336, self.heightForWidth(width))

    def _details(self, step: Step, width: int) -> tuple[str, ...]:
        if not step.detail:
            return ()
        return wrapped(step.detail, self._theme.font(), width - WORDS_AT)

    def _height(self, step: Step, width: int) -> int:
        lines = wrapped(step.words, self._theme.font(Text.BODY, Weight.LABEL), width - WORDS_AT)
        return 20 * (len(lines) + len(self._details(step, width))) + GAP

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c, theme = QPainter(self), self._theme.colours, self._theme
        width, y = self.width(), 0
        medium = theme.font(Text.BODY, Weight.LABEL)
        for number, step in enumerate(self._steps):
            high = self._height(step, width)
            if number < len(self._steps) - 1:
                painter.fillRect(QRectF(81, y + 14, 1, high), c.line)
            paint_text(painter, QRectF(0, y, 65, 20), step.at, theme.font(), c.faint, RIGHT)
            paint_dot(painter, step.dot, 77, y + 6)
            at = y
            for line in wrapped(step.words, medium, width - WORDS_AT):
                rect = QRectF(WORDS_AT, at, width - WORDS_AT, 20)
                paint_text(painter, rect, line, medium, c.ink, elide=False)
                at += 20
            for line in self._details(step, width):
                rect = QRectF(WORDS_AT, at, width - WORDS_AT, 20)
                paint_text(painter, rect, line, theme.font(), c.muted, elide=False)
                at += 20
            y += high
