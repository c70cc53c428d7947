"""The kiosks of this hub: who asks to be let in, how each stands, what is parked. For the IT."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.client import HubClient
from admin_console.console.models.kiosks import (
    by_need,
    counts,
    facts,
    left_to_do,
    parked,
    standing,
    waiting,
)
from admin_console.console.models.kiosks import lists as lists_of
from admin_console.console.models.plain import Columns, Look, PlainDelegate, PlainModel
from admin_console.console.pages.kiosk_asking import AskingCard
from admin_console.console.pages.kiosk_card import KioskCard, ParkedCard
from admin_console.console.painting import Tone
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Panel
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.parts.message import Message
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.parts.toast import Toast
from admin_console.console.session import Connection, Fetch, HubSession
from admin_console.console.theme import Text, Theme, Weight
from db.domain.kiosks import Kiosk, Kiosks, PairingCode, PairingRequest, RevokedKiosk, TriedAgain

T = TypeVar("T")

REFRESH_SECONDS = 15.0
"""How often the open page asks: that a kiosk falls silent is no news that the hub could tell."""
SECONDS_EACH = 0.1
"""A district with 600 kiosks is asked for once a minute: that is half a megabyte."""
_HEADS = ("Kiosk", "Stands", "Last heard", "Waits there", "Lists", "Software")
STANDING, WAITING, LISTS = 1, 3, 4
HEAD, ROW, MOST_ROWS = 36, 44, 8
"""A district's table scrolls by itself, so that the chosen kiosk stays in view below."""
_AWAY = "The hub is away: letting kiosks in and out needs it."
_NOTE = (
    "A kiosk is let in with a code, and when somebody here has seen the digits that it shows. A "
    "revoked one gets nothing more; what it sent stays."
)


