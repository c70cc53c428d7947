"""The people of one list, by name, and the way to each of them."""

from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from admin_console.console import words
from admin_console.console.client import HubClient
from admin_console.console.models.plain import Columns, Look, PlainDelegate, PlainModel
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Panel
from admin_console.console.parts.fields import Field
from admin_console.console.parts.message import Message
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.session import Fetch, HubSession
from admin_console.console.theme import Theme, Weight
from db.domain.entry_history import EntryPage
from db.domain.errors import HubRefusedError
from db.domain.watchlist import Watchlist, WatchlistEntry

_PAUSE_MS = 250
_MORE = "More people are on this list than are shown: search for a name or a number."


def validity_words(entry: WatchlistEntry) -> str:
    """When an entry counts."""
    since, until = entry.valid_from, entry.valid_until
    if since is not None and until is not None:
        return f"{words.day(since)} to {words.day(until)}"
    if since is not None:
        return f"from {words.day(since)}"
    return f"until {words.day(until)}" if until is not None else "always"


class ListPeople(Panel):
    """A table of people with a search.

    Signals:
        left: back to the lists.
        chosen: an entry was opened, with the `WatchlistEntry`.
        adding_asked: somebody new shall be put on the list.
        import_asked: the list shall be replaced by a file.
        facts_changed: another list is shown.
    """

    left = Signal()
    chosen = Signal(object)
    adding_asked = Signal()
    import_asked = Signal()
    facts_changed = Signal()

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self.watchlist: Watchlist | None = None
        self._shown: EntryPage | None = None
        self._text = ""
        self.setObjectName("listPeople")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        heads = ("Name", "Born", "Other names", "What the desk must do", "In force", "Version")
        self._model = PlainModel(Columns(heads, (5,)), self)
        self._fetch = Fetch(session, self._ask, self._on_page, self._no)
        self._pause = QTimer(self, interval=_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(self._fetch.ask)
        self._build()
        for keys, does in (
            ("J", lambda: self._table.step(1)),
            ("K", lambda: self._table.step(-1)),
            ("Return", self._table.open_current),
        ):
            QShortcut(QKeySequence(keys), self._table).activated.connect(does)
        for keys, act in (("Esc", self._on_esc), ("/", self._search.setFocus)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def start(self, watchlist: Watchlist) -> None:
        """Show the people of this list."""
        self.watchlist, self._shown = watchlist, None
        self._model.show_rows(())
        self._search.clear()
        self.refresh()

    def refresh(self) -> None:
        if self.watchlist is not None:
            self._fetch.ask()

    def facts(self) -> str:
        if self.watchlist is None:
            return ""
        people = words.plural(self.watchlist.entry_count, "person", "people")
        return f"{people}, version {self.watchlist.version}"

    def beside(self, entry_id: UUID | None, by: int) -> UUID | None:
        """The entry that stands `by` rows below this one; None beyond the ends."""
        ids = [e.entry_id for e in self._shown.entries] if self._shown is not None else []
        if entry_id not in ids:
            return None
        at = ids.index(entry_id) + by
        return ids[at] if 0 <= at < len(ids) else None

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        return (("/", "search"), ("J K", "move"), ("Enter", "open"), ("Esc", "back"))

    def show_connection(self) -> None:
        is_up = self._session.connection.is_up
        off = "" if is_up else "The hub is away: changing a list needs it."
        for button in (self._add, self._import):
            button.set_off(off)

    def _ask(self, hub: HubClient) -> EntryPage:
        if self.watchlist is None:
            raise HubRefusedError("No list was chosen.")
        return hub.people(self.watchlist.list_id, self._text, None)

    def _on_page(self, page: EntryPage) -> None:
        self._shown = page
        self._model.show_rows(tuple(_row(entry) for entry in page.entries))
        self._card.setVisible(bool(page.entries))
        self._message.setVisible(not page.entries or page.next_page is not None)
        if page.entries:
            self._message.say("Not everybody is shown", _MORE)
        elif self._search.text().strip():
            self._message.say("Nobody of that name", "Nobody on this list is called so.")
        else:
            self._message.say("Nobody is on this list yet", "Add somebody, or import a file.")
        self.facts_changed.emit()

    def _no(self, error: Exception) -> None:
        if self._shown is None:
            self._card.hide()
            self._message.say("The people could not be loaded", str(error))
            self._message.show()

    def _on_opened(self, index: QModelIndex) -> None:
        if self._shown is not None and index.row() < len(self._shown.entries):
            self.chosen.emit(self._shown.entries[index.row()])

    def _on_typed(self, text: str) -> None:
        self._text = text.strip()
        self._pause.start()

    def _on_esc(self) -> None:
        if self.isVisible():
            self.left.emit()

    def _look(self, _row_number: int, column: int) -> Look:
        c = self._theme.colours
        return Look(c.ink if column < 2 else c.muted, Weight.LABEL if column == 0 else Weight.TEXT)

    def _build(self) -> None:
        theme = self._theme
        back = Button(theme, "Lists", name="backToLists", icon="arrow-left")
        back.clicked.connect(self.left)
        self._search = Field(
            theme,
            name="peopleSearch",
            label="Search this list",
            placeholder="Name or number",
            icon="search",
            key="/",
        )
        self._search.setFixedWidth(288)
        self._search.textChanged.connect(self._on_typed)
        self._import = Button(theme, "New version from a file", name="newVersion", icon="import")
        self._import.clicked.connect(self.import_asked)
        self._add = Button(theme, "Add somebody", name="addEntry", kind=Kind.PRIMARY, icon="plus")
        self._add.clicked.connect(self.adding_asked)
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(back)
        tools.addWidget(self._search)
        tools.addStretch(1)
        tools.addWidget(self._import)
        tools.addWidget(self._add)
        self._table = RowTable(
            theme,
            self._model,
            PlainDelegate(theme, self._look),
            name="peopleTable",
            label="People on this list",
            row=36,
        )
        self._table.set_widths((220, 120, 220, 260, 232, 90), (0, 2, 3))
        self._table.opened.connect(self._on_opened)
        self._card = Card(theme, name="peopleCard", margins=(1, 1, 1, 1))
        self._card.body.addWidget(self._table)
        TableCardMask(theme, self._card)
        self._card.hide()
        self._message = Message(theme, "peopleMessage", "list")
        self._message.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addLayout(tools)
        column.addWidget(self._card)
        column.addWidget(self._message)
        column.addStretch(1)


def _row(entry: WatchlistEntry) -> tuple[str, ...]:
    return (
        entry.name.full,
        "" if entry.born is None else entry.born.words,
        ", ".join(alias.full for alias in entry.aliases),
        entry.instructions,
        validity_words(entry),
        str(entry.version),
    )
