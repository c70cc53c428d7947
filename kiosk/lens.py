"""What the camera and typing scanners see, told to the part that waits for it.

Sets the scanner to work step by step: the camera is never live on the welcome screen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from PySide6.QtCore import QObject, Signal

from db.domain.errors import UnreadableIdError
from kiosk.controller import StepChange, VisitController
from kiosk.flow import Step
from kiosk.presenting import SiteWords
from kiosk.scan.aamva import parse_aamva
from kiosk.scan.badge_code import badge_token_of
from kiosk.scan.decode import Decoded
from kiosk.scan.frames import Frame
from kiosk.scan.wedge import WedgeFilter
from kiosk.scan.worker import Reading, ScanWorker, Wanted
from kiosk.sign_in import SignIn
from kiosk.sign_out import SignOut
from kiosk.ui import views

_WANTED = {
    Step.SCAN_ID: Wanted.ID,
    Step.TYPE_NAME: Wanted.NOTHING,
    Step.FIND_VISIT: Wanted.BADGE,
    Step.PHOTO: Wanted.PICTURE,
}


@dataclass(frozen=True, slots=True)
class Identified:
    """How long reading took: from the first frame that could be decoded to the identity."""

    milliseconds: float
