"""The lists in force, how old they are, and the way to import one."""

from datetime import datetime
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.models.plain import Columns, Look, PlainDelegate, PlainModel
from admin_console.console.pages.accuracy import GUTTER, AccuracyView
from admin_console.console.pages.clearances import ClearancesView
from admin_console.console.pages.entry_editor import EntryEditor
from admin_console.console.pages.import_list import ImportView
from admin_console.console.pages.list_people import ListPeople
from admin_console.console.pages.new_list import NewListView
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Panel
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.parts.message import Message
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.parts.tabs import Tabs
from admin_console.console.parts.toast import Toast
from admin_console.console.photos import PhotoStore
from admin_console.console.session import Connection, Fetch, HubSession, is_same
from admin_console.console.theme import Theme, Weight
from db.domain.clearance import Clearance
from db.domain.desk import Lists
from db.domain.rights import Action, may
from db.domain.watchlist import Watchlist

AGE = 4
TABLE, IMPORT, PEOPLE, EDITOR, NEW = range(5)
LISTS, CLEARANCES, ACCURACY = range(3)

MAY_NOT = "Only administrators bring in lists. Ask one of yours; the lists hold as they are."
V = TypeVar("V", ImportView, ListPeople, EntryEditor, NewListView)


class ListsPage(Panel):
    """A table of lists, and the import over it.

    Signals:
        facts_changed: what stands beside the title is another.
    """

    facts_changed = Signal()

    title = "Lists"

    def __init__(self, theme: Theme, session: HubSession, photos: PhotoStore) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session, self._photos = theme, session, photos
        self._shown: Lists | None = None
        self._goes_to_lists = False
        self._may_import = may(session.staff.role, Action.EDIT_LISTS)
        self._may_read = may(session.staff.role, Action.SEE_FIGURES)
        self.setObjectName("listsPage")
        columns = Columns(("List", "Kind", "People", "Version", "Age", "Oldest allowed"), (2, 3))
        self._model = PlainModel(columns, self)
        self._fetch = Fetch(session, lambda hub: hub.lists(), self._on_lists, self._on_failed)
        self._tabs = Tabs(theme, ("Lists", "Clearances", "Accuracy"))
        self._tabs.chosen.connect(self._on_tab)
        self.clearances = ClearancesView(theme, session)
        self.clearances.facts_changed.connect(self.facts_changed)
        self.clearances.ended.connect(self._on_ended)
        self.clearances.failed.connect(self._on_not_ended)
        self.accuracy = AccuracyView(theme, session)
        self._part = TABLE
        self._stack = QStackedWidget()
        self._made: list[ImportView | ListPeople | EntryEditor | NewListView] = []
        self._table_view = self._table_page()
        self._stack.addWidget(self._table_view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._toast = Toast(theme, self)
        for keys, does in (
            ("J", lambda: self._table.step(1)),
            ("K", lambda: self._table.step(-1)),
            ("Return", self._table.open_current),
        ):
            QShortcut(QKeySequence(keys), self._table).activated.connect(does)

    # Each of these views is made when it is first asked for: who signs in waits for none of them.

    @cached_property
    def import_view(self) -> ImportView:
        view = self._added(ImportView(self._theme, self._session))
        view.left.connect(lambda: self._show(TABLE))
        view.step_changed.connect(self.facts_changed)
        view.finished.connect(self._on_imported)
        return view

    @cached_property
    def people(self) -> ListPeople:
        view = self._added(ListPeople(self._theme, self._session))
        view.left.connect(lambda: self._show(TABLE))
        view.facts_changed.connect(self.facts_changed)
        view.chosen.connect(lambda entry: self._edit(entry.entry_id))
        view.adding_asked.connect(lambda: self._edit(None))
        view.import_asked.connect(self._on_new_version)
        return view

    @cached_property
    def editor(self) -> EntryEditor:
        view = self._added(EntryEditor(self._theme, self._session, self._photos))
        view.left.connect(self._on_edited)
        view.facts_changed.connect(self.facts_changed)
        view.stepped.connect(self._on_stepped)
        view.saved.connect(self._toast.say)
        return view

    @cached_property
    def new_list(self) -> NewListView:
        view = self._added(NewListView(self._theme, self._session))
        view.left.connect(lambda: self._show(TABLE))
        view.begun.connect(self._on_begun)
        return view

    def _added(self, view: V) -> V:
        self._stack.addWidget(view)
        self._made.append(view)
        view.show_connection()
        return view

    def facts(self, _now: datetime) -> str:
        if self._part == IMPORT:
            return self.import_view.title()
        if self._part == PEOPLE:
            return self.people.facts()
        if self._part in (EDITOR, NEW):
            return ""
        if self._parts.currentIndex() == CLEARANCES:
            return self.clearances.facts()
        if self._shown is None:
            return "The lists are asked for"
        said = f"{words.plural(len(self._shown.lists), 'list', 'lists')} in force"
        if self._session.connection.is_up:
            return said
        return f"{said}, as of {words.clock(self._shown.as_of, self._session.zone)}"

    def trail(self) -> tuple[str, tuple[str, ...]]:
        """What is shown, and what is above it from the top down."""
        of = self.people.watchlist if self._part in (PEOPLE, EDITOR) else None
        if of is not None and self._part == EDITOR:
            return self.editor.person(), (self.title, of.name)
        if of is not None and self._part == PEOPLE:
            return of.name, (self.title,)
        if self._part == NEW:
            return "A new list", (self.title,)
        return self.title, ()

    def go_up(self, place: int) -> None:
        """Back to that place of the trail."""
        if self._part == EDITOR:
            self._goes_to_lists = place == 0
            self.editor.leave()
        elif place == 0:
            self._show(TABLE)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        if self._part == PEOPLE:
            return self.people.keys
        if self._part in (EDITOR, NEW):
            return (self.editor if self._part == EDITOR else self.new_list).keys
        if self._part == IMPORT:
            return (("Tab", "next field"), ("Ctrl ↵", "go on"), ("Esc", "cancel"))
        if self._parts.currentIndex() == CLEARANCES:
            return self.clearances.keys
        if self._parts.currentIndex() == ACCURACY:
            return self.accuracy.keys
        tab = ("1-3", "tab")
        return (tab, ("J K", "move"), ("Enter", "open")) if self._may_import else (tab,)

    def refresh(self) -> None:
        self._fetch.ask()
        if self._parts.currentIndex() == CLEARANCES:
            self.clearances.refresh()
        elif self._parts.currentIndex() == ACCURACY:
            self.accuracy.refresh()

    def shown(self) -> Lists | None:
        return self._shown

    def tick(self, now: datetime) -> None:
        if self._shown is not None:
            owner_of = self._session.owner_of
            rows = (_row(each, owner_of(each.site_id), now) for each in self._shown.lists)
            self._model.show_rows(tuple(rows))

    def show_connection(self, connection: Connection, _now: datetime) -> None:
        self._import.set_off("" if connection.is_up else "The hub is away: importing needs it.")
        self._new.set_off("" if connection.is_up else "The hub is away: a new list needs it.")
        for view in self._made:
            view.show_connection()
        self.clearances.show_connection(connection)
        self.accuracy.show_connection(connection)

    def start_import(self) -> None:
        """Begin with the file."""
        if self._may_import and self._session.connection.is_up:
            self.import_view.start(self._shown.lists if self._shown else ())
            self._show(IMPORT)

    def _edit(self, entry_id: UUID | None) -> None:
        if self.people.watchlist is not None:
            self.editor.start(self.people.watchlist, entry_id)
            self._show(EDITOR)
            self.editor.setFocus()

    def _on_edited(self) -> None:
        self._show(TABLE if self._goes_to_lists else PEOPLE)
        self._goes_to_lists = False
        self.refresh()

    def _on_stepped(self, by: int) -> None:
        entry_id = self.people.beside(self.editor.entry_id, by)
        if entry_id is not None:
            self._edit(entry_id)

    def _on_new_version(self) -> None:
        chosen = self.people.watchlist
        if chosen is not None:
            self.start_import()
            self.import_view.file_step.choose_list(
                chosen.name, chosen.category, chosen.max_age_days
            )

    def _show(self, part: int) -> None:
        """One of `TABLE`, `IMPORT`, `PEOPLE`, `EDITOR` and `NEW`."""
        self._part = part
        view: QWidget = self._table_view
        if part in (IMPORT, NEW):
            view = self.import_view if part == IMPORT else self.new_list
        elif part in (PEOPLE, EDITOR):
            view = self.people if part == PEOPLE else self.editor
        self._stack.setCurrentWidget(view)
        self.facts_changed.emit()

    def _on_tab(self, part: int) -> None:
        self._parts.setCurrentIndex(part)
        for button in (self._import, self._new):
            button.setVisible(self._may_import and part == LISTS)
        self.accuracy.tools.setVisible(self._may_read and part == ACCURACY)
        self.refresh()
        self.facts_changed.emit()

    def _on_new(self) -> None:
        self._show(NEW)
        self.new_list.start()

    def _on_begun(self, watchlist: Watchlist) -> None:
        self._toast.say(watchlist.name, "The list is in force on every kiosk. Nobody is on it yet.")
        self._open(watchlist)
        self.refresh()

    def _open(self, watchlist: Watchlist) -> None:
        self.people.start(watchlist)
        self._show(PEOPLE)
        self.people.setFocus()

    def _on_ended(self, clearance: Clearance) -> None:
        said = "Ended on every kiosk. The visitor is held once more."
        self._toast.say(f"Clearance, {clearance.list_name}", said)

    def _on_not_ended(self, why: str) -> None:
        self._toast.say("The clearance was not ended", why, "alarm")

    def _on_lists(self, lists: Lists) -> None:
        before, self._shown = self._shown, lists
        if is_same(before, lists):
            return
        same = self.people.watchlist if self._part == PEOPLE else None
        if same is not None:
            newest = next((w for w in lists.lists if w.list_id == same.list_id), same)
            self.people.watchlist = newest
            self.people.refresh()
        self.facts_changed.emit()
        self.tick(self._session.now())
        self._card.setVisible(bool(lists.lists))
        self._message.setVisible(not lists.lists)
        self._message.say(
            "No list yet", "Until there is one nobody can be found on it, and every visitor passes."
        )

    def _on_failed(self, error: Exception) -> None:
        if self._shown is None:
            self._card.hide()
            self._message.say("The lists could not be loaded", str(error))
            self._message.show()

    def _on_opened(self, index: QModelIndex) -> None:
        if self._shown is None or not self._may_import:
            return
        self._open(self._shown.lists[index.row()])

    def _on_imported(self, watchlist: Watchlist) -> None:
        self._show(TABLE)
        people = words.plural(watchlist.entry_count, "person", "people")
        self._toast.say(watchlist.name, f"Version {watchlist.version} in force, {people}")
        self.refresh()

    def _look(self, row: int, column: int) -> Look:
        c = self._theme.colours
        if self._shown is None or row >= len(self._shown.lists):
            return Look(c.ink)
        if column == AGE:
            each, now = self._shown.lists[row], self._session.now()
            if words.is_outdated(each.imported_at, each.max_age_days, now):
                return Look(c.caution, dot=c.dot_warn)
            return Look(c.ink, dot=c.dot_ok)
        if column == 2 and not self._shown.lists[row].entry_count:
            return Look(c.caution, Weight.LABEL)
        if column == 0:
            return Look(c.ink, Weight.LABEL)
        return Look(c.ink if column == 2 else c.muted)

    def _table_page(self) -> QWidget:
        theme, c = self._theme, self._theme.colours
        self._import = Button(
            theme, "Import a list", name="importList", kind=Kind.PRIMARY, icon="import"
        )
        self._import.clicked.connect(self.start_import)
        self._new = Button(theme, "New list", name="newListButton", icon="plus")
        self._new.clicked.connect(self._on_new)
        if not self._may_import:
            self._import.hide()
            self._new.hide()
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(self._tabs)
        tools.addStretch(1)
        tools.addWidget(self.accuracy.tools)
        tools.addWidget(self._new)
        tools.addWidget(self._import)
        may_not = QHBoxLayout()
        may_not.setSpacing(8)
        if not self._may_import:
            may_not.addWidget(Icon(theme, "lock", c.muted))
            may_not.addWidget(Words(theme, MAY_NOT, colour=c.muted, name="mayNotImport"), 1)
        self._table = RowTable(
            theme,
            self._model,
            PlainDelegate(theme, self._look),
            name="listsTable",
            label="Lists in force",
            row=44,
        )
        self._table.set_widths((320, 180, 120, 100, 256, 180), (0,))
        self._table.opened.connect(self._on_opened)
        self._card = Card(theme, name="listsCard", margins=(1, 1, 1, 1))
        self._card.body.addWidget(self._table)
        TableCardMask(theme, self._card)
        self._card.hide()
        self._message = Message(theme, "listsMessage", "list")
        self._message.hide()
        lists, page = QWidget(), QWidget()
        inner = QVBoxLayout(lists)
        inner.setContentsMargins(0, 0, GUTTER, 0)
        inner.setSpacing(16)
        inner.addLayout(may_not)
        inner.addWidget(self._card)
        inner.addWidget(self._message)
        inner.addStretch(1)
        self._parts = QStackedWidget()
        self._parts.addWidget(lists)
        self.clearances.setContentsMargins(0, 0, GUTTER, 0)
        self._parts.addWidget(self.clearances)
        self._parts.addWidget(self.accuracy)
        column = QVBoxLayout(page)
        column.setContentsMargins(24, 24, 24 - GUTTER, 24)
        column.setSpacing(16)
        tools.setContentsMargins(0, 0, GUTTER, 0)
        column.addLayout(tools)
        column.addWidget(self._parts)
        return page


def _row(watchlist: Watchlist, owner: str, now: datetime) -> tuple[str, ...]:
    days = watchlist.max_age_days
    age = words.list_age(watchlist.imported_at, now)
    outdated = words.is_outdated(watchlist.imported_at, days, now)
    return (
        words.joined(watchlist.name, owner),
        words.CATEGORIES[watchlist.category],
        words.count(watchlist.entry_count) if watchlist.entry_count else "nobody",
        str(watchlist.version),
        f"{age}, outdated" if outdated else age,
        words.plural(days, "day", "days") if days else "no limit",
    )
