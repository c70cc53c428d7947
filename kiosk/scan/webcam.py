"""A webcam: asked for 1920x1080 pictures, compressed, 30 a second, and looked at what it gives.

OpenCV's capture is a port here (`Capture`), so that a test can plug in a camera and pull it out.
A capture lives in a thread of its own, from opening it to releasing it: a driver that hangs hangs
only that thread, and whoever reads is told after `READ_SECONDS`.
"""

import contextlib
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol, cast

import cv2
import numpy as np

from db.domain.errors import CameraError
from kiosk.scan.camera_modes import Mode, Settings
from kiosk.scan.frames import Frame, Image, Mailbox

LOG = logging.getLogger(__name__)

WANTED = Mode(1920, 1080, "MJPG", 30)
"""Compressed, since a USB 2 cable carries five whole pictures of this size a second."""
FALL_BACK = Mode(1280, 720, "MJPG", 30)
LEAST = Mode(1280, 720)
"""Of less, licences are hardly ever read."""
FLUID_RATE = 10.0
READ_SECONDS = 2.0
OPEN_SECONDS = 6.0
"""Many webcams need two seconds to the first picture, few more than four."""
MISSES = 5
"""So many pictures may be lost in a row (a damaged one is) before the camera is gone."""

STOPPED = "The camera stopped sending pictures. Check its cable."
HANGS = "The camera does not answer. Pull its plug out and put it back in."
NO_CAMERA = "No camera was found. Check its cable; typing a name and USB scanners still work."
NO_PICTURE = "The camera opens but gives no picture. Pull its plug out and put it back in."
_IS_V4L2 = sys.platform == "linux"


class Capture(Protocol):
    """What is needed of `cv2.VideoCapture`, which is the real one."""

    def isOpened(self) -> bool: ...  # noqa: N802  OpenCV's name
    def read(self) -> tuple[bool, Image | None]: ...
    def get(self, prop: int, /) -> float: ...
    def set(self, prop: int, value: float, /) -> bool: ...
    def release(self) -> None: ...


OpenCapture = Callable[[int], Capture]


def open_capture(number: int) -> Capture:
    """OpenCV's capture, by the system's own interface: others give small pictures."""
    ways = {"linux": (cv2.CAP_V4L2,), "win32": (cv2.CAP_DSHOW, cv2.CAP_MSMF)}
    first, *others = ways.get(sys.platform, (cv2.CAP_ANY,))
    capture = cv2.VideoCapture(number, first)
    for way in others:
        if capture.isOpened():
            break
        capture.release()
        capture = cv2.VideoCapture(number, way)
    return cast("Capture", capture)


