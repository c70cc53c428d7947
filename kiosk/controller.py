"""The visit at this kiosk: parts say what happened, the flow table says what follows.

`VisitController` keeps the step and the draft, and nothing else. `sign_in`, `sign_out`,
`staff_desk` and `lens` are its parts: each listens to its own screens or devices, offers the views
of its steps, and calls `advance`. Everything slow runs elsewhere; an answer that comes after its
visitor has left is dropped, since each is matched with the sitting that asked for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from kiosk.draft import VisitDraft
from kiosk.flow import TRANSITIONS, Event, Step, next_step
from kiosk.patience import Patience
from kiosk.ui.views import StepView, TroubleView, WelcomeView
from kiosk.ui.window import KioskWindow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step that began; `at` is aware UTC. Carries nothing about a person."""

    step: Step
    at: datetime


@dataclass(frozen=True, slots=True)
class StepTimes:
    """How long screens wait, in seconds; see `Patience`."""

    idle: int = 60
    warning: int = 20
    done: int = 15
    goodbye: int = 10
    staff: int = 60

    def of(self, step: Step) -> tuple[int, int]:
        """Seconds until the warning, and seconds of warning; 0 idle seconds wait for ever."""
        match step:
            case Step.WELCOME | Step.WAIT_FOR_STAFF | Step.BADGE:
                # The waiting screen shows a number and no name: it may stay as long as it takes.
                # A badge's time begins when it is printed; until then its trouble may come.
                return 0, 0
            case Step.GOODBYE:
                return self.goodbye, 0
            case Step.TROUBLE:  # three sentences to read
                return 3 * self.goodbye, 0
            case Step.STAFF_PIN | Step.STAFF_DECISION | Step.SERVICE_PIN | Step.SERVICE:
                return self.staff, 0
            case _:
                return (self.idle, self.warning) if Event.LEFT in TRANSITIONS[step] else (0, 0)


class VisitController(QObject):
    """One kiosk's flow.

    Signals:
        leaving: the step that the visitor gives up, while the draft is still there.
        step_changed: a `StepChange`, once the step's screen is shown.
    """

    leaving = Signal(Step)
    step_changed = Signal(StepChange)

    def __init__(self, window: KioskWindow, times: StepTimes, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.window = window
        self.now = now
        self.step = Step.WELCOME
        self.draft = VisitDraft()
        self.trouble = TroubleView("", "", "")
        self._views: dict[Step, Callable[[], StepView]] = {
            Step.WELCOME: WelcomeView,
            Step.TROUBLE: lambda: self.trouble,
        }
        self.times = times
        self._sitting = 0
        self._patience = Patience(self)
        self._patience.warned.connect(window.show_timeout_warning)
        self._patience.eased.connect(lambda: window.show_timeout_warning(None))
        self._patience.ended.connect(self._on_nobody_there)
        window.touched.connect(self._patience.somebody_is_there)
        window.more_time_chosen.connect(self._patience.somebody_is_there)
        window.check_in_chosen.connect(lambda: self.on_event(Event.CHECK_IN_CHOSEN))
        window.check_out_chosen.connect(lambda: self.on_event(Event.CHECK_OUT_CHOSEN))
        window.left.connect(lambda: self.on_event(Event.LEFT))

    def offers(self, step: Step, view: Callable[[], StepView]) -> None:
        """A part says what a step's screen shows."""
        self._views[step] = view

    def start(self) -> None:
        """Show the welcome screen."""
        self._enter(Step.WELCOME)

    def close(self) -> None:
        """Nobody is waited for any more; no late answer finds its way to the screen."""
        self._patience.wait(0, 0)
        # Those of its parts too: whatever thread takes them from memory could not stop them.
        for timer in self.findChildren(QTimer):
            timer.stop()
        self._sitting += 1
        self.draft = VisitDraft()

    def advance(self, event: Event) -> None:
        """Go on to what the table says; raises `IllegalTransitionError` for anything else."""
        following = next_step(self.step, event)
        if event is Event.LEFT:
            self.leaving.emit(self.step)
        self._enter(following)

    def on_event(self, event: Event) -> None:
        """Go on if the step still allows it: a second touch, or a late one, changes nothing."""
        if event in TRANSITIONS[self.step]:
            self.advance(event)

    def wait(self, seconds: int) -> None:
        """The present step ends by itself when nobody touches it for so long."""
        self._patience.wait(seconds, 0)

    def refresh(self) -> None:
        """Show the present step anew, with what is known by now."""
        self.window.show_step(self.step, self._views[self.step]())

    def of_this_sitting(self, act: Callable[[T], object]) -> Callable[[T], None]:
        """`act`, unless the visitor has left by the time that the answer comes."""
        sitting = self._sitting

        def guarded(value: T) -> None:
            if sitting == self._sitting:
                act(value)

        return guarded

    def _enter(self, step: Step) -> None:
        self.step = step
        if step is Step.WELCOME:
            # Drop the visitor: no name stays, and no late answer finds its way back.
            self._sitting += 1
            self.draft = VisitDraft()
        self.window.show_timeout_warning(None)
        self._patience.wait(*self.times.of(step))
        self.refresh()
        self.step_changed.emit(StepChange(step, self.now()))

    def _on_nobody_there(self) -> None:
        self.window.show_timeout_warning(None)
        if Event.LEFT in TRANSITIONS[self.step]:
            self.window.left.emit()
        else:
            self.window.staff_left.emit()
