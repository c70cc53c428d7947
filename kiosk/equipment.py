"""How this kiosk's camera and printer did when they were last used, for staff here and at the hub.

What is told comes from use alone: a camera is not live on the welcome screen, and an idle printer
says that it is well (see `kiosk.badge.printer`).
"""

from collections.abc import Callable
from datetime import datetime

from db.domain.kiosks import LastUse
from kiosk.badge_desk import PrintResult
from kiosk.scan.worker import CameraState


class Equipment:
    """Written on the GUI thread, read on any: the values never change.

    `clock` is this computer's own.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.camera: LastUse | None = None
        self.printer: LastUse | None = None

    def on_camera(self, state: CameraState) -> None:
        """Pictures came, or did not."""
        self.camera = LastUse(self._clock(), state.trouble)

    def on_printed(self, result: PrintResult) -> None:
        """A badge came out, or did not."""
        self.printer = LastUse(self._clock(), result.trouble or result.first_trouble)
