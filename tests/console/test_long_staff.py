"""The console's page of the staff where they are more than it asks for at once."""

from threading import Event

from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from admin_console.console.pages.staff import StaffView
from admin_console.console.parts.button import Button
from db.domain.errors import HubAwayError
from tests.console.fake_hub import FakeHub
from tests.console.fake_staff import make_many
from tests.console.test_staff_page import click, show_staff
from tests.console.windows import child, is_seen


def test_long_list_goes_on_at_a_press_and_stays_when_it_is_asked_for_again(qtbot: QtBot) -> None:
    hub = FakeHub()
    hub.staff.lines, hub.staff.page_size = make_many(25), 10
    shell, table = show_staff(qtbot, hub)
    assert child(shell, Button, "moreStaff").text() == "15 more"

    click(shell, "moreStaff")
    qtbot.waitUntil(lambda: table.model().rowCount() == 20)
    hub.change()
    click(shell, "moreStaff")

    qtbot.waitUntil(lambda: table.model().rowCount() == 25)
    assert not is_seen(shell, "moreStaff")


def test_news_that_came_while_more_was_asked_for_is_shown_though_that_failed(qtbot: QtBot) -> None:
    hub, turn = FakeHub(), Event()
    hub.staff.lines, hub.staff.page_size = make_many(25), 10
    shell, _ = show_staff(qtbot, hub)
    hub.staff.turns = [(turn, HubAwayError("away"))]

    click(shell, "moreStaff")
    hub.staff.lines = make_many(24)
    child(shell, StaffView, "staffPage").refresh()
    turn.set()

    qtbot.waitUntil(lambda: child(shell, Button, "moreStaff").text() == "14 more")


def test_more_that_was_pressed_for_comes_though_a_question_before_it_fails(qtbot: QtBot) -> None:
    hub, first, second = FakeHub(), Event(), Event()
    hub.staff.lines, hub.staff.page_size = make_many(25), 10
    shell, table = show_staff(qtbot, hub)
    hub.staff.turns = [(first, HubAwayError("away")), (second, None)]
    page = child(shell, StaffView, "staffPage")
    page.refresh()
    click(shell, "moreStaff")

    first.set()
    qtbot.waitUntil(lambda: not hub.staff.turns)
    QCoreApplication.processEvents()
    page.refresh()
    second.set()

    qtbot.waitUntil(lambda: table.model().rowCount() == 20)
