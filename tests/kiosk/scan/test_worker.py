"""The two threads behind the camera outlive whatever breaks in them."""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain, repeat
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from db.domain.errors import CameraError
from kiosk.scan.camera import Camera, CameraFactory, open_camera
from kiosk.scan.decode import Wanted
from kiosk.scan.frames import Frame, Image
from kiosk.scan.worker import TROUBLE, CameraState, ScanWorker
from resources.samples.licence import aamva_payload, licence_back
from resources.samples.people import sample_person

PAYLOAD = aamva_payload(sample_person("Elena", "Marlowe", date(1986, 4, 17)))
GREY: Image = np.full((90, 160, 3), 128, np.uint8)
BROKEN: Any = np.zeros((20, 30), np.float32)
"""A picture that no reader takes: not bytes."""

StartWorker = Callable[[CameraFactory], ScanWorker]


class FakeCamera:
    """Gives the pictures it was given, then the last one for ever."""

    def __init__(self, *images: Image, close_error: Exception | None = None) -> None:
        self._images = chain(images, repeat(images[-1]))
        self._close_error = close_error
        self._number = 0
        self._pace = threading.Event()  # never set: as long as a real camera takes

    def read(self) -> Frame:
        self._pace.wait(0.02)
        self._number += 1
        return Frame(next(self._images), time.monotonic(), self._number)

    def describe(self) -> str:
        return "a fake"

    def close(self) -> None:
        if self._close_error is not None:
            raise self._close_error


class SilentCamera(FakeCamera):
    """Opens, and gives no picture."""

    def __init__(self, error: Exception) -> None:
        super().__init__(GREY)
        self._error = error

    def read(self) -> Frame:
        raise self._error


@pytest.fixture
def start_worker() -> Iterator[StartWorker]:
    started: list[ScanWorker] = []

    def start(factory: CameraFactory) -> ScanWorker:
        worker = ScanWorker(factory)
        started.append(worker)
        worker.start()
        return worker

    yield start
    for worker in started:
        worker.stop()


def first_broken(first: Exception | Camera) -> CameraFactory:
    """The first time a camera is opened this comes of it, later a camera that works."""
    turns = chain([first], repeat(None))

    def factory() -> Camera:
        turn = next(turns)
        if isinstance(turn, Exception):
            raise turn
        return turn or FakeCamera(GREY)

    return factory


BREAKS = [
    (CameraError("No camera was found."), "No camera was found."),
    (PermissionError(13, "Permission denied"), TROUBLE),
    (OverflowError("too large for a C int"), TROUBLE),
    (SilentCamera(CameraError("No pictures come.")), "No pictures come."),
    (SilentCamera(ValueError("an odd frame")), TROUBLE),
]


@pytest.mark.parametrize(("first", "words"), BREAKS)
def test_camera_that_breaks_in_any_way_is_announced_and_tried_again(
    start_worker: StartWorker, qtbot: QtBot, first: Exception | Camera, words: str
) -> None:
    worker = start_worker(first_broken(first))
    states: list[CameraState] = []
    worker.camera.connect(states.append)

    with qtbot.waitSignal(worker.picture):
        worker.want(Wanted.PICTURE)

    assert states == [CameraState(words), CameraState()]


def test_camera_that_cannot_be_closed_opens_again(start_worker: StartWorker, qtbot: QtBot) -> None:
    worker = start_worker(first_broken(FakeCamera(GREY, close_error=OSError("the bus is gone"))))
    with qtbot.waitSignal(worker.picture):
        worker.want(Wanted.PICTURE)

    with qtbot.waitSignal(worker.camera, check_params_cb=lambda state: state.trouble == TROUBLE):
        worker.want(Wanted.NOTHING)

    with qtbot.waitSignal(worker.picture):
        worker.want(Wanted.PICTURE)


def test_id_is_read_after_a_frame_that_breaks_every_reader(
    start_worker: StartWorker, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    card = licence_back(PAYLOAD)
    worker = start_worker(lambda: FakeCamera(*repeat(BROKEN, 10), card))

    with caplog.at_level(logging.ERROR), qtbot.waitSignal(worker.read) as read:
        worker.want(Wanted.ID)

    assert read.args is not None
    assert read.args[0].decoded.payload == PAYLOAD
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 1
    assert re.match(r"a frame was not read: error at \S+:\d+ ", said[0])


def test_threads_end_when_the_worker_is_stopped(start_worker: StartWorker, qtbot: QtBot) -> None:
    worker = start_worker(lambda: FakeCamera(GREY))
    with qtbot.waitSignal(worker.picture):
        worker.want(Wanted.ID)

    worker.stop()

    assert not [thread for thread in worker._threads if thread.is_alive()]


@pytest.mark.parametrize("source", ["²", "", "99999999999999", "1" * 5000, "x" * 5000])
def test_source_that_no_camera_can_have_says_so_in_words(source: str) -> None:
    with pytest.raises(CameraError, match=r"\[camera\] source"):
        open_camera(source)
