"""Webcams: what they are asked for, which one is chosen, and what is said when none can be used.

There is a camera of tests behind OpenCV's port, and a computer of tests behind sysfs and V4L2.
"""

import errno
import logging
import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from db.domain.errors import CameraError
from kiosk import doctor_camera
from kiosk.config import CameraPart
from kiosk.doctor_finding import Verdict
from kiosk.scan import camera_modes
from kiosk.scan.camera import CameraOpener, open_camera
from kiosk.scan.camera_modes import Ask, Mode, Settings, System, modes_of, nodes_of
from kiosk.scan.decode import Wanted
from kiosk.scan.frames import Image
from kiosk.scan.webcam import FALL_BACK, WANTED, Capture, Webcam
from kiosk.scan.worker import CameraState, ScanWorker

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


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


def test_camera_is_asked_for_what_licences_need_and_says_what_it_gives(computer: Computer) -> None:
    webcam = computer.plug_in(0, "Desk camera")

    camera = computer.open("0")

    frame = camera.read()
    camera.close()
    assert frame.image.shape == (1080, 1920, 3)
    assert camera.describe() == "1920x1080 MJPG at 30 a second"
    assert webcam.was_set[cv2.CAP_PROP_FOURCC] == MJPG
    assert webcam.was_set[cv2.CAP_PROP_FPS] == 30
    assert not webcam.is_held


def test_size_is_what_the_picture_has_and_not_what_was_asked_for(computer: Computer) -> None:
    computer.plug_in(0, "Old camera", FakeWebcam({SMALL: 30.0}))

    camera = computer.open("0")
    camera.close()

    assert (camera.got.width, camera.got.height) == SMALL


def test_camera_too_slow_for_its_largest_picture_gives_a_smaller_one(computer: Computer) -> None:
    sizes = {HD: 5.0, (1280, 720): 10.0, SMALL: 30.0}
    computer.plug_in(0, "Uncompressed", FakeWebcam(sizes, fourcc=YUYV))

    camera = computer.open("0")
    camera.close()

    assert camera.got == Mode(FALL_BACK.width, FALL_BACK.height, "YUYV", 10.0)


def test_slow_camera_without_a_better_size_keeps_the_large_one(computer: Computer) -> None:
    computer.plug_in(0, "Uncompressed", FakeWebcam({HD: 5.0, SMALL: 30.0}, fourcc=YUYV))

    camera = computer.open("0")
    camera.close()

    assert (camera.got.width, camera.got.height) == (WANTED.width, WANTED.height)


def test_focus_and_exposure_are_set_where_the_driver_allows(computer: Computer) -> None:
    webcam = computer.plug_in(0, "Desk camera", FakeWebcam(allows=frozenset({cv2.CAP_PROP_FOCUS})))

    camera = computer.open("0", Settings(focus="40"))
    camera.close()

    assert webcam.was_set[cv2.CAP_PROP_AUTOFOCUS] == 0
    assert webcam.was_set[cv2.CAP_PROP_FOCUS] == 40
    assert camera.refused == ("automatic exposure",)


def read_on(camera: Webcam) -> None:
    """What was taken before is still read; the next picture never comes."""
    for _ in range(3):
        camera.read()


def test_camera_that_hangs_is_told_and_not_opened_a_second_time(computer: Computer) -> None:
    webcam = computer.plug_in(7, "Desk camera")
    camera = Webcam(7, None, computer.open_capture, read_seconds=0.2)
    camera.read()
    webcam.hangs = threading.Event()

    with pytest.raises(CameraError, match="does not answer"):
        read_on(camera)
    camera.close()
    with pytest.raises(CameraError, match="does not answer"):
        Webcam(7, None, computer.open_capture, read_seconds=0.2)

    assert webcam.opened == 1
    webcam.hangs.set()
    again = Webcam(7, None, computer.open_capture)
    again.read()
    again.close()


def test_camera_that_hangs_while_it_opens_is_told(computer: Computer) -> None:
    webcam = computer.plug_in(8, "Desk camera")
    webcam.hangs = threading.Event()

    with pytest.raises(CameraError, match="does not answer"):
        Webcam(8, None, computer.open_capture, open_seconds=0.2)

    webcam.hangs.set()


