"""The staff: who may sign in, what for, with what, and who is signed in now."""

# ruff: noqa: N802  (Qt's virtual functions keep Qt's names)

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from PySide6.QtCore import QModelIndex, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.models.plain import Columns, Look, PlainDelegate, PlainModel
from admin_console.console.models.staff import joined, last_seen, signs_in_with, standing
from admin_console.console.pages.staff_form import Saved, StaffForm
from admin_console.console.pages.staff_side import StaffSide
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card, Panel
from admin_console.console.parts.fields import Field
from admin_console.console.parts.message import Message
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.parts.tabs import Tabs
from admin_console.console.parts.toast import Toast
from admin_console.console.session import Connection, HubSession
from admin_console.console.theme import Theme, Weight
from db.domain.staffing import KnownStaff, StaffLine, StaffPage

REFRESH_SECONDS = 60.0
"""How often the open page asks: that somebody is there is no news that the hub tells."""
TYPING_MS = 250
_HEADS = ("Name", "Role", "Signs in with", "Last seen")
HEAD, ROW, WIDE = 36, 44, 1200
STAFF, SIGNED_IN = 0, 1
_AWAY = "The hub is away: keeping the staff needs it."


class StaffView(Panel):
    """The table, and beside it the chosen one and what each role may do; or the form.

    Signals:
        facts_changed: how many there are is another, or the form came or went.
    """

    facts_changed = Signal()

    title = "Staff and roles"

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._page: StaffPage | None = None
        self._lines: tuple[StaffLine, ...] = ()
        self._chosen_id: UUID | None = None
        self._ahead = timedelta(0)
        self._asked_at: datetime | None = None
        self._asked = 0
        """Which question is the last one: answers to earlier ones come too late."""
        self._more_of: tuple[str, bool] | None = None
        """Of what more is asked for, as `_what` has it; None where nobody pressed for it."""
        self._is_due = False
        """Whether to ask anew once that came, or failed."""
        self._tab = STAFF
        self.setObjectName("staffPage")
        self._model = PlainModel(Columns(_HEADS), self)
        self._form = StaffForm(theme, session)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self.refresh)
        self._toast = Toast(theme, self)
        self._build()
        self._connect()

    # ---- what every page has --------------------------------------------------------------

    def facts(self, _now: datetime) -> str:
        if self._page is None:
            return "The staff are asked for"
        said = words.plural(self._page.total, "person", "people")
        if self._session.connection.is_up:
            return said
        return f"{said}, as of {words.clock(self._page.as_of, self._session.zone)}"

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        if self._stack.currentWidget() is self._form:
            return self._form.keys
        return (("J K", "move"), ("Enter", "change"), ("N", "add"), ("/", "find"))

    @property
    def is_untold(self) -> bool:
        """Whether something is on its way, or there, that is told once and nobody has seen."""
        return self._form.is_adding or self._side.is_untold

    def refresh(self) -> None:
        self._asked_at = self._session.now()
        if self._more_of == self._what():
            self._is_due = True  # once what somebody pressed for is there
        else:
            self._ask("")

    def tick(self, now: datetime) -> None:
        asked = self._asked_at
        if asked is not None and (now - asked).total_seconds() >= REFRESH_SECONDS:
            self.refresh()
        self._show_lines()

    def show_connection(self, _connection: Connection, _now: datetime) -> None:
        self._form.show_connection()
        self._switch()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        signs_in_with = 200 if self.width() >= WIDE else 152  # else names would be cut
        self._table.set_widths((200, 112, signs_in_with, 116), (0,))

    # ---- asking ---------------------------------------------------------------------------

    def _ask(self, page: str) -> None:
        self._asked += 1
        number, (text, is_signed_in) = self._asked, self._what()
        self._more_of, self._is_due = (text, is_signed_in) if page else None, False

        def answered(found: StaffPage) -> None:
            if number == self._asked:
                self._on_page(found, is_more=bool(page))
                self._settle()

        def failed(error: Exception) -> None:
            if number == self._asked:
                self._on_failed(error)
                self._settle()

        self._session.ask(
            lambda hub: hub.staff.page(text, page, is_signed_in=is_signed_in), answered, failed
        )

    def _settle(self) -> None:
        """The last question has come to its end."""
        self._more_of = None
        if self._is_due:
            self._ask("")

    def _what(self) -> tuple[str, bool]:
        """Whose page is shown: the search, and whether of who is signed in."""
        return self._find.text(), self._tab == SIGNED_IN

    def _on_page(self, found: StaffPage, *, is_more: bool) -> None:
        self._ahead = found.as_of - self._session.now()
        self._lines, next_page = joined(self._lines, self._page, found, is_more=is_more)
        self._page = found = replace(found, next_page=next_page)
        if not self._find.text().strip():
            if self._tab == STAFF:
                self._tabs.say(STAFF, f"Staff {words.count(found.total)}")
            self._tabs.say(SIGNED_IN, f"Signed in now {words.count(found.signed_in)}")
        self._card.setVisible(bool(self._lines))
        self._message.setVisible(not self._lines)
        is_search = bool(self._find.text().strip())
        self._message.say(
            "Nobody is called that" if is_search else "Nobody is here",
            "Search for a part of a name." if is_search else "Add whoever shall sign in.",
        )
        left = found.total - len(self._lines)
        self._more.setVisible(found.next_page is not None)
        self._more.set_words(f"{words.count(max(left, 1))} more")
        self._show_lines()
        self._switch()
        self.facts_changed.emit()

    def _on_failed(self, error: Exception) -> None:
        if self._page is None:
            self._card.hide()
            self._message.say("The staff could not be loaded", str(error))
            self._message.show()

    def _on_more(self) -> None:
        if self._page is not None and self._page.next_page is not None:
            self._ask(self._page.next_page)

    # ---- showing --------------------------------------------------------------------------

    def chosen(self) -> StaffLine | None:
        row = self._table.currentIndex().row()
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def _show_lines(self) -> None:
        now, zone = self._session.now() + self._ahead, self._session.zone
        rows = tuple(
            (
                line.member.display_name,
                words.ROLES[line.member.role],
                signs_in_with(line.member),
                last_seen(line, now, zone),
            )
            for line in self._lines
        )
        self._model.show_rows(rows)
        ids = _ids(self._lines)
        row = ids.index(self._chosen_id) if self._chosen_id in ids else 0
        if ids and self._table.currentIndex().row() != row:
            self._table.setCurrentIndex(self._model.index(row, 0))

    def _look(self, row: int, column: int) -> Look:
        c = self._theme.colours
        if row >= len(self._lines):
            return Look(c.ink)
        member = self._lines[row].member
        if column == 0:
            initials = words.initials(member.display_name)
            return Look(c.ink, Weight.LABEL, avatar=initials)
        if column == 1:
            return Look(c.ink)
        is_new = column == _HEADS.index("Signs in with") and member.must_choose
        return Look(c.caution if is_new else c.muted)

    def _switch(self) -> None:
        off = "" if self._session.connection.is_up else _AWAY
        self._add.set_off(off)
        line = self.chosen()
        if line is None:
            self._side.show_nobody()
            return
        sites, zone, member = self._session.sites, self._session.zone, line.member
        facts = f"Signs in as {member.name}, last seen {self._seen(line)}"
        self._side.show_line(line, standing(member, sites, zone), facts, off)

    def _seen(self, line: StaffLine) -> str:
        return last_seen(line, self._session.now() + self._ahead, self._session.zone)

    def _on_current(self, now: QModelIndex, _before: QModelIndex) -> None:
        if not now.isValid():
            return  # the rows are said anew
        line = self.chosen()
        self._chosen_id = line.member.staff_id if line is not None else None
        self._switch()

    def _on_tab(self, place: int) -> None:
        self._tab = place
        self._lines = ()
        self.refresh()

    # ---- doing ----------------------------------------------------------------------------

    def _on_changed(self, title: str, said: str, icon: str) -> None:
        if title:
            self._toast.say(title, said, icon)
        self.refresh()

    def _on_add(self) -> None:
        if self._stack.currentWidget() is not self._form and self._add.isEnabled():
            self._form.start()
            self._show_form()

    def _on_change(self) -> None:
        line = self.chosen()
        is_open = self._stack.currentWidget() is self._form
        is_off = self._side.is_asking or not self._session.connection.is_up
        if line is None or line.why_not or is_open or is_off:
            return

        def on_known(known: tuple[KnownStaff, str]) -> None:
            self._form.start(*known)
            self._show_form()

        staff_id = line.member.staff_id
        self._session.ask(
            lambda hub: hub.staff.one(staff_id),
            on_known,
            lambda error: self._on_changed("Nothing was changed", str(error), "alarm"),
        )

    def _show_form(self) -> None:
        self._stack.setCurrentWidget(self._form)
        self.facts_changed.emit()

    def _show_list(self) -> None:
        self._stack.setCurrentIndex(0)
        self._table.setFocus()
        self.facts_changed.emit()

    def _on_saved(self, saved: Saved) -> None:
        self._chosen_id = saved.member.staff_id
        self._show_list()
        member = saved.member
        if saved.first_password:
            self._side.tell_password(member.display_name, member.name, saved.first_password)
        else:
            self._on_changed(member.display_name, "Was changed.", "check")

    # ---- parts ----------------------------------------------------------------------------

    def _connect(self) -> None:
        self._tabs.chosen.connect(self._on_tab)
        self._find.textChanged.connect(lambda _text: self._typing.start())
        self._add.clicked.connect(self._on_add)
        self._more.clicked.connect(self._on_more)
        self._table.selectionModel().currentChanged.connect(self._on_current)
        self._table.opened.connect(lambda _index: self._on_change())
        self._side.change_asked.connect(self._on_change)
        self._side.changed.connect(self._on_changed)
        self._side.answered.connect(self._table.setFocus)
        self._form.left.connect(self._show_list)
        self._form.saved.connect(self._on_saved)
        for keys, does in (
            ("J", lambda: self._table.step(1)),
            ("K", lambda: self._table.step(-1)),
            ("N", self._on_add),
            ("/", self._find.setFocus),
            ("Return", self._on_change),
            ("Esc", self._side.escape),
        ):
            QShortcut(QKeySequence(keys), self._list).activated.connect(does)

    def _build(self) -> None:
        theme = self._theme
        self._list = QWidget()
        self._tabs = Tabs(theme, ("Staff", "Signed in now"))
        self._find = Field(
            theme, name="findStaff", label="Find a person", placeholder="Find a person",
            icon="search", key="/",
        )  # fmt: skip
        self._find.setFixedWidth(240)
        self._add = Button(
            theme, "Add staff", name="addStaff", kind=Kind.PRIMARY, icon="plus", key="N"
        )
        self._table = RowTable(
            theme,
            self._model,
            PlainDelegate(theme, self._look),
            name="staffTable",
            label="Staff, by name",
            row=ROW,
            head=HEAD,
        )
        self._more = Button(theme, "", name="moreStaff", kind=Kind.LINK)
        self._more.hide()
        self._card = Card(theme, name="staffTableCard", margins=(1, 1, 1, 1))
        self._card.body.addWidget(self._table)
        more = QHBoxLayout()
        more.setContentsMargins(16, 0, 16, 0)
        more.addWidget(self._more)
        more.addStretch(1)
        self._card.body.addLayout(more)
        TableCardMask(theme, self._card)
        self._card.hide()
        self._message = Message(theme, "staffMessage", "staff")
        self._message.hide()
        self._side = StaffSide(theme, self._session)
        self._lay_out()

    def _lay_out(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(self._tabs)
        tools.addStretch(1)
        tools.addWidget(self._find)
        tools.addWidget(self._add)
        left = QVBoxLayout()
        left.addWidget(self._card)
        left.addWidget(self._message)
        left.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addLayout(left, 1)
        body.addWidget(self._side)
        column = QVBoxLayout(self._list)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(16)
        column.addLayout(tools)
        column.addLayout(body, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list)
        self._stack.addWidget(self._form)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)


def _ids(lines: tuple[StaffLine, ...]) -> list[UUID]:
    return [line.member.staff_id for line in lines]
