"""A new hub without staff: the console offers to set it up, and takes no default password."""

from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from admin_console.console.client import FirstStaff
from admin_console.console.parts.fields import Field
from admin_console.console.window import ConsoleWindow
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, open_console

TYPED = {
    "setUpCode": "ABCD-EFGH",
    "setUpName": "pia",
    "setUpDisplayName": "Pia Moreno",
    "setUpPassword": "quiet river stone",
}


def open_new(qtbot: QtBot, hub: FakeHub) -> ConsoleWindow:
    window = open_console(qtbot, hub)
    qtbot.waitUntil(window.set_up_page.isVisible)
    return window


def fill_in(window: ConsoleWindow, **other: str) -> None:
    for name, text in (TYPED | other).items():
        child(window, Field, name).setText(text)
    child(window, QAbstractButton, "setUp").click()


def test_first_administrator_is_signed_in_at_once(qtbot: QtBot) -> None:
    hub = FakeHub(set_up_code="ABCD-EFGH")
    window = open_new(qtbot, hub)

    fill_in(window)
    qtbot.waitUntil(lambda: window.shell is not None)

    assert hub.first == [FirstStaff("ABCD-EFGH", "pia", "Pia Moreno", "quiet river stone")]
    assert child(window, Field, "setUpPassword").text() == ""


def test_wrong_code_says_so_and_what_was_typed_stays(qtbot: QtBot) -> None:
    window = open_new(qtbot, FakeHub(set_up_code="ABCD-EFGH"))

    fill_in(window, setUpCode="ABCD")
    said = child(window, QLabel, "setUpError")
    qtbot.waitUntil(lambda: "not the set-up code" in said.text())

    assert child(window, Field, "setUpName").text() == "pia"


def test_what_is_missing_is_not_sent(qtbot: QtBot) -> None:
    hub = FakeHub(set_up_code="ABCD-EFGH")
    window = open_new(qtbot, hub)

    fill_in(window, setUpPassword="")

    assert child(window, QLabel, "setUpError").text() == "Fill in all four."
    assert hub.first == []
