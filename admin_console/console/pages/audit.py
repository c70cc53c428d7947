"""Who looked at what, and who changed what: for whoever oversees the school."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from admin_console.console import words
from admin_console.console.client import HubClient
from admin_console.console.models.plain import Columns, Look, PlainDelegate, PlainModel
from admin_console.console.parts.button import Button
from admin_console.console.parts.card import Card, Panel
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.parts.message import Message
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.session import Connection, Fetch, HubSession
from admin_console.console.theme import Theme, Weight
from db.domain.audit import AuditLine, AuditPage, Deed
from db.domain.rights import Action, may

DEEDS = {
    Deed.SIGNED_IN: "Signed in",
    Deed.SIGN_IN_REFUSED: "Sign-in refused",
    Deed.SIGNED_OUT: "Signed out",
    Deed.VISIT_VIEWED: "Looked at a visit",
    Deed.PHOTO_VIEWED: "Looked at a photo",
    Deed.HISTORY_VIEWED: "Looked through past visits",
    Deed.VISITS_SEARCHED: "Searched visits by name",
    Deed.VISITS_EXPORTED: "Exported visits",
    Deed.DECIDED: "Decided on a visit",
    Deed.VISITOR_SIGNED_OUT: "Signed a visitor out",
    Deed.ENTRIES_VIEWED: "Looked at a list",
    Deed.ENTRY_VIEWED: "Looked at an entry",
    Deed.ENTRY_ADDED: "Added an entry",
    Deed.ENTRY_CHANGED: "Changed an entry",
    Deed.ENTRY_REMOVED: "Removed an entry",
    Deed.REMOVAL_ASKED: "Asked to remove an entry",
    Deed.CHANGE_ASKED: "Asked to change an entry",
    Deed.REMOVAL_TAKEN_BACK: "Kept an entry",
    Deed.LIST_BEGUN: "Began a list",
    Deed.LIST_IMPORTED: "Imported a list",
    Deed.IMPORT_STOPPED: "Stopped an import",
    Deed.LIST_EXPORTED: "Exported a list",
    Deed.LIST_SHARED: "Made a list the district's",
    Deed.LIST_RULES_CHANGED: "Changed who removes entries",
    Deed.CLEARANCES_VIEWED: "Looked at the clearances",
    Deed.CLEARANCE_ENDED: "Ended a clearance",
    Deed.POLICY_CHANGED: "Changed the desk's rules",
    Deed.HOSTS_CHANGED: "Changed the hosts",
    Deed.SITE_OPENED: "Opened a school",
    Deed.SITE_CHANGED: "Changed the school's name",
    Deed.SITE_CLOSED: "Closed a school",
    Deed.HUB_RESTORED: "Restored the hub from a backup",
    Deed.NUMBER_KEY_CHANGED: "Changed the key for ID numbers",
    Deed.BACKUP_KEY_CHANGED: "Changed the key of backups",
    Deed.SIGNING_KEY_CHANGED: "Changed the key that the hub signs with",
    Deed.AUTHORITY_MADE: "Made a new authority for the hub",
    Deed.AUTHORITY_CHANGED: "Had the hub go by its new authority",
    Deed.STAFF_ADDED: "Added staff",
    Deed.STAFF_REMOVED: "Removed staff",
    Deed.STAFF_RENAMED: "Renamed staff",
    Deed.PASSWORD_CHANGED: "Changed a password",
    Deed.ROLE_CHANGED: "Changed a role",
    Deed.STAFF_SITES_CHANGED: "Changed which schools somebody sees",
    Deed.PIN_CHANGED: "Changed a PIN",
    Deed.SECOND_FACTOR_CHANGED: "Changed a second factor",
    Deed.ACCOUNT_LINKED: "Linked an account",
    Deed.ACCOUNT_UNLINKED: "Unlinked an account",
    Deed.OIDC_CHANGED: "Changed the sign-in provider",
    Deed.PAIRING_CODE_MADE: "Made a pairing code",
    Deed.KIOSK_ACCEPTED: "Accepted a kiosk",
    Deed.KIOSK_REJECTED: "Turned a kiosk away",
    Deed.KIOSK_PAIRED: "Paired a kiosk",
    Deed.KIOSK_REVOKED: "Revoked a kiosk",
    Deed.EVENTS_TRIED_AGAIN: "Tried parked events again",
    Deed.WEBHOOK_ADDED: "Added a webhook",
    Deed.WEBHOOK_REMOVED: "Removed a webhook",
    Deed.WEBHOOK_RESUMED: "Resumed a webhook",
    Deed.WEBHOOK_RENEWED: "Renewed a webhook's secret",
    Deed.LOG_EXPORTED: "Exported the log",
    Deed.AUDIT_EXPORTED: "Exported this audit",
}
_NOTE = "It names nobody who visited: a visit can be opened from here, and that is noted too."


class AuditView(Panel):
    """The deeds, newest first, more of them when asked for.

    Signals:
        facts_changed: what is shown is another.
        visit_asked: look at this visit, with its id as text.
    """

    facts_changed = Signal()
    visit_asked = Signal(str)

    title = "Audit"

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._lines: tuple[AuditLine, ...] = ()
        self._next: str | None = None
        self._as_of: datetime | None = None
        self._may_see = may(session.staff.role, Action.SEE_AUDIT)
        self.setObjectName("auditPage")
        self._model = PlainModel(Columns(("When", "Who", "What", "About", "From")), self)
        self._fetch = Fetch(session, self._question, self._on_page, self._on_failed)
        self._build()

    def facts(self, _now: datetime) -> str:
        if self._as_of is None:
            return "The audit is asked for"
        more = ", and older ones" if self._next is not None else ""
        return f"{words.plural(len(self._lines), 'deed', 'deeds')}{more}"

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        return (("J K", "move"), ("Enter", "open the visit"))

    def refresh(self) -> None:
        if self._may_see:
            self._fetch.ask()

    def tick(self, now: datetime) -> None:
        self._model.show_rows(tuple(self._row(line, now) for line in self._lines))

    def show_connection(self, connection: Connection, _now: datetime) -> None:
        self._more.set_off("" if connection.is_up else "The hub is away.")

    def _question(self, hub: HubClient) -> AuditPage:
        return hub.audit(None)

    def _on_page(self, page: AuditPage) -> None:
        self._lines, self._next, self._as_of = page.lines, page.next_page, page.as_of
        self._show()

    def _on_more(self) -> None:
        following = self._next
        if following is not None:
            self._session.ask(lambda hub: hub.audit(following), self._on_older, self._on_failed)

    def _on_older(self, page: AuditPage) -> None:
        self._lines, self._next = (*self._lines, *page.lines), page.next_page
        self._show()

    def _show(self) -> None:
        self.tick(self._session.now())
        self._card.setVisible(bool(self._lines))
        self._more.setVisible(self._next is not None)
        self._message.setVisible(not self._lines)
        self._message.say("Nothing was done yet", "Here stands who looked at what.")
        self.facts_changed.emit()

    def _on_failed(self, error: Exception) -> None:
        if self._as_of is None:
            self._card.hide()
            self._message.say("The audit could not be loaded", str(error))
            self._message.show()

    def _row(self, line: AuditLine, now: datetime) -> tuple[str, ...]:
        at = words.clock_or_day(line.at, now, self._session.zone)
        what = DEEDS[Deed(line.deed)] if line.deed in set(Deed) else str(line.deed)
        about = line.detail or (f"{line.about} {line.about_id[:8]}" if line.about else "")
        return (at, line.who, what, about, line.address)

    def _look(self, _row: int, column: int) -> Look:
        c = self._theme.colours
        return Look(c.ink, Weight.LABEL) if column == 2 else Look(c.muted)

    def _on_open(self) -> None:
        row = self._table.currentIndex().row()
        if 0 <= row < len(self._lines) and self._lines[row].about == "visit":
            self.visit_asked.emit(self._lines[row].about_id)

    def _build(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._table = RowTable(
            theme,
            self._model,
            PlainDelegate(theme, self._look),
            name="auditTable",
            label="What was done, newest first",
            row=40,
        )
        self._table.set_widths((120, 200, 240, 320, 136), (3,))
        self._table.opened.connect(lambda _index: self._on_open())
        self._card = Card(theme, name="auditCard", margins=(1, 1, 1, 1))
        self._card.body.addWidget(self._table)
        TableCardMask(theme, self._card)
        self._card.hide()
        self._message = Message(theme, "auditMessage", "audit")
        self._message.hide()
        self._more = Button(theme, "Show older ones", name="moreAudit", icon="history")
        self._more.clicked.connect(self._on_more)
        self._more.hide()
        for keys, does in (
            ("J", lambda: self._table.step(1)),
            ("K", lambda: self._table.step(-1)),
            ("Return", self._on_open),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(does)
        note = QHBoxLayout()
        note.setSpacing(8)
        note.addWidget(Icon(theme, "info", c.muted))
        note.addWidget(Words(theme, _NOTE, colour=c.muted), 1)
        note.addWidget(self._more)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addLayout(note)
        column.addWidget(self._card)
        column.addWidget(self._message)
        column.addStretch(1)
