"""A window with the filter for typing scanners before it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from kiosk.scan.wedge import WedgeFilter
from kiosk.ui.window import KioskWindow, WindowSettings
from tests.screens.kiosk.acting import NOON


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[KioskWindow]:
    opened = KioskWindow("Lincoln", WindowSettings(is_still=True, size=(960, 540)), lambda: NOON)
    opened.open()
    qtbot.waitUntil(opened.view.isExposed)
    qtbot.waitUntil(opened.view.isActive)
    yield opened
    opened.close()


@pytest.fixture
def wedge(window: KioskWindow) -> Iterator[WedgeFilter]:
    """The filter at work, as the program installs it."""
    application = QCoreApplication.instance()
    assert application is not None
    installed = WedgeFilter(window)
    application.installEventFilter(installed)
    yield installed
    application.removeEventFilter(installed)


@pytest.fixture
def scans(wedge: WedgeFilter) -> list[bytes]:
    found: list[bytes] = []
    wedge.scanned.connect(found.append)
    return found
