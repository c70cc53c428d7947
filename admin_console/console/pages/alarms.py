"""Who is inside although the office decided otherwise: one card each, above everything else."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.painting import Tone
from admin_console.console.parts.button import Button
from admin_console.console.parts.card import Card
from admin_console.console.parts.chips import Chip, Icon
from admin_console.console.parts.labels import Words
from admin_console.console.theme import Text, Theme, Weight
from db.domain.desk import Alarm

NOT_ADMITTED = "Not admitted"
MUST_LEAVE = "Must leave"
NO_ESCORT = "No escort"
WITH_ESCORT = "Approved with escort"
AWAY = "The hub is away: signing out needs it."
UNDER_WAY = "The hub is told."


def decided_words(alarm: Alarm, now: datetime, zone: ZoneInfo) -> str:
    """Who decided, when and why: ``Denied by Dana Whitlock at 9:02: Court order.``."""
    decision = alarm.decision
    verdict = WITH_ESCORT if decision.verdict.admits else words.VERDICTS_DONE[decision.verdict]
    at = words.clock_or_day(decision.decided_at, now, zone)
    return f"{verdict} by {decision.decided_by} at {at}: {decision.reason.rstrip('.')}."


def chip_words(alarm: Alarm) -> str:
    """Whether they should never have come in, or not alone, or were found only afterwards."""
    if alarm.decision.verdict.admits:
        return NO_ESCORT
    came = alarm.visit.checked_in_at
    return MUST_LEAVE if came is not None and alarm.decision.decided_at > came else NOT_ADMITTED


def came_words(alarm: Alarm, now: datetime, zone: ZoneInfo) -> str:
    """Where to look for them: ``Signed in at 9:05, for Ruth Abernathy, Room 12.``."""
    visit = alarm.visit
    at = words.clock_or_day(visit.checked_in_at or visit.started_at, now, zone)
    where = words.destination(visit)
    return f"Signed in at {at}, for {where}." if where else f"Signed in at {at}."


class AlarmCard(Card):
    """One alarm. It stays until they are signed out.

    Signals:
        sign_out_asked: staff saw them leave.
    """

    sign_out_asked = Signal()

    def __init__(self, theme: Theme, alarm: Alarm, now: datetime, zone: ZoneInfo) -> None:
        c = theme.colours
        super().__init__(theme, name="alarm", margins=(16, 15, 16, 15), line=c.alarm)
        name = Words(
            theme, alarm.visit.identity.name.full, Text.SECTION, Weight.STRONG, name="alarmName"
        )
        told = f"{alarm.words}. {decided_words(alarm, now, zone)}"
        self.setAccessibleName(f"{alarm.visit.identity.name.full}. {told}")
        self.button = Button(theme, "Sign out", name="alarmSignOut", icon="sign-out")
        self.button.clicked.connect(self.sign_out_asked)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(name)
        icon = "escort" if alarm.decision.verdict.admits else "deny"
        head.addWidget(Chip(theme, chip_words(alarm), Tone.ALARM, icon))
        head.addStretch(1)
        said = QVBoxLayout()
        said.setSpacing(2)
        said.addLayout(head)
        said.addWidget(Words(theme, told, wrap=True, name="alarmWords"))
        if alarm.what_to_do:
            said.addWidget(
                Words(theme, alarm.what_to_do, weight=Weight.LABEL, wrap=True, name="alarmToDo")
            )
        came = came_words(alarm, now, zone)
        said.addWidget(Words(theme, came, colour=c.muted, wrap=True, name="alarmCame"))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(Icon(theme, "alarm", c.alarm, 20), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(said, 1)
        row.addWidget(self.button)
        self.body.addLayout(row)


class Alarms(QWidget):
    """All alarms, oldest first; takes no room without one.

    Signals:
        sign_out_asked: with the `Alarm` of somebody whom staff saw leave.
    """

    sign_out_asked = Signal(object)

    def __init__(self, theme: Theme, zone: ZoneInfo) -> None:
        super().__init__()
        self._theme, self._zone = theme, zone
        self._shown: tuple[Alarm, ...] = ()
        self._cards: dict[UUID, AlarmCard] = {}
        self._under_way: set[UUID] = set()
        self._is_up = True
        self.setObjectName("alarms")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 12, 24, 0)
        self._column.setSpacing(8)
        self.hide()

    def show_alarms(self, alarms: tuple[Alarm, ...], now: datetime) -> None:
        """Show them; cards that say the same as before stay, with the focus."""
        if alarms == self._shown:
            return
        self._shown = alarms
        for card in self._cards.values():
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = {alarm.visit.visit_id: self._card(alarm, now) for alarm in alarms}
        self._under_way &= self._cards.keys()
        self._switch()
        self.setVisible(bool(alarms))

    def set_up(self, *, is_up: bool) -> None:
        """Whether the hub answers."""
        self._is_up = is_up
        self._switch()

    def failed(self, visit_id: UUID) -> None:
        """They could not be signed out: it may be tried again."""
        self._under_way.discard(visit_id)
        self._switch()

    def _card(self, alarm: Alarm, now: datetime) -> AlarmCard:
        card = AlarmCard(self._theme, alarm, now, self._zone)

        def on_asked() -> None:
            self._under_way.add(alarm.visit.visit_id)
            self._switch()
            self.sign_out_asked.emit(alarm)

        card.sign_out_asked.connect(on_asked)
        self._column.addWidget(card)
        return card

    def _switch(self) -> None:
        for visit_id, card in self._cards.items():
            under_way = UNDER_WAY if visit_id in self._under_way else ""
            card.button.set_off(under_way if self._is_up else AWAY)
