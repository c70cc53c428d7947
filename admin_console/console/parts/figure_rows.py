"""Rows of a figure with its bar, painted; all that they say stands in the accessible name too."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from admin_console.console.models.accuracy import BarRow, FoundRow
from admin_console.console.painting import RIGHT, paint_box, paint_text, text_width
from admin_console.console.theme import Text, Theme, Weight

ROW, DENSE_ROW, PADDING, GAP = 36, 32, 16, 12
BAR = 6
MOST_WIDE_ROWS = 8
"""With more rows in a table all of them are dense."""
MOST_WIDE_BARS = 6


def paint_bar(painter: QPainter, theme: Theme, rect: QRectF, share: float, colour: QColor) -> None:
    """A bar 6 high in the middle of `rect`, on its track; a share above zero is always seen."""
    track = QRectF(rect.x(), round(rect.center().y() - BAR / 2), rect.width(), BAR)
    paint_box(painter, track, BAR / 2, theme.colours.line_soft)
    if share > 0:
        width = max(float(BAR), track.width() * min(1.0, share))
        paint_box(painter, QRectF(track.x(), track.y(), width, BAR), BAR / 2, colour)


class FigureRows(QWidget):
    """Name, figure, bar and note in a row each; without figures the bar begins after the names."""

    def __init__(self, theme: Theme, name: str, label: str, *, mark_at: float = 0.0) -> None:
        super().__init__()
        self._theme, self._label, self._mark_at = theme, label, mark_at
        self._rows: tuple[BarRow, ...] = ()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: tuple[BarRow, ...]) -> None:
        self._rows = rows
        said = "; ".join(" ".join(filter(None, (r.name, r.figure, r.note))) for r in rows)
        self.setAccessibleName(f"{self._label}: {said}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, self._row() * len(self._rows))

    def _row(self) -> int:
        return ROW if len(self._rows) <= MOST_WIDE_BARS else DENSE_ROW

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme, c = QPainter(self), self._theme, self._theme.colours
        font, strong = theme.font(), theme.font(Text.BODY, Weight.STRONG)
        names = max((text_width(font, r.name) for r in self._rows), default=0)
        figures = max((text_width(strong, r.figure) for r in self._rows), default=0)
        notes = max((text_width(font, r.note) for r in self._rows), default=0)
        left = PADDING + max(names, 112) + 2 * GAP
        bar_from = left + (figures + GAP if figures else 2 * GAP)
        bar_to = self.width() - PADDING - (max(notes, 56) + GAP if notes else 0)
        high = self._row()
        for place, row in enumerate(self._rows):
            y = place * high
            name = QRectF(PADDING, y, left - PADDING - GAP, high)
            paint_text(painter, name, row.name, font, c.ink)
            figure = QRectF(left, y, figures, high)
            paint_text(painter, figure, row.figure, strong, c.ink, RIGHT, elide=False)
            note = QRectF(bar_to + GAP, y, self.width() - PADDING - bar_to - GAP, high)
            ink = c.caution if row.is_weak else (c.muted if row.figure else c.ink)
            paint_text(painter, note, row.note, font, ink, RIGHT, elide=False)
            if row.share is not None and bar_to > bar_from:
                colour = c.chart_1 if row.is_main else c.chart_2
                bar = QRectF(bar_from, y, bar_to - bar_from, high)
                paint_bar(painter, theme, bar, row.share, c.dot_warn if row.is_weak else colour)
                if self._mark_at:
                    x = round(bar.x() + bar.width() * self._mark_at)
                    painter.fillRect(QRectF(x - 1, bar.center().y() - 6, 2, 12), c.differ)


class FoundTable(QWidget):
    """What the engine finds, by kind of error: four columns and a bar."""

    HEAD = 36
    WIDEST_BAR, NARROWEST_BAR = 128, 48
    WHAT = ("What was wrong with the entry", "What was wrong")

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: tuple[FoundRow, ...] = ()
        self.setObjectName("foundTable")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: tuple[FoundRow, ...]) -> None:
        self._rows = rows
        said = "; ".join(
            f"{r.what}: {r.found} of 100 found, false alarms {r.false_alarms}, {r.tried} tried"
            for r in rows
        )
        self.setAccessibleName(f"What the engine finds: {said}")
        self.updateGeometry()
        self.update()

    def _row(self) -> int:
        return ROW if len(self._rows) <= MOST_WIDE_ROWS else DENSE_ROW

    def sizeHint(self) -> QSize:
        return QSize(560, self.HEAD + self._row() * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme, c = QPainter(self), self._theme, self._theme.colours
        font, medium = theme.font(), theme.font(Text.BODY, Weight.LABEL)
        right = self.width() - PADDING
        tried_from, alarms_from = right - 56, right - 56 - GAP - 92
        names = max((text_width(medium, row.what) for row in self._rows), default=0)
        room = alarms_from - GAP - (PADDING + names + 2 * GAP + 36 + GAP)
        bar_width = min(self.WIDEST_BAR, max(self.NARROWEST_BAR, room))
        bar_from = alarms_from - GAP - bar_width
        figure_from = bar_from - GAP - 36
        what_width = figure_from - PADDING - GAP
        what_head = next((h for h in self.WHAT if text_width(medium, h) <= what_width), "")
        columns = (
            (QRectF(PADDING, 0, what_width, self.HEAD), what_head),
            (QRectF(figure_from, 0, alarms_from - figure_from, self.HEAD), "Found, of 100"),
        )
        for rect, title in columns:
            paint_text(painter, rect, title, medium, c.muted, elide=False)
        for at, width, title in ((alarms_from, 92, "False alarms"), (tried_from, 56, "Tried")):
            rect = QRectF(at, 0, width, self.HEAD)
            paint_text(painter, rect, title, medium, c.muted, RIGHT, elide=False)
        painter.fillRect(QRectF(0, self.HEAD - 1, self.width(), 1), c.line)
        high = self._row()
        for place, row in enumerate(self._rows):
            y = self.HEAD + place * high
            if place:
                painter.fillRect(QRectF(0, y - 1, self.width(), 1), c.line_soft)
            what = QRectF(PADDING, y, what_width, high)
            paint_text(painter, what, row.what, medium, c.ink)
            ink = c.caution if row.is_weak else c.ink
            figure = QRectF(figure_from, y, 36, high)
            paint_text(painter, figure, row.found, font, ink, RIGHT, elide=False)
            bar = QRectF(bar_from, y, bar_width, high)
            paint_bar(painter, theme, bar, row.share, c.dot_warn if row.is_weak else c.chart_1)
            alarms = QRectF(alarms_from, y, 92, high)
            paint_text(painter, alarms, row.false_alarms, font, c.ink, RIGHT, elide=False)
            tried = QRectF(tried_from, y, 56, high)
            paint_text(painter, tried, row.tried, font, c.muted, RIGHT, elide=False)
