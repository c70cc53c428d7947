"""The explained match as a table of seven rows, always in the same order, and its painting."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from PySide6.QtCore import QAbstractTableModel, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from admin_console.console import words
from admin_console.console.painting import LEFT, RIGHT, paint_box, paint_text
from admin_console.console.parts.table import Index
from admin_console.console.theme import Text, Theme, Weight
from admin_console.console.tips import tip
from db.domain.screening import Agreement, Evidence, Match

HEADS = ("Field", "Visitor", "List entry", "What it says", "Evidence", "")
BAR_COLUMN, BITS_COLUMN = 4, 5

BAR_WIDTH, BAR_HEIGHT, TICK_HEIGHT = 112, 8, 14
ZERO_AT = 0.25
FULL_FOR, FULL_AGAINST = 14.0, 5.0
"""Bits that fill the bar to the right and to the left."""
_BEFORE_BITS = 8
"""Between a bar that is full and its bits, in px."""


def bar_span(evidence: Evidence, width: float = BAR_WIDTH) -> tuple[float, float]:
    """(start, length) of the bar in px from its left end; the length is 0 without any bits."""
    zero = width * ZERO_AT
    if evidence.bits == 0:
        return zero, 0.0
    if evidence.bits > 0:
        return zero, min(evidence.bits / FULL_FOR, 1.0) * (width - zero)
    long = min(-evidence.bits / FULL_AGAINST, 1.0) * zero
    return zero - long, long


def bits_words(evidence: Evidence) -> str:
    """``+8.6`` or, with a real minus sign, its opposite.

    Nothing where a value is missing, unless that says something: the rows add up to the match.
    """
    if evidence.agreement is Agreement.MISSING and evidence.bits == 0:
        return ""
    sign = "−" if evidence.bits < 0 else "+"  # noqa: RUF001 (a real minus sign lines up)
    return f"{sign}{abs(evidence.bits):.1f}"


class EvidenceModel(QAbstractTableModel):
    """One match's evidence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Evidence, ...] = ()

    def show_match(self, match: Match) -> None:
        self.beginResetModel()
        self._rows = match.evidence
        self.endResetModel()

    def evidence(self, row: int) -> Evidence:
        return self._rows[row]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADS)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        across = orientation is Qt.Orientation.Horizontal
        return HEADS[section] if across and role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        roles = Qt.ItemDataRole
        if role not in (roles.DisplayRole, roles.AccessibleTextRole, roles.ToolTipRole):
            return None
        row = self._rows[index.row()]
        bar = f"{bits_words(row)} bits" if bits_words(row) else "no evidence"
        texts = (
            words.FIELDS[row.field],
            row.visitor or "none",
            row.entry or "none",
            row.words,
            "" if role == roles.DisplayRole else bar,
            bits_words(row),
        )
        text = texts[index.column()]
        return tip(text) if role == roles.ToolTipRole else text


class EvidenceDelegate(QStyledItemDelegate):
    """Words first, bar second, bits third. Agreeing rows are medium, others step back."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if not isinstance(model, EvidenceModel):
            return
        c, rect = self._theme.colours, QRectF(option.rect)
        evidence, column = model.evidence(index.row()), index.column()
        if index.row() < model.rowCount() - 1:
            painter.fillRect(QRectF(rect.x(), rect.bottom() - 1, rect.width(), 1), c.line_soft)
        if column == BAR_COLUMN:
            self._paint_bar(painter, rect.adjusted(0, 0, -_BEFORE_BITS, 0), evidence)
            return
        ink, weight = self._voice(evidence, column)
        cell = rect.adjusted(16 if column == 0 else 0, 0, -16 if column == BITS_COLUMN else -4, 0)
        font = self._theme.font(Text.BODY, weight)
        align = RIGHT if column == BITS_COLUMN else LEFT
        paint_text(painter, cell, str(index.data()), font, ink, align)

    def _voice(self, evidence: Evidence, column: int) -> tuple[QColor, Weight]:
        c = self._theme.colours
        value = (evidence.visitor, evidence.entry)
        if column == BITS_COLUMN:
            return c.faint, Weight.TEXT
        if column == 0:
            return c.muted, Weight.TEXT
        if column in (1, 2) and value[column - 1] in ("", "none"):
            return c.faint, Weight.TEXT
        if evidence.agreement is Agreement.AGREES:
            return c.ink, Weight.LABEL
        if column in (1, 2):
            return c.ink, Weight.TEXT
        missing = evidence.agreement is Agreement.MISSING
        return c.faint if missing else c.muted, Weight.TEXT

    def _paint_bar(self, painter: QPainter, rect: QRectF, evidence: Evidence) -> None:
        c = self._theme.colours
        middle = rect.y() + rect.height() / 2
        width = rect.width()
        zero = rect.x() + width * ZERO_AT
        if evidence.agreement is Agreement.MISSING and evidence.bits == 0:
            pen = QPen(c.chart_prev, 1.5)
            pen.setDashPattern([3, 2])
            painter.setPen(pen)
            painter.drawLine(int(zero) + 4, round(middle), int(rect.x() + width), round(middle))
        else:
            start, long = bar_span(evidence, width)
            colour = c.chart_1 if evidence.bits > 0 else c.differ
            # A bar of less than 3 px would read as part of the zero line.
            shown = max(long, 3.0)
            x = rect.x() + (start if evidence.bits > 0 else start + long - shown)
            x += 1 if evidence.bits > 0 else -1
            bar = QRectF(x, middle - BAR_HEIGHT / 2, shown, BAR_HEIGHT)
            paint_box(painter, bar, 2, colour)
        tick = QRectF(zero - 1, middle - TICK_HEIGHT / 2, 2, TICK_HEIGHT)
        painter.fillRect(tick, c.chart_prev)
