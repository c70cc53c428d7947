"""Arrivals by hour as bars. Every figure also stands in the accessible text."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from math import ceil

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from admin_console.console.painting import CENTER, RIGHT, paint_box, paint_text
from admin_console.console.theme import Text, Theme

LEFT_MARGIN, BOTTOM_MARGIN, TOP_MARGIN = 32, 24, 8
FIRST_HOUR, LAST_HOUR = 7, 16


def axis_top(highest: int) -> int:
    """The upper end of an axis of whole counts in four intervals."""
    return max(4, 4 * ceil(highest / 4))


def shown_hours(counts: tuple[int, ...]) -> range:
    """A school day's hours, widened to whatever came earlier or later."""
    busy = [hour for hour, number in enumerate(counts) if number]
    first = min([FIRST_HOUR, *busy])
    last = max([LAST_HOUR, *busy])
    return range(first, last + 1)


class ArrivalsChart(QWidget):
    """Bars two thirds of the step wide, zero always shown."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._counts: tuple[int, ...] = (0,) * 24
        self.setObjectName("arrivalsChart")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_counts(self, counts: tuple[int, ...]) -> None:
        self._counts = counts
        said = ", ".join(f"{hour}:00 {counts[hour]}" for hour in shown_hours(counts))
        self.setAccessibleName(f"Arrivals by hour: {said}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 184)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        c, font = self._theme.colours, self._theme.font(Text.CAPTION)
        hours = shown_hours(self._counts)
        top = axis_top(max(self._counts, default=0))
        plot = QRectF(self.rect()).adjusted(LEFT_MARGIN, TOP_MARGIN, -14, -BOTTOM_MARGIN)
        for step in range(5):
            y = round(plot.bottom() - plot.height() * step / 4)
            colour = c.line if step == 0 else c.chart_grid
            painter.fillRect(QRectF(plot.x(), y, plot.width(), 1), colour)
            if step % 2 == 0:
                label = QRectF(0, y - 8, LEFT_MARGIN - 8, 16)
                paint_text(painter, label, str(top * step // 4), font, c.faint, RIGHT)
        width = plot.width() / len(hours)
        for place, hour in enumerate(hours):
            middle = plot.x() + width * (place + 0.5)
            height = plot.height() * self._counts[hour] / top
            if height:
                bar = QRectF(middle - width * 0.18, plot.bottom() - height, width * 0.36, height)
                paint_box(painter, bar, 2, c.chart_1)
            label = QRectF(middle - 30, plot.bottom() + 5, 60, 16)
            paint_text(painter, label, f"{hour}:00", font, c.faint, CENTER)
