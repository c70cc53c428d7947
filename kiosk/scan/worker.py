"""Camera and decoder at work: two threads, one mailbox, results as signals on the GUI thread.

While nothing is wanted the camera is given back, so that the welcome screen costs nothing and no
light is on. A camera that goes away is announced and tried again until it is back.
"""

import logging
import threading
import time
from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal

from db.domain.errors import CameraError
from kiosk.scan.camera import Camera, CameraFactory
from kiosk.scan.decode import Decoded, Wanted, decode, grey_of
from kiosk.scan.frames import Frame, Image, Mailbox
from kiosk.scan.hints import SteadyHint, hint_for
from kiosk.scan.locate import cues_of, locate
from kiosk.ui.views import Hint

LOG = logging.getLogger(__name__)

PICTURE_WIDTH = 1176
PICTURES_A_SECOND = 15.0
RETRY_SECONDS = 2.0
REST_SHARE = 0.5
"""How long the decoder rests after a frame that it could not read, per second of work."""
FORGET_SECONDS = 2.0
"""A symbol unseen for so long is gone: the next one is another card."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame as the screen shows it, PICTURE_WIDTH px wide."""

    image: Image


@dataclass(frozen=True, slots=True)
class Reading:
    """A code that was read. `milliseconds` from the first frame that showed it to the payload."""

    decoded: Decoded
    milliseconds: float


@dataclass(frozen=True, slots=True)
class CameraState:
    """Whether pictures come; `trouble` says in words why they do not."""

    trouble: str = ""


class ScanWorker(QObject):
    """Runs both threads.

    Signals:
        picture: a `Picture` for the screen.
        read: a `Reading`; the same code is read again and again while it is shown.
        hinted: another `Hint` is due.
        camera: a `CameraState`: pictures come, or why they do not.
    """

    picture = Signal(Picture)
    read = Signal(Reading)
    hinted = Signal(Hint)
    camera = Signal(CameraState)

    def __init__(self, open_camera: CameraFactory, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open_camera = open_camera
        self._wanted = Wanted.NOTHING
        self._round = 0
        self._something_wanted = threading.Event()
        self._stopping = threading.Event()
        self._mailbox = Mailbox()
        self._threads = [
            threading.Thread(target=self._film, name="camera", daemon=True),
            threading.Thread(target=self._decode, name="decoder", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def want(self, wanted: Wanted) -> None:
        """Set to work on something else; what was read for the step before is dropped."""
        self._round += 1
        self._wanted = wanted
        if wanted is Wanted.NOTHING:
            self._something_wanted.clear()
        else:
            self._something_wanted.set()

    def stop(self) -> None:
        self._stopping.set()
        self._something_wanted.set()
        self._mailbox.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(1.0)

    # ---- camera thread -----------------------------------------------------------------------

    def _film(self) -> None:
        while not self._stopping.is_set():
            self._something_wanted.wait()
            if self._stopping.is_set():
                return
            try:
                camera = self._open_camera()
            except CameraError as error:
                self.camera.emit(CameraState(str(error)))
                self._stopping.wait(RETRY_SECONDS)
                continue
            self.camera.emit(CameraState())
            try:
                self._run(camera)
            except CameraError as error:
                self.camera.emit(CameraState(str(error)))
                self._stopping.wait(RETRY_SECONDS)
            finally:
                camera.close()

    def _run(self, camera: Camera) -> None:
        shown_at = 0.0
        while self._something_wanted.is_set() and not self._stopping.is_set():
            frame = camera.read()
            if self._wanted in (Wanted.ID, Wanted.BADGE):
                self._mailbox.put(frame)
            if frame.taken_at - shown_at >= 1.0 / PICTURES_A_SECOND:
                shown_at = frame.taken_at
                self.picture.emit(Picture(_for_screen(frame.image)))

    # ---- decoder thread ----------------------------------------------------------------------

    def _decode(self) -> None:
        hint, seen_since, seen_at, current = SteadyHint(), 0.0, -FORGET_SECONDS, -1
        while not self._stopping.is_set():
            frame = self._mailbox.take(0.5)
            began_round, wanted = self._round, self._wanted
            if frame is None or wanted in (Wanted.NOTHING, Wanted.PICTURE):
                continue
            if began_round != current:
                hint, seen_at, current = SteadyHint(), -FORGET_SECONDS, began_round
            began = time.monotonic()
            try:
                decoded, shown = self._look(frame, wanted)
            except cv2.error:
                LOG.exception("a frame could not be looked at")
                continue
            if shown is not Hint.LOOKING or decoded is not None:
                if frame.taken_at - seen_at > FORGET_SECONDS:
                    seen_since = frame.taken_at
                seen_at = frame.taken_at
            if decoded is not None and began_round == self._round:
                self.read.emit(Reading(decoded, (time.monotonic() - seen_since) * 1000))
                shown = Hint.FOUND
            steady = hint.then(shown, frame.taken_at)
            if steady.hint is not hint.hint and began_round == self._round:
                self.hinted.emit(steady.hint)
            hint = steady
            if decoded is None:
                # A mini-PC's other core belongs to the screen: work no more than two thirds.
                self._stopping.wait((time.monotonic() - began) * REST_SHARE)

    def _look(self, frame: Frame, wanted: Wanted) -> tuple[Decoded | None, Hint]:
        """Decode a frame; when that fails, see what the visitor could change."""
        decoded = decode(frame.image, wanted)
        if decoded is not None:
            return decoded, Hint.FOUND
        grey = grey_of(frame.image)
        regions = locate(grey, most=1)
        cues = cues_of(grey, regions[0]) if regions else None
        return None, hint_for(cues, grey.shape[1])


def _for_screen(image: Image) -> Image:
    scale = PICTURE_WIDTH / image.shape[1]
    if scale >= 1.0:
        return image
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    return small.astype(np.uint8, copy=False)
