"""Whom staff have cleared of which entry, until when, and ending one."""

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from admin_console.console import words
from admin_console.console.models.plain import Columns, Look, PlainDelegate, PlainModel
from admin_console.console.painting import Tone
from admin_console.console.parts.button import Button, Kind
from admin_console.console.parts.card import Card
from admin_console.console.parts.chips import Icon
from admin_console.console.parts.labels import Words
from admin_console.console.parts.message import Message
from admin_console.console.parts.table import RowTable, TableCardMask
from admin_console.console.session import Connection, Fetch, HubSession
from admin_console.console.theme import Text, Theme, Weight
from db.domain.clearance import Clearance, ClearanceLine, Clearances, Standing
from db.domain.rights import Action, may

STANDING = 5
_TONES = {
    Standing.IN_FORCE: Tone.POSITIVE,
    Standing.ENTRY_CHANGED: Tone.CAUTION,
}
_CHOOSE = "Choose a clearance in force."
_MAY_NOT = "Only administrators end a clearance."
_AWAY = "The hub is away: ending a clearance needs it."
_GONE = "Not listed any more", "an entry that is not listed any more"
_HIDDEN = "Somebody listed", "somebody on the list"
_WHAT = "Whoever was cleared passes, until the entry changes, the day comes, or you end it."


def standing_words(line: ClearanceLine) -> str:
    """How a clearance stands, in a few words."""
    clearance = line.clearance
    match line.standing:
        case Standing.IN_FORCE:
            return f"Until {words.day(clearance.expires_on)}"
        case Standing.ENTRY_CHANGED:
            return "Over: entry changed"
        case Standing.ENTRY_GONE:
            return "Entry not listed"
        case Standing.EXPIRED:
            return f"Expired {words.day(clearance.expires_on)}"
        case Standing.ENDED:
            return "Ended"


