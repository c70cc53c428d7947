"""What is kept of people: which facts, where, for how long, who can see them, how protected."""

from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout

from admin_console.console import words
from admin_console.console.parts.card import Card, Line, Panel, empty
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.parts.message import Message
from admin_console.console.parts.page_area import PageArea
from admin_console.console.session import Connection, Fetch, HubSession
from admin_console.console.theme import Text, Theme, Weight
from db.domain.inventory import Inventory, KeptFacts

_HEADS = ("What", "Where", "How long", "Who can see it", "How protected")
_SHARES = (5, 4, 5, 4, 4)
"""How the columns share the width."""
_NOTE = (
    "Whoever asks what is kept of them can be shown this page. The days are those of this school: "
    "the page Settings settles others."
)


class KeptPage(Panel):
    """The inventory with the school's own days, and of how many visits it is known who came.

    Signals:
        facts_changed: what is shown is another.
    """

    facts_changed = Signal()

    title = "What is kept"
    keys: tuple[tuple[str, str], ...] = ()

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__(theme.colours.ground)
        self._theme, self._session = theme, session
        self._shown: Inventory | None = None
        self.setObjectName("keptPage")
        self._fetch = Fetch(session, lambda hub: hub.inventory(), self._on_kept, self._on_failed)
        self._build()

    def facts(self, _now: datetime) -> str:
        kept = self._shown
        if kept is None:
            return "The inventory is asked for"
        visits = words.plural(kept.visits, "visit", "visits")
        if kept.oldest_at is None:
            return f"{visits} with names, for {kept.visit_days} days each"
        oldest = words.day(kept.oldest_at.astimezone(self._session.zone).date())
        return f"{visits} with names, the oldest of {oldest}, for {kept.visit_days} days each"

    def refresh(self) -> None:
        self._fetch.ask()

    def tick(self, now: datetime) -> None:
        """Nothing here runs."""

    def show_connection(self, connection: Connection, now: datetime) -> None:
        """What was heard stays true enough."""

    def _on_kept(self, kept: Inventory) -> None:
        is_other = self._shown is None or self._shown.facts != kept.facts
        self._shown = kept
        if is_other:
            self._fill(kept.facts)
        self._card.show()
        self._message.hide()
        self.facts_changed.emit()

    def _on_failed(self, error: Exception) -> None:
        if self._shown is None:
            self._card.hide()
            self._message.say("The inventory could not be loaded", str(error))
            self._message.show()

    def _fill(self, facts: tuple[KeptFacts, ...]) -> None:
        theme, c = self._theme, self._theme.colours
        empty(self._card)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(12)
        for column, (head, share) in enumerate(zip(_HEADS, _SHARES, strict=True)):
            grid.setColumnStretch(column, share)
            grid.addWidget(Words(theme, head, Text.CAPTION, Weight.LABEL, c.muted), 0, column)
        for number, kept in enumerate(facts):
            row = 2 * number + 1
            grid.addWidget(Line(c.line_soft), row, 0, 1, len(_HEADS))
            told = (kept.what, kept.where, kept.how_long, kept.who_sees, kept.protection)
            for column, text in enumerate(told):
                weight = Weight.TEXT if column else Weight.LABEL
                ink = c.muted if column in (1, 4) else c.ink
                said = Words(
                    theme, text[:1].upper() + text[1:], weight=weight, colour=ink, wrap=True
                )
                grid.addWidget(said, row + 1, column)
        self._card.body.addLayout(grid)

    def _build(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._card = Card(theme, name="inventoryCard", margins=(17, 15, 17, 15))
        self._message = Message(theme, "inventoryMessage", "lock")
        self._message.hide()
        self._card.hide()
        note = QHBoxLayout()
        note.setSpacing(8)
        note.addWidget(Icon(theme, "info", c.muted))
        note.addWidget(Words(theme, _NOTE, colour=c.muted), 1)
        self._area = PageArea(self.title)
        column = self._area.column
        column.setSpacing(16)
        column.addLayout(note)
        column.addWidget(self._card)
        column.addWidget(self._message)
        column.addStretch(1)
        self.setFocusProxy(self._area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._area)
