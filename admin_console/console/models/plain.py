"""A table of ready words, for rows that need nothing but text, chips and dots."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from admin_console.console.painting import (
    CHIP_HEIGHT,
    LEFT,
    RIGHT,
    Tone,
    paint_avatar,
    paint_chip,
    paint_dot,
    paint_icon,
    paint_text,
)
from admin_console.console.parts.table import Index, RowTable, cell_rect, paint_ground
from admin_console.console.theme import Text, Theme, Weight
from admin_console.console.tips import tip


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell is painted: as text, after a dot or an avatar, as a chip, or as an icon."""

    ink: QColor
    weight: Weight = Weight.TEXT
    dot: QColor | None = None
    chip: Tone | None = None
    avatar: str = ""
    """Initials, before the text."""
    icon: str = ""
    """In place of the text, which is said to who does not see it."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The heads, and which columns stand at the right."""

    heads: tuple[str, ...]
    right: tuple[int, ...] = ()


class PlainModel(QAbstractTableModel):
    """Rows of words; what a row stands for is the page's business."""

    def __init__(self, columns: Columns, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._rows: tuple[tuple[str, ...], ...] = ()

    def show_rows(self, rows: tuple[tuple[str, ...], ...]) -> None:
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def row(self, number: int) -> tuple[str, ...]:
        return self._rows[number]

    def is_right(self, column: int) -> bool:
        return column in self._columns.right

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._columns.heads)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.is_right(section) else LEFT
        return self._columns.heads[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        text = self._rows[index.row()][index.column()]
        return tip(text) if role == Qt.ItemDataRole.ToolTipRole else text


class PlainDelegate(QStyledItemDelegate):
    """Asks `look` for (row, column) how to paint a cell."""

    def __init__(
        self, theme: Theme, look: Callable[[int, int], Look], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._look = theme, look

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, table, theme = index.model(), self.parent(), self._theme
        if not isinstance(model, PlainModel) or not isinstance(table, RowTable):
            return
        chooses = table.selectionMode() != RowTable.SelectionMode.NoSelection
        hovered = chooses and table.hovered_row == index.row()
        current = chooses and table.currentIndex().row() == index.row()
        paint_ground(painter, theme, option, index, hovered=hovered, current=current)
        cell: QRectF = cell_rect(option.rect, index.column(), model.columnCount())
        cell = cell.adjusted(0, 0, 0, -1)
        text, look = str(index.data()), self._look(index.row(), index.column())
        if look.chip is not None and text:
            top = cell.y() + (cell.height() - CHIP_HEIGHT) / 2
            paint_chip(painter, theme, cell.x(), top, text, look.chip)
            return
        if look.icon:
            paint_icon(painter, look.icon, look.ink, cell.x() - 2, cell.center().y() - 8)
            return
        if look.avatar:
            circle = QRectF(cell.x(), cell.center().y() - 14, 28, 28)
            paint_avatar(painter, theme, circle, look.avatar)
            cell = cell.adjusted(40, 0, 0, 0)
        if look.dot is not None and text:
            paint_dot(painter, look.dot, cell.x(), cell.center().y() - 4)
            cell = cell.adjusted(16, 0, 0, 0)
        align = RIGHT if model.is_right(index.column()) else LEFT
        paint_text(painter, cell, text, theme.font(Text.BODY, look.weight), look.ink, align)
