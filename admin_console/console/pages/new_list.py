"""A list that begins empty and is kept by hand: what it is called, and why it exists."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from admin_console.console import words
from admin_console.console.pages.form_grid import labelled
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import ActionBar, Card, Panel
from admin_console.console.parts.fields import Choice, Field
from admin_console.console.parts.labels import Words
from admin_console.console.session import HubSession
from admin_console.console.theme import Text, Theme, Weight
from db.domain.watchlist import Category, Watchlist

_ABOUT = (
    "It begins with nobody on it. Add people one by one, or import a file into it later. A custody"
    " list asks for days, hours and students of each order."
)
_AWAY = "The hub is away: a new list needs it."
_NO_NAME = "Give the list a name."


class NewListView(Panel):
    """A form of three fields.

    Signals:
        left: nothing shall be begun.
        begun: the hub has the list, a `Watchlist`.
    """

    left = Signal()
    begun = Signal(object)

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._is_asking = False
        self.setObjectName("newList")
        self._name = Field(theme, name="newListName", label="Name", placeholder="Custody orders")
        self._name.setMaxLength(200)
        self._category = Choice(theme, name="newListCategory", label="Kind of list")
        for category in (Category.CUSTODY, Category.TRESPASS, Category.ALERT, Category.REGISTRY):
            self._category.addItem(words.CATEGORIES[category], category)
        self._age = Field(theme, name="newListAge", label="Oldest allowed, in days")
        self._age.setValidator(QIntValidator(1, 3650, self))
        self._error = Words(theme, "", colour=theme.colours.alarm, wrap=True, name="newListError")
        self._begin = Button(
            theme, "Begin the list", name="beginList", kind=Kind.PRIMARY, key="Ctrl S"
        )
        self._begin.clicked.connect(self._on_begin)
        self._name.textChanged.connect(lambda _text: self.show_connection())
        self._name.returnPressed.connect(self._on_begin)
        self._lay_out()
        for keys, does in (("Esc", self._on_left), ("Ctrl+S", self._on_begin)):
            QShortcut(QKeySequence(keys), self).activated.connect(does)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        return (("Ctrl S", "begin the list"), ("Esc", "back"))

    def start(self) -> None:
        """An empty form."""
        self._is_asking = False
        self._name.clear()
        self._age.clear()
        self._category.setCurrentIndex(0)
        self._say("")
        self.show_connection()
        self._name.setFocus()

    def show_connection(self) -> None:
        off = "" if self._session.connection.is_up else _AWAY
        off = off or ("The hub is asked." if self._is_asking else "")
        self._begin.set_off(off or ("" if self._name.text().strip() else _NO_NAME))

    def _on_begin(self) -> None:
        if not self.isVisible() or not self._begin.isEnabled():
            return
        name, category = " ".join(self._name.text().split()), self._category.currentData()
        age = int(self._age.text()) if self._age.hasAcceptableInput() else None
        self._is_asking = True
        self._say("")
        self.show_connection()
        self._session.act(
            lambda hub: hub.add_list(name, Category(category), age), self._on_begun, self._failed
        )

    def _on_begun(self, watchlist: Watchlist) -> None:
        self._is_asking = False
        self.begun.emit(watchlist)

    def _failed(self, error: Exception) -> None:
        self._is_asking = False
        self._say(str(error))
        self.show_connection()

    def _on_left(self) -> None:
        if self.isVisible() and not self._is_asking:
            self.left.emit()

    def _say(self, error: str) -> None:
        self._error.setText(error)
        self._error.setVisible(bool(error))

    def _lay_out(self) -> None:
        theme, c = self._theme, self._theme.colours
        card = Card(theme, name="newListForm", margins=(24, 20, 24, 24), spacing=16)
        card.body.addWidget(Words(theme, "A list kept by hand", Text.SECTION, Weight.STRONG))
        card.body.addWidget(Words(theme, _ABOUT, colour=c.muted, wrap=True))
        fields = QHBoxLayout()
        fields.setSpacing(16)
        for label, field, help_words in (
            ("Name", self._name, "As the desk will read it on a match."),
            ("Kind of list", self._category, "How the desk words a match."),
            ("Oldest allowed, in days", self._age, "Empty: it never counts as outdated."),
        ):
            column = labelled(theme, label, field)
            column.addWidget(Words(theme, help_words, colour=c.muted))
            fields.addLayout(column, 1)
        card.body.addLayout(fields)
        card.body.addWidget(self._error)
        back = Button(theme, "Cancel", name="cancelNewList", key="Esc")
        back.clicked.connect(self._on_left)
        inner = QVBoxLayout()
        inner.setContentsMargins(24, 24, 24, 16)
        inner.addWidget(card)
        inner.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(inner, 1)
        column.addWidget(ActionBar(theme, back, self._begin))
