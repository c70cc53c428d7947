"""Visits of the past, newest first, by day, as rows of a table, and how they are painted."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from admin_console.console import words
from admin_console.console.painting import LEFT, RIGHT, Tone, paint_dot, paint_text
from admin_console.console.parts.table import (
    Index,
    RowTable,
    cell_rect,
    paint_ground,
    paint_group,
)
from admin_console.console.theme import Text, Theme, Weight
from db.domain.decision import Verdict
from db.domain.desk import VisitPage
from db.domain.visit import Visit, VisitState

ROW = Qt.ItemDataRole.UserRole

IN, OUT, NAME, KIND, HOST, PURPOSE, HOLD = range(7)
HEADS = ("In", "Out", "Name", "Type", "Host", "Purpose", "Outcome")


@dataclass(frozen=True, slots=True)
class Day:
    """A heading. `count` is None while older visits of that day may still come."""

    on: date
    count: int | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What of the history is here: whole pages, newest first."""

    visits: tuple[Visit, ...] = ()
    total: int = 0
    next_page: str | None = None
    as_of: datetime | None = None
    verdicts: Mapping[UUID, Verdict] = field(default_factory=dict)
    """The verdicts in force on those that were decided on."""
    is_more: bool = False
    """Whether there are more than `total`, which nobody counted."""

    def with_first(self, page: VisitPage) -> "Loaded":
        """A new first page, in front of the older pages that are still true."""
        fresh = {visit.visit_id for visit in page.visits}
        oldest = page.visits[-1].started_at if page.visits else None
        older = tuple(
            visit
            for visit in self.visits
            if oldest is not None and visit.started_at < oldest and visit.visit_id not in fresh
        )
        verdicts = {**self.verdicts, **page.verdicts}
        if page.next_page is None or not older:
            return _loaded(page, page.visits, page.next_page, verdicts)
        return _loaded(page, page.visits + older, self.next_page, verdicts)

    def with_next(self, page: VisitPage) -> "Loaded":
        """One more page behind those that are here."""
        visits, verdicts = self.visits + page.visits, {**self.verdicts, **page.verdicts}
        return _loaded(page, visits, page.next_page, verdicts)


def _loaded(
    newest: VisitPage,
    visits: tuple[Visit, ...],
    next_page: str | None,
    verdicts: Mapping[UUID, Verdict],
) -> Loaded:
    """These visits, with the rest as the newest answer has it."""
    return Loaded(visits, newest.total, next_page, newest.as_of, verdicts, newest.is_more)


def by_day(loaded: Loaded, zone: ZoneInfo) -> tuple[Day | Visit, ...]:
    rows: list[Day | Visit] = []
    days = [
        (on, tuple(visits))
        for on, visits in groupby(
            loaded.visits, key=lambda visit: visit.started_at.astimezone(zone).date()
        )
    ]
    for place, (on, visits) in enumerate(days):
        is_whole = place < len(days) - 1 or loaded.next_page is None
        rows += [Day(on, len(visits) if is_whole else None), *visits]
    return tuple(rows)


def outcome(visit: Visit, verdict: Verdict | None = None) -> tuple[str, Tone] | None:
    """What was out of the ordinary about a visit; nothing for a normal one.

    `verdict` is the one in force, where somebody had to decide.
    """
    if visit.state is VisitState.DENIED:
        return "Denied", Tone.ALARM
    if visit.state is VisitState.HELD:
        return "Waiting", Tone.CAUTION
    if visit.state is VisitState.ABANDONED:
        return "Left early", Tone.NEUTRAL
    if visit.state is VisitState.CLEARED:
        return "Signing in", Tone.NEUTRAL
    if verdict is not None:
        return words.VERDICTS_PAST[verdict], Tone.CAUTION if verdict.admits else Tone.ALARM
    return (words.VERDICTS_PAST[Verdict.ESCORT], Tone.CAUTION) if visit.with_escort else None


