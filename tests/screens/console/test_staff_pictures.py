"""The page of the staff and one's own password as they look, beside their references."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.parts.button import Button
from admin_console.console.parts.fields import Field
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from db.domain.desk import Role
from tests.console.fake_hub import PASSWORD, FakeHub
from tests.console.test_sites import SITES
from tests.console.test_staff_page import choose, click, show_staff
from tests.console.windows import child, is_seen, open_console, open_shell, press
from tests.screens.console.looking import Look

Key = Qt.Key
LONGEST = "Maximiliane Wolfeschlegelsteinhausenbergerdorff-Raghunathan"


def test_staff(qtbot: QtBot, looks_like: Look) -> None:
    shell, table = show_staff(qtbot, FakeHub())

    choose(table, "Ngozi Okonkwo")

    looks_like(shell, "11-staff")


def test_deed_that_asks(qtbot: QtBot, looks_like: Look) -> None:
    shell, table = show_staff(qtbot, FakeHub())
    choose(table, "Priya Raghunathan")

    click(shell, "staff_remove")

    looks_like(shell, "11-staff-asks")


def test_first_password_that_is_told(qtbot: QtBot, looks_like: Look) -> None:
    shell, table = show_staff(qtbot, FakeHub())
    choose(table, "Ngozi Okonkwo")
    click(shell, "staff_password")

    click(shell, "doDeed")
    qtbot.waitUntil(lambda: is_seen(shell, "toldCard"))

    looks_like(shell, "11-staff-told")


def of_two_schools(qtbot: QtBot) -> Shell:
    """In a small, dark window, with a name that is longer than any column."""
    hub = FakeHub(sites=SITES, role=Role.ADMINISTRATOR)
    line = hub.staff.lines[5]
    known = replace(
        line.member, display_name=LONGEST, has_account=True, sites=tuple(s.site_id for s in SITES)
    )
    hub.staff.lines = (*hub.staff.lines[:5], replace(line, member=known), *hub.staff.lines[6:])
    shell = open_shell(qtbot, hub, dark=True)
    shell.window().resize(1366, 768)
    shell.go("Staff and roles")
    table = child(shell, RowTable, "staffTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    choose(table, LONGEST)
    return shell


def test_staff_of_two_schools_in_a_small_dark_window(qtbot: QtBot, looks_like: Look) -> None:
    looks_like(of_two_schools(qtbot), "11-staff-dark-1366")


def test_form_of_the_staff(qtbot: QtBot, looks_like: Look) -> None:
    shell = of_two_schools(qtbot)

    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(lambda: is_seen(shell, "staffForm"))
    child(shell, Field, "staffDisplayName").clearFocus()

    looks_like(shell, "11-staff-form-dark-1366")


def test_nobody_who_is_called_that(qtbot: QtBot, looks_like: Look) -> None:
    shell, _ = show_staff(qtbot, FakeHub())

    child(shell, Field, "findStaff").setText("nobody")
    qtbot.waitUntil(lambda: is_seen(shell, "staffMessage"))

    looks_like(shell, "11-staff-empty")


def test_own_password(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub())

    shell.go("Change password")
    qtbot.waitUntil(child(shell, Button, "beginFactor").isVisible)
    click(shell, "changePassword")
    child(shell, Field, "passwordNow").clearFocus()

    looks_like(shell, "25-own-password")


def test_first_sign_in(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub()
    hub.staff.own = "a phrase of my own"
    window = open_console(qtbot, hub)
    child(window, Field, "signInName").setText("nokonkwo")
    child(window, Field, "signInPassword").setText(PASSWORD)

    child(window, Button, "signIn").click()
    qtbot.waitUntil(child(window, QWidget, "ownPassword").isVisible)
    child(window, Field, "ownPassword").clearFocus()

    looks_like(window, "00-sign-in-own-password")


def test_telephone_that_begins(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub(), dark=True)
    shell.window().resize(1366, 768)
    shell.go("Change password")
    qtbot.waitUntil(child(shell, Button, "beginFactor").isVisible)

    click(shell, "beginFactor")
    qtbot.waitUntil(child(shell, QWidget, "factorQr").isVisible)
    child(shell, Field, "factorPassword").clearFocus()

    looks_like(shell, "25-telephone-dark-1366")


def test_recovery_codes(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub())
    shell.go("Change password")
    qtbot.waitUntil(child(shell, Button, "beginFactor").isVisible)
    click(shell, "beginFactor")
    qtbot.waitUntil(child(shell, QWidget, "factorQr").isVisible)
    child(shell, Field, "factorPassword").setText(PASSWORD)
    child(shell, Field, "factorCode").setText("482913")

    click(shell, "confirmFactor")
    qtbot.waitUntil(lambda: is_seen(shell, "recoveryCode_0"))

    looks_like(shell, "25-recovery-codes")
