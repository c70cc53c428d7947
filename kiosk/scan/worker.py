"""Camera and decoder at work: two threads, one mailbox, results as signals on the GUI thread.

While nothing is wanted the camera is given back, so that the welcome screen costs nothing and no
light is on. A camera that goes away is announced and tried again until it is back. Neither thread
ends before `stop`, whatever breaks in it.
"""

import logging
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import cv2
import numpy as np
from PySide6.QtCore import QObject, Signal

from db.domain.errors import CameraError
from kiosk.scan.camera import Camera, CameraFactory
from kiosk.scan.decode import Decoded, Wanted
from kiosk.scan.frames import Frame, Image, Mailbox
from kiosk.scan.watch import Watch
from kiosk.ui.views import Hint

LOG = logging.getLogger(__name__)

PICTURE_WIDTH = 1176
PICTURES_A_SECOND = 30.0
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.5, 4.0
READ_SECONDS = 0.1
"""After a reading: what is shown now was read already."""
REST_SHARE = 0.5
"""After a frame that could not be read the decoder rests half as long as it looked: a mini-PC's
other core belongs to the camera and the screen."""
IDLE_SHARE = 2.0
"""Before an empty desk the decoder rests this many times as long as it looked."""
COMPLAINT_SECONDS = 60.0
"""A decoder that breaks on every frame says so this often: frames come 30 times a second."""
TROUBLE = "The camera stopped working. It is tried again; typing a name works meanwhile."


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame as the screen shows it, PICTURE_WIDTH px wide."""

    image: Image


@dataclass(frozen=True, slots=True)
class Reading:
    """A code that was read. `milliseconds` from the first frame that showed it to the payload."""

    decoded: Decoded
    milliseconds: float
    first_seen_at: float = 0.0
    """When the first frame was taken in which it could be seen well; `time.monotonic`."""


@dataclass(frozen=True, slots=True)
class CameraState:
    """Whether pictures come; `trouble` says in words why they do not."""

    trouble: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    """What the step that is shown wants; a new value for every step, never changed."""

    wanted: Wanted
    since: float


class ScanWorker(QObject):
    """Runs both threads.

    Signals:
        picture: a `Picture` for the screen; the next only when the last was taken.
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
        self._task = _Task(Wanted.NOTHING, 0.0)
        self._something_wanted = threading.Event()
        self._stopping = threading.Event()
        self._picture_taken = threading.Event()
        self._picture_taken.set()
        self.picture.connect(self._on_picture)
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
        self._task = _Task(wanted, time.monotonic())
        if wanted is Wanted.NOTHING:
            self._something_wanted.clear()
        else:
            self._something_wanted.set()

    def stop(self) -> None:
        """End both threads; at most a second is waited for a camera that hangs."""
        self._stopping.set()
        self._something_wanted.set()
        self._mailbox.close()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(0.5)

    def _on_picture(self, _: Picture) -> None:
        # On the GUI thread, so when it is behind, no pictures pile up before it.
        self._picture_taken.set()

    # ---- camera thread -----------------------------------------------------------------------

    def _film(self) -> None:
        waits = _back_off()
        while not self._stopping.is_set():
            self._something_wanted.wait()
            if self._stopping.is_set():
                return
            trouble = self._run()
            if not trouble:
                waits = _back_off()
                continue
            self.camera.emit(CameraState(trouble))
            self._stopping.wait(next(waits))

    def _run(self) -> str:
        """Show what a camera sees until nothing is wanted; says what went wrong, if so."""
        try:
            with closing(self._open_camera()) as camera:
                self._show(camera)
        except CameraError as error:
            return str(error) or TROUBLE
        except Exception:
            LOG.exception("the camera stopped")
            return TROUBLE
        return ""

    def _show(self, camera: Camera) -> None:
        shown_at, is_announced = 0.0, False
        while self._something_wanted.is_set() and not self._stopping.is_set():
            frame = camera.read()
            if not is_announced:  # only a picture proves that the camera is back
                self.camera.emit(CameraState())
                is_announced = True
            if self._task.wanted in (Wanted.ID, Wanted.BADGE):
                self._mailbox.put(frame)
            is_due = frame.taken_at - shown_at >= 0.7 / PICTURES_A_SECOND
            if is_due and self._picture_taken.is_set():
                shown_at = frame.taken_at
                self._picture_taken.clear()
                self.picture.emit(Picture(_for_screen(frame.image)))

    # ---- decoder thread ----------------------------------------------------------------------

    def _decode(self) -> None:
        task, watch = self._task, Watch(self._task.wanted)
        complained_at = float("-inf")
        while not self._stopping.is_set():
            frame = self._mailbox.take(0.5)
            now = self._task
            if frame is None or now.wanted not in (Wanted.ID, Wanted.BADGE):
                continue
            if now is not task:
                task, watch = now, Watch(now.wanted)
            if frame.taken_at < task.since:  # what was shown in the step before
                continue
            try:
                self._look(watch, frame, task)
            except Exception as error:  # noqa: BLE001  the next frame may be read
                if time.monotonic() - complained_at >= COMPLAINT_SECONDS:
                    complained_at = time.monotonic()
                    LOG.error("a frame was not read: %s", _what_broke(error))  # noqa: TRY400
                self._stopping.wait(0.05)  # a frame that always breaks costs no whole core

    def _look(self, watch: Watch, frame: Frame, task: _Task) -> None:
        began = time.monotonic()
        sight = watch.look(frame)
        now = time.monotonic()
        if task is not self._task:
            return
        if sight.decoded is not None:
            spent = (now - sight.first_seen_at) * 1000
            self.read.emit(Reading(sight.decoded, spent, sight.first_seen_at))
        if sight.new_hint is not None:
            self.hinted.emit(sight.new_hint)
        if sight.decoded is None:
            share = IDLE_SHARE if sight.is_empty else REST_SHARE
            self._stopping.wait(share * (now - began))
        else:
            self._stopping.wait(READ_SECONDS)


def _what_broke(error: Exception) -> str:
    """Kind and places of an error, without its words: they may quote what an ID says."""
    frames = traceback.extract_tb(error.__traceback__)
    places = ", ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__} at {places}"


def _back_off() -> Iterator[float]:
    """How long to wait before a camera is tried again: longer each time."""
    seconds = FIRST_RETRY_SECONDS
    while True:
        yield seconds
        seconds = min(2 * seconds, LAST_RETRY_SECONDS)


def _for_screen(image: Image) -> Image:
    scale = PICTURE_WIDTH / image.shape[1]
    if scale >= 1.0:
        return image
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    return small.astype(np.uint8, copy=False)
