"""Staff look how this kiosk stands. A part of `VisitController`, behind the PIN of `StaffDesk`.

Everything is read anew when the page opens, when the hub's state changes, and every few seconds.
"""

from PySide6.QtCore import QObject, QTimer

from kiosk import standing
from kiosk.controller import StepChange, VisitController
from kiosk.equipment import Equipment
from kiosk.flow import Step
from kiosk.front_desk import FrontDesk
from kiosk.staff_desk import StaffDesk
from kiosk.standing import Kept
from kiosk.sync.worker import HubState, Reach
from kiosk.ui.views import ServiceView

_AGAIN_MS = 5000


class ServiceDesk(QObject):
    """SERVICE. Its PIN is asked for by `StaffDesk`."""

    def __init__(
        self,
        visit: VisitController,
        front_desk: FrontDesk,
        staff_desk: StaffDesk,
        equipment: Equipment,
    ) -> None:
        super().__init__(visit)
        self._equipment = equipment
        self._visit, self._front_desk, self._staff_desk = visit, front_desk, staff_desk
        self._hub = HubState(Reach.UNKNOWN)
        self._kept: Kept | None = None
        self._timer = QTimer(self, interval=_AGAIN_MS)
        self._timer.timeout.connect(self._look)
        visit.offers(Step.SERVICE, self._view)
        visit.step_changed.connect(self._on_step_changed)

    def on_hub_state(self, state: HubState) -> None:
        """The sync threads found the hub so."""
        self._hub = state
        self._look()

    def _on_step_changed(self, change: StepChange) -> None:
        if change.step is Step.SERVICE:
            self._timer.start()
            self._look()
        else:
            self._timer.stop()
            self._kept = None

    def _look(self) -> None:
        if self._visit.step is Step.SERVICE:
            self._front_desk.standing(self._on_read)

    def _on_read(self, kept: Kept) -> None:
        if self._visit.step is Step.SERVICE:
            self._kept = kept
            self._visit.refresh()

    def _view(self) -> ServiceView:
        now, seconds = self._visit.now(), self._visit.times.staff
        name = self._staff_desk.who
        if self._kept is None:
            return ServiceView(name, (), (), now, locks_after=seconds)
        return standing.view(
            self._kept,
            self._hub,
            name,
            now,
            are_lists_loaded=self._front_desk.are_lists_loaded,
            camera=self._equipment.camera,
            printer=self._equipment.printer,
            locks_after=seconds,
        )
