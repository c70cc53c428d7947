"""What the operator decided on its way to the hub: held back, under way, done, or not through.

It shows nothing itself. Nothing is lost on the way: what does not get through is told.
"""

from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from admin_console.console import verdict_words, words
from admin_console.console.answers import AlreadyDecidedError
from admin_console.console.pages.away_desk import Unsent
from admin_console.console.pages.held_back import HeldBack, Ruling
from admin_console.console.session import HubSession
from db.domain.decision import Decision, Verdict
from db.domain.desk import Hold
from db.domain.errors import HubError


@dataclass(frozen=True, slots=True)
class News:
    """Something for the toast."""

    name: str
    words: str
    icon: str = "check"
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody else decided on this hold first."""

    hold: Hold
    decision: Decision


class Deciding(QObject):
    """The way of each decision of this console.

    Signals:
        told: with `News`.
        changed: who still waits for a decision is another.
        overtaken: with an `Overtaken`; `changed` follows.
        failed: with an `Unsent`; `changed` follows.
    """

    told = Signal(object)
    changed = Signal()
    overtaken = Signal(object)
    failed = Signal(object)

    def __init__(self, session: HubSession, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._under_way: dict[UUID, Ruling] = {}
        self._handled: set[UUID] = set()
        """Decided on here. The hub may list them until it has the decision."""
        self._held_back = HeldBack(self)
        self._held_back.counted.connect(self._on_counted)
        self._held_back.due.connect(self._send)

    def is_handled(self, visit_id: UUID) -> bool:
        """Whether somebody has a decision from here, although the hub may not have it yet."""
        return visit_id in self._handled

    def is_admitting(self, visit_id: UUID | None = None) -> bool:
        """Whether a decision that cannot be taken back is under way, for anybody or for one."""
        return any(
            ruling.choice.verdict is not Verdict.DENY and visit_id in (None, at)
            for at, ruling in self._under_way.items()
        )

    def forget_all_but(self, listed: set[UUID]) -> None:
        """Whoever the hub lists no more needs no watching."""
        self._handled &= listed

    def decide(self, ruling: Ruling) -> None:
        """Send it; a denial only after the time to take it back."""
        if ruling.choice.verdict is Verdict.DENY:
            self._handled.add(ruling.visit_id)
            self._held_back.keep(ruling)
            self.changed.emit()
        else:
            self._held_back.let_go()
            self._send(ruling)

    def take_back(self) -> Ruling | None:
        """The denial that was not sent yet; its person waits again."""
        denial = self._held_back.take()
        if denial is not None:
            self._handled.discard(denial.visit_id)
        return denial

    def finish(self) -> bool:
        """Send what is held back before somebody leaves; False when it did not get through.

        It waits for the hub's answer: once the window is gone nobody could be told.
        """
        denial = self._held_back.take()
        try:
            if denial is not None:
                self._session.act_now(denial.tell)
            elif self._under_way:
                self._session.act_now(lambda _hub: None)
        except AlreadyDecidedError:
            return True
        except HubError as error:
            if denial is not None:
                self._on_failed(denial, error)
            return denial is None
        return True

    def unsent_words(self) -> str:
        """What to say of decisions that the hub does not take any more; empty without one."""
        unsent = [*self._under_way.values()]
        if (denial := self._held_back.take()) is not None:
            unsent.append(denial)
        names = words.listed([ruling.name for ruling in unsent])
        return f"Your decision on {names} was not taken: decide again." if names else ""

    def _on_counted(self, left: int) -> None:
        if (denial := self._held_back.denial) is not None:
            self.told.emit(News(denial.name, f"Denied, {left} s to undo", can_undo=True))

    def _send(self, ruling: Ruling) -> None:
        self._under_way[ruling.visit_id] = ruling
        self._session.act(
            ruling.tell,
            lambda _decision: self._on_decided(ruling),
            lambda error: self._on_failed(ruling, error),
        )

    def _on_decided(self, ruling: Ruling) -> None:
        self._under_way.pop(ruling.visit_id, None)
        self._handled.add(ruling.visit_id)
        # The time to undo another denial is not hidden by news of this one.
        if self._held_back.denial is None:
            is_inside = ruling.hold.is_inside
            said = verdict_words.done(ruling.choice.verdict, is_inside=is_inside)
            self.told.emit(News(ruling.name, said))
        self.changed.emit()

    def _on_failed(self, ruling: Ruling, error: Exception) -> None:
        self._under_way.pop(ruling.visit_id, None)
        if isinstance(error, AlreadyDecidedError):
            self._handled.add(ruling.visit_id)
            verdict = words.VERDICTS_DONE[error.decision.verdict]
            self.told.emit(News(ruling.name, f"{verdict} by {error.decision.decided_by}", "eye"))
            self.overtaken.emit(Overtaken(ruling.hold, error.decision))
        else:
            self._handled.discard(ruling.visit_id)
            verdict, reason = ruling.choice.verdict, ruling.choice.reason
            now = self._session.now()
            self.failed.emit(Unsent(ruling.name, verdict, reason, now, str(error)))
        self.changed.emit()