class Webcam:
    """A webcam, open as long as it is not closed. `got` is what it really gives."""

    _threads: dict[int, threading.Thread] = {}  # noqa: RUF012  one for each device, of all of them

    def __init__(
        self,
        number: int,
        settings: Settings | None = None,
        open_capture: OpenCapture = open_capture,
        *,
        read_seconds: float = READ_SECONDS,
        open_seconds: float = OPEN_SECONDS,
    ) -> None:
        """Open the camera; raises `CameraError` in words when it gives no picture in time."""
        self.got = Mode(0, 0)
        self.refused: tuple[str, ...] = ()
        """What the driver does not let us set."""
        self.number = number
        self._settings = settings or Settings()
        self._open_capture = open_capture
        self._read_seconds = read_seconds
        self._mailbox = Mailbox()
        self._trouble = ""
        self._is_ready, self._is_closed = threading.Event(), threading.Event()
        before = self._threads.get(number)
        if before is not None:
            before.join(read_seconds)
            if before.is_alive():  # it holds the device, so another try would only call it busy
                raise CameraError(HANGS)
        thread = threading.Thread(target=self._run, name=f"webcam {number}", daemon=True)
        self._threads[number] = thread
        thread.start()
        is_ready = self._is_ready.wait(open_seconds)
        if not is_ready or self._trouble:
            self.close()
            raise CameraError(self._trouble or HANGS)

    def read(self) -> Frame:
        frame = self._mailbox.take(self._read_seconds)
        if frame is None:
            raise CameraError(self._trouble or HANGS)
        return frame

    def describe(self) -> str:
        return str(self.got)

    def close(self) -> None:
        """Give the device back; one that hangs keeps it until it answers."""
        self._is_closed.set()
        self._threads[self.number].join(0.5)

    def _run(self) -> None:
        try:
            with quiet():
                capture = self._open_capture(self.number)
            try:
                with quiet():
                    self._set_up(capture)
                self._is_ready.set()
                self._film(capture)
            finally:
                capture.release()
        except CameraError as error:
            self._trouble = str(error)
        except Exception:
            LOG.exception("the camera broke")
            self._trouble = STOPPED
        finally:
            self._is_ready.set()
            self._mailbox.close()

    def _set_up(self, capture: Capture) -> None:
        if not capture.isOpened():
            raise CameraError(NO_CAMERA)
        self.got = _agree(capture)
        self.refused = tuple(_refused(capture, self._settings))

    def _film(self, capture: Capture) -> None:
        number = misses = 0
        while not self._is_closed.is_set():
            got, image = capture.read()
            if not got or image is None:
                misses += 1
                if misses >= MISSES:
                    raise CameraError(STOPPED)
                continue
            number, misses = number + 1, 0
            picture = image.astype(np.uint8, copy=False)
            self._mailbox.put(Frame(picture, time.monotonic(), number))


def is_too_small(mode: Mode) -> bool:
    return mode.width < LEAST.width or mode.height < LEAST.height


def _agree(capture: Capture) -> Mode:
    """Ask for what is wanted; for less only when the camera is quick enough then, and was not."""
    first = _ask_for(capture, WANTED)
    if first.rate >= FLUID_RATE or first.px <= FALL_BACK.px:
        return first
    second = _ask_for(capture, FALL_BACK)
    if not is_too_small(second) and second.rate > first.rate:
        return second
    return _ask_for(capture, WANTED)


def _ask_for(capture: Capture, mode: Mode) -> Mode:
    """Ask, take a picture, and say what it is: drivers say yes to what they do not do."""
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*mode.fourcc))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, mode.width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, mode.height)
    capture.set(cv2.CAP_PROP_FPS, mode.rate)
    for _ in range(MISSES):
        got, image = capture.read()
        if got and image is not None:
            height, width = image.shape[:2]
            rate = capture.get(cv2.CAP_PROP_FPS)
            fourcc = _letters(capture.get(cv2.CAP_PROP_FOURCC))
            return Mode(width, height, fourcc, rate if rate > 0 else mode.rate)
    raise CameraError(NO_PICTURE)


def _letters(fourcc: float) -> str:
    if not 0 < fourcc < 1 << 32:
        return ""
    letters = int(fourcc).to_bytes(4, "little").decode("latin-1").strip()
    return letters if letters.isascii() and letters.isprintable() else ""


def _refused(capture: Capture, settings: Settings) -> Iterator[str]:
    """Set focus and exposure; names what the driver does not let us set."""
    by_itself, by_hand = (3, 1) if _IS_V4L2 else (1, 0)  # V4L2_EXPOSURE_APERTURE_PRIORITY, _MANUAL
    focus, exposure = settings.focus, settings.exposure
    if focus == "auto":
        if not capture.set(cv2.CAP_PROP_AUTOFOCUS, 1):
            yield "autofocus"
    else:
        capture.set(cv2.CAP_PROP_AUTOFOCUS, 0)
        if not capture.set(cv2.CAP_PROP_FOCUS, float(focus)):
            yield "focus"
    if exposure == "auto":
        if not capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, by_itself):
            yield "automatic exposure"
    else:
        capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, by_hand)
        if not capture.set(cv2.CAP_PROP_EXPOSURE, float(exposure)):
            yield "exposure"


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep OpenCV from writing to the terminal by itself when a camera is absent."""
    log = cv2.utils.logging
    before = log.getLogLevel()
    log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        log.setLogLevel(before)
