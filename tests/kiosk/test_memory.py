"""Circles of objects end in the GUI thread, whichever thread made Python look for them."""

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from pytestqt.qtbot import QtBot

from resources.toolkit.memory import collect_here_only, collect_what_is_due


class Held(QObject):
    """Holds itself: only the collector ends it."""

    def __init__(self, ended_in: list[str]) -> None:
        super().__init__()
        self.itself = self
        self.destroyed.connect(
            lambda: ended_in.append(threading.current_thread().name),
            Qt.ConnectionType.DirectConnection,
        )


@pytest.fixture(autouse=True)
def few_objects_are_enough() -> Iterator[None]:
    before, was_enabled = gc.get_threshold(), gc.isenabled()
    gc.set_threshold(50, 2, 2)
    gc.enable()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not was_enabled:
            gc.disable()


def allocate_elsewhere() -> None:
    def allocate() -> None:
        kept = [[] for _ in range(10_000)]
        assert kept

    other = threading.Thread(target=allocate, name="other")
    other.start()
    other.join()


def test_an_object_that_only_a_circle_holds_ends_in_the_gui_thread(qtbot: QtBot) -> None:
    parent = QObject()
    timer = collect_here_only(parent)
    timer.setInterval(1)
    ended_in: list[str] = []
    Held(ended_in)

    allocate_elsewhere()
    assert ended_in == []
    qtbot.waitUntil(lambda: bool(ended_in))

    assert ended_in == ["MainThread"]


def test_nothing_is_collected_before_a_threshold_is_crossed() -> None:
    gc.disable()
    gc.collect()
    gc.set_threshold(100_000, 2, 2)
    circle: list[object] = []
    circle.append(circle)

    class Mark:
        pass

    mark = Mark()
    circle.append(mark)
    gone = weakref.ref(mark)
    del circle, mark

    collect_what_is_due()
    assert gone() is not None

    gc.set_threshold(1, 2, 2)
    collect_what_is_due()
    assert gone() is None
