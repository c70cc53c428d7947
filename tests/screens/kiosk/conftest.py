"""A kiosk's window, offscreen, at a fixed time, without motion."""

import os
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from kiosk.ui.window import KioskWindow, WindowSettings
from resources.toolkit.theme import Look
from tests.screens.kiosk.acting import NOON

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

OpenWindow = Callable[..., KioskWindow]


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[OpenWindow]:
    """Opens a window in a look and size; it is closed after the test."""
    opened: list[KioskWindow] = []

    def open_one(
        look: Look = Look.LIGHT,
        size: tuple[int, int] = (1920, 1080),
        hold_seconds: float = 0.05,
    ) -> KioskWindow:
        settings = WindowSettings(look=look, is_still=True, size=size, hold_seconds=hold_seconds)
        window = KioskWindow("Lincoln Elementary School", settings, lambda: NOON)
        opened.append(window)
        window.open()
        qtbot.waitUntil(window.view.isExposed)
        return window

    yield open_one
    for window in opened:
        window.close()


@pytest.fixture
def window(open_window: OpenWindow) -> KioskWindow:
    return open_window()
