"""Adding somebody who may sign in, or settling something else for them."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.models.staff import givable, suggested_name
from admin_console.console.pages.form_grid import labelled
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import ActionBar, Card, Panel
from admin_console.console.parts.fields import Choice, Field
from admin_console.console.parts.labels import Words
from admin_console.console.parts.toggles import Tick
from admin_console.console.session import HubSession
from admin_console.console.theme import Text, Theme, Weight
from db.domain.desk import Role
from db.domain.rights import SEES_ALL
from db.domain.staffing import KnownStaff, StaffAdded, StaffDraft, StaffStart

_AWAY = "The hub is away: keeping the staff needs it."
_ADD = (
    "The hub makes a first password, which is shown here once. Whoever signs in with it chooses "
    "their own."
)
_CHANGE = "With another role or other schools they are signed out, and sign in anew."
_ROLES = {
    Role.FRONT_DESK: "Decides on visitors and signs them out.",
    Role.ADMINISTRATOR: "Does what the front office does; keeps lists, kiosks and staff too.",
    Role.DISTRICT: "Does what an administrator does, at every school.",
    Role.AUDITOR: "Sees everything at every school, and changes nothing.",
}
_MOST_HEIGHT = 264


@dataclass(frozen=True, slots=True)
class Saved:
    """Somebody was settled; `first_password` for who is new."""

    member: KnownStaff
    first_password: str = ""


class StaffForm(Panel):
    """A form of names, role and schools.

    Signals:
        left: nothing shall be settled.
        saved: with a `Saved`.
    """

    left = Signal()
    saved = Signal(object)

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._member: KnownStaff | None = None
        self._tag = ""
        self._is_asking = self._is_named_by_hand = False
        self.setObjectName("staffForm")
        self._shown = Field(
            theme, name="staffDisplayName", label="Name", placeholder="Dana Whitlock"
        )
        self._shown.setMaxLength(200)
        self._name = Field(theme, name="staffName", label="Signs in as", placeholder="dwhitlock")
        self._name.setMaxLength(64)
        self._role = Choice(theme, name="staffRole", label="Role")
        own = session.staff.role
        for role in givable(own, is_of_all_sites=not session.is_limited):
            self._role.addItem(words.ROLES[role], role)
        open_sites = [site for site in session.sites if site.closed_at is None]
        self._ticks = {
            site.site_id: Tick(theme, site.name, name=f"staffSite_{site.site_id}")
            for site in (open_sites if len(session.sites) > 1 else ())
        }
        self._error = Words(theme, "", colour=theme.colours.alarm, wrap=True, name="staffError")
        self._save = Button(theme, "Add", name="saveStaff", kind=Kind.PRIMARY, key="Ctrl S")
        self._save.clicked.connect(self._on_save)
        self._shown.textChanged.connect(self._on_shown)
        self._name.textEdited.connect(self._on_named)
        self._role.currentIndexChanged.connect(lambda _place: self.show_connection())
        for tick in self._ticks.values():
            tick.toggled.connect(lambda _on: self.show_connection())
        for field in (self._shown, self._name):
            field.returnPressed.connect(self._on_save)
        self._lay_out()
        for keys, does in (("Esc", self.leave), ("Ctrl+S", self._on_save)):
            QShortcut(QKeySequence(keys), self).activated.connect(does)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        return (("Ctrl S", "save"), ("Esc", "back"))

    @property
    def is_adding(self) -> bool:
        """Whether a first password is on its way."""
        return self._is_asking and self._member is None

    def start(self, member: KnownStaff | None = None, tag: str = "") -> None:
        """An empty form, or what was settled for somebody when it had this tag."""
        self._member, self._tag = member, tag
        self._is_asking, self._is_named_by_hand = False, member is not None
        self._title.setText("Add staff" if member is None else f"Change {member.display_name}")
        self._about.setText(_ADD if member is None else _CHANGE)
        self._save.set_words("Add" if member is None else "Save")
        self._shown.setText("" if member is None else member.display_name)
        self._name.setText("" if member is None else member.name)
        self._name.setEnabled(member is None)
        role = Role.FRONT_DESK if member is None else member.role
        self._role.setCurrentIndex(max(0, self._role.findData(role)))
        given = self._suggested_sites() if member is None else member.sites
        for site_id, tick in self._ticks.items():
            tick.setChecked(site_id in given)
        self._say("")
        self.show_connection()
        self._shown.setFocus()

    def leave(self) -> None:
        """Back to the list; what was typed goes."""
        if self.isVisible() and not self._is_asking:
            self.left.emit()

    def show_connection(self) -> None:
        role = self._chosen_role()
        self._role_means.setText(_ROLES[role])
        self._schools.setVisible(bool(self._ticks) and role not in SEES_ALL)
        off = "" if self._session.connection.is_up else _AWAY
        off = off or ("The hub is asked." if self._is_asking else self._missing())
        self._save.set_off(off)

    def _missing(self) -> str:
        if not self._shown.text().strip() or not self._name.text().strip():
            return "Give a name, and one to sign in with."
        is_limited = bool(self._ticks) and self._chosen_role() not in SEES_ALL
        return "Choose a school." if is_limited and not self._chosen_sites() else ""

    def _chosen_role(self) -> Role:
        return Role(self._role.currentData() or Role.FRONT_DESK)

    def _chosen_sites(self) -> tuple[str, ...]:
        chosen = [site_id for site_id, tick in self._ticks.items() if tick.isChecked()]
        known = self._member.sites if self._member is not None else ()
        # A school that was closed is no choice any more; who had it keeps it.
        return (*chosen, *(s for s in known if s not in self._ticks))

    def _suggested_sites(self) -> tuple[str, ...]:
        """The school that is looked at, or the only one that is open."""
        return tuple(self._ticks) if len(self._ticks) == 1 else (self._session.chosen_site,)

    def _on_shown(self, text: str) -> None:
        if not self._is_named_by_hand:
            self._name.setText(suggested_name(text))
        self.show_connection()

    def _on_named(self, text: str) -> None:
        self._is_named_by_hand = bool(text)
        self.show_connection()

    def _on_save(self) -> None:
        if not self.isVisible() or not self._save.isEnabled():
            return
        shown, name = " ".join(self._shown.text().split()), self._name.text().strip()
        role, member, tag = self._chosen_role(), self._member, self._tag
        site_ids = () if role in SEES_ALL else self._chosen_sites()
        self._is_asking = True
        self._say("")
        self.show_connection()
        if member is None:
            start = StaffStart(name, shown, role, site_ids)
            self._session.act(lambda hub: hub.staff.add(start), self._on_added, self._on_failed)
        else:
            draft = StaffDraft(shown, role, site_ids)
            self._session.act(
                lambda hub: hub.staff.change(member.staff_id, draft, tag),
                self._on_changed,
                self._on_failed,
            )

    def _on_added(self, added: StaffAdded) -> None:
        self._is_asking = False
        self.saved.emit(Saved(added.member, added.first_password))

    def _on_changed(self, member: KnownStaff) -> None:
        self._is_asking = False
        self.saved.emit(Saved(member))

    def _on_failed(self, error: Exception) -> None:
        self._is_asking = False
        self._say(str(error))
        self.show_connection()

    def _say(self, error: str) -> None:
        self._error.setText(error)
        self._error.setAccessibleName(error)
        self._error.setVisible(bool(error))

    def _lay_out(self) -> None:
        theme, c = self._theme, self._theme.colours
        card = Card(theme, name="staffFormCard", margins=(24, 20, 24, 24), spacing=16)
        card.setMaximumWidth(752)
        self._title = Words(theme, "", Text.SECTION, Weight.STRONG, name="staffFormTitle")
        self._about = Words(theme, "", colour=c.muted, wrap=True)
        card.body.addWidget(self._title)
        card.body.addWidget(self._about)
        names = QHBoxLayout()
        names.setSpacing(16)
        for label, field, said in (
            ("Name", self._shown, "As the desk, the log and the audit show it."),
            ("Signs in as", self._name, "It stays as it is once it was given."),
        ):
            column = labelled(theme, label, field)
            column.addWidget(Words(theme, said, colour=c.muted))
            names.addLayout(column, 1)
        card.body.addLayout(names)
        role = labelled(theme, "Role", self._role)
        self._role_means = Words(theme, "", colour=c.muted, wrap=True, name="roleMeans")
        role.addWidget(self._role_means)
        card.body.addLayout(role)
        self._schools = self._school_part()
        card.body.addWidget(self._schools)
        card.body.addWidget(self._error)
        inner = QHBoxLayout()
        inner.setContentsMargins(24, 24, 24, 16)
        inner.addWidget(card, 1, Qt.AlignmentFlag.AlignTop)
        inner.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(inner, 1)
        column.addWidget(self._bar())

    def _school_part(self) -> QWidget:
        theme, part, list_ = self._theme, QWidget(), QWidget()
        list_.setProperty("plain", True)
        ticks = QVBoxLayout(list_)
        ticks.setContentsMargins(4, 0, 4, 0)
        ticks.setSpacing(0)
        for tick in self._ticks.values():
            ticks.addWidget(tick)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(list_)
        area.setFixedHeight(min(_MOST_HEIGHT, 32 * len(self._ticks) + 2))
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(Words(theme, "Schools", weight=Weight.LABEL))
        column.addWidget(area)
        return part

    def _bar(self) -> ActionBar:
        back = Button(self._theme, "Cancel", name="cancelStaff", key="Esc")
        back.clicked.connect(self.leave)
        return ActionBar(self._theme, back, self._save)
