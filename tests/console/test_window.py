"""The window before and around the pages: the hub's address, its size, the school's name."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from admin_console.console.app import build_console
from admin_console.console.navigation import Navigation
from admin_console.console.theme import load_theme
from tests.console import invented
from tests.console.fake_hub import PASSWORD, FakeHub
from tests.console.windows import Clock, child, let_old_windows_go, open_shell, show


@pytest.fixture
def other_server() -> Iterator[str]:
    """Somebody else's web server, as may stand at a wrong address."""
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_web_server_that_is_no_hub_is_said_to_be_none_at_sign_in(
    qtbot: QtBot, other_server: str
) -> None:
    let_old_windows_go()
    window = build_console(other_server, dark=False)
    show(qtbot, window)

    window.sign_in("dwhitlock", PASSWORD)

    said = child(window, QLabel, "signInError")
    qtbot.waitUntil(lambda: "not a Vestibule hub" in said.text())
    assert "Check the hub's address" in said.text()


def test_window_is_never_larger_than_the_screen(qtbot: QtBot) -> None:
    let_old_windows_go()
    window = build_console(hub=FakeHub(), dark=False)
    qtbot.addWidget(window, before_close_func=lambda _closing: window.isVisible())
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    room = window.screen().availableGeometry()

    assert window.width() <= room.width()
    assert window.height() <= room.height()


def test_ordinary_schools_name_is_shown_whole(qtbot: QtBot) -> None:
    site = replace(invented.SITE, name="Lincoln Elementary School")
    navigation = Navigation(load_theme(dark=False), site, invented.make_staff())
    qtbot.addWidget(navigation)
    navigation.resize(216, 700)
    navigation.grab()  # lays it out

    name = child(navigation, QLabel, "siteName")

    assert name.height() == 40
    assert name.heightForWidth(name.width()) == name.height()


def test_kiosk_that_falls_silent_is_counted_within_a_minute_without_any_news(
    qtbot: QtBot,
) -> None:
    hub, clock = FakeHub(), Clock()
    shell = open_shell(qtbot, hub, clock)
    said = child(shell, QLabel, "kioskStatus")
    assert "2 of 3 in touch" in said.text()
    hub.desk_answer = replace(hub.desk_answer, kiosks_in_touch=1)
    clock.now += timedelta(seconds=59)
    shell.tick()
    assert "2 of 3 in touch" in said.text()
    clock.now += timedelta(seconds=1)

    shell.tick()

    qtbot.waitUntil(lambda: "1 of 3 in touch" in said.text())
