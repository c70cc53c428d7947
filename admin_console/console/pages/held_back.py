"""A denial that waits a few seconds before it is sent, so that a slip can be taken back.

Only denials wait. Whoever is let in stands at the kiosk and is seen waiting, so an approval goes
out at once; whoever is denied loses nothing by some seconds more, and the denial cannot be taken
back once the hub has it, because the first decision is in force. It decides and sends nothing
itself.
"""

from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from admin_console.console.client import HubClient
from admin_console.console.pages.decision_panel import Choice
from db.domain.decision import Decision
from db.domain.desk import Hold

UNDO_SECONDS = 5
"""Long enough to see the name on the toast, short against any wait at a front desk."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Who was decided on, and how."""

    hold: Hold
    choice: Choice

    @property
    def visit_id(self) -> UUID:
        return self.hold.visit.visit_id

    @property
    def name(self) -> str:
        return self.hold.visit.identity.name.short

    def tell(self, hub: HubClient) -> Decision:
        return hub.decide(self.visit_id, self.choice.verdict, self.choice.reason)


class HeldBack(QObject):
    """At most one denial; another one, or any other decision, sends it first.

    Signals:
        counted: it can be taken back for so many whole seconds.
        due: it is time to send it, with the `Ruling`.
    """

    counted = Signal(int)
    due = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._left = 0
        self.denial: Ruling | None = None
        self._timer = QTimer(self, interval=1000)
        self._timer.timeout.connect(self._on_second)

    def keep(self, denial: Ruling) -> None:
        """Hold this one back; one that was held back before is due now."""
        self.let_go()
        self.denial, self._left = denial, UNDO_SECONDS
        self._timer.start()
        self.counted.emit(self._left)

    def let_go(self) -> None:
        """Wait no longer."""
        if (denial := self.take()) is not None:
            self.due.emit(denial)

    def take(self) -> Ruling | None:
        """Hand the denial out unsent."""
        denial, self.denial = self.denial, None
        self._timer.stop()
        return denial

    def _on_second(self) -> None:
        self._left -= 1
        if self._left > 0:
            self.counted.emit(self._left)
        else:
            self.let_go()
