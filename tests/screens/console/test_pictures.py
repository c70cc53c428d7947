"""Every page as it looks at 1440x900, beside its reference; `--update-pictures` makes new ones."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.models.accuracy import Span
from admin_console.console.parts.button import Button
from admin_console.console.parts.fields import Field
from admin_console.console.parts.table import RowTable
from admin_console.console.shell import Shell
from db.domain.desk import Role
from db.domain.policy import DeskPolicy
from db.domain.visit import VisitState
from resources.accuracy import Accuracy
from tests.console import counted
from tests.console.fake_hub import FakeHub
from tests.console.invented_kiosks import make_parked
from tests.console.windows import child, open_console, open_shell, press
from tests.screens.console.looking import Look, settle, with_photos

Key = Qt.Key


def test_sign_in(qtbot: QtBot, looks_like: Look) -> None:
    window = open_console(qtbot, FakeHub())
    child(window, Field, "signInName").clearFocus()

    looks_like(window, "00-sign-in")


def test_sign_in_refused(qtbot: QtBot, looks_like: Look) -> None:
    window = open_console(qtbot, FakeHub())
    window.sign_in_page.start(name="dwhitlock")

    window.sign_in("dwhitlock", "wrong")
    qtbot.waitUntil(lambda: child(window, QWidget, "signInError").isVisible())
    child(window, Field, "signInPassword").clearFocus()

    looks_like(window, "00-sign-in-refused")


def test_sign_in_with_an_account(qtbot: QtBot, looks_like: Look) -> None:
    window = open_console(qtbot, FakeHub(account="Marlow account"))
    qtbot.waitUntil(child(window, Button, "accountSignIn").isVisible)
    child(window, Field, "signInName").clearFocus()

    looks_like(window, "00-sign-in-account")


def test_sign_in_with_a_long_account_that_is_nobodys(qtbot: QtBot, looks_like: Look) -> None:
    name = "Marlow Unified School District staff and volunteer accounts"
    window = open_console(qtbot, FakeHub(account=name), dark=True)
    window.resize(1280, 720)
    qtbot.waitUntil(child(window, Button, "accountSignIn").isVisible)

    window.sign_in_page.tell_not_linked("248289761001-" + "7" * 60)
    child(window, Field, "signInName").clearFocus()

    looks_like(window, "00-sign-in-not-linked")


def test_sign_in_while_the_browser_is_open(qtbot: QtBot, looks_like: Look) -> None:
    window = open_console(qtbot, FakeHub(account="Marlow Unified School District account"))
    window.resize(1280, 720)
    button = child(window, Button, "accountSignIn")
    qtbot.waitUntil(button.isVisible)

    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(child(window, QWidget, "atBrowser").isVisible)
    child(window, Button, "leaveBrowser").clearFocus()

    looks_like(window, "00-sign-in-at-browser")


def test_on_site(qtbot: QtBot, looks_like: Look) -> None:
    hub = with_photos(FakeHub())
    shell = open_shell(qtbot, hub)
    shell.go("On site now")
    table = child(shell, RowTable, "onSiteTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    press(qtbot, Key.Key_J, Key.Key_J, Key.Key_J, Key.Key_J)

    settle(qtbot, shell, hub)

    looks_like(shell, "03-on-site")


def test_history_with_a_visit_open(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    shell.go("History")
    table = child(shell, RowTable, "historyTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    press(qtbot, *[Key.Key_J] * 4, Key.Key_Return)
    timeline = child(shell, QWidget, "timeline")
    qtbot.waitUntil(lambda: "Signed out" in timeline.accessibleName())

    settle(qtbot, shell, hub)

    looks_like(shell, "04-history")


def test_history_with_a_filter_that_finds_little(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    shell.go("History")
    wanted = replace(shell.history._filters.wanted(), state=VisitState.DENIED, text="tsai")

    shell.history._filters.want(wanted)
    table = child(shell, RowTable, "historyTable")
    qtbot.waitUntil(lambda: table.model().rowCount() == 8)

    looks_like(shell, "04-history-filtered")


def test_lists(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR))

    shell.go("Lists")

    looks_like(shell, "05-lists")


def test_clearances(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub(role=Role.ADMINISTRATOR))
    shell.go("Lists")
    press(qtbot, Key.Key_2)
    table = child(shell, RowTable, "clearancesTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)

    press(qtbot, Key.Key_J)

    looks_like(shell, "05-clearances")


def open_accuracy(qtbot: QtBot, hub: FakeHub, *, dark: bool = False) -> Shell:
    shell = open_shell(qtbot, hub, dark=dark)
    shell.lists.accuracy.show_measured(counted.make_accuracy())
    shell.go("Lists")
    press(qtbot, Key.Key_3)
    qtbot.waitUntil(lambda: shell.lists.accuracy.shown() is not None)
    return shell


@pytest.mark.parametrize(("dark", "name"), [(False, "08-accuracy"), (True, "08-accuracy-dark")])
def test_accuracy_over_twelve_months(qtbot: QtBot, looks_like: Look, dark: bool, name: str) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR, figures_answer=counted.make_figures(0))
    shell = open_accuracy(qtbot, hub, dark=dark)

    shell.lists.accuracy.choose(Span.TWELVE_MONTHS)
    qtbot.waitUntil(lambda: len(hub.counted_days) == 2)
    qtbot.waitUntil(lambda: "Dec 1" in child(shell, QLabel, "ownDays").text())

    looks_like(shell, name)


def test_accuracy_by_list_and_tier_on_a_small_screen(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_accuracy(qtbot, FakeHub(role=Role.ADMINISTRATOR))
    shell.window().resize(1280, 720)
    looks_like(shell, "08-accuracy-1280-top")
    area = shell.lists.accuracy._area
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)

    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())

    looks_like(shell, "08-accuracy-1280")


def test_accuracy_before_anything_was_measured_or_screened(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR, figures_answer=counted.make_no_figures())
    shell = open_accuracy(qtbot, hub)

    shell.lists.accuracy.show_measured(Accuracy())

    looks_like(shell, "08-accuracy-empty")


@pytest.mark.parametrize(("dark", "name"), [(False, "21-notices"), (True, "21-notices-dark")])
def test_notices(qtbot: QtBot, looks_like: Look, dark: bool, name: str) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    hub.desk_answer = replace(hub.desk_answer, unread_notices=3)
    shell = open_shell(qtbot, hub, dark=dark)
    shell.go("Notices")
    table = child(shell, RowTable, "noticesTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)

    press(qtbot, Key.Key_J)

    looks_like(shell, name)


def test_all_keys(qtbot: QtBot, looks_like: Look) -> None:
    shell = open_shell(qtbot, FakeHub())

    press(qtbot, Key.Key_Question)

    looks_like(shell, "18-all-keys")


def test_what_is_kept(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    shell = open_shell(qtbot, hub)
    shell.go("What is kept")
    qtbot.waitUntil(lambda: child(shell, QWidget, "inventoryCard").isVisible())

    settle(qtbot, shell, hub)

    looks_like(shell, "24-kept")


@pytest.mark.parametrize(("dark", "name"), [(False, "12-settings"), (True, "12-settings-dark")])
def test_settings_with_a_change_that_loses_something(
    qtbot: QtBot, looks_like: Look, dark: bool, name: str
) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    shell = open_shell(qtbot, hub, dark=dark)
    shell.go("Settings")
    kept = child(shell, QLineEdit, "rule_visit_keep_days")
    qtbot.waitUntil(kept.isVisible)
    kept.setText("90")

    settle(qtbot, shell, hub)

    looks_like(shell, name)


def test_settings_on_a_small_screen(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    shell = open_shell(qtbot, hub)
    shell.window().resize(1280, 720)
    shell.go("Settings")
    kept = child(shell, QLineEdit, "rule_visit_keep_days")
    qtbot.waitUntil(kept.isVisible)
    for rule, days in (("visit_keep_days", "90"), ("audit_keep_days", "400")):
        child(shell, QLineEdit, f"rule_{rule}").setText(days)

    settle(qtbot, shell, hub)

    looks_like(shell, "12-settings-1280")


def test_settings_of_every_school_for_who_is_limited_to_some(
    qtbot: QtBot, looks_like: Look
) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR, is_limited=True)
    shell = open_shell(qtbot, hub)
    shell.go("Settings")
    qtbot.waitUntil(child(shell, QLineEdit, "rule_visit_keep_days").isVisible)

    settle(qtbot, shell, hub)

    looks_like(shell, "12-settings-limited")


def test_settings_that_lose_everything_there_is_to_lose(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR, policy=DeskPolicy(visit_keep_days=2000))
    shell = open_shell(qtbot, hub)
    shell.window().resize(1280, 720)
    shell.go("Settings")
    kept = child(shell, QLineEdit, "rule_visit_keep_days")
    qtbot.waitUntil(kept.isVisible)
    for rule, days in (("visit_keep_days", "400"), ("audit_keep_days", "1000")):
        child(shell, QLineEdit, f"rule_{rule}").setText(days)

    settle(qtbot, shell, hub)

    looks_like(shell, "12-settings-loses-all")


def test_kiosks(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    shell = open_shell(qtbot, hub)
    shell.go("Kiosks")
    table = child(shell, RowTable, "kiosksTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)

    settle(qtbot, shell, hub)

    looks_like(shell, "10-kiosks")


@pytest.mark.parametrize(
    ("dark", "name"), [(False, "10-kiosks-parked"), (True, "10-kiosks-parked-dark")]
)
def test_kiosks_with_a_silent_one_and_parked_events(
    qtbot: QtBot, looks_like: Look, dark: bool, name: str
) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    hub.kiosks_answer = replace(hub.kiosks_answer, requests=(), parked=make_parked())
    shell = open_shell(qtbot, hub, dark=dark)
    shell.go("Kiosks")
    table = child(shell, RowTable, "kiosksTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)
    press(qtbot, Key.Key_J, Key.Key_J)

    settle(qtbot, shell, hub)

    looks_like(shell, name)


def test_kiosks_on_a_small_screen(qtbot: QtBot, looks_like: Look) -> None:
    hub = FakeHub(role=Role.ADMINISTRATOR)
    hub.kiosks_answer = replace(hub.kiosks_answer, requests=())
    shell = open_shell(qtbot, hub)
    shell.window().resize(1280, 720)
    shell.go("Kiosks")
    table = child(shell, RowTable, "kiosksTable")
    qtbot.waitUntil(lambda: table.model().rowCount() > 0)

    settle(qtbot, shell, hub)

    looks_like(shell, "10-kiosks-1280")
