"""The kiosks of this hub: who asks to be let in, who is in touch, and ending one. For the IT."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from admin_console.console import words
from admin_console.console.client import HubClient
from admin_console.console.models.plain import Columns, Look, PlainDelegate, PlainModel
from admin_console.console.pages.kiosk_asking import AskingCard
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
from db.domain.kiosks import Kiosk, Kiosks, PairingCode, PairingRequest

T = TypeVar("T")

STANDING = 2
IN_TOUCH_SECONDS = 120.0
_AWAY = "The hub is away: letting kiosks in and out needs it."
_NOTE = (
    "A kiosk is let in with a code, and when somebody here has seen the digits that it shows. A "
    "revoked one gets nothing more; what it sent stays."
)


def standing(kiosk: Kiosk, now: datetime) -> tuple[str, Tone]:
    """How a kiosk stands, in a few words."""
    if kiosk.revoked_at is not None:
        return "Revoked", Tone.NEUTRAL
    if kiosk.fork is not None:
        return "Forked: pair again", Tone.ALARM
    seen = kiosk.last_seen_at
    if seen is not None and (now - seen).total_seconds() < IN_TOUCH_SECONDS:
        return "In touch", Tone.POSITIVE
    return ("Not heard yet" if seen is None else "Out of touch"), Tone.CAUTION


class KiosksPage(Panel):
    """Who asks on top, then the table, then the chosen kiosk.

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
        self._model = PlainModel(Columns(("Kiosk", "Last heard", "Stands", "Paired")), self)
        self._fetch = Fetch(session, lambda hub: hub.kiosks(), self._on_kiosks, self._on_failed)
        self._toast = Toast(theme, self)
        self._build()

    def facts(self, _now: datetime) -> str:
        if self._shown is None:
            return "The kiosks are asked for"
        live = [k for k in self._shown.kiosks if k.revoked_at is None]
        said = f"{words.plural(len(live), 'kiosk', 'kiosks')} paired"
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
        self._fetch.ask()

    def tick(self, now: datetime) -> None:
        if self._shown is not None:
            self._model.show_rows(tuple(self._row(k, now) for k in self._shown.kiosks))

    def show_connection(self, _connection: Connection, _now: datetime) -> None:
        self._switch()

    def chosen(self) -> Kiosk | None:
        row = self._table.currentIndex().row()
        if self._shown is None or not 0 <= row < len(self._shown.kiosks):
            return None
        return self._shown.kiosks[row]

    def _on_kiosks(self, kiosks: Kiosks) -> None:
        before = self.chosen()
        self._shown = kiosks
        self.tick(self._session.now())
        same = before.kiosk_id if before is not None else ""
        row = next((r for r, k in enumerate(kiosks.kiosks) if k.kiosk_id == same), 0)
        if kiosks.kiosks:
            self._table.setCurrentIndex(self._model.index(row, 0))
        self._card.setVisible(bool(kiosks.kiosks))
        self._message.setVisible(not kiosks.kiosks)
        self._message.say("No kiosk yet", "Make a code, then type it at the kiosk.")
        self._switch()
        self.facts_changed.emit()

    def _on_failed(self, error: Exception) -> None:
        if self._shown is None:
            self._card.hide()
            self._message.say("The kiosks could not be loaded", str(error))
            self._message.show()

    def _row(self, kiosk: Kiosk, now: datetime) -> tuple[str, ...]:
        zone, seen = self._session.zone, kiosk.last_seen_at
        heard = words.clock_or_day(seen, now, zone) if seen is not None else ""
        paired = words.day(kiosk.paired_at.astimezone(zone).date())
        name = words.joined(kiosk.name, self._session.site_of(kiosk.site_id))
        return (name, heard, standing(kiosk, now)[0], paired)

    def _look(self, row: int, column: int) -> Look:
        c = self._theme.colours
        if self._shown is None or row >= len(self._shown.kiosks):
            return Look(c.ink)
        kiosk = self._shown.kiosks[row]
        if column == STANDING:
            return Look(c.muted, chip=standing(kiosk, self._session.now())[1])
        if column == 0:
            return Look(c.ink if kiosk.revoked_at is None else c.muted, Weight.LABEL)
        return Look(c.muted)

    def _switch(self) -> None:
        is_up, kiosk = self._session.connection.is_up, self.chosen()
        self._code.set_off("" if is_up else _AWAY)
        requests = self._shown.requests if self._shown is not None else ()
        self._asking.show_request(requests[0] if requests else None, "" if is_up else _AWAY)
        if requests:
            self._code_card.hide()
        self._whole.setVisible(kiosk is not None)
        if kiosk is None:
            return
        is_over = kiosk.revoked_at is not None
        self._revoke.set_off("It is revoked." if is_over else "" if is_up else _AWAY)
        self._name.setText(kiosk.name)
        self._what.setText(self._what_words(kiosk))

    def _what_words(self, kiosk: Kiosk) -> str:
        zone = self._session.zone
        if kiosk.revoked_at is not None:
            return f"Revoked {words.day_and_clock(kiosk.revoked_at, zone)}. What it sent stays."
        if kiosk.fork is not None:
            return (
                f"Two disks speak for this kiosk: {kiosk.fork}. Nothing of it is taken in until it "
                "is paired again."
            )
        if kiosk.last_seen_at is None:
            return "It was let in and was not heard of since."
        return f"Last heard {words.day_and_clock(kiosk.last_seen_at, zone)}."

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

    def _on_revoke(self) -> None:
        kiosk = self.chosen()
        if kiosk is None or kiosk.revoked_at is not None:
            return
        self._do(
            lambda hub: hub.revoke_kiosk(kiosk.kiosk_id),
            lambda done: self._say(done.name, "It may not talk to the hub any more."),
            "The kiosk was not revoked",
        )

    def _say(self, title: str, said: str) -> None:
        self._toast.say(title, said)
        self.refresh()

    def _do(self, deed: Callable[[HubClient], T], done: Callable[[T], object], failed: str) -> None:
        def on_failed(error: Exception) -> None:
            self._toast.say(failed, str(error), "alarm")
            self.refresh()

        self._session.act(deed, done, on_failed)

    def _on_current(self, _now: QModelIndex, _before: QModelIndex) -> None:
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
            row=44,
        )
        self._table.set_widths((320, 200, 224, 176), (0,))
        self._table.selectionModel().currentChanged.connect(self._on_current)
        self._card = Card(theme, name="kiosksCard", margins=(1, 1, 1, 1))
        self._card.body.addWidget(self._table)
        TableCardMask(theme, self._card)
        self._card.hide()
        self._message = Message(theme, "kiosksMessage", "kiosk")
        self._message.hide()
        self._build_whole()
        for keys, by in (("J", 1), ("K", -1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(lambda by=by: self._table.step(by))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addLayout(tools)
        for part in (self._code_card, self._asking, self._card, self._whole, self._message):
            column.addWidget(part)
        column.addStretch(1)

    def _build_whole(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._name = Words(theme, "", Text.SECTION, Weight.STRONG, name="kioskName")
        self._what = Words(theme, "", colour=c.muted, wrap=True, name="kioskWhat")
        self._revoke = Button(theme, "Revoke", name="revokeKiosk", kind=Kind.DESTRUCTIVE)
        self._revoke.clicked.connect(self._on_revoke)
        self._whole = Card(theme, name="kioskCard", margins=(17, 15, 17, 15))
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addStrut(32)
        head.addWidget(self._name, 1)
        head.addWidget(self._revoke)
        self._whole.body.addLayout(head)
        self._whole.body.addSpacing(4)
        self._whole.body.addWidget(self._what)
        self._whole.hide()
