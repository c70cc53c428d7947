"""The console's page of the desk's standing rules."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.navigation import NavigationRow
from admin_console.console.pages.settings import consequence
from admin_console.console.shell import Shell
from db.domain.desk import Role
from db.domain.errors import HubAwayError, HubRefusedError
from db.domain.policy import DeskPolicy
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, open_shell

RULES = DeskPolicy(audit_keep_days=1000, denial_words="Call the principal.")


def show_settings(qtbot: QtBot, hub: FakeHub, rules: DeskPolicy = RULES) -> Shell:
    hub.role, hub.policy = Role.ADMINISTRATOR, rules
    shell = open_shell(qtbot, hub)
    child(shell, NavigationRow, "go_settings").click()
    qtbot.waitUntil(lambda: child(shell, QLineEdit, "rule_visit_keep_days").isVisible())
    return shell


def type_in(shell: Shell, rule: str, text: str) -> None:
    child(shell, QLineEdit, f"rule_{rule}").setText(text)


def text(shell: Shell, name: str) -> str:
    return child(shell, QLabel, name).text()


def said(shell: Shell) -> str:
    return text(shell, "settingsSaid")


def save(shell: Shell) -> QAbstractButton:
    return child(shell, QAbstractButton, "saveSettings")


def test_settings_are_shown_as_they_hold_and_nothing_can_be_saved(qtbot: QtBot) -> None:
    shell = show_settings(qtbot, FakeHub())

    assert child(shell, QLineEdit, "rule_visit_keep_days").text() == "365"
    assert child(shell, QLineEdit, "rule_audit_keep_days").text() == "1000"
    assert child(shell, QLineEdit, "rule_denial_words").text() == "Call the principal."
    assert said(shell) == ""
    assert save(shell).accessibleDescription() == "Nothing was changed."


def test_what_is_changed_is_saved_over_what_was_seen(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = show_settings(qtbot, hub)
    seen = hub.rules().tag
    type_in(shell, "visit_keep_days", "60")
    type_in(shell, "audit_keep_days", "")

    assert said(shell) == (
        "2 changes not saved. Saving deletes for good, within a day: who came more than 60 days "
        "ago."
    )
    save(shell).click()

    qtbot.waitUntil(lambda: said(shell).startswith("Saved."))
    assert hub.settled == [(replace(RULES, visit_keep_days=60, audit_keep_days=0), seen)]
    assert not save(shell).isEnabled()


@pytest.mark.parametrize("typed", ["1,000", "+1000", " 1 000", "01000"])
def test_days_are_taken_as_they_are_written(qtbot: QtBot, typed: str) -> None:
    hub = FakeHub()
    shell = show_settings(qtbot, hub)
    field = child(shell, QLineEdit, "rule_visit_keep_days")
    field.clear()

    qtbot.keyClicks(field, typed)

    digits = "".join(sign for sign in typed if sign.isdigit())[:4]
    assert field.text() == digits
    assert said(shell).startswith("1 change not saved.")


def test_that_it_was_saved_is_told_until_something_else_is_changed(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = show_settings(qtbot, hub)
    type_in(shell, "rescreen_days", "7")
    save(shell).click()
    qtbot.waitUntil(lambda: said(shell).startswith("Saved."))
    asked = hub.times_asked

    hub.change()

    qtbot.waitUntil(lambda: hub.times_asked > asked)
    qtbot.wait(50)
    assert said(shell).startswith("Saved.")
    type_in(shell, "rescreen_days", "8")
    assert said(shell) == "1 change not saved."


def test_what_was_saved_although_the_answer_was_lost_is_not_to_be_saved_again(
    qtbot: QtBot,
) -> None:
    hub = FakeHub(refuses_rules=HubAwayError("The hub does not answer."))
    shell = show_settings(qtbot, hub)
    type_in(shell, "rescreen_days", "7")
    save(shell).click()
    qtbot.waitUntil(lambda: said(shell) == "The hub does not answer.")

    hub.policy = replace(RULES, rescreen_days=7)
    hub.change()

    qtbot.waitUntil(lambda: save(shell).accessibleDescription() == "Nothing was changed.")
    assert said(shell) == ""


def test_nothing_is_typed_over_what_is_being_saved(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = show_settings(qtbot, hub)
    type_in(shell, "rescreen_days", "7")
    hub.may_settle.clear()
    save(shell).click()
    field = child(shell, QLineEdit, "rule_clearance_days")

    qtbot.keyClicks(field, "9")
    assert field.text() == "365"
    hub.may_settle.set()

    qtbot.waitUntil(lambda: said(shell).startswith("Saved."))
    field.clear()
    qtbot.keyClicks(field, "90")
    assert said(shell) == "1 change not saved."


@pytest.mark.parametrize(
    "words", ["Call the principal. ", "Call\nthe principal.", "\U0001f6aa" * 300]
)
def test_words_that_the_field_shows_otherwise_are_no_change_and_stay_as_they_are(
    qtbot: QtBot, words: str
) -> None:
    hub = FakeHub()
    shell = show_settings(qtbot, hub, replace(RULES, denial_words=words))
    assert said(shell) == ""

    type_in(shell, "rescreen_days", "7")
    save(shell).click()

    qtbot.waitUntil(lambda: said(shell).startswith("Saved."))
    assert hub.policy == replace(RULES, denial_words=words, rescreen_days=7)


def test_what_makes_no_rules_says_why_and_is_not_saved(qtbot: QtBot) -> None:
    shell = show_settings(qtbot, FakeHub())

    type_in(shell, "audit_keep_days", "30")
    assert "The audit can be kept for 365 to" in said(shell)
    assert not save(shell).isEnabled()
    type_in(shell, "audit_keep_days", "365")
    type_in(shell, "clearance_days", "")

    assert "Say for how many days." in said(shell)
    assert not save(shell).isEnabled()


def test_what_was_typed_stays_when_the_hub_refuses_and_when_others_are_at_work(
    qtbot: QtBot,
) -> None:
    hub = FakeHub(refuses_rules=HubRefusedError("Somebody changed this meanwhile."))
    shell = show_settings(qtbot, hub)
    type_in(shell, "rescreen_days", "7")
    hub.policy = replace(RULES, clearance_days=100)
    hub.change()

    save(shell).click()

    qtbot.waitUntil(lambda: said(shell) == "Somebody changed this meanwhile.")
    assert child(shell, QLineEdit, "rule_rescreen_days").text() == "7"
    child(shell, QAbstractButton, "discardSettings").click()
    qtbot.waitUntil(lambda: child(shell, QLineEdit, "rule_clearance_days").text() == "100")
    assert child(shell, QLineEdit, "rule_rescreen_days").text() == "30"


def test_hub_that_is_away_is_why_nothing_can_be_saved(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = show_settings(qtbot, hub)
    type_in(shell, "rescreen_days", "7")
    assert save(shell).isEnabled()

    hub.go_away()

    qtbot.waitUntil(lambda: not save(shell).isEnabled())
    assert "away" in save(shell).accessibleDescription()


def test_who_is_limited_to_some_schools_sees_the_settings_and_who_changes_them(
    qtbot: QtBot,
) -> None:
    hub = FakeHub(is_limited=True)
    shell = show_settings(qtbot, hub)
    field = child(shell, QLineEdit, "rule_visit_keep_days")

    qtbot.keyClicks(field, "9")
    qtbot.keyClick(field, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)

    assert "only staff with the role District change them" in text(shell, "rulesShownOnly")
    assert (field.text(), save(shell).isVisible(), hub.settled) == ("365", False, [])
    assert shell.page().keys == ()


def test_who_is_not_limited_reads_nothing_of_who_changes_the_settings(qtbot: QtBot) -> None:
    shell = show_settings(qtbot, FakeHub())

    assert shell.findChild(QLabel, "rulesShownOnly") is None


def test_what_is_kept_for_ever_is_kept_for_no_days(qtbot: QtBot) -> None:
    shell = show_settings(qtbot, FakeHub(), replace(RULES, audit_keep_days=0))
    unit = child(shell, QLabel, "unit_audit_keep_days")
    assert unit.text() == ""

    type_in(shell, "audit_keep_days", "400")
    type_in(shell, "rescreen_days", "1")

    assert unit.text() == "days"
    assert text(shell, "unit_rescreen_days") == "day"


def test_front_desk_has_no_page_of_settings(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())

    assert shell.findChild(QWidget, "go_settings") is None


@pytest.mark.parametrize(
    ("before", "wanted", "said"),
    [
        (RULES, replace(RULES, visit_keep_days=400), ""),
        (
            RULES,
            replace(RULES, visit_keep_days=20),
            "a day: who came more than 30 days ago.",
        ),
        (replace(RULES, audit_keep_days=0), RULES, "the audit of more than 1,000 days ago"),
        (RULES, replace(RULES, audit_keep_days=0), ""),
        (
            RULES,
            replace(RULES, visit_keep_days=90, audit_keep_days=400),
            "90 days ago; the audit of more than 400 days ago.",
        ),
        (
            replace(RULES, visit_keep_days=2000),
            replace(RULES, visit_keep_days=400),
            "; who was taken off a list more than 400 days ago, and notices as old.",
        ),
        (
            replace(RULES, visit_keep_days=2000),
            replace(RULES, visit_keep_days=1),
            "30 days ago; who was taken off a list more than 365 days ago, and notices as old.",
        ),
        (replace(RULES, visit_keep_days=20), replace(RULES, visit_keep_days=10), ""),
    ],
)
def test_what_is_lost_for_good_is_said_before(
    before: DeskPolicy, wanted: DeskPolicy, said: str
) -> None:
    told = consequence(before, wanted)

    assert bool(told) == bool(said)
    assert said in told