def test_camera_pulled_out_and_plugged_in_gives_pictures_again(
    computer: Computer, qtbot: QtBot
) -> None:
    webcam = computer.plug_in(0, "Desk camera")
    worker = ScanWorker(computer.opener("auto"))
    states: list[CameraState] = []
    worker.camera.connect(states.append)
    worker.start()
    with qtbot.waitSignal(worker.picture):
        worker.want(Wanted.PICTURE)

    with qtbot.waitSignal(worker.camera, check_params_cb=lambda s: "Check its cable" in s.trouble):
        webcam.is_plugged = False
    with qtbot.waitSignal(worker.picture):
        webcam.is_plugged = True

    worker.stop()
    assert states[-1] == CameraState()


def test_auto_takes_the_camera_with_the_largest_picture_and_remembers_it(
    computer: Computer,
) -> None:
    face = computer.plug_in(0, "Face camera", FakeWebcam({SMALL: 30.0}))
    desk = computer.plug_in(2, "Desk camera")
    dark = computer.plug_in(4, "Dark camera", FakeWebcam(is_plugged=False))
    opener = computer.opener("auto")

    for _ in range(2):
        camera = opener()
        camera.close()

    assert isinstance(camera, Webcam)
    assert camera.number == 2
    assert (face.opened, desk.opened, dark.opened) == (1, 2, 0)


def test_auto_takes_the_best_of_small_cameras_and_leaves_out_what_gives_nothing(
    computer: Computer,
) -> None:
    computer.plug_in(0, "Dark camera", FakeWebcam(is_plugged=False))
    computer.plug_in(2, "Small camera", FakeWebcam({SMALL: 30.0}))
    computer.plug_in(4, "Middling camera", FakeWebcam({(1280, 720): 30.0}))
    computer.plug_in(6, "Another one", FakeWebcam({(1280, 720): 30.0}))

    camera = computer.open("auto")

    camera.close()
    assert camera.number == 4


def test_auto_looks_again_when_its_camera_is_gone(computer: Computer) -> None:
    desk = computer.plug_in(0, "Desk camera")
    computer.plug_in(2, "Face camera", FakeWebcam({SMALL: 30.0}))
    opener = computer.opener("auto")
    opener().close()
    desk.is_plugged = False

    camera = opener()

    camera.close()
    assert isinstance(camera, Webcam)
    assert camera.number == 2


@pytest.mark.parametrize("source", ["2", "desk camera", "Desk", "by-id", "node"])
def test_camera_is_chosen_by_number_name_or_path(computer: Computer, source: str) -> None:
    computer.plug_in(0, "Face camera")
    computer.plug_in(2, "Desk camera", by_id="usb-Desk_1234-video-index0")
    paths = {
        "by-id": computer.system.devices / "v4l/by-id/usb-Desk_1234-video-index0",
        "node": computer.system.devices / "video2",
    }

    camera = computer.open(str(paths.get(source, source)))

    camera.close()
    assert camera.number == 2


def test_node_for_metadata_is_no_camera_and_its_pictures_are_pointed_out(
    computer: Computer,
) -> None:
    computer.plug_in(0, "Desk camera")

    with pytest.raises(CameraError, match=r"gives no pictures. Its pictures come from \S+/video0"):
        computer.open("1")


def test_nodes_are_told_apart_when_their_driver_may_not_be_asked(computer: Computer) -> None:
    computer.plug_in(0, "Desk camera")
    for driver in computer.drivers.values():
        driver.error = errno.EACCES

    assert [n.gives_pictures for n in nodes_of(computer.system)] == [True, False]


def test_unknown_camera_is_answered_with_those_that_are_there(computer: Computer) -> None:
    computer.plug_in(0, "Desk camera")

    with pytest.raises(CameraError, match=r"no camera or film 'Dsek'. Cameras here: Desk camera"):
        computer.open("Dsek")


def test_no_camera_at_all_leaves_typing_and_scanners(computer: Computer) -> None:
    with pytest.raises(CameraError, match=r"No camera was found.*USB scanners still work"):
        computer.open("auto")


def test_account_without_the_right_is_told_the_group(computer: Computer) -> None:
    computer.plug_in(0, "Desk camera", FakeWebcam(is_plugged=False))
    computer.drivers["video0"].error = errno.EACCES

    with pytest.raises(CameraError, match="group video"):
        computer.open("auto")


