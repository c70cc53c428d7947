"""A console before an invented hub, ready to be driven by keys and clicks."""

import gc
from datetime import datetime
from typing import TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.app import build_console
from admin_console.console.shell import Shell
from admin_console.console.window import ConsoleWindow
from tests.console import invented
from tests.console.fake_hub import PASSWORD, FakeHub

T = TypeVar("T", bound=QObject)


class Clock:
    """The time of a test."""

    def __init__(self) -> None:
        self.now = invented.NOW

    def __call__(self) -> datetime:
        return self.now


def let_old_windows_go() -> None:
    """Before a console is built: Qt walks over all widgets then, to give them a style.

    It would fall over one of an earlier test that Python takes away just then.
    """
    gc.collect()


def open_console(
    qtbot: QtBot, hub: FakeHub, clock: Clock | None = None, *, dark: bool = False
) -> ConsoleWindow:
    """The window with the sign-in page, shown and active. No test opens anybody's browser."""
    let_old_windows_go()
    window = build_console(
        hub=hub, clock=clock or Clock(), dark=dark, open_browser=lambda _address: True
    )
    show(qtbot, window)
    return window


def show(qtbot: QtBot, window: ConsoleWindow) -> None:
    """Show a window as large as in the design, with the keyboard."""
    # qtbot holds a weak reference only: what is called before closing keeps the window alive.
    qtbot.addWidget(window, before_close_func=lambda _closing: window.isVisible())
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # qtbot deletes it
    window.resize(1440, 900)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def open_shell(
    qtbot: QtBot, hub: FakeHub, clock: Clock | None = None, *, dark: bool = False
) -> Shell:
    """A signed-in console with its first answers."""
    window = open_console(qtbot, hub, clock, dark=dark)
    window.sign_in("dwhitlock", PASSWORD)
    qtbot.waitUntil(lambda: window.shell is not None)
    shell = window.shell
    assert shell is not None
    status = child(shell, QLabel, "kioskStatus")
    qtbot.waitUntil(lambda: "Kiosks" in status.text())
    qtbot.waitUntil(lambda: shell.on_site.shown() is not None)
    qtbot.waitUntil(lambda: shell.lists.shown() is not None)
    return shell


def let_time_pass(shell: Shell) -> None:
    """The seconds to take a denial back, and those that a card stays, go by at once."""
    for timer in (shell.desk._deciding._held_back._timer, shell.desk._left._timer):
        timer.setInterval(10)


def press(qtbot: QtBot, *keys: Qt.Key) -> None:
    """Press keys wherever the focus is, as a person does."""
    for key in keys:
        window = QApplication.activeWindow()
        qtbot.keyClick(QApplication.focusWidget() or window, key)


def child(parent: QObject, kind: type[T], name: str) -> T:
    found = parent.findChild(kind, name)
    assert found is not None, f"there is no {name}"
    return found


def is_seen(parent: QObject, name: str) -> bool:
    """Whether the widget is there by now, and shown."""
    found = parent.findChild(QWidget, name)
    return found is not None and found.isVisible()
