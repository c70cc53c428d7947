"""Who was just not admitted, and what the office does now: one line each until somebody did it."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.parts.button import Button
from admin_console.console.parts.card import Card
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Theme, Weight
from db.domain.desk import TurnedAway


def denied_words(denial: TurnedAway, now: datetime, zone: ZoneInfo) -> str:
    """``Not admitted at 9:02 by Dana Whitlock.``."""
    decision = denial.decision
    at = words.clock_or_day(decision.decided_at, now, zone)
    return f"Not admitted at {at} by {decision.decided_by}."


class TurnedAwayCard(Card):
    """One denial.

    Signals:
        done: the office did what is to be done.
    """

    done = Signal()

    def __init__(self, theme: Theme, denial: TurnedAway, now: datetime, zone: ZoneInfo) -> None:
        c = theme.colours
        super().__init__(theme, name="turnedAway", margins=(16, 9, 12, 9))
        name = denial.visit.identity.name.short
        said = denied_words(denial, now, zone)
        self.setAccessibleName(f"{name}. {said} {denial.what_to_do}")
        button = Button(theme, "Done", name="turnedAwayDone", icon="check")
        button.clicked.connect(self.done)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Words(theme, name, weight=Weight.STRONG, name="turnedAwayName"))
        head.addWidget(Words(theme, said, colour=c.muted), 1)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Words(theme, denial.what_to_do, wrap=True, name="turnedAwayToDo"))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(Icon(theme, "deny", c.alarm, 20))
        row.addLayout(column, 1)
        row.addWidget(button)
        self.body.addLayout(row)


class TurnedAwayCards(QWidget):
    """The last minutes' denials; takes no room without one. What is done here is done here only."""

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._theme, self._zone = theme, zone
        self._shown: tuple[TurnedAway, ...] = ()
        self._done: set[UUID] = set()
        self._cards: list[TurnedAwayCard] = []
        self.setObjectName("turnedAwayCards")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 12, 24, 0)
        self._column.setSpacing(8)
        self.hide()

    def show_denials(self, denials: tuple[TurnedAway, ...], now: datetime) -> None:
        """Show those that nobody here has done with; cards that say the same stay."""
        self._done &= {denial.visit.visit_id for denial in denials}
        left = tuple(d for d in denials if d.visit.visit_id not in self._done)
        if left == self._shown:
            return
        self._shown = left
        for card in self._cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [self._card(denial, now) for denial in left]
        self.setVisible(bool(left))

    def _card(self, denial: TurnedAway, now: datetime) -> TurnedAwayCard:
        card = TurnedAwayCard(self._theme, denial, now, self._zone)

        def on_done() -> None:
            self._done.add(denial.visit.visit_id)
            self.show_denials(self._shown, now)

        card.done.connect(on_done)
        self._column.addWidget(card)
        return card
