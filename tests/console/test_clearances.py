"""What staff see of clearances, and how one is ended."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from db.domain.clearance import Standing
from db.domain.desk import Role
from db.domain.errors import HubRefusedError
from tests.console import records
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, open_shell, press

Key = Qt.Key


def show_clearances(qtbot: QtBot, hub: FakeHub) -> tuple[Shell, RowTable]:
    shell = open_shell(qtbot, hub)
    shell.go("Lists")
    press(qtbot, Key.Key_2)
    table = child(shell, RowTable, "clearancesTable")
    count = len(hub.clearances_answer.clearances)
    qtbot.waitUntil(lambda: table.model().rowCount() == count)
    return shell, table


def words_in(table: RowTable, row: int) -> list[str]:
    model = table.model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def test_table_says_who_is_not_whom_and_until_when(qtbot: QtBot) -> None:
    _, table = show_clearances(qtbot, FakeHub(role=Role.ADMINISTRATOR))

    first = words_in(table, 0)

    assert first[:3] == ["Rodrigo Vanterpoel", "Roderick Elliot Vanterpool", "Custody orders"]
    assert first[-1] == "Until Nov 16, 2027"


def test_administrator_ends_the_chosen_clearance(qtbot: QtBot) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    shell, table = show_clearances(qtbot, hub)
    press(qtbot, Key.Key_J)

    child(shell, QAbstractButton, "endClearance").click()
    qtbot.waitUntil(lambda: words_in(table, 1)[-1] == "Ended")

    assert hub.ended == [records.make_clearances().clearances[1].clearance.clearance_id]
    assert "Ended by Priya Raghunathan" in child(shell, QLabel, "clearedUntil").text()
    assert not child(shell, QAbstractButton, "endClearance").isEnabled()


def test_clearance_that_is_over_cannot_be_ended(qtbot: QtBot) -> None:
    shell, _ = show_clearances(qtbot, FakeHub(role=Role.ADMINISTRATOR))

    press(qtbot, Key.Key_J, Key.Key_J, Key.Key_J)

    assert not child(shell, QAbstractButton, "endClearance").isEnabled()
    assert "has changed since" in child(shell, QLabel, "clearedUntil").text()


def test_front_desk_sees_clearances_and_ends_none(qtbot: QtBot) -> None:
    shell, _ = show_clearances(qtbot, FakeHub())

    assert not child(shell, QWidget, "endClearance").isVisible()
    assert "Only administrators" in child(shell, QLabel, "clearancesNote").text()


def test_hub_that_refuses_is_told_in_its_own_words(qtbot: QtBot) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR, refuses_end=HubRefusedError("Not today."))
    shell, table = show_clearances(qtbot, hub)

    child(shell, QAbstractButton, "endClearance").click()
    qtbot.waitUntil(child(shell.lists, QWidget, "toast").isVisible)

    assert words_in(table, 0)[-1] == "Until Nov 16, 2027"
    assert child(shell, QAbstractButton, "endClearance").isEnabled()


def test_clearance_of_an_erased_visit_names_nobody(qtbot: QtBot) -> None:
    hub = FakeHub()
    lines = hub.clearances_answer.clearances
    erased = replace(lines[0], visitor_name="", entry_name="", standing=Standing.ENTRY_GONE)
    hub.clearances_answer = replace(hub.clearances_answer, clearances=(erased,))

    shell, table = show_clearances(qtbot, hub)

    assert words_in(table, 0)[:2] == ["Erased", "Not listed any more"]
    assert child(shell, QLabel, "clearedPair").text().startswith("Somebody is not")


def test_front_desk_reads_the_list_and_not_whom_it_names(qtbot: QtBot) -> None:
    hub = FakeHub()
    lines = hub.clearances_answer.clearances
    unnamed = replace(lines[0], entry_name="")
    hub.clearances_answer = replace(hub.clearances_answer, clearances=(unnamed,))

    shell, table = show_clearances(qtbot, hub)

    assert words_in(table, 0)[1:3] == ["Somebody listed", "Custody orders"]
    assert child(shell, QLabel, "clearedPair").text().endswith("is not somebody on the list")
