"""Cameras of tests behind OpenCV's port, in a computer whose sysfs is real and drivers are ours."""

import errno
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from kiosk.scan import camera_modes
from kiosk.scan.camera import CameraOpener, open_camera
from kiosk.scan.camera_modes import Ask, Mode, Settings, System
from kiosk.scan.frames import Image
from kiosk.scan.webcam import Capture, Webcam

MJPG = cv2.VideoWriter.fourcc(*"MJPG")
YUYV = cv2.VideoWriter.fourcc(*"YUYV")
HD, SMALL = (1920, 1080), (640, 480)


@dataclass
class FakeWebcam:
    """A camera on the USB bus: its sizes with their greatest rate, and its plug."""

    sizes: dict[tuple[int, int], float] = field(default_factory=lambda: {HD: 30.0, SMALL: 30.0})
    fourcc: int = MJPG
    allows: frozenset[int] = frozenset()
    is_plugged: bool = True
    hangs: threading.Event | None = None
    """Set when the camera answers again; None for one that never hangs."""
    was_set: dict[int, float] = field(default_factory=dict)
    opened: int = 0
    is_held: bool = False


class FakeCapture:
    """OpenCV's capture of a `FakeWebcam`; it takes the nearest size, as drivers do."""

    def __init__(self, webcam: FakeWebcam) -> None:
        self._webcam = webcam
        self._pace = threading.Event()  # never set
        self._width, self._height = SMALL
        webcam.opened += 1
        webcam.is_held = webcam.is_plugged

    def isOpened(self) -> bool:  # noqa: N802
        return self._webcam.is_held

    def read(self) -> tuple[bool, Image | None]:
        if self._webcam.hangs is not None:
            self._webcam.hangs.wait()
        if not self._webcam.is_plugged:
            return False, None
        self._pace.wait(0.005)
        width, height = self._size()
        return True, np.zeros((height, width, 3), np.uint8)

    def get(self, prop: int, /) -> float:
        rate = self._webcam.sizes[self._size()]
        return {cv2.CAP_PROP_FOURCC: self._webcam.fourcc, cv2.CAP_PROP_FPS: rate}.get(prop, 0.0)

    def set(self, prop: int, value: float, /) -> bool:
        self._webcam.was_set[prop] = value
        if prop == cv2.CAP_PROP_FRAME_WIDTH:
            self._width = int(value)
        if prop == cv2.CAP_PROP_FRAME_HEIGHT:
            self._height = int(value)
        return prop in self._webcam.allows

    def release(self) -> None:
        self._webcam.is_held = False

    def _size(self) -> tuple[int, int]:
        return min(
            self._webcam.sizes,
            key=lambda s: abs(s[0] - self._width) + abs(s[1] - self._height),
        )


@dataclass
class Computer:
    """A computer with cameras: its folders are real, its drivers are functions of this class."""

    folder: Path
    webcams: dict[int, FakeWebcam] = field(default_factory=dict)
    drivers: dict[str, "FakeDriver"] = field(default_factory=dict)

    @property
    def system(self) -> System:
        devices, nodes, programs = (self.folder / part for part in ("dev", "class", "proc"))
        for place in (devices, nodes, programs):
            place.mkdir(exist_ok=True)
        return System(devices, nodes, programs, self.open_driver)

    def plug_in(
        self, number: int, name: str, webcam: FakeWebcam | None = None, by_id: str = ""
    ) -> FakeWebcam:
        """A camera as the kernel shows it: a node for pictures, and one for metadata behind it."""
        for at, caps in ((number, 0x1), (number + 1, 0x00800000)):
            node, shown = self.system.nodes / f"video{at}", self.system.devices / f"video{at}"
            node.mkdir()
            os.mkfifo(shown)  # a node is no plain file
            (node / "name").write_text(f"{name}\n", encoding="utf-8")
            (node / "index").write_text(f"{at - number}\n", encoding="utf-8")
            self.drivers[shown.name] = FakeDriver(caps)
        if by_id:
            link = self.system.devices / "v4l" / "by-id" / by_id
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(self.system.devices / f"video{number}")
        self.webcams[number] = webcam or FakeWebcam()
        return self.webcams[number]

    def open_capture(self, number: int) -> Capture:
        return FakeCapture(self.webcams[number])

    @contextmanager
    def open_driver(self, path: Path) -> Iterator[Ask]:
        driver = self.drivers[path.name]
        if driver.error:
            raise OSError(driver.error, os.strerror(driver.error))
        yield driver.ask

    def open(self, source: str, settings: Settings | None = None) -> Webcam:
        camera = open_camera(source, settings, self.system, self.open_capture)
        assert isinstance(camera, Webcam)
        return camera

    def opener(self, source: str) -> CameraOpener:
        return CameraOpener(source, None, self.system, self.open_capture)


@dataclass
class FakeDriver:
    """Answers as uvcvideo does, in the kernel's own layout."""

    caps: int
    error: int = 0
    is_busy: bool = False
    modes: tuple[Mode, ...] = ()

    def ask(self, question: int, packed: bytes) -> bytes:
        if question == camera_modes.QUERYCAP:
            return struct.pack("=84xII12x", 0x80000001 | 0x00800000, self.caps)
        if question == camera_modes.REQBUFS:
            if self.is_busy:
                raise OSError(errno.EBUSY, "busy")
            return packed
        answers: list[bytes] = {
            camera_modes.ENUM_FMT: self._formats,
            camera_modes.ENUM_FRAMESIZES: self._sizes,
            camera_modes.ENUM_FRAMEINTERVALS: self._intervals,
        }[question](packed)
        at = struct.unpack_from("=I", packed)[0]
        if at >= len(answers):
            raise OSError(errno.EINVAL, "no more")
        return answers[at]

    def _formats(self, _: bytes) -> list[bytes]:
        names = dict.fromkeys(m.fourcc for m in self.modes)
        return [struct.pack("=44x4s16x", name.encode()) for name in names]

    def _sizes(self, asked: bytes) -> list[bytes]:
        fourcc = struct.unpack_from("=4x4s", asked)[0].decode()
        sizes = [(m.width, m.height) for m in self.modes if m.fourcc == fourcc]
        return [struct.pack("=8xIII24x", 1, *size) for size in sizes]

    def _intervals(self, asked: bytes) -> list[bytes]:
        fourcc, width, height = struct.unpack_from("=4x4sII", asked)
        fits = (fourcc.decode(), width, height)
        rates = [m.rate for m in self.modes if (m.fourcc, m.width, m.height) == fits]
        return [struct.pack("=16xIII24x", 1, 1, int(rate)) for rate in rates]
