"""Cameras: webcams, a film by its path, and a reel of films for demos and drills.

`read` blocks until the next frame. A camera belongs to the thread that opened it.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from db.domain.errors import CameraError
from kiosk.scan.camera_choice import AUTO, TOO_SMALL, open_webcam
from kiosk.scan.camera_modes import Settings, System
from kiosk.scan.frames import Frame, Image
from kiosk.scan.webcam import (
    WANTED,
    OpenCapture,
    Webcam,
    is_too_small,
    open_capture,
    quiet,
)

LOG = logging.getLogger(__name__)

NONE = "none"
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


def open_camera(
    source: str,
    settings: Settings | None = None,
    system: System | None = None,
    open_capture: OpenCapture = open_capture,
) -> Camera:
    """Open a webcam, or a film or folder of films by its path.

    A webcam is named by ``"auto"`` (the one that gives the most px), its number, its path (best one
    of /dev/v4l/by-id) or its name.

    Raises `CameraError` in words when there is no such camera, or it gives no picture.
    """
    if source == NONE:
        raise CameraError("This kiosk has no camera. Type your name, or use the hand scanner.")
    film = None if source == AUTO or source.isdecimal() else _film(source)
    return film or open_webcam(source, settings, system or System(), open_capture)


def _film(source: str) -> Camera | None:
    path = Path(source)
    try:
        is_reel, is_film = (path / REEL_NOTE).is_file(), path.is_file() or path.is_dir()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is not a path"
        raise CameraError(
            f"The camera or film {source[:80]!r} cannot be looked at: {why}. Check [camera] source."
        ) from error
    if is_reel:
        return ReelCamera(path)
    return FilmCamera(path) if source and is_film else None


class CameraOpener:
    """Opens the configured camera whenever it is wanted, for as long as the kiosk runs.

    It remembers which camera ``auto`` has found, so that the next visitor does not wait for the
    others to be tried. One that fails is forgotten: its plug may have been moved.
    """

    def __init__(
        self,
        source: str,
        settings: Settings | None = None,
        system: System | None = None,
        open_capture: OpenCapture = open_capture,
    ) -> None:
        self._source = self._chosen = source
        self._rest = (settings, system, open_capture)
        self._told = ""

    def __call__(self) -> Camera:
        try:
            camera = open_camera(self._chosen, *self._rest)
        except CameraError:
            if self._chosen == self._source:
                raise
            self._chosen = self._source
            camera = open_camera(self._source, *self._rest)
        if isinstance(camera, Webcam):
            self._chosen = str(camera.number) if self._source == AUTO else self._source
            self._tell(camera)
        return camera

    def _tell(self, camera: Webcam) -> None:
        """Once, and again when it is another or gives something else."""
        words = f"camera {camera.number} gives {camera.describe()}"
        if words == self._told:
            return
        self._told = words
        if is_too_small(camera.got):
            LOG.warning("%s: %s", words, TOO_SMALL)
        else:
            LOG.info("%s", words)


class FilmCamera:
    """A film (AVI, MP4, or a folder of frame_000.png ...), paced, and played again and again."""

    def __init__(self, path: Path) -> None:
        source = str(path)
        if path.is_dir():
            if not any(path.glob("frame_*.png")):  # OpenCV would write to the terminal by itself
                raise CameraError(
                    f"The folder {path.absolute().name} holds no film: its pictures must be named "
                    "frame_000.png, frame_001.png and so on."
                )
            # OpenCV takes every per cent sign for the number's.
            source = f"{str(path).replace('%', '%%')}/frame_%03d.png"
        with quiet():
            self._capture = cv2.VideoCapture(source)
        if not self._capture.isOpened():
            self._capture.release()
            raise CameraError(f"The film {path.name} cannot be played.")
        self._period = 1.0 / (self._capture.get(cv2.CAP_PROP_FPS) or WANTED.rate)
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
        self._image: Image = np.full((WANTED.height, WANTED.width, 3), 128, np.uint8)
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
