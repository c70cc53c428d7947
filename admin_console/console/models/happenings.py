"""The last things that happened, as a table of five rows, and its painting."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QObject, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from admin_console.console import words
from admin_console.console.painting import LEFT, RIGHT, paint_avatar, paint_text
from admin_console.console.parts.table import Index, RowTable, paint_ground
from admin_console.console.theme import Text, Theme, Weight
from db.domain.desk import Happening

TIME, NAME, KIND, WHERE, WHAT = range(5)


class HappeningsModel(QAbstractTableModel):
    """Newest first."""

    def __init__(self, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._rows: tuple[Happening, ...] = ()

    def show_happenings(self, rows: tuple[Happening, ...]) -> None:
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def happening(self, row: int) -> Happening:
        return self._rows[row]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 5

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        row = self._rows[index.row()]
        texts = (
            words.clock(row.at, self._zone),
            row.name,
            row.visitor_type,
            row.destination,
            row.what,
        )
        return texts[index.column()]


class HappeningsDelegate(QStyledItemDelegate):
    """Rows 44 high: time, initials and name, kind, place, and what happened at the right."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        c, theme = self._theme.colours, self._theme
        table = self.parent()
        hovered = isinstance(table, RowTable) and table.hovered_row == index.row()
        paint_ground(painter, theme, option, index, hovered=hovered, current=False)
        rect, text = QRectF(option.rect).adjusted(0, 0, 0, -1), str(index.data())
        column = index.column()
        if column == TIME:
            cell = rect.adjusted(16, 0, 0, 0)
            paint_text(painter, cell, text, theme.font(), c.muted)
        elif column == NAME:
            avatar = QRectF(rect.x(), rect.y() + 8, 28, 28)
            paint_avatar(painter, theme, avatar, words.initials(text))
            font = theme.font(Text.BODY, Weight.LABEL)
            paint_text(painter, rect.adjusted(40, 0, -12, 0), text, font, c.ink)
        elif column == WHAT:
            paint_text(painter, rect.adjusted(0, 0, -16, 0), text, theme.font(), c.muted, RIGHT)
        else:
            paint_text(painter, rect.adjusted(0, 0, -12, 0), text, theme.font(), c.muted, LEFT)
