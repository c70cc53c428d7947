"""Waiting for the office, and staff at the kiosk with their PIN. A part of `VisitController`.

A decision comes from the hub or from a PIN; whichever is first is in force.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from PySide6.QtCore import QObject

from db.domain.decision import DecidedAt, Decision
from db.ids import new_id
from db.staff_pins import StaffOnDuty
from kiosk import pin_lock, presenting
from kiosk.answer import NoAnswerError
from kiosk.controller import StepChange, VisitController
from kiosk.flow import Event, Step
from kiosk.front_desk import FrontDesk, words_of
from kiosk.pin_lock import PinLock
from kiosk.sync.exchange import Learned
from kiosk.ui import views

LOG = logging.getLogger(__name__)
_LOCKS = {Step.STAFF_PIN: pin_lock.PIN_LOCK, Step.SERVICE_PIN: pin_lock.SERVICE_LOCK}
_PIN_STEPS = tuple(_LOCKS)
_AFTER_PIN = (Step.STAFF_DECISION, Step.RECORDING_DECISION, Step.SERVICE)


class StaffDesk(QObject):
    """WAIT_FOR_STAFF, STAFF_PIN and STAFF_DECISION; and SERVICE_PIN, before `ServiceDesk`."""

    def __init__(
        self,
        visit: VisitController,
        front_desk: FrontDesk,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(visit)
        self._visit = visit
        self._front_desk = front_desk
        self._on_duty: StaffOnDuty | None = None
        self._wrong = ""
        self._is_checking = False
        self._steady = steady
        self._locked_to: dict[Step, float] = {}
        """When the lock of each step ends on the steady clock, which nobody sets."""
        for step, lock in _LOCKS.items():
            front_desk.read_pin_lock(lock, partial(self._lock, step))
        visit.offers(Step.WAIT_FOR_STAFF, self._wait_view)
        visit.offers(Step.RECORDING_DECISION, self._wait_view)
        for step in _PIN_STEPS:
            visit.offers(step, self._pin_view)
        visit.offers(Step.STAFF_DECISION, self._decision_view)
        window = visit.window
        window.staff_called.connect(lambda: visit.on_event(Event.STAFF_CALLED))
        window.staff_left.connect(lambda: visit.on_event(Event.STAFF_LEFT))
        window.pin_entered.connect(self._on_pin_entered)
        window.staff_decided.connect(self._on_staff_decided)
        window.wait_cancelled.connect(self._on_wait_cancelled)
        window.next_person_chosen.connect(lambda: visit.on_event(Event.LEFT))
        visit.step_changed.connect(self._on_step_changed)

    @property
    def who(self) -> str:
        """Whose PIN was given; empty before that, and once they have left."""
        return "" if self._on_duty is None else self._on_duty.display_name

    def on_learned(self, learned: Learned) -> None:
        """Something came from the hub: perhaps the decision that the visitor waits for."""
        if learned.decision is not None:
            self._decided(learned.decision)

    def _on_step_changed(self, change: StepChange) -> None:
        if change.step not in _PIN_STEPS + _AFTER_PIN:
            self._on_duty, self._wrong = None, ""
        held = self._visit.draft.visit
        if change.step is Step.WAIT_FOR_STAFF and held is not None:
            # The decision may have come between the screening and this screen.
            self._front_desk.decision_on(
                held.visit_id, self._visit.of_this_sitting(self._on_decision_read)
            )

    def _on_decision_read(self, decision: Decision | None) -> None:
        if decision is not None:
            self._decided(decision)

    def _decided(self, decision: Decision) -> None:
        held = self._visit.draft.visit
        if held is None or decision.visit_id != held.visit_id:
            return
        admits = decision.verdict.admits
        self._visit.on_event(Event.STAFF_APPROVED if admits else Event.STAFF_DENIED)

    def _on_wait_cancelled(self) -> None:
        held = self._visit.draft.visit
        if self._visit.step is Step.WAIT_FOR_STAFF and held is not None:
            self._front_desk.abandon(held.visit_id)
            self._visit.on_event(Event.LEFT)

    # ---- PIN and decision --------------------------------------------------------------------

    def _on_pin_entered(self, pin: str) -> None:
        step = self._visit.step
        if step not in _PIN_STEPS or self._locked_for(step) or self._is_checking:
            return
        self._is_checking = True
        done, now = partial(self._on_pin_checked, step), self._visit.now()
        self._front_desk.check_pin(pin, now, done, self._on_pin_not_checked, _LOCKS[step])

    def _on_pin_not_checked(self, _: Exception) -> None:
        self._is_checking = False
        self._refuse("The PIN could not be checked. Try again, or decide on the console.")

    def _on_pin_checked(self, at: Step, staff: StaffOnDuty | PinLock) -> None:
        self._is_checking = False
        if isinstance(staff, PinLock):
            self._lock(at, staff)
            self._refuse("That PIN is not known here.")
            return
        if self._visit.step is not at:
            return
        self._on_duty, self._wrong = staff, ""
        self._visit.advance(Event.PIN_ACCEPTED)

    def _refuse(self, words: str) -> None:
        self._wrong = words
        if self._visit.step in _PIN_STEPS:
            self._visit.refresh()

    def _on_staff_decided(self, choice: views.StaffChoice) -> None:
        held, staff = self._visit.draft.visit, self._on_duty
        if self._visit.step is not Step.STAFF_DECISION or held is None or staff is None:
            return
        now = self._visit.now()
        decision = Decision(
            decision_id=new_id(now),
            visit_id=held.visit_id,
            verdict=choice.verdict,
            reason=choice.reason,
            decided_by=staff.display_name,
            decided_at=now,
            where=DecidedAt.KIOSK,
        )
        self._visit.advance(Event.DECISION_GIVEN)
        self._front_desk.decide(
            decision,
            staff,
            self._visit.of_this_sitting(self._decided),
            self._visit.of_this_sitting(self._on_decision_lost),
        )

    def _on_decision_lost(self, error: Exception) -> None:
        was = "may not have been" if isinstance(error, NoAnswerError) else "was not"
        self._wrong = f"The decision {was} kept. {words_of(error)} Type the PIN to try again."
        self._visit.on_event(Event.FAILED)

    def _lock(self, step: Step, lock: PinLock) -> None:
        seconds = lock.seconds_left(self._visit.now())
        if seconds:
            self._locked_to[step] = self._steady() + seconds
            LOG.warning("the staff PIN is locked after %d wrong tries", lock.wrong_tries)

    def _locked_for(self, step: Step) -> float:
        """Seconds for which no PIN is taken there."""
        return max(0.0, self._locked_to.get(step, 0.0) - self._steady())

    # ---- views -------------------------------------------------------------------------------

    def _wait_view(self) -> views.WaitView:
        held = self._visit.draft.visit
        if held is None:
            return views.WaitView()
        return views.WaitView(number=held.number, is_typed=held.identity.document is None)

    def _pin_view(self) -> views.PinView:
        step = self._visit.step
        left, is_service = self._locked_for(step), step is Step.SERVICE_PIN
        if not left:
            return views.PinView(wrong=self._wrong, is_service=is_service)
        until = self._visit.now() + timedelta(seconds=left)
        words = f"Too many tries. Wait until {until:%-I:%M %p}, or decide on the console."
        return views.PinView(wrong=words, locked_until=until, is_service=is_service)

    def _decision_view(self) -> views.StaffView:
        draft, staff = self._visit.draft, self._on_duty
        if draft.visit is None or draft.screening is None or staff is None:
            raise LookupError("a decision without a hold or without a person")
        view = presenting.staff_view(
            draft.visit, draft.screening, staff.display_name, self._visit.now()
        )
        return replace(view, locks_after=self._visit.times.staff)
