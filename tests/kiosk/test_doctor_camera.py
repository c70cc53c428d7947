"""What doctor says of webcams."""

import errno
from pathlib import Path

import pytest

from kiosk import doctor_camera
from kiosk.config import CameraPart
from kiosk.doctor_finding import Verdict
from kiosk.scan.camera_modes import Mode
from kiosk.scan.webcam import WANTED
from tests.cameras import SMALL, Computer, FakeWebcam


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


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
