"""Where somebody is in a task of a few steps."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from admin_console.console.painting import CENTER, paint_box, paint_icon, paint_text, text_width
from admin_console.console.theme import Text, Theme, Weight


class Stepper(QWidget):
    """Circles with figures and words; a tick for what is done."""

    def __init__(self, theme: Theme, steps: tuple[str, ...]) -> None:
        super().__init__()
        self._theme, self._steps, self._at = theme, steps, 0
        self.setObjectName("stepper")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_step(0)

    def show_step(self, at: int) -> None:
        self._at = at
        self.setAccessibleName(f"Step {at + 1} of {len(self._steps)}: {self._steps[at]}")
        self.update()

    def sizeHint(self) -> QSize:
        font = self._theme.font(Text.BODY, Weight.STRONG)
        wide = sum(32 + text_width(font, step) + 56 for step in self._steps)
        return QSize(round(wide), 24)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c, theme = QPainter(self), self._theme.colours, self._theme
        x = 0.0
        for number, step in enumerate(self._steps):
            circle = QRectF(x, 0, 24, 24)
            small = theme.font(Text.CAPTION, Weight.STRONG)
            if number < self._at:
                paint_box(painter, circle, 12, c.positive_soft)
                paint_icon(painter, "check", c.positive, x + 5, 5, 14)
            elif number == self._at:
                paint_box(painter, circle, 12, c.primary)
                paint_text(painter, circle, str(number + 1), small, c.on_primary, CENTER)
            else:
                paint_box(painter, circle, 12, c.surface, c.line)
                paint_text(painter, circle, str(number + 1), small, c.muted, CENTER)
            here = number == self._at
            font = theme.font(Text.BODY, Weight.STRONG if here else Weight.TEXT)
            rect = QRectF(x + 32, 0, 400, 24)
            x += 32 + paint_text(painter, rect, step, font, c.ink if here else c.muted)
            if number < len(self._steps) - 1:
                painter.fillRect(QRectF(x + 12, 12, 32, 1), c.line)
                x += 56
