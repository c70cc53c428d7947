"""Who waits at the desk, as a list model, and how a row is painted. Oldest first."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from admin_console.console import words
from admin_console.console.painting import (
    RIGHT,
    Tone,
    paint_box,
    paint_chip,
    paint_photo,
    paint_text,
    text_width,
)
from admin_console.console.photos import PhotoStore
from admin_console.console.theme import Text, Theme, Weight
from admin_console.console.tips import tip
from db.domain.desk import Hold
from db.domain.screening import HoldReason, Screening
from db.domain.watchlist import Category

Index: TypeAlias = QModelIndex | QPersistentModelIndex

HOLD = Qt.ItemDataRole.UserRole


def hold_tone(screening: Screening) -> Tone:
    """Custody first: it is the one that nobody may miss."""
    if screening.matches:
        custody = any(match.category is Category.CUSTODY for match in screening.matches)
        return Tone.ALARM if custody else Tone.CAUTION
    if HoldReason.SCREENING_FAILED in screening.hold_reasons:
        return Tone.CAUTION
    return Tone.NEUTRAL


def hold_icon(screening: Screening) -> str:
    if screening.matches:
        custody = screening.matches[0].category is Category.CUSTODY
        return "guardian" if custody else "people"
    if {HoldReason.ID_NOT_READ, HoldReason.ID_EXPIRED} & set(screening.hold_reasons):
        return "badge"
    return "warning" if HoldReason.SCREENING_FAILED in screening.hold_reasons else "clock"


def queue_title(hold: Hold) -> str:
    """Why somebody is in the queue; whoever is inside is not looked for in the lobby."""
    title = words.hold_title(hold.screening)
    return f"{title}, on site now" if hold.is_inside else title


class QueueModel(QAbstractListModel):
    """The holds, with the time each has waited in words."""

    def __init__(
        self,
        zone: ZoneInfo,
        parent: QObject | None = None,
        site_of: words.SiteOf = words.no_site,
    ) -> None:
        super().__init__(parent)
        self._zone, self._site_of = zone, site_of
        self._holds: tuple[Hold, ...] = ()
        self._now: datetime | None = None
        self._is_live = True

    def show_holds(self, holds: tuple[Hold, ...], now: datetime, *, is_live: bool) -> None:
        self._now, self._is_live = now, is_live
        if [h.visit.visit_id for h in holds] == [h.visit.visit_id for h in self._holds]:
            self._holds = holds
            if holds:
                self.dataChanged.emit(self.index(0), self.index(len(holds) - 1))
            return
        self.beginResetModel()
        self._holds = holds
        self.endResetModel()

    def tick(self, now: datetime) -> None:
        """Let the waiting times run."""
        self._now = now
        if self._holds and self._is_live:
            self.dataChanged.emit(self.index(0), self.index(len(self._holds) - 1))

    def waited(self, hold: Hold) -> str:
        """Running seconds, or the clock time it began when nobody can say what happened since."""
        if not self._is_live or self._now is None:
            return words.clock(hold.held_since, self._zone)
        return words.running((self._now - hold.held_since).total_seconds())

    def about(self, hold: Hold) -> str:
        """At which school, where there are several, and why somebody is here."""
        return words.joined(self._site_of(hold.visit.site_id), words.about(hold.visit))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._holds)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        hold = self._holds[index.row()]
        if role == HOLD:
            return hold
        if role == Qt.ItemDataRole.DisplayRole:
            return hold.visit.identity.name.short
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            name, title = hold.visit.identity.name.full, queue_title(hold)
            text = f"{name}, {title}, {self.about(hold)}, {self.waited(hold)}"
            return tip(text) if role == Qt.ItemDataRole.ToolTipRole else text
        return None


class QueueDelegate(QStyledItemDelegate):
    """A row 98 high: photo, name and time, why they are here, and the chip."""

    def __init__(self, theme: Theme, photos: PhotoStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme, self._photos = theme, photos

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(304, 98)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hold, model = index.data(HOLD), index.model()
        if not isinstance(hold, Hold) or not isinstance(model, QueueModel):
            return
        c, theme = self._theme.colours, self._theme
        rect = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            paint_box(painter, rect, 8, c.primary_soft)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            paint_box(painter, rect, 8, c.hover)
        photo = self._photos.photo(hold.visit.photo)
        x, y = rect.x(), rect.y()
        paint_photo(painter, theme, QRectF(x + 13, y + 13, 40, 40), 8, photo)
        tone = hold_tone(hold.screening)
        waited, alarm = model.waited(hold), tone is Tone.ALARM
        font = theme.font(Text.BODY, Weight.STRONG if alarm else Weight.TEXT)
        right = QRectF(x + 65, y + 13, rect.width() - 65 - 13, 20)
        paint_text(painter, right, waited, font, c.alarm if alarm else c.muted, RIGHT)
        name = right.adjusted(0, 0, -text_width(font, waited) - 8, 0)
        strong = theme.font(Text.SECTION, Weight.STRONG)
        paint_text(painter, name, hold.visit.identity.name.short, strong, c.ink)
        about = QRectF(x + 65, y + 32, rect.width() - 79, 20)
        paint_text(painter, about, model.about(hold), theme.font(), c.muted)
        title, icon = queue_title(hold), hold_icon(hold.screening)
        paint_chip(painter, theme, x + 65, y + 61, title, tone, icon)
