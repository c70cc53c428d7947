"""Somebody inside whom the office had denied: told above everything, until they are signed out."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.pages.alarms import AWAY, AlarmCard, chip_words
from admin_console.console.parts.button import Button
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from db.domain.decision import Verdict
from db.domain.errors import HubRefusedError
from db.holds import SEND_ESCORT
from db.story import WITHOUT_ESCORT
from tests.console import invented, invented_inside, records
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, open_shell


def with_alarms(hub: FakeHub, *numbers: int) -> FakeHub:
    """The school with these people inside against the office's decision."""
    inside = [v for v in hub.on_site_answer.visits if v.number in numbers]
    alarms = tuple(records.make_alarm(v) for v in inside)
    hub.desk_answer = replace(hub.desk_answer, alarms=alarms)
    hub.on_site_answer = replace(hub.on_site_answer, not_admitted=tuple(v.visit_id for v in inside))
    return hub


@pytest.fixture
def hub() -> FakeHub:
    return with_alarms(FakeHub(), 10)


def names(shell: Shell) -> list[str]:
    cards = (c for c in shell.desk.findChildren(AlarmCard) if c.isVisible())
    return [child(card, QLabel, "alarmName").text() for card in cards]


def sign_out(qtbot: QtBot, shell: Shell) -> Button:
    button = child(shell.desk, Button, "alarmSignOut")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return button


def test_alarm_says_what_happened_who_decided_and_why(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_shell(qtbot, hub)

    assert names(shell) == ["Daniel Quillfeather"]
    assert child(shell.desk, QLabel, "alarmWords").text() == (
        "Signed in although the office had decided: not admitted. "
        "Denied by Priya Raghunathan at 8:54: Order of the court, do not admit."
    )
    assert child(shell.desk, QLabel, "alarmCame").text() == "Signed in at 8:55, for Boiler house."


def test_alarm_of_a_missing_escort_says_so_and_what_to_do(qtbot: QtBot) -> None:
    hub = with_alarms(FakeHub(), 10)
    (alarm,) = hub.desk_answer.alarms
    asked = replace(alarm.decision, verdict=Verdict.ESCORT, reason="Only with the principal.")
    alone = replace(alarm, decision=asked, words=WITHOUT_ESCORT, what_to_do=SEND_ESCORT)
    hub.desk_answer = replace(hub.desk_answer, alarms=(alone,))

    shell = open_shell(qtbot, hub)

    assert child(shell.desk, QLabel, "alarmWords").text() == (
        "Signed in without the escort that the office had asked for. "
        "Approved with escort by Priya Raghunathan at 8:54: Only with the principal."
    )
    assert child(shell.desk, QLabel, "alarmToDo").text() == "Send the escort to them."
    assert chip_words(alone) == "No escort"


def test_alarm_stands_above_the_holds_and_on_the_quiet_desk_too(qtbot: QtBot) -> None:
    hub = with_alarms(FakeHub(desk_answer=invented.make_desk(())), 3, 10)
    shell = open_shell(qtbot, hub)
    quiet = child(shell.desk, QWidget, "quietDesk")

    assert names(shell) == ["Luis Fernando Tzul Ixcoy", "Daniel Quillfeather"]
    assert child(shell.desk, QWidget, "alarms").y() == 0
    assert quiet.isVisible()


def test_desk_without_an_alarm_keeps_no_room_for_one(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())

    assert not child(shell.desk, QWidget, "alarms").isVisible()


def test_alarm_ends_when_they_are_signed_out(qtbot: QtBot, hub: FakeHub) -> None:
    shell = open_shell(qtbot, hub)

    button = sign_out(qtbot, shell)

    assert not button.isEnabled()
    qtbot.waitUntil(lambda: names(shell) == [])
    toast = child(shell.desk, QWidget, "toast")
    assert toast.accessibleName() == "Daniel Quillfeather. Signed out at 10:42"


def test_sign_out_that_fails_is_told_and_can_be_tried_again(qtbot: QtBot, hub: FakeHub) -> None:
    hub.refuses_check_out = HubRefusedError("This visitor is not on site any more.")
    shell = open_shell(qtbot, hub)

    button = sign_out(qtbot, shell)

    toast = child(shell.desk, QWidget, "toast")
    qtbot.waitUntil(lambda: "was not signed out" in toast.accessibleName())
    assert button.isEnabled()
    assert names(shell) == ["Daniel Quillfeather"]


def test_alarm_stays_while_the_hub_is_away_and_says_why_it_cannot_be_ended(
    qtbot: QtBot, hub: FakeHub
) -> None:
    shell = open_shell(qtbot, hub)

    hub.go_away()
    qtbot.waitUntil(lambda: not child(shell.desk, Button, "alarmSignOut").isEnabled())

    assert child(shell.desk, Button, "alarmSignOut").accessibleDescription() == AWAY
    assert names(shell) == ["Daniel Quillfeather"]


@pytest.mark.parametrize("number", [3, 8, 10, 15])
def test_chip_says_not_admitted_before_anything_else(qtbot: QtBot, number: int) -> None:
    """Overdue, with escort, nothing, and not seen leaving yesterday."""
    shell = open_shell(qtbot, with_alarms(FakeHub(), number))
    shell.go("On site now")
    table = child(shell, RowTable, "onSiteTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 1)
    model = table.model()

    rows = range(model.rowCount())
    chips = [str(model.index(row, 6).data()) for row in rows]

    assert chips.count("Not admitted") == 1
    who = str(model.index(chips.index("Not admitted"), 0).data())
    visit = next(v for v in invented_inside.make_on_site().visits if v.number == number)
    assert who == visit.identity.name.full