class KiosksPage(Panel):
    """Who asks on top, then what is parked, the table, and the chosen kiosk.

    Signals:
        facts_changed: how many are in touch is another.
    """

    facts_changed = Signal()

    title = "Kiosks"

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._shown: Kiosks | None = None
        self.setObjectName("kiosksPage")
        self._chosen_id = ""
        self._left_to_do: dict[str, str] = {}
        self._ahead = timedelta(0)
        self._asked_at: datetime | None = None
        self._model = PlainModel(Columns(_HEADS), self)
        self._fetch = Fetch(session, lambda hub: hub.kiosks(), self._on_kiosks, self._on_failed)
        self._toast = Toast(theme, self)
        self._build()

    def facts(self, _now: datetime) -> str:
        if self._shown is None:
            return "The kiosks are asked for"
        said = counts(self._shown.kiosks, self._hub_now())
        if self._shown.requests:
            said += f", {len(self._shown.requests)} waiting to be let in"
        if self._session.connection.is_up:
            return said
        return f"{said}, as of {words.clock(self._shown.as_of, self._session.zone)}"

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        return (("J K", "move"),)

    def refresh(self) -> None:
        self._asked_at = self._session.now()
        self._fetch.ask()

    def tick(self, now: datetime) -> None:
        """Ages grow, and what the hub has no news of is asked for again."""
        asked = self._asked_at
        many = len(self._shown.kiosks) if self._shown is not None else 0
        patience = max(REFRESH_SECONDS, many * SECONDS_EACH)
        if asked is not None and (now - asked).total_seconds() >= patience:
            self.refresh()
        self._show_all()

    def show_connection(self, _connection: Connection, _now: datetime) -> None:
        self._show_all()

    def chosen(self) -> Kiosk | None:
        row = self._table.currentIndex().row()
        if self._shown is None or not 0 <= row < len(self._shown.kiosks):
            return None
        return self._shown.kiosks[row]

    def _hub_now(self) -> datetime:
        """The hub's clock; while it is away, when it last answered: nothing is known of since."""
        if self._shown is None or self._session.connection.is_up:
            return self._session.now() + self._ahead
        return self._shown.as_of

    def _on_kiosks(self, kiosks: Kiosks) -> None:
        self._ahead = kiosks.as_of - self._session.now()
        if len(kiosks.kiosks) > MOST_ROWS:  # of what is all in view none needs to be found
            kiosks = replace(kiosks, kiosks=by_need(kiosks.kiosks, kiosks.as_of))
        self._shown = kiosks
        self._card.setVisible(bool(kiosks.kiosks))
        self._message.setVisible(not kiosks.kiosks)
        self._message.say("No kiosk yet", "Make a code, then type it at the kiosk.")
        self._show_all()
        self.facts_changed.emit()

    def _on_failed(self, error: Exception) -> None:
        if self._shown is None:
            self._card.hide()
            self._message.say("The kiosks could not be loaded", str(error))
            self._message.show()

    def _show_all(self) -> None:
        if self._shown is not None:
            now = self._hub_now()
            self._show_rows(tuple(self._row(k, now) for k in self._shown.kiosks))
        self._switch()

    def _show_rows(self, rows: tuple[tuple[str, ...], ...]) -> None:
        """Say the rows anew; the kiosk that was chosen stays so."""
        self._model.show_rows(rows)
        ids = [k.kiosk_id for k in self._shown.kiosks] if self._shown is not None else []
        row = ids.index(self._chosen_id) if self._chosen_id in ids else 0
        if ids and self._table.currentIndex().row() != row:
            self._table.setCurrentIndex(self._model.index(row, 0))

    def _row(self, kiosk: Kiosk, now: datetime) -> tuple[str, ...]:
        zone, seen = self._session.zone, kiosk.last_seen_at
        heard = words.clock_or_day(seen, now, zone) if seen is not None else ""
        name = words.joined(kiosk.name, self._session.site_of(kiosk.site_id))
        state = standing(kiosk, now)[0]
        if kiosk.revoked_at is not None:
            return (name, state, heard, "", "", "")
        version = kiosk.state.version if kiosk.state is not None else ""
        waits, lists = waiting(kiosk, now, zone).words, lists_of(kiosk, now, zone).words
        return (name, state, heard, waits, lists, version)

    def _look(self, row: int, column: int) -> Look:
        c = self._theme.colours
        if self._shown is None or row >= len(self._shown.kiosks):
            return Look(c.ink)
        kiosk, now, zone = self._shown.kiosks[row], self._hub_now(), self._session.zone
        if column == STANDING:
            return Look(c.muted, chip=standing(kiosk, now)[1])
        if column == 0:
            return Look(c.ink if kiosk.revoked_at is None else c.muted, Weight.LABEL)
        said = {WAITING: waiting, LISTS: lists_of}.get(column)
        if said is not None and said(kiosk, now, zone).tone is not Tone.NEUTRAL:
            return Look(c.caution)
        return Look(c.muted)

    def _switch(self) -> None:
        is_up, kiosk, shown = self._session.connection.is_up, self.chosen(), self._shown
        off = "" if is_up else _AWAY
        self._code.set_off(off)
        requests = shown.requests if shown is not None else ()
        self._asking.show_request(requests[0] if requests else None, off)
        if requests:
            self._code_card.hide()
        self._show_parked(off)
        self._whole.setVisible(kiosk is not None)
        if kiosk is None or shown is None:
            return
        told = facts(kiosk, self._hub_now(), self._session.zone, shown.hub_version)
        off = off if kiosk.revoked_at is None else "It is revoked."
        self._whole.show_kiosk(kiosk.name, told, off, self._left_to_do.get(kiosk.kiosk_id, ""))

    def _show_parked(self, off: str) -> None:
        shown, zone = self._shown, self._session.zone
        groups = shown.parked if shown is not None else ()
        names = {k.kiosk_id: k.name for k in shown.kiosks} if shown is not None else {}
        said = tuple(parked(g, names.get(g.kiosk_id, g.kiosk_id), zone) for g in groups)
        many = sum(g.count for g in groups)
        was = "event is kept that" if many == 1 else "events are kept that"
        title = f"{words.count(many)} {was} the hub could not apply to the visits"
        self._parked.show_groups(said, title, off)

    def _on_try_again(self) -> None:
        self._do(
            lambda hub: hub.try_parked_again(),
            lambda done: self._say("Tried again", _tried_words(done)),
            "Nothing was tried again",
        )

    def _on_new_code(self) -> None:
        self._do(lambda hub: hub.new_pairing_code(), self._on_code, "No code was made")

    def _on_code(self, code: PairingCode) -> None:
        self._digits.setText(code.code)
        until = words.clock(code.expires_at, self._session.zone)
        self._until.setText(f"Type it at the kiosk (vestibule-kiosk pair) before {until}.")
        self._code_card.show()

    def _on_accepted(self, request: PairingRequest, is_replaced: bool) -> None:
        self._do(
            lambda hub: hub.accept_kiosk(request.request_id, is_replaced=is_replaced),
            lambda done: self._say(done.name, "It is let in."),
            "The kiosk was not let in",
        )

    def _on_rejected(self, request: PairingRequest) -> None:
        self._do(
            lambda hub: hub.reject_kiosk(request.request_id),
            lambda done: self._say(done.name, "It was turned away."),
            "The kiosk was not turned away",
        )

    def _on_revoke(self, typed: str) -> None:
        kiosk = self.chosen()
        if kiosk is None or kiosk.revoked_at is not None:
            return
        since, failed = None, "The kiosk was not revoked"
        if typed:
            try:
                since = date.fromisoformat(typed)
            except ValueError:
                self._toast.say(failed, "Write the day like 2026-01-31.", "alarm")
                return
        self._do(lambda hub: hub.revoke_kiosk(kiosk.kiosk_id, since), self._on_revoked, failed)

    def _on_revoked(self, kiosk: RevokedKiosk) -> None:
        self._left_to_do[kiosk.kiosk_id] = left_to_do(kiosk)
        self._whole.begin_anew()
        self._say(kiosk.name, "It may not talk to the hub any more.")

    def _say(self, title: str, said: str) -> None:
        self._toast.say(title, said)
        self.refresh()

    def _do(self, deed: Callable[[HubClient], T], done: Callable[[T], object], failed: str) -> None:
        def on_failed(error: Exception) -> None:
            self._toast.say(failed, str(error), "alarm")
            self.refresh()

        self._session.act(deed, done, on_failed)

    def _on_current(self, now: QModelIndex, _before: QModelIndex) -> None:
        if not now.isValid():
            return  # the rows are said anew
        kiosk = self.chosen()
        chosen_id = kiosk.kiosk_id if kiosk is not None else ""
        if chosen_id != self._chosen_id:
            self._whole.begin_anew()
        self._chosen_id = chosen_id
        self._switch()

    def _build(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._code = Button(theme, "New code", name="newCode", kind=Kind.PRIMARY, icon="key")
        self._code.clicked.connect(self._on_new_code)
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(Icon(theme, "info", c.muted))
        note = Words(theme, _NOTE, colour=c.muted, wrap=True)
        tools.addWidget(note, 1, Qt.AlignmentFlag.AlignVCenter)
        tools.addWidget(self._code)
        self._digits = Words(theme, "", Text.PAGE, Weight.STRONG, name="pairingCode")
        self._until = Words(theme, "", colour=c.muted, name="pairingCodeUntil")
        self._code_card = Card(theme, name="codeCard", margins=(17, 15, 17, 15))
        self._code_card.body.addWidget(self._digits)
        self._code_card.body.addWidget(self._until)
        self._code_card.hide()
        self._asking = AskingCard(theme)
        self._asking.accepted.connect(self._on_accepted)
        self._asking.rejected.connect(self._on_rejected)
        self._table = RowTable(
            theme,
            self._model,
            PlainDelegate(theme, self._look),
            name="kiosksTable",
            label="Kiosks, by name",
            row=ROW,
            head=HEAD,
        )
        self._table.setMaximumHeight(HEAD + MOST_ROWS * ROW)
        self._table.set_widths((184, 176, 128, 216, 248, 96), (0,))
        self._table.selectionModel().currentChanged.connect(self._on_current)
        self._card = Card(theme, name="kiosksCard", margins=(1, 1, 1, 1))
        self._card.body.addWidget(self._table)
        TableCardMask(theme, self._card)
        self._card.hide()
        self._message = Message(theme, "kiosksMessage", "kiosk")
        self._message.hide()
        self._parked = ParkedCard(theme)
        self._parked.try_asked.connect(self._on_try_again)
        self._whole = KioskCard(theme)
        self._whole.revoke_asked.connect(self._on_revoke)
        for keys, by in (("J", 1), ("K", -1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(lambda by=by: self._table.step(by))
        self._lay_out(tools)

    def _lay_out(self, tools: QHBoxLayout) -> None:
        inner = QWidget()
        inner.setProperty("plain", True)
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addLayout(tools)
        cards = (self._code_card, self._asking, self._parked, self._card, self._whole)
        for part in (*cards, self._message):
            column.addWidget(part)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        bar = area.verticalScrollBar()  # it stands in the page's margin
        bar.rangeChanged.connect(
            lambda _least, most: column.setContentsMargins(
                24, 24, 24 - (bar.sizeHint().width() if most else 0), 24
            )
        )
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)


def _tried_words(done: TriedAgain) -> str:
    applied = words.plural(done.applied, "event is", "events are")
    if not done.left:
        return f"{applied} applied; none is left."
    return f"{applied} applied; {words.count(done.left)} stay, with their reasons."
