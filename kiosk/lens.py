"""What the camera and typing scanners see, told to the part that waits for it.

Sets the scanner to work step by step: the camera is never live on the welcome screen. A part of
`VisitController`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from db.domain.errors import UnreadableIdError
from db.domain.people import Identity
from kiosk.controller import StepChange, VisitController
from kiosk.flow import Step
from kiosk.presenting import SiteWords
from kiosk.readings import TYPED, Way
from kiosk.scan.badge_code import badge_token_of
from kiosk.scan.decode import Wanted
from kiosk.scan.identify import MilitaryIdError, identity_of, identity_of_payload
from kiosk.scan.watch import FORGET_SECONDS
from kiosk.scan.wedge import WedgeFilter
from kiosk.scan.worker import CameraState, Picture, Reading, ScanWorker
from kiosk.sign_in import SignIn
from kiosk.sign_out import SignOut
from kiosk.ui import views

_WANTED = {
    Step.SCAN_ID: Wanted.ID,
    Step.FIND_VISIT: Wanted.BADGE,
    Step.PHOTO: Wanted.PICTURE,
}


@dataclass(frozen=True, slots=True)
class Identified:
    """How long reading took: from the first frame that showed the code to the identity, in ms."""

    milliseconds: float


class Lens(QObject):
    """Between the scanner and the parts.

    Signals:
        identified: an `Identified`, each time an ID was read.
        accepted: the `Way` in which a code came that was taken, ID or badge.
    """

    identified = Signal(Identified)
    accepted = Signal(Way)

    def __init__(
        self,
        visit: VisitController,
        sign_in: SignIn,
        sign_out: SignOut,
        scanner: ScanWorker,
        words: SiteWords,
    ) -> None:
        super().__init__(visit)
        self._visit = visit
        self._sign_in = sign_in
        self._sign_out = sign_out
        self._scanner = scanner
        self._trouble = ""
        self._rules = words.documents
        # The last payload's hash: its text is kept no longer than it takes to read.
        self._shown: int | None = None
        self._seen_at = 0.0
        self._verdict = views.Hint.NONE
        visit.offers(Step.SCAN_ID, lambda: views.ScanView(self._trouble))
        visit.offers(Step.PHOTO, lambda: words.photo_view(self._trouble))
        visit.step_changed.connect(self._on_step_changed)
        scanner.picture.connect(self._on_picture)
        scanner.hinted.connect(self._on_hinted)
        scanner.read.connect(self._on_read)
        scanner.camera.connect(self._on_camera)
        self._wedge = WedgeFilter(self)
        self._wedge.scanned.connect(self._on_scanned)

    @property
    def wedge(self) -> WedgeFilter:
        """The event filter for typing scanners; the program installs it."""
        return self._wedge

    def _on_step_changed(self, change: StepChange) -> None:
        self._shown, self._verdict = None, views.Hint.NONE
        self._scanner.want(_WANTED.get(change.step, Wanted.NOTHING))

    def _on_picture(self, picture: Picture) -> None:
        if self._visit.step in _WANTED:
            self._visit.window.show_frame(picture.image)

    def _on_hinted(self, hint: views.Hint) -> None:
        """That a code is read says not yet what it is worth: the last one's verdict does."""
        if hint is views.Hint.FOUND:
            hint = self._verdict
        if hint is not views.Hint.NONE and self._visit.step in (Step.SCAN_ID, Step.FIND_VISIT):
            self._visit.window.show_hint(hint)

    def _on_read(self, reading: Reading) -> None:
        decoded = reading.decoded
        self._on_payload(
            decoded.payload,
            lambda: identity_of(decoded, self._rules),
            Way(decoded.symbology, decoded.stage, decoded.reader),
            reading.milliseconds,
        )

    def _on_scanned(self, payload: bytes) -> None:
        self._on_payload(payload, lambda: identity_of_payload(payload, self._rules), TYPED)

    def _on_payload(
        self,
        payload: bytes,
        identify: Callable[[], Identity],
        way: Way,
        milliseconds: float = 0.0,
    ) -> None:
        """Take a code that was shown or typed; the same one again and again is taken once."""
        step = self._visit.step
        if step not in (Step.SCAN_ID, Step.TYPE_NAME, Step.FIND_VISIT):
            return
        now = time.monotonic()
        shown = hash(payload)
        is_still_shown = shown == self._shown and now - self._seen_at < FORGET_SECONDS
        self._shown, self._seen_at = shown, now
        if is_still_shown:
            return
        self._verdict = views.Hint.NONE
        token = badge_token_of(payload)
        if step is Step.FIND_VISIT and token is not None:
            self._sign_out.badge_shown(token)
            self.accepted.emit(way)
            return
        try:
            identity = identify()
        except UnreadableIdError as error:
            self._verdict = _verdict_of(error, step)
            self._visit.window.show_hint(self._verdict)
            return
        self._verdict = views.Hint.FOUND
        self.identified.emit(Identified(milliseconds))
        if step is Step.FIND_VISIT:
            self._sign_out.id_shown(identity)
        else:
            self._visit.window.show_hint(views.Hint.FOUND)
            self._sign_in.identified(identity)
        self.accepted.emit(way)

    def _on_camera(self, state: CameraState) -> None:
        if state.trouble == self._trouble:
            return
        self._trouble = self._sign_out.camera_trouble = state.trouble
        if self._visit.step in _WANTED:
            self._visit.refresh()


def _verdict_of(error: UnreadableIdError, step: Step) -> views.Hint:
    if isinstance(error, MilitaryIdError):
        return views.Hint.MILITARY_ID
    return views.Hint.NOT_A_BADGE if step is Step.FIND_VISIT else views.Hint.NOT_AN_ID