def test_camera_that_was_just_pulled_out_is_told(computer: Computer) -> None:
    computer.plug_in(0, "Desk camera", FakeWebcam(is_plugged=False))
    computer.drivers["video0"].error = errno.ENODEV

    with pytest.raises(CameraError, match="Desk camera is not connected any more"):
        computer.open("0")


def test_busy_camera_is_told_with_the_program_that_uses_it(computer: Computer) -> None:
    computer.plug_in(0, "Desk camera", FakeWebcam(is_plugged=False))
    program = computer.system.programs / "4711"
    (program / "fd").mkdir(parents=True)
    (program / "comm").write_text("cheese\n", encoding="utf-8")
    (program / "fd" / "9").symlink_to(computer.system.devices / "video0")

    with pytest.raises(CameraError, match="The program cheese uses the camera Desk camera"):
        computer.open("0")


def test_busy_camera_of_another_account_is_told_too(computer: Computer) -> None:
    computer.plug_in(0, "Desk camera", FakeWebcam(is_plugged=False))
    computer.drivers["video0"].is_busy = True

    with pytest.raises(CameraError, match="Another program uses the camera"):
        computer.open("0")


def test_too_small_a_picture_is_told_in_the_log_once(
    computer: Computer, caplog: pytest.LogCaptureFixture
) -> None:
    computer.plug_in(0, "Old camera", FakeWebcam({SMALL: 30.0}))
    opener = computer.opener("0")

    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            opener().close()

    (said,) = [record.getMessage() for record in caplog.records]
    assert "640x480" in said
    assert "licences will hardly be read" in said


def test_modes_are_listed_as_the_driver_tells_them(computer: Computer) -> None:
    computer.plug_in(0, "Desk camera")
    told = (Mode(640, 480, "YUYV", 30), Mode(1920, 1080, "YUYV", 5), Mode(1920, 1080, "MJPG", 30))
    computer.drivers["video0"].modes = told

    (node, _) = nodes_of(computer.system)

    assert [str(mode) for mode in modes_of(computer.system, node)] == [
        "1920x1080 MJPG at 30 a second",
        "1920x1080 YUYV at 5 a second",
        "640x480 YUYV at 30 a second",
    ]


def test_driver_that_never_ends_its_list_is_stopped(computer: Computer) -> None:
    computer.plug_in(0, "Broken camera")

    class Endless(FakeDriver):
        def ask(self, question: int, packed: bytes) -> bytes:
            del question
            return bytes(len(packed))

    computer.drivers["video0"] = Endless(1)

    assert len(modes_of(computer.system, nodes_of(computer.system)[0])) <= 64


def test_doctor_tells_every_camera_with_its_modes_and_what_the_chosen_one_gives(
    computer: Computer,
) -> None:
    computer.plug_in(0, "Desk camera", by_id="usb-Desk_1234-video-index0")
    computer.drivers["video0"].modes = (WANTED,)
    computer.plug_in(2, "Face camera", FakeWebcam({SMALL: 30.0}))
    computer.drivers["video2"].modes = (Mode(640, 480, "YUYV", 30),)

    desk, face, chosen = doctor_camera.look(
        CameraPart(focus="40"), computer.system, computer.open_capture
    )

    assert desk.found.endswith("video-index0 can give 1920x1080 MJPG at 30 a second")
    assert "too small for licences" in face.to_do
    assert chosen.found.startswith("number 0: 1920x1080 MJPG at 30 a second; reached 1920x1080")
    assert "it sets no focus" in chosen.found
    assert 'write "auto" in [camera]' in chosen.to_do


def test_doctor_says_why_a_camera_cannot_be_asked(computer: Computer) -> None:
    computer.plug_in(0, "Desk camera", FakeWebcam(is_plugged=False))
    computer.drivers["video0"].error = errno.EACCES

    desk, chosen = doctor_camera.look(CameraPart(), computer.system, computer.open_capture)

    assert (desk.verdict, chosen.verdict) == (Verdict.LOOK, Verdict.BROKEN)
    assert "group video" in chosen.to_do


def test_kiosk_without_a_camera_says_so() -> None:
    with pytest.raises(CameraError, match="has no camera"):
        open_camera("none")
