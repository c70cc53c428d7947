"""Everybody changes their own password at the console; a first one has to be changed."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from admin_console.console.parts.button import Button
from admin_console.console.parts.fields import Field
from admin_console.console.parts.qr_code import QrCode
from admin_console.console.shell import Shell
from db.domain.errors import HubRefusedError
from db.domain.staffing import FactorStanding
from tests.console.fake_hub import PASSWORD, FakeHub
from tests.console.fake_staff import CODES, KEY
from tests.console.test_staff_page import click, text
from tests.console.windows import child, open_console, open_shell, press

Key = Qt.Key
OWN = "a phrase of my own"


def open_own(qtbot: QtBot, hub: FakeHub, *typed: str) -> Shell:
    shell = open_shell(qtbot, hub)
    child(shell, QAction, "go_change_password").trigger()
    for name, words in zip(("passwordNow", "passwordNew", "passwordAgain"), typed, strict=True):
        child(shell, Field, name).setText(words)
    return shell


def test_everybody_changes_their_own_password(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_own(qtbot, hub, PASSWORD, OWN, OWN)

    click(shell, "changePassword")

    qtbot.waitUntil(lambda: hub.staff.own_passwords == [(PASSWORD, OWN)])
    qtbot.waitUntil(lambda: child(shell, Field, "passwordNow").text() == "")
    assert child(shell, Field, "passwordNew").text() == ""


def test_new_password_that_is_not_the_same_twice_is_not_sent(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_own(qtbot, hub, PASSWORD, OWN, "another")

    click(shell, "changePassword")

    assert "not the same" in text(shell, "passwordError")
    assert hub.staff.own_passwords == []


def test_refused_password_says_why(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_own(qtbot, hub, "wrong", OWN, OWN)
    hub.staff.refuses = HubRefusedError("That is not the password that you have now.")

    click(shell, "changePassword")

    qtbot.waitUntil(lambda: "not the password" in text(shell, "passwordError"))


def test_password_that_is_typed_does_not_wait_on_a_page_that_was_left(qtbot: QtBot) -> None:
    shell = open_own(qtbot, FakeHub(), PASSWORD, OWN, OWN)

    shell.go("Desk")

    assert child(shell, Field, "passwordNow").text() == ""


def test_who_has_a_first_password_chooses_their_own_and_is_in(qtbot: QtBot) -> None:
    hub = FakeHub()
    hub.staff.own = OWN
    window = open_console(qtbot, hub)
    qtbot.keyClicks(child(window, Field, "signInName"), "nokonkwo")
    press(qtbot, Key.Key_Return)
    qtbot.keyClicks(child(window, Field, "signInPassword"), PASSWORD)
    press(qtbot, Key.Key_Return)
    own = child(window, Field, "ownPassword")
    qtbot.waitUntil(own.isVisible)

    qtbot.keyClicks(own, OWN)
    press(qtbot, Key.Key_Return)
    qtbot.keyClicks(child(window, Field, "ownPasswordAgain"), OWN)
    press(qtbot, Key.Key_Return)

    qtbot.waitUntil(lambda: window.shell is not None)
    assert window.shell is not None
    assert own.text() == ""


def test_own_password_that_will_not_do_is_asked_for_again(qtbot: QtBot) -> None:
    hub = FakeHub()
    hub.staff.own = OWN
    window = open_console(qtbot, hub)
    child(window, Field, "signInName").setText("nokonkwo")
    child(window, Field, "signInPassword").setText(PASSWORD)
    press(qtbot, Key.Key_Return, Key.Key_Return)
    own, again = child(window, Field, "ownPassword"), child(window, Field, "ownPasswordAgain")
    qtbot.waitUntil(own.isVisible)
    own.setText("nokonkwo1")
    again.setText("nokonkwo1")

    child(window, Button, "signIn").click()

    error = child(window, QLabel, "signInError")
    qtbot.waitUntil(lambda: "easy to guess" in error.text())
    assert (own.isVisible(), own.text(), window.shell) == (True, "", None)


# ---- the telephone -----------------------------------------------------------------------------


def open_factor(qtbot: QtBot, hub: FakeHub) -> Shell:
    shell = open_shell(qtbot, hub)
    child(shell, QAction, "go_change_password").trigger()
    qtbot.waitUntil(child(shell, Button, "beginFactor").isVisible)
    return shell


def test_telephone_is_used_once_password_and_code_are_given(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_factor(qtbot, hub)

    click(shell, "beginFactor")
    qtbot.waitUntil(child(shell, QrCode, "factorQr").isVisible)
    assert KEY in text(shell, "factorKey")
    child(shell, Field, "factorPassword").setText(PASSWORD)
    child(shell, Field, "factorCode").setText("482913")
    click(shell, "confirmFactor")

    qtbot.waitUntil(lambda: CODES[0] == text(shell, "recoveryCode_0"))
    assert hub.staff.confirmed == [(PASSWORD, KEY, "482913")]
    assert not child(shell, QrCode, "factorQr").isVisible()


def test_key_and_codes_do_not_wait_on_a_page_that_was_left(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_factor(qtbot, hub)
    click(shell, "beginFactor")
    qtbot.waitUntil(child(shell, QrCode, "factorQr").isVisible)

    shell.go("Desk")

    assert text(shell, "factorKey") == ""


def test_recovery_codes_that_come_once_the_page_was_left_are_shown_when_it_is_opened_again(
    qtbot: QtBot,
) -> None:
    hub = FakeHub()
    shell = open_factor(qtbot, hub)
    click(shell, "beginFactor")
    qtbot.waitUntil(child(shell, QrCode, "factorQr").isVisible)
    child(shell, Field, "factorPassword").setText(PASSWORD)
    child(shell, Field, "factorCode").setText("482913")
    hub.staff.may_tell.clear()
    click(shell, "confirmFactor")
    shell.go("Desk")
    shell.sign_out_asked.emit()
    assert shell.page().title == "Change password"
    shell.go("Desk")
    hub.staff.may_tell.set()
    qtbot.waitUntil(lambda: text(shell, "recoveryCode_0") == CODES[0])

    shell.go("On site now")
    shell.go("Change password")

    assert child(shell, QLabel, "recoveryCode_0").isVisible()
    assert text(shell, "recoveryCode_7") == CODES[7]
    assert "Write these down" in text(shell, "factorSaid")
    shell.go("Desk")
    assert text(shell, "recoveryCode_0") == ""


def test_telephone_is_used_no_more_with_the_password(qtbot: QtBot) -> None:
    hub = FakeHub()
    hub.staff.factor = FactorStanding(is_on=True, recovery_codes=7)
    shell = open_factor(qtbot, hub)
    assert "7 recovery codes are left" in text(shell, "factorSaid")

    click(shell, "endFactor")
    child(shell, Field, "factorPassword").setText(PASSWORD)
    click(shell, "confirmFactor")

    qtbot.waitUntil(lambda: "password alone" in text(shell, "factorSaid"))
    assert hub.staff.confirmed == [(PASSWORD, "", "")]


def test_refused_code_says_why_and_may_be_typed_again(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_factor(qtbot, hub)
    click(shell, "beginFactor")
    qtbot.waitUntil(child(shell, QrCode, "factorQr").isVisible)
    click(shell, "confirmFactor")
    assert "Type your password and the code" in text(shell, "factorError")

    child(shell, Field, "factorPassword").setText(PASSWORD)
    child(shell, Field, "factorCode").setText("000000")
    hub.staff.refuses = HubRefusedError("That is not the code that the telephone shows now.")
    click(shell, "confirmFactor")

    qtbot.waitUntil(lambda: "not the code" in text(shell, "factorError"))
    assert child(shell, QrCode, "factorQr").isVisible()
