"""What the office should know without having asked: who was found later, denials, old lists."""

from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from admin_console.console import words
from admin_console.console.models.plain import Columns, Look, PlainDelegate, PlainModel
from admin_console.console.painting import Tone
from admin_console.console.parts.button import Button
from admin_console.console.parts.card import Card, Panel
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.parts.message import Message
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.session import Connection, Fetch, HubSession, is_same
from admin_console.console.theme import Text, Theme, Weight
from db.domain.notice import Notice, NoticeKind, Notices
from db.domain.rights import Action, may

KINDS = {
    NoticeKind.ON_SITE: "On site now",
    NoticeKind.WAS_HERE: "Was here",
    NoticeKind.NOT_COMPARED: "Not compared",
    NoticeKind.DENIED: "Not admitted",
    NoticeKind.LIST_OUTDATED: "List outdated",
    NoticeKind.KIOSK_FORKED: "Kiosk forked",
    NoticeKind.WEBHOOK_ENDED: "Webhook ended",
    NoticeKind.PEOPLE_REMOVED: "People removed",
    NoticeKind.LIST_LAXER: "List holds less",
    NoticeKind.ONE_TO_REMOVE: "One to remove",
    NoticeKind.EVENTS_PARKED: "Events parked",
    NoticeKind.CLOCK_LEAPT: "Clock leapt",
    NoticeKind.WEBHOOK_ASIDE: "Webhook refuses",
    NoticeKind.NEW_AUTHORITY: "Pair again",
    NoticeKind.NO_BACKUP: "No backup",
    NoticeKind.WRONG_CODES: "Wrong codes",
}
_TONES = {
    NoticeKind.ON_SITE: Tone.ALARM,
    NoticeKind.WAS_HERE: Tone.CAUTION,
    NoticeKind.NOT_COMPARED: Tone.CAUTION,
    NoticeKind.LIST_OUTDATED: Tone.CAUTION,
    NoticeKind.KIOSK_FORKED: Tone.ALARM,
    NoticeKind.WEBHOOK_ENDED: Tone.CAUTION,
    NoticeKind.PEOPLE_REMOVED: Tone.CAUTION,
    NoticeKind.LIST_LAXER: Tone.CAUTION,
    NoticeKind.ONE_TO_REMOVE: Tone.CAUTION,
    NoticeKind.EVENTS_PARKED: Tone.CAUTION,
    NoticeKind.CLOCK_LEAPT: Tone.CAUTION,
    NoticeKind.WEBHOOK_ASIDE: Tone.CAUTION,
    NoticeKind.NEW_AUTHORITY: Tone.CAUTION,
    NoticeKind.NO_BACKUP: Tone.CAUTION,
    NoticeKind.WRONG_CODES: Tone.ALARM,
}
_AWAY = "The hub is away: it keeps who has read what."
_MAY_NOT = "Auditors look and leave everything as it is."
_NOTE = "A notice names no visitor: open its visit. Whoever reads it first has read it for all."


