"""What the hub tells only once is kept until somebody has seen it."""

import pytest
from pytestqt.qtbot import QtBot

from admin_console.console.parts.fields import Field
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from admin_console.console.window import ConsoleWindow
from tests.console.fake_hub import FakeHub
from tests.console.fake_staff import FIRST
from tests.console.test_staff_page import choose, click, show_staff, text
from tests.console.windows import child, is_seen


def ask_for_a_password(shell: Shell, table: RowTable, name: str) -> None:
    choose(table, name)
    click(shell, "staff_password")
    click(shell, "doDeed")


def test_first_password_that_comes_once_the_page_was_left_is_told_when_it_is_opened_again(
    qtbot: QtBot,
) -> None:
    hub = FakeHub()
    shell, table = show_staff(qtbot, hub)
    hub.staff.may_tell.clear()
    ask_for_a_password(shell, table, "Ngozi Okonkwo")
    shell.go("Desk")
    hub.staff.may_tell.set()
    qtbot.waitUntil(lambda: text(shell, "toldSecret") == FIRST)

    shell.go("On site now")
    shell.go("Staff and roles")

    assert is_seen(shell, "toldCard")
    assert text(shell, "toldSecret") == FIRST
    shell.go("Desk")
    assert text(shell, "toldSecret") == ""


def test_of_two_secrets_one_is_told_after_the_other(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = show_staff(qtbot, hub)
    hub.staff.may_tell.clear()
    ask_for_a_password(shell, table, "Ngozi Okonkwo")
    choose(table, "Kahu Paraone")
    click(shell, "staff_pin")
    click(shell, "doDeed")
    hub.staff.may_tell.set()
    qtbot.waitUntil(lambda: [deed for deed, _ in hub.staff.deeds] == ["first password", "pin"])
    qtbot.waitUntil(lambda: text(shell, "toldTitle") == "First password of Ngozi Okonkwo")

    qtbot.waitUntil(lambda: "1 more" in text(shell, "toldSaid"))
    click(shell, "doneTold")

    assert text(shell, "toldTitle") == "PIN of Kahu Paraone"
    click(shell, "doneTold")
    assert not is_seen(shell, "toldCard")


@pytest.mark.parametrize("is_answered", [True, False])
def test_who_signs_out_before_a_first_password_was_seen_is_led_to_it_once(
    qtbot: QtBot, is_answered: bool
) -> None:
    hub = FakeHub()
    shell, _ = show_staff(qtbot, hub)
    window = shell.window()
    assert isinstance(window, ConsoleWindow)
    hub.staff.may_tell.clear()
    click(shell, "addStaff")
    child(shell, Field, "staffDisplayName").setText("Ruth Abernathy")
    click(shell, "saveStaff")
    shell.go("Desk")
    if is_answered:
        hub.staff.may_tell.set()
        qtbot.waitUntil(lambda: text(shell, "toldSecret") == FIRST)

    shell.sign_out_asked.emit()

    assert window.shell is shell
    hub.staff.may_tell.set()
    qtbot.waitUntil(lambda: is_seen(shell, "toldCard"))
    assert text(shell, "toldSecret") == FIRST
    shell.sign_out_asked.emit()
    assert window.shell is None


def test_who_does_not_wait_for_a_first_password_signs_out_the_second_time(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = show_staff(qtbot, hub)
    window = shell.window()
    assert isinstance(window, ConsoleWindow)
    hub.staff.may_tell.clear()
    ask_for_a_password(shell, table, "Ngozi Okonkwo")

    shell.sign_out_asked.emit()
    stayed = window.shell is shell
    shell.sign_out_asked.emit()

    assert (stayed, window.shell) == (True, None)
    hub.staff.may_tell.set()


def test_window_is_not_closed_over_a_first_password_that_nobody_has_seen(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell, table = show_staff(qtbot, hub)
    window = shell.window()
    hub.staff.may_tell.clear()
    ask_for_a_password(shell, table, "Ngozi Okonkwo")
    shell.go("Desk")
    hub.staff.may_tell.set()
    qtbot.waitUntil(lambda: text(shell, "toldSecret") == FIRST)

    assert not window.close()

    assert is_seen(shell, "toldCard")
    assert window.close()
