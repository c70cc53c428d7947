"""Cameras: a device by its index, a film by its path, and a reel of films for demos and drills.

`read` blocks until the next frame. A camera belongs to the thread that opened it.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from db.domain.errors import CameraError
from kiosk.scan.frames import Frame, Image

WIDTH, HEIGHT, RATE = 1920, 1080, 30
LAST_INDEX = 99
"""No computer has more cameras: a longer number is a slip, and OpenCV breaks over a huge one."""
REEL_NOTE = "now"
"""The small file in a reel's folder that names the film to be played."""


class Camera(Protocol):
    """What the scanner needs of a camera."""

    def read(self) -> Frame:
        """The next frame; raises `CameraError` in words when none comes."""
        ...

    def describe(self) -> str:
        """What the camera gives, e.g. ``1920x1080 at 30 frames a second``."""
        ...

    def close(self) -> None:
        """Give the device back."""
        ...


def open_camera(source: str) -> Camera:
    """Open ``"0"``, ``"1"`` ... as a device, or a path as a film or a folder of films.

    Raises `CameraError` when there is no such camera.
    """
    if source.isdecimal():
        return DeviceCamera(_index(source))
    path = Path(source)
    try:
        is_reel, is_there = (path / REEL_NOTE).is_file(), path.exists()
    except OSError as error:
        raise CameraError(
            f"The camera or film {source!r} cannot be looked at: {error.strerror}. "
            "Check [camera] source."
        ) from error
    if is_reel:
        return ReelCamera(path)
    if source and is_there:
        return FilmCamera(path)
    raise CameraError(f"There is no camera or film {source!r}. Check [camera] source.")


def _index(source: str) -> int:
    # Python itself refuses to read thousands of digits.
    index = int(source) if len(source) <= len(str(LAST_INDEX)) else LAST_INDEX + 1
    if index > LAST_INDEX:
        raise CameraError(
            f"There is no camera {source[:20]}: [camera] source is a number from 0 to "
            f"{LAST_INDEX}, or the path of a film."
        )
    return index


class DeviceCamera:
    """A webcam. It is asked for 1920x1080, compressed, since little of less can be read."""

    def __init__(self, index: int) -> None:
        with _quiet():
            self._capture = cv2.VideoCapture(index)
        if not self._capture.isOpened():
            self._capture.release()
            raise CameraError(
                "No camera was found. Check its cable; typing a name and USB scanners still work."
            )
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, WIDTH)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, HEIGHT)
        self._capture.set(cv2.CAP_PROP_FPS, RATE)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._number = 0

    def read(self) -> Frame:
        got, image = self._capture.read()
        if not got or image is None:
            raise CameraError("The camera stopped sending pictures. Check its cable.")
        self._number += 1
        return Frame(image.astype("uint8", copy=False), time.monotonic(), self._number)

    def describe(self) -> str:
        width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        return f"{width}x{height} at {self._capture.get(cv2.CAP_PROP_FPS):.0f} frames a second"

    def close(self) -> None:
        self._capture.release()


class FilmCamera:
    """A film (AVI, MP4, or a folder of frame_000.png ...), paced, and played again and again."""

    def __init__(self, path: Path) -> None:
        source = str(path / "frame_%03d.png") if path.is_dir() else str(path)
        with _quiet():
            self._capture = cv2.VideoCapture(source)
        if not self._capture.isOpened():
            self._capture.release()
            raise CameraError(f"The film {path.name} cannot be played.")
        self._period = 1.0 / (self._capture.get(cv2.CAP_PROP_FPS) or RATE)
        self._next_at = time.monotonic()
        self._number = 0

    def read(self) -> Frame:
        wait = self._next_at - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        self._next_at = max(self._next_at + self._period, time.monotonic() - self._period)
        self._number += 1
        return Frame(self._next_image(), time.monotonic(), self._number)

    def images(self) -> Iterator[Image]:
        """Every picture once, from where the film stands, as fast as they can be taken."""
        while True:
            got, image = self._capture.read()
            if not got or image is None:
                return
            yield image.astype("uint8", copy=False)

    def describe(self) -> str:
        return f"a film at {1 / self._period:.0f} frames a second"

    def close(self) -> None:
        self._capture.release()

    def _next_image(self) -> Image:
        got, image = self._capture.read()
        if not got:
            self._capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
            got, image = self._capture.read()
        if not got or image is None:
            raise CameraError("The film has no pictures.")
        return image.astype("uint8", copy=False)


class EmptyDeskCamera:
    """Nothing before the camera: a plain grey picture, a few times a second."""

    _RATE = 10.0

    def __init__(self) -> None:
        self._image: Image = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
        self._number = 0

    def read(self) -> Frame:
        time.sleep(1 / self._RATE)
        self._number += 1
        return Frame(self._image, time.monotonic(), self._number)

    def describe(self) -> str:
        return "an empty desk"

    def close(self) -> None:
        """Nothing is held."""


class ReelCamera:
    """A folder of films; the file `now` in it names the one that plays, or none for an empty desk.

    A director process changes it to put the next card before the camera.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = ""
        self._changed_at = -1
        self._number = 0
        self._film = self._open(self._note_changed_at())

    def read(self) -> Frame:
        changed_at = self._note_changed_at()
        if changed_at != self._changed_at:
            self._film.close()
            self._film = self._open(changed_at)
        self._number += 1
        return replace(self._film.read(), number=self._number)

    def describe(self) -> str:
        return f"{self._film.describe()} ({self._name})" if self._name else self._film.describe()

    def close(self) -> None:
        self._film.close()

    def _note_changed_at(self) -> int:
        try:
            return (self._folder / REEL_NOTE).stat().st_mtime_ns
        except OSError as error:
            raise CameraError("The folder of films no longer says what to play.") from error

    def _open(self, changed_at: int) -> Camera:
        try:
            self._name = (self._folder / REEL_NOTE).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CameraError("The folder of films no longer says what to play.") from error
        self._changed_at = changed_at
        return FilmCamera(self._folder / self._name) if self._name else EmptyDeskCamera()


def put_on_reel(folder: Path, film: str) -> None:
    """Play `film` from now on, or show an empty desk for an empty name.

    The note is replaced in one step, so it is never half written.
    """
    partial = folder / f"{REEL_NOTE}.part"
    partial.write_text(film, encoding="utf-8")
    partial.replace(folder / REEL_NOTE)


CameraFactory = Callable[[], Camera]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep OpenCV from writing to the terminal by itself when a camera is absent."""
    log = cv2.utils.logging
    before = log.getLogLevel()
    log.setLogLevel(log.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        log.setLogLevel(before)
