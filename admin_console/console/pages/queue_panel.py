"""The left side of the desk: who waits, oldest first. It decides nothing and asks for nothing."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QListView, QStackedWidget, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.models.queue import HOLD, QueueDelegate, QueueModel
from admin_console.console.painting import CENTER, paint_box, paint_icon, paint_text
from admin_console.console.parts.card import Panel
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.parts.toast import Toast
from admin_console.console.photos import PhotoStore
from admin_console.console.theme import Text, Theme, Weight
from db.domain.desk import Hold

WIDE, NARROW = 328, 296
"""How wide the panel is, and how wide where the match card needs the room."""

INSIDE_KNOWS = "The visitor is in the building and was told nothing."

TOAST_ROOM = 80
"""Kept free at the foot, so that a toast covers nothing."""


class NobodyBox(QWidget):
    """Where the queue would be."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("nobodyWaits")
        self.setAccessibleName("Nobody waits")
        self.setFixedHeight(184)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, c = QPainter(self), self._theme.colours
        rect = QRectF(self.rect())
        paint_box(painter, rect, 12, None, c.line, dashed=True)
        paint_icon(painter, "door", c.muted, rect.width() / 2 - 12, 66, 24)
        line = QRectF(0, 101, rect.width(), 20)
        paint_text(painter, line, "Nobody waits", self._theme.font(), c.muted, CENTER)


class QueuePanel(Panel):
    """Whoever is chosen stays chosen while the queue changes.

    Signals:
        chosen: the operator picked somebody else. What an answer changes is not told.
    """

    chosen = Signal()

    def __init__(
        self,
        theme: Theme,
        zone: ZoneInfo,
        photos: PhotoStore,
        site_of: words.SiteOf = words.no_site,
    ) -> None:
        c = theme.colours
        super().__init__(c.surface, line=c.line, edges="r")
        self._theme, self._zone = theme, zone
        self._chosen: UUID | None = None
        self._is_filling = False
        self._away_words = ""
        self.setObjectName("queuePanel")
        self.setFixedWidth(WIDE)
        self._model = QueueModel(zone, self, site_of)
        self._list = QListView()
        self._list.setObjectName("queue")
        self._list.setAccessibleName("Who waits, oldest first")
        self._list.setModel(self._model)
        self._list.setItemDelegate(QueueDelegate(theme, photos, self._list))
        self._list.setMouseTracking(True)
        self._list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.selectionModel().currentChanged.connect(lambda *_: self._on_current_changed())
        photos.came.connect(lambda _sha: self._list.viewport().update())
        self._lay_out()
        self.toast = Toast(theme, self)

    def show_holds(
        self, holds: tuple[Hold, ...], now: datetime, *, is_live: bool, as_of: datetime
    ) -> None:
        # A reset clears the choice for a moment: keep it and look for the same person again.
        chosen = self._chosen
        self._is_filling = True
        self._model.show_holds(holds, now, is_live=is_live)
        self._choose_again(chosen)
        self._is_filling = False
        c, seen = self._theme.colours, words.clock(as_of, self._zone)
        self._waiting.setText(str(len(holds)))
        self._stack.setCurrentIndex(0 if holds else 1)
        self._note_row.setVisible(bool(holds) or not is_live)
        self._order.setText("oldest first" if is_live else f"as of {seen}")
        self._order.set_colour(c.faint if is_live else c.caution)
        self._order.setVisible(bool(holds) or not is_live)
        self._clock.setVisible(not is_live)
        self._away_words = (
            "" if is_live else f"Whoever came after {seen} is not shown here. Look at the kiosk."
        )
        self._show_note()

    def tick(self, now: datetime) -> None:
        self._model.tick(now)

    def _show_note(self) -> None:
        """What the person who is looked at knows of it."""
        hold = self.chosen_hold()
        is_inside = hold is not None and hold.is_inside
        sees = INSIDE_KNOWS if is_inside else f'The visitor sees only "{words.VISITOR_SEES}".'
        self._note.setText(self._away_words or sees)

    def step(self, by: int) -> None:
        row = self._list.currentIndex().row() + by
        if 0 <= row < self._model.rowCount():
            self._list.setCurrentIndex(self._model.index(row))

    def choose(self, visit_id: UUID) -> None:
        """Look at somebody who waits."""
        self._choose_again(visit_id)

    def chosen_hold(self) -> Hold | None:
        index = self._list.currentIndex()
        hold = index.data(HOLD) if index.isValid() else None
        return hold if isinstance(hold, Hold) else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.toast.place()

    def _choose_again(self, chosen: UUID | None) -> None:
        rows = range(self._model.rowCount())
        holds = [self._model.index(row).data(HOLD) for row in rows]
        same = (r for r, h in zip(rows, holds, strict=True) if h.visit.visit_id == chosen)
        row = next(same, 0 if holds else None)
        if row is not None:
            self._list.setCurrentIndex(self._model.index(row))
        hold = self.chosen_hold()
        self._chosen = hold.visit.visit_id if hold is not None else None

    def _on_current_changed(self) -> None:
        hold = self.chosen_hold()
        if self._is_filling or hold is None or hold.visit.visit_id == self._chosen:
            return
        self._chosen = hold.visit.visit_id
        self._show_note()
        self.chosen.emit()

    def _lay_out(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._waiting = Words(theme, "0", colour=c.muted, name="waitingCount")
        self._order = Words(theme, "oldest first", colour=c.faint, name="queueOrder")
        self._clock = Icon(theme, "clock", c.caution, 14)
        head = QHBoxLayout()
        head.setContentsMargins(24, 0, 24, 0)
        head.setSpacing(8)
        head.addWidget(Words(theme, "Waiting", Text.SECTION, Weight.STRONG))
        head.addWidget(self._waiting)
        head.addStretch(1)
        head.addWidget(self._clock)
        head.addWidget(self._order)
        waiting, empty = QWidget(), QWidget()
        queue = QHBoxLayout(waiting)
        queue.setContentsMargins(12, 0, 13, 0)
        queue.addWidget(self._list)
        nobody = QVBoxLayout(empty)
        nobody.setContentsMargins(24, 0, 25, 0)
        nobody.addWidget(NobodyBox(theme))
        nobody.addStretch(1)
        self._stack = QStackedWidget()
        self._stack.addWidget(waiting)
        self._stack.addWidget(empty)
        self._note_row = QWidget()
        note = QHBoxLayout(self._note_row)
        note.setContentsMargins(24, 0, 24, 0)
        note.setSpacing(8)
        note.addWidget(Icon(theme, "info", c.faint), 0, Qt.AlignmentFlag.AlignTop)
        self._note = Words(theme, "", colour=c.faint, wrap=True, name="queueNote")
        note.addWidget(self._note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, TOAST_ROOM)
        column.setSpacing(0)
        column.addLayout(head)
        column.addSpacing(14)
        column.addWidget(self._stack, 1)
        column.addSpacing(12)
        column.addWidget(self._note_row)
