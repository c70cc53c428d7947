"""A share by month as a line, the year before in grey behind it. All figures also stand as text."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from admin_console.console.models.accuracy import Point, of_hundred
from admin_console.console.painting import CENTER, RIGHT, paint_box, paint_text, text_width
from admin_console.console.theme import Text, Theme

LEFT_MARGIN, BOTTOM_MARGIN, TOP_MARGIN, RIGHT_MARGIN = 44, 24, 8, 12


def axis_top(highest: float) -> float:
    """The upper end of an axis of percents: 1, 2, 3, 5 or ten times as much, and so on."""
    step = 0.1
    while True:
        for factor in (1, 2, 3, 5):
            if factor * step >= highest:
                return round(factor * step, 6)
        step *= 10


class LineChart(QWidget):
    """Four intervals; zero is always shown; a month without screenings breaks the line."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._points: tuple[Point, ...] = ()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_points(self, points: tuple[Point, ...]) -> None:
        self._points = points
        said = ", ".join(
            f"{p.name} {of_hundred(p.value)}, a year before {of_hundred(p.before)}" for p in points
        )
        self.setAccessibleName(f"Visitors held, of 100: {said}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 176)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c = QPainter(self), self._theme.colours
        font = self._theme.font(Text.CAPTION)
        known = [v for p in self._points for v in (p.value, p.before) if v is not None]
        top = axis_top(max(known, default=0.0))
        plot = QRectF(self.rect()).adjusted(LEFT_MARGIN, TOP_MARGIN, -RIGHT_MARGIN, -BOTTOM_MARGIN)
        for step in range(5):
            y = round(plot.bottom() - plot.height() * step / 4)
            colour = c.line if step == 0 else c.chart_grid
            painter.fillRect(QRectF(plot.x(), y, plot.width(), 1), colour)
            if step % 2 == 0:
                label = QRectF(0, y - 8, LEFT_MARGIN - 8, 16)
                words = f"{top * step / 4:g} %" if step else "0"
                paint_text(painter, label, words, font, c.faint, RIGHT, elide=False)
        if len(self._points) < 2:
            return
        across = plot.width() / (len(self._points) - 1)
        for place, point in enumerate(self._points):
            width = text_width(font, point.name)
            x = plot.x() + across * place - width / 2
            label = QRectF(x, plot.bottom() + 5, width, 16)
            paint_text(painter, label, point.name, font, c.faint, CENTER, elide=False)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for values, colour, width in (
            ([p.before for p in self._points], c.chart_prev, 1.5),
            ([p.value for p in self._points], c.chart_1, 2.0),
        ):
            self._paint_line(
                painter, plot, [None if v is None else v / top for v in values], (colour, width)
            )

    def _paint_line(
        self,
        painter: QPainter,
        plot: QRectF,
        shares: Sequence[float | None],
        look: tuple[QColor, float],
    ) -> None:
        colour, width = look
        across = plot.width() / (len(shares) - 1)
        runs: list[list[QPointF]] = [[]]
        for place, share in enumerate(shares):
            if share is None:
                runs.append([])
            else:
                y = plot.bottom() - plot.height() * share
                runs[-1].append(QPointF(plot.x() + across * place, y))
        pen = QPen(colour, width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        for run in runs:
            painter.setPen(pen)
            if len(run) == 1:
                painter.drawPoint(run[0])
            painter.drawPolyline(QPolygonF(run))
        newest = next((run[-1] for run in reversed(runs) if run), None)
        if newest is not None and colour == self._theme.colours.chart_1:
            ring = QRectF(newest.x() - 5, newest.y() - 5, 10, 10)
            paint_box(painter, ring, 5, self._theme.colours.surface)
            paint_box(painter, ring.adjusted(1, 1, -1, -1), 4, colour)
