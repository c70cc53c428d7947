"""Webcams: what they are asked for, which one is chosen, and what is said when none can be used."""

import errno
import logging
import threading
from pathlib import Path

import cv2
import pytest
from pytestqt.qtbot import QtBot

from db.domain.errors import CameraError
from kiosk.scan.camera import open_camera
from kiosk.scan.camera_modes import Mode, Settings, modes_of, nodes_of
from kiosk.scan.decode import Wanted
from kiosk.scan.webcam import FALL_BACK, WANTED, Webcam
from kiosk.scan.worker import CameraState, ScanWorker
from tests.cameras import HD, MJPG, SMALL, YUYV, Computer, FakeDriver, FakeWebcam


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


def test_kiosk_without_a_camera_says_so() -> None:
    with pytest.raises(CameraError, match="has no camera"):
        open_camera("none")