class HistoryModel(QAbstractTableModel):
    """The pages loaded so far.

    Signals:
        more_wanted: the end of what is here came into sight.
    """

    more_wanted = Signal()

    def __init__(
        self,
        zone: ZoneInfo,
        parent: QObject | None = None,
        site_of: words.SiteOf = words.no_site,
    ) -> None:
        super().__init__(parent)
        self._zone, self._site_of = zone, site_of
        self._loaded = Loaded()
        self._rows: tuple[Day | Visit, ...] = ()
        self._now: datetime | None = None

    def show_loaded(self, loaded: Loaded, now: datetime) -> None:
        rows = by_day(loaded, self._zone)
        is_decided_anew = loaded.verdicts != self._loaded.verdicts
        self._loaded, self._now = loaded, now
        shared = len(self._rows)
        if rows == self._rows:
            if rows and is_decided_anew:
                last = self.index(len(rows) - 1, HOLD)
                self.dataChanged.emit(self.index(0, HOLD), last)
            return
        if self._rows and len(rows) > shared and rows[:shared] == self._rows:
            self.beginInsertRows(QModelIndex(), shared, len(rows) - 1)
            self._rows = rows
            self.endInsertRows()
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def outcome(self, visit: Visit) -> tuple[str, Tone] | None:
        """What stands in the last column, and in which tone."""
        return outcome(visit, self._loaded.verdicts.get(visit.visit_id))

    def number_of(self, visit: Visit) -> int | None:
        same = (
            number
            for number, row in enumerate(self._rows)
            if isinstance(row, Visit) and row.visit_id == visit.visit_id
        )
        return next(same, None)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(HEADS)

    def canFetchMore(self, _parent: Index) -> bool:
        return self._loaded.next_page is not None

    def fetchMore(self, _parent: Index) -> None:
        self.more_wanted.emit()

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if isinstance(self._rows[index.row()], Day):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section in (IN, OUT) else LEFT
        return HEADS[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if role == ROW:
            return row
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        if isinstance(row, Day):
            return words.short_day(row.on) if index.column() == 0 else ""
        return self._cell(row, index.column())

    def _cell(self, visit: Visit, column: int) -> str:
        details = visit.details
        host = details.host if details else None
        said = self.outcome(visit)
        texts = (
            words.clock(visit.started_at, self._zone),
            self._left(visit),
            visit.identity.name.full,
            words.VISITOR_TYPES[details.visitor_type] if details else "",
            words.joined((host.name or host.place) if host else "", self._site_of(visit.site_id)),
            details.purpose if details else "",
            said[0] if said else "",
        )
        return texts[column]

    def _left(self, visit: Visit) -> str:
        if visit.checked_out_at is not None:
            return words.clock(visit.checked_out_at, self._zone)
        if self._now is not None and visit.is_departure_not_seen(self._now, self._zone):
            return "not seen"
        return "inside" if visit.is_on_site() else ""


class HistoryDelegate(QStyledItemDelegate):
    """Rows 32 high; colour only for exceptions."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, model, table = index.data(ROW), index.model(), self.parent()
        if not isinstance(model, HistoryModel) or not isinstance(table, RowTable):
            return
        if isinstance(row, Day):
            count = "" if row.count is None else words.count(row.count)
            paint_group(painter, self._theme, option, words.short_day(row.on), count, "")
            return
        if not isinstance(row, Visit):
            return
        hovered = table.hovered_row == index.row()
        current = table.currentIndex().row() == index.row()
        paint_ground(painter, self._theme, option, index, hovered=hovered, current=current)
        c, theme, column = self._theme.colours, self._theme, index.column()
        cell = cell_rect(option.rect, column, len(HEADS)).adjusted(0, 0, 0, -1)
        text = str(index.data())
        if column in (IN, OUT):
            ink = {"not seen": c.caution, "inside": c.muted}.get(text, c.ink)
            paint_text(painter, cell, text, theme.font(), ink, RIGHT, elide=False)
        elif column == NAME:
            paint_text(painter, cell, text, theme.font(Text.BODY, Weight.LABEL), c.ink)
        elif column == HOLD:
            said = model.outcome(row)
            if said is None:
                return
            dots = {Tone.ALARM: c.dot_bad, Tone.CAUTION: c.dot_warn}
            paint_dot(painter, dots.get(said[1], c.differ), cell.x(), cell.center().y() - 4)
            paint_text(painter, cell.adjusted(14, 0, 8, 0), text, theme.font(), c.ink)
        else:
            ink = c.muted if column in (KIND, HOST) else c.ink
            paint_text(painter, cell, text, theme.font(), ink)
