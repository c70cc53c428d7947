"""How this kiosk's camera and printer did when they were last used, for staff here and at the hub.

What is told comes from use alone: a camera is not live on the welcome screen, and an idle printer
says that it is well (see `kiosk.badge.printer`).
"""

from collections.abc import Callable
from datetime import datetime

from db.domain.kiosks import LONGEST_TROUBLE, LastUse
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
        self.camera = LastUse(self._clock(), _fit(state.trouble))

    def on_printed(self, result: PrintResult) -> None:
        """A badge came out, or did not."""
        self.printer = LastUse(self._clock(), _fit(result.trouble or result.first_trouble))


def _fit(words: str) -> str:
    """As a hub takes them: the cameras that are there have names of any length and signs."""
    told = "".join(sign if sign.isprintable() else " " for sign in words)
    is_short = len(told) <= LONGEST_TROUBLE
    return told if is_short else f"{told[: LONGEST_TROUBLE - 3]}..."
