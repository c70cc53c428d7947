"""Who is inside, in groups, as rows of a table, and how they are painted."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QMouseEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from admin_console.console import words
from admin_console.console.painting import (
    Tone,
    paint_box,
    paint_chip,
    paint_icon,
    paint_photo,
    paint_text,
    text_width,
)
from admin_console.console.parts.table import (
    Index,
    RowTable,
    cell_rect,
    paint_ground,
    paint_group,
)
from admin_console.console.photos import PhotoStore
from admin_console.console.theme import Text, Theme, Weight
from db.domain.visit import Visit

ROW = Qt.ItemDataRole.UserRole

NAME, KIND, HOST, SINCE, INSIDE, EXPECTED, STATE, BUTTON = range(8)
HEADS = ("Name", "Type", "Host, place", "Since", "Inside for", "Expected out", "", "")


class Grouping(StrEnum):
    """How the page is ordered."""

    TYPE = "By type"
    PLACE = "By place"
    HOST = "By host"
    LONGEST = "Longest first"


@dataclass(frozen=True, slots=True)
class Group:
    """A heading between rows."""

    title: str
    count: int
    note: str = ""


EARLIER = "From earlier days"
EARLIER_NOTE = "Nobody saw them leave. The log keeps saying so until somebody settles it."


def grouped(
    visits: tuple[Visit, ...], grouping: Grouping, find: str, now: datetime, zone: ZoneInfo
) -> tuple[Group | Visit, ...]:
    """Rows with their headings; whoever was not seen leaving on an earlier day comes last."""
    wanted = [visit for visit in visits if _is_found(visit, find)]
    earlier = [visit for visit in wanted if visit.is_departure_not_seen(now, zone)]
    today = [visit for visit in wanted if not visit.is_departure_not_seen(now, zone)]
    rows: list[Group | Visit] = []
    if grouping is Grouping.LONGEST:
        today.sort(key=lambda visit: visit.checked_in_at or now)
        rows += today
    else:
        title = _TITLES[grouping]
        today.sort(key=lambda visit: (title(visit), visit.checked_in_at or now))
        for heading, members in groupby(today, key=title):
            inside = list(members)
            rows += [Group(heading, len(inside)), *inside]
    if earlier:
        earlier.sort(key=lambda visit: visit.checked_in_at or now)
        rows += [Group(EARLIER, len(earlier), EARLIER_NOTE), *earlier]
    return tuple(rows)


def _is_found(visit: Visit, find: str) -> bool:
    sought = find.strip().casefold()
    place = f"{visit.identity.name.full} {words.destination(visit)} {words.about(visit)}"
    return sought in place.casefold()


def _by_type(visit: Visit) -> str:
    return _KIND_GROUPS[visit.details.visitor_type] if visit.details else "Type not given"


def _by_place(visit: Visit) -> str:
    host = visit.details.host if visit.details else None
    return (host.place or host.name) if host else "No place given"


def _by_host(visit: Visit) -> str:
    host = visit.details.host if visit.details else None
    return host.name if host else "No host given"


_TITLES: dict[Grouping, Callable[[Visit], str]] = {
    Grouping.TYPE: _by_type,
    Grouping.PLACE: _by_place,
    Grouping.HOST: _by_host,
}

_KIND_GROUPS = words.VISITOR_TYPES_MANY


class OnSiteModel(QAbstractTableModel):
    """The rows of the page at a moment."""

    def __init__(
        self,
        zone: ZoneInfo,
        parent: QObject | None = None,
        site_of: words.SiteOf = words.no_site,
    ) -> None:
        super().__init__(parent)
        self._site_of = site_of
        self._zone = zone
        self._rows: tuple[Group | Visit, ...] = ()
        self._now: datetime | None = None
        self._not_admitted: frozenset[UUID] = frozenset()

    def show_not_admitted(self, visit_ids: Collection[UUID]) -> None:
        """Who among them was let in although the office had decided against."""
        changed = frozenset(visit_ids) != self._not_admitted
        self._not_admitted = frozenset(visit_ids)
        if changed and self._rows:
            self.dataChanged.emit(self.index(0, STATE), self.index(len(self._rows) - 1, STATE))

    def show_rows(self, rows: tuple[Group | Visit, ...], now: datetime) -> None:
        """Replace the rows; a reset only when they are others, so that the choice stays."""
        self._now = now
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def tick(self, now: datetime) -> None:
        self._now = now
        if self._rows:
            last = self.index(len(self._rows) - 1, STATE)
            self.dataChanged.emit(self.index(0, INSIDE), last)

    def row(self, number: int) -> Group | Visit:
        return self._rows[number]

    def rows(self) -> tuple[Group | Visit, ...]:
        return self._rows

    def state(self, visit: Visit) -> tuple[str, Tone, str] | None:
        """The chip of an exception, the gravest: words, tone, icon. A normal row has none."""
        if self._now is None:
            return None
        if visit.visit_id in self._not_admitted:
            return "Not admitted", Tone.ALARM, "deny"
        if visit.is_departure_not_seen(self._now, self._zone):
            return "Departure not seen", Tone.CAUTION, "question"
        if self.is_late(visit) and visit.valid_until is not None:
            late = (self._now - visit.valid_until).total_seconds()
            return f"Overdue {words.stay(max(late, words.JUST_NOW))}", Tone.ALARM, "clock"
        if visit.with_escort:
            return "With escort", Tone.PRIMARY, "escort"
        return None

    def is_late(self, visit: Visit) -> bool:
        """Whether they should have left by now, today."""
        now = self._now
        return (
            now is not None
            and visit.is_overdue(now)
            and not visit.is_departure_not_seen(now, self._zone)
        )

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if isinstance(self._rows[index.row()], Group):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        across = orientation is Qt.Orientation.Horizontal
        return HEADS[section] if across and role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        if isinstance(row, Group):
            return f"{row.title}, {row.count}" if index.column() == 0 else ""
        return self._cell(row, index.column())

    def _cell(self, visit: Visit, column: int) -> str:
        now, zone = self._now, self._zone
        since = visit.checked_in_at or visit.started_at
        if now is None:
            return ""
        state = self.state(visit)
        unseen = visit.is_departure_not_seen(now, zone)
        if column == NAME:
            return visit.identity.name.full
        if column == KIND:
            return words.VISITOR_TYPES[visit.details.visitor_type] if visit.details else ""
        if column == HOST:
            return words.joined(words.destination(visit), self._site_of(visit.site_id))
        if column == SINCE:
            return words.clock_or_day(since, now, zone)
        if column == INSIDE:
            return "" if unseen else words.stay((now - since).total_seconds())
        if column == EXPECTED:
            return words.clock_or_day(visit.valid_until, now, zone) if visit.valid_until else ""
        if column == STATE:
            return state[0] if state else ""
        return "Settle" if unseen else "Sign out"


class OnSiteDelegate(QStyledItemDelegate):
    """Paints a row; its button is painted too and acts on a click.

    Signals:
        pressed: the row's button, with its index.
    """

    pressed = Signal(QModelIndex)

    def __init__(self, theme: Theme, photos: PhotoStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._photos = theme, photos
        self.is_off = False
        """Whether the buttons are off because the hub is away."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, model, table = index.data(ROW), index.model(), self.parent()
        if not isinstance(model, OnSiteModel) or not isinstance(table, RowTable):
            return
        if isinstance(row, Group):
            paint_group(painter, self._theme, option, row.title, str(row.count), row.note)
            return
        if isinstance(row, Visit):
            hovered = table.hovered_row == index.row()
            current = table.currentIndex().row() == index.row()
            paint_ground(painter, self._theme, option, index, hovered=hovered, current=current)
            self._paint_cell(painter, option, index, row, model)

    def _paint_cell(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
        visit: Visit,
        model: OnSiteModel,
    ) -> None:
        c, theme, column = self._theme.colours, self._theme, index.column()
        cell = cell_rect(option.rect, column, len(HEADS)).adjusted(0, 0, 0, -1)
        text = str(index.data())
        state = model.state(visit)
        if column == NAME:
            photo = QRectF(cell.x(), cell.y() + 4, 28, 28)
            paint_photo(painter, theme, photo, 6, self._photos.photo(visit.photo))
            font = theme.font(Text.BODY, Weight.LABEL)
            paint_text(painter, cell.adjusted(40, 0, 12, 0), text, font, c.ink)
        elif column == KIND:
            if visit.details:
                icon = words.VISITOR_TYPE_ICONS[visit.details.visitor_type]
                paint_icon(painter, icon, c.muted, cell.x(), cell.y() + 9.5)
            paint_text(painter, cell.adjusted(24, 0, 0, 0), text, theme.font(), c.muted)
        elif column == STATE:
            if state is not None:
                words_, tone, icon = state
                paint_chip(painter, theme, cell.x(), cell.y() + 5.5, words_, tone, icon)
        elif column == BUTTON:
            self._paint_button(painter, option, text)
        else:
            overdue = column == EXPECTED and model.is_late(visit)
            ink = c.muted if column == INSIDE else c.ink
            paint_text(painter, cell, text, theme.font(), c.alarm if overdue else ink)

    def _button_rect(self, option: QStyleOptionViewItem, text: str) -> QRectF:
        width = text_width(self._theme.font(Text.BODY, Weight.LABEL), text) + 48
        rect = QRectF(option.rect)
        return QRectF(rect.right() - 16 - round(width), rect.y() + 4, round(width), 28)

    def _paint_button(self, painter: QPainter, option: QStyleOptionViewItem, text: str) -> None:
        c, rect = self._theme.colours, self._button_rect(option, text)
        paint_box(painter, rect, 6, c.ground if self.is_off else c.surface, c.line)
        ink = c.faint_ground if self.is_off else c.ink
        icon = "check" if text == "Settle" else "sign-out"
        paint_icon(painter, icon, ink, rect.x() + 12, rect.y() + 7, 14)
        font = self._theme.font(Text.BODY, Weight.LABEL)
        paint_text(painter, rect.adjusted(34, 0, 0, 0), text, font, ink, elide=False)

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        released = event.type() == QEvent.Type.MouseButtonRelease
        if released and isinstance(event, QMouseEvent) and index.column() == BUTTON:
            text = str(index.data())
            inside = self._button_rect(option, text).contains(event.position())
            if inside and not self.is_off and isinstance(index.data(ROW), Visit):
                self.pressed.emit(model.index(index.row(), 0))
                return True
        return super().editorEvent(event, model, option, index)