class ClearancesView(QWidget):
    """The table and the way to end one.

    Signals:
        facts_changed: how many are in force is another.
        ended: with the `Clearance` that was ended.
        failed: it was not ended, with words.
    """

    facts_changed = Signal()
    ended = Signal(object)
    failed = Signal(str)

    def __init__(self, theme: Theme, session: HubSession) -> None:
        super().__init__()
        self._theme, self._session = theme, session
        self._shown: Clearances | None = None
        self._is_under_way = False
        self._may_see = may(session.staff.role, Action.SEE_ENTRIES)
        self._may_end = may(session.staff.role, Action.END_CLEARANCES)
        heads = ("Visitor", "Is not", "List", "Cleared by", "On", "Stands")
        self._model = PlainModel(Columns(heads), self)
        self._fetch = Fetch(
            session, lambda hub: hub.clearances(), self._on_clearances, self._on_failed
        )
        self._build()

    def facts(self) -> str:
        if self._shown is None:
            return "The clearances are asked for"
        return f"{words.plural(self._shown.in_force, 'clearance', 'clearances')} in force"

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """The keys that do something just now."""
        return (("1-3", "tab"), ("J K", "move"))

    def refresh(self) -> None:
        self._fetch.ask()

    def show_connection(self, _connection: Connection) -> None:
        self._switch()

    def step(self, by: int) -> None:
        self._table.step(by)

    def _on_clearances(self, clearances: Clearances) -> None:
        self._shown = clearances
        row = self._table.currentIndex().row()
        self._model.show_rows(tuple(self._row(line) for line in clearances.clearances))
        if 0 <= row < self._model.rowCount():
            self._table.setCurrentIndex(self._model.index(row, 0))
        elif self._model.rowCount():
            self._table.setCurrentIndex(self._model.index(0, 0))
        self._card.setVisible(bool(clearances.clearances))
        self._whole.setVisible(bool(clearances.clearances))
        self._message.setVisible(not clearances.clearances)
        self._message.say(
            "Nobody was cleared yet",
            "Decide Not this person on a match: the visitor is then not held for that entry again.",
        )
        self._switch()
        self.facts_changed.emit()

    def _on_failed(self, error: Exception) -> None:
        if self._shown is None:
            self._card.hide()
            self._whole.hide()
            self._message.say("The clearances could not be loaded", str(error))
            self._message.show()

    def _row(self, line: ClearanceLine) -> tuple[str, ...]:
        clearance, zone = line.clearance, self._session.zone
        on = words.day(clearance.decided_at.astimezone(zone).date())
        return (
            line.visitor_name or "Erased",
            line.entry_name or self._nameless(line)[0],
            clearance.list_name,
            clearance.decided_by,
            on,
            standing_words(line),
        )

    def _nameless(self, line: ClearanceLine) -> tuple[str, str]:
        """Instead of an entry's name: as a cell, and in a sentence."""
        is_gone = self._may_see or line.standing is Standing.ENTRY_GONE
        return _GONE if is_gone else _HIDDEN

    def _chosen(self) -> ClearanceLine | None:
        row = self._table.currentIndex().row()
        if self._shown is None or not 0 <= row < len(self._shown.clearances):
            return None
        return self._shown.clearances[row]

    def _end_chosen(self) -> None:
        line = self._chosen()
        if line is None or line.standing is not Standing.IN_FORCE:
            return
        clearance_id = line.clearance.clearance_id
        self._is_under_way = True
        self._switch()

        def on_ended(clearance: Clearance) -> None:
            self._is_under_way = False
            self.ended.emit(clearance)
            self.refresh()

        def on_failed(error: Exception) -> None:
            self._is_under_way = False
            self._switch()
            self.failed.emit(str(error))

        self._session.act(lambda hub: hub.end_clearance(clearance_id), on_ended, on_failed)

    def _switch(self) -> None:
        line = self._chosen()
        is_in_force = line is not None and line.standing is Standing.IN_FORCE
        if not self._session.connection.is_up:
            self._end.set_off(_AWAY)
        elif self._is_under_way:
            self._end.set_off("The hub is told.")
        else:
            self._end.set_off("" if is_in_force else _CHOOSE)
        if line is not None:
            clearance = line.clearance
            entry = line.entry_name or self._nameless(line)[1]
            self._pair.setText(f"{line.visitor_name or 'Somebody'} is not {entry}")
            self._reason.setText(f"{clearance.decided_by}: {clearance.reason}")
            self._until.setText(self._end_words(line))

    def _end_words(self, line: ClearanceLine) -> str:
        """When it ends, or when and why it ended."""
        clearance, zone = line.clearance, self._session.zone
        match line.standing:
            case Standing.IN_FORCE:
                last = words.day(clearance.expires_on)
                where = self._session.site_of(clearance.site_id)
                only = f", at {where} only" if where else ""
                return f"Until {last}, or until the entry changes{only}."
            case Standing.ENDED if clearance.ended_at is not None:
                on = words.day(clearance.ended_at.astimezone(zone).date())
                return f"Ended by {clearance.ended_by} on {on}."
            case Standing.ENTRY_CHANGED:
                return "The entry has changed since: the visitor is held once more."
            case Standing.ENTRY_GONE:
                return "The entry is not on the list now."
            case _:
                return f"Expired on {words.day(clearance.expires_on)}."

    def _look(self, row: int, column: int) -> Look:
        c = self._theme.colours
        if self._shown is None or row >= len(self._shown.clearances):
            return Look(c.ink)
        line = self._shown.clearances[row]
        is_over = line.standing is not Standing.IN_FORCE
        if column == STANDING:
            return Look(c.muted, chip=_TONES.get(line.standing, Tone.NEUTRAL))
        if column == 0:
            return Look(c.muted if is_over else c.ink, Weight.LABEL)
        return Look(c.ink if column == 1 and not is_over else c.muted)

    def _on_chosen(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._switch()

    def _build(self) -> None:
        theme, c = self._theme, self._theme.colours
        self._end = Button(theme, "End", name="endClearance", kind=Kind.DESTRUCTIVE)
        self._end.clicked.connect(self._end_chosen)
        if not self._may_end:
            self._end.hide()
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(Icon(theme, "info" if self._may_end else "lock", c.muted))
        said = _WHAT if self._may_end else _MAY_NOT
        tools.addWidget(Words(theme, said, colour=c.muted, name="clearancesNote"), 1)
        self._pair = Words(theme, "", Text.SECTION, Weight.STRONG, name="clearedPair")
        self._until = Words(theme, "", colour=c.muted, name="clearedUntil")
        self._reason = Words(theme, "", wrap=True, name="clearedReason")
        self._whole = Card(theme, name="clearanceCard", margins=(17, 15, 17, 15))
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addStrut(32)
        head.addWidget(self._pair)
        head.addWidget(self._until, 1)
        head.addWidget(self._end)
        self._whole.body.addLayout(head)
        self._whole.body.addSpacing(4)
        self._whole.body.addWidget(self._reason)
        self._whole.hide()
        self._table = RowTable(
            theme,
            self._model,
            PlainDelegate(theme, self._look),
            name="clearancesTable",
            label="Clearances, newest first",
            row=44,
        )
        self._table.set_widths((208, 232, 216, 176, 128, 184), (1,))
        self._table.selectionModel().currentChanged.connect(self._on_chosen)
        self._card = Card(theme, name="clearancesCard", margins=(1, 1, 1, 1))
        self._card.body.addWidget(self._table)
        TableCardMask(theme, self._card)
        self._card.hide()
        self._message = Message(theme, "clearancesMessage", "not-this-person")
        self._message.hide()
        for keys, by in (("J", 1), ("K", -1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(lambda by=by: self.step(by))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addLayout(tools)
        column.addWidget(self._card)
        column.addWidget(self._whole)
        column.addWidget(self._message)
        column.addStretch(1)
        self._switch()
