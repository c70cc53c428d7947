"""Somebody who waits no more while staff look at the card: what became of them, for a moment.

Without it the card would turn into somebody else's under the operator's hands.
"""

from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from admin_console.console import words
from admin_console.console.session import HubSession
from db.domain.decision import Decision
from db.domain.desk import Hold, VisitStory
from db.domain.visit import VisitState

MOVE_ON_MS = 4000
"""How long it is shown before the desk moves on."""


def decided_words(decision: Decision) -> str:
    """As the panel says it: ``Denied by Priya Raghunathan: Known to the office.``."""
    verdict = words.VERDICTS_DONE[decision.verdict]
    return f"{verdict} by {decision.decided_by}: {decision.reason}"


def became_of(story: VisitStory) -> str:
    """Why a visit waits no more."""
    if story.decisions:
        return decided_words(story.decisions[0])
    if story.visit.state is VisitState.ABANDONED:
        return "Left the kiosk. Nobody has to decide any more."
    return "Waits no more. Nobody has to decide any more."


class LeftQueue(QObject):
    """Keeps one hold after the hub stopped listing it.

    Signals:
        told: `words` say more than before.
        over: it was shown long enough; nobody is kept any more.
    """

    told = Signal()
    over = Signal()

    def __init__(self, session: HubSession, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.hold: Hold | None = None
        self.words = ""
        self._timer = QTimer(self, singleShot=True, interval=MOVE_ON_MS)
        self._timer.timeout.connect(self._on_over)

    def keep(self, hold: Hold, decision: Decision | None = None) -> None:
        """Keep showing `hold`; the hub is asked what happened where `decision` does not say it."""
        visit_id = hold.visit.visit_id
        self.hold = hold
        self.words = decided_words(decision) if decision else "Waits no more."
        self._timer.start()
        if decision is None:
            self._session.ask(
                lambda hub: hub.story(visit_id),
                lambda story: self._on_story(visit_id, story),
                lambda _error: None,
            )

    def forget(self) -> None:
        self.hold = None
        self._timer.stop()

    def is_kept(self, visit_id: UUID) -> bool:
        return self.hold is not None and self.hold.visit.visit_id == visit_id

    def _on_story(self, visit_id: UUID, story: VisitStory) -> None:
        if self.is_kept(visit_id):
            self.words = became_of(story)
            self._timer.start()
            self.told.emit()

    def _on_over(self) -> None:
        self.forget()
        self.over.emit()
