"""A list that is kept by hand is begun at the console."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.parts.button import Button
from admin_console.console.parts.fields import Choice, Field
from admin_console.console.shell import Shell
from db.domain.desk import Role
from db.domain.errors import HubRefusedError
from db.domain.watchlist import Category
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, is_seen, open_shell

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton


@pytest.fixture
def hub() -> FakeHub:
    return FakeHub(role=Role.ADMINISTRATOR)


def open_form(qtbot: QtBot, hub: FakeHub) -> Shell:
    shell = open_shell(qtbot, hub)
    shell.go("Lists")
    qtbot.mouseClick(child(shell, Button, "newListButton"), LEFT)
    qtbot.waitUntil(child(shell, QWidget, "newList").isVisible)
    return shell


def test_new_list_opens_with_nobody_on_it(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_form(qtbot, hub)
    assert not child(shell, Button, "beginList").isEnabled()
    child(shell, Field, "newListName").setText("  Bus  alerts ")
    kind = child(shell, Choice, "newListCategory")
    kind.setCurrentIndex(kind.findData(Category.ALERT))
    child(shell, Field, "newListAge").setText("30")

    qtbot.keyClick(shell, Key.Key_S, Qt.KeyboardModifier.ControlModifier)

    qtbot.waitUntil(lambda: is_seen(shell, "listPeople"))
    assert hub.begun == [("Bus alerts", Category.ALERT, 30)]
    assert child(shell, QLabel, "pageTitle").text() == "Bus alerts"


def test_refused_name_stays_in_the_form(qtbot: QtBot, hub: FakeHub) -> None:
    hub.refuses_list = HubRefusedError('There is a list called "Ours" already.')
    shell = open_form(qtbot, hub)
    child(shell, Field, "newListName").setText("Ours")

    qtbot.mouseClick(child(shell, Button, "beginList"), LEFT)

    error = child(shell, QLabel, "newListError")
    qtbot.waitUntil(error.isVisible)
    assert "already" in error.text()
    assert child(shell, Field, "newListName").text() == "Ours"


def test_form_is_left_without_a_list(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_form(qtbot, hub)
    child(shell, Field, "newListName").setText("Ours")

    qtbot.mouseClick(child(shell, Button, "cancelNewList"), LEFT)

    assert child(shell, QWidget, "listsTable").isVisible()
    assert hub.begun == []


def test_front_desk_begins_no_list(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())
    shell.go("Lists")

    assert not child(shell, Button, "newListButton").isVisible()