class NoticesPage(Panel):
    """The newest notices, unread ones in ink, and the whole text of the chosen one.

    Signals:
        facts_changed: how many are unread is another.
        visit_asked: look at this visit, with its id.
    """

    facts_changed = Signal()
    visit_asked = Signal(object)

    title = "Notices"

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._shown: Notices | None = None
        self.setObjectName("noticesPage")
        self._model = PlainModel(Columns(("When", "What", "Notice", "Read by")), self)
        self._fetch = Fetch(session, lambda hub: hub.notices(), self._on_notices, self._on_failed)
        self._build()

    def facts(self, _now: datetime) -> str:
        if self._shown is None:
            return "The notices are asked for"
        said = f"{self._shown.unread} unread" if self._shown.unread else "All are read"
        if self._session.connection.is_up:
            return said
        return f"{said}, as of {words.clock(self._shown.as_of, self._session.zone)}"

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        return (("J K", "move"), ("X", "mark as read"), ("Enter", "open the visit"))

    def refresh(self) -> None:
        self._fetch.ask()

    def tick(self, now: datetime) -> None:
        if self._shown is not None:
            self._model.show_rows(tuple(self._row(n, now) for n in self._shown.notices))

    def show_connection(self, _connection: Connection, _now: datetime) -> None:
        self._show_chosen()

    def chosen(self) -> Notice | None:
        row = self._table.currentIndex().row()
        if self._shown is None or not 0 <= row < len(self._shown.notices):
            return None
        return self._shown.notices[row]

    def _on_notices(self, notices: Notices) -> None:
        before, chosen = self._shown, self.chosen()
        self._shown = notices
        if is_same(before, notices):
            return
        self.tick(self._session.now())
        self._choose(chosen.notice_id if chosen is not None else None)
        self._card.setVisible(bool(notices.notices))
        self._whole.setVisible(bool(notices.notices))
        self._message.setVisible(not notices.notices)
        self._message.say(
            "Nothing to tell",
            "Here stands who is found when a list changes, denials, and lists that are too old.",
        )
        self.facts_changed.emit()

    def _choose(self, notice_id: UUID | None) -> None:
        known = self._shown.notices if self._shown is not None else ()
        row = next((r for r, n in enumerate(known) if n.notice_id == notice_id), 0)
        if known:
            self._table.setCurrentIndex(self._model.index(row, 0))
        self._show_chosen()

    def _on_failed(self, error: Exception) -> None:
        if self._shown is None:
            self._card.hide()
            self._whole.hide()
            self._message.say("The notices could not be loaded", str(error))
            self._message.show()

    def _row(self, notice: Notice, now: datetime) -> tuple[str, ...]:
        at = words.clock_or_day(notice.at, now, self._session.zone)
        return (at, KINDS[notice.kind], notice.text, notice.read_by or "Unread")

    def _look(self, row: int, column: int) -> Look:
        c = self._theme.colours
        if self._shown is None or row >= len(self._shown.notices):
            return Look(c.ink)
        notice = self._shown.notices[row]
        is_read = notice.read_at is not None
        if column == 1:
            tone = Tone.NEUTRAL if is_read else _TONES.get(notice.kind, Tone.NEUTRAL)
            return Look(c.muted, chip=tone)
        if column == 2:
            return Look(c.muted if is_read else c.ink, Weight.TEXT if is_read else Weight.LABEL)
        return Look(c.muted)

    def _show_chosen(self) -> None:
        notice = self.chosen()
        is_up = self._session.connection.is_up
        is_unread = notice is not None and notice.read_at is None
        why_not = "" if is_up else _AWAY
        if not may(self._session.staff.role, Action.READ_NOTICES):
            why_not = _MAY_NOT
        self._read.set_off(why_not if is_unread else "It was read.")
        has_visit = notice is not None and notice.visit_id is not None
        self._open.set_off("" if has_visit else "This notice is of no visit.")
        if notice is not None:
            self._text.setText(notice.text)
            self._kind.setText(KINDS[notice.kind])
            self._who.setText(self._who_words(notice))

    def _who_words(self, notice: Notice) -> str:
        zone, now = self._session.zone, self._session.now()
        at = words.clock_or_day(notice.at, now, zone)
        if notice.read_at is None:
            return f"{at}, nobody has read it"
        read = words.clock_or_day(notice.read_at, now, zone)
        return f"{at}, read by {notice.read_by} at {read}"

    def _on_read(self) -> None:
        notice = self.chosen()
        if notice is None or not self._read.isEnabled():
            return
        notice_id = notice.notice_id
        self._session.act(
            lambda hub: hub.read_notice(notice_id), lambda _read: self.refresh(), self._on_failed
        )

    def _on_open(self) -> None:
        notice = self.chosen()
        if notice is not None and notice.visit_id is not None:
            self.visit_asked.emit(notice.visit_id)

    def _on_current(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._show_chosen()

    def _build(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._table = RowTable(
            theme,
            self._model,
            PlainDelegate(theme, self._look),
            name="noticesTable",
            label="Notices, newest first",
            row=44,
        )
        self._table.set_widths((120, 144, 400, 176), (2,))
        self._table.selectionModel().currentChanged.connect(self._on_current)
        self._table.opened.connect(lambda _index: self._on_open())
        self._card = Card(theme, name="noticesCard", margins=(1, 1, 1, 1))
        self._card.body.addWidget(self._table)
        TableCardMask(theme, self._card)
        self._card.hide()
        self._message = Message(theme, "noticesMessage", "bell")
        self._message.hide()
        self._build_whole()
        for keys, does in (
            ("J", lambda: self._table.step(1)),
            ("K", lambda: self._table.step(-1)),
            ("X", self._on_read),
            ("Return", self._on_open),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(does)
        note = QHBoxLayout()
        note.setSpacing(8)
        note.addWidget(Icon(theme, "info", c.muted))
        note.addWidget(Words(theme, _NOTE, colour=c.muted), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addLayout(note)
        column.addWidget(self._card)
        column.addWidget(self._whole)
        column.addWidget(self._message)
        column.addStretch(1)

    def _build_whole(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._kind = Words(theme, "", Text.SECTION, Weight.STRONG, name="noticeKind")
        self._who = Words(theme, "", colour=c.muted, name="noticeWho")
        self._text = Words(theme, "", wrap=True, name="noticeText")
        self._read = Button(theme, "Mark as read", name="readNotice", icon="check", key="X")
        self._read.clicked.connect(self._on_read)
        self._open = Button(theme, "Open the visit", name="openNoticeVisit", icon="history")
        self._open.clicked.connect(self._on_open)
        self._whole = Card(theme, name="noticeCard", margins=(17, 15, 17, 15))
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._kind)
        head.addWidget(self._who, 1)
        head.addWidget(self._open)
        head.addWidget(self._read)
        self._whole.body.addLayout(head)
        self._whole.body.addSpacing(8)
        self._whole.body.addWidget(self._text)
        self._whole.hide()
