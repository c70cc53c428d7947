"""Deciding on somebody who is in the building, and what each verdict will do."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console import verdict_words
from admin_console.console.pages.alarms import chip_words
from admin_console.console.shell import Shell
from db.domain.decision import Verdict
from tests.console import invented, records
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, open_shell, press

Key = Qt.Key


def with_somebody_inside(qtbot: QtBot) -> tuple[Shell, FakeHub]:
    hub = FakeHub()
    visit = next(v for v in hub.on_site_answer.visits if v.number == 8)
    hub.desk_answer = invented.make_desk((records.make_inside(visit),))
    shell = open_shell(qtbot, hub)
    qtbot.waitUntil(lambda: shell.desk.waiting == 1)
    return shell, hub


def test_verdicts_on_somebody_inside_say_whether_they_may_stay(qtbot: QtBot) -> None:
    shell, _ = with_somebody_inside(qtbot)

    assert child(shell, QAbstractButton, "decide_approve").text() == "May stay"
    assert child(shell, QAbstractButton, "decide_deny").text() == "Must leave"


def test_next_person_at_the_door_has_the_usual_verdicts_again(qtbot: QtBot) -> None:
    shell, hub = with_somebody_inside(qtbot)

    hub.change(invented.make_desk())
    button = child(shell, QAbstractButton, "decide_approve")

    qtbot.waitUntil(lambda: button.text() == "Approve", timeout=10_000)


def test_decision_on_somebody_inside_goes_to_no_kiosk(qtbot: QtBot) -> None:
    shell, hub = with_somebody_inside(qtbot)

    press(qtbot, Key.Key_3, Key.Key_A)
    qtbot.waitUntil(lambda: len(hub.decisions) == 1)
    toast = shell.desk._queue.toast

    qtbot.waitUntil(lambda: "May stay, the log has it" in toast.accessibleName())
    assert hub.decisions[0].verdict is Verdict.APPROVE


def test_card_says_that_the_pair_was_cleared_and_why_that_is_over(qtbot: QtBot) -> None:
    shell, _ = with_somebody_inside(qtbot)

    assert child(shell, QLabel, "lapsedClearance").text() == (
        "Cleared on May 22, 2026 by Priya Raghunathan; the entry has changed since."
    )


def test_panel_says_what_a_denial_and_not_this_person_will_do(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())

    assert child(shell, QLabel, "denialHint").text() == (
        "Deny: Tell the principal. Do not say why."
    )
    assert child(shell, QLabel, "clearingHint").text() == (
        "Not this person: cleared until Nov 17, 2027, or until the entry changes"
    )


def test_panel_says_of_whom_nobody_can_know_again_that_it_counts_only_now() -> None:
    hold = replace(invented.make_tony(), clears_until=None)

    assert verdict_words.clearing_hint(hold) == verdict_words.ONLY_NOW


def test_panel_says_why_somebody_is_cleared_for_a_short_time_while_the_hub_doubts_its_clock(
    qtbot: QtBot,
) -> None:
    hub = FakeHub()
    first, *others = hub.desk_answer.holds
    hub.desk_answer = replace(
        hub.desk_answer, holds=(replace(first, is_clearing_for_now=True), *others)
    )
    shell = open_shell(qtbot, hub)

    said = child(shell, QLabel, "clearingHint")

    assert said.text() == (
        "Not this person: cleared until Nov 17, 2027 for now. The hub was off or its clock is "
        "wrong: counted anew once it is sure"
    )
    assert said.sizeHint().width() <= said.width()


def test_whoever_was_just_denied_is_told_with_what_to_do_until_somebody_did_it(
    qtbot: QtBot,
) -> None:
    hub = FakeHub()
    denial = records.make_turned_away(hub.desk_answer.holds[1].visit)
    hub.desk_answer = replace(hub.desk_answer, turned_away=(denial,))
    shell = open_shell(qtbot, hub)
    told = child(shell, QLabel, "turnedAwayToDo").text()

    child(shell, QAbstractButton, "turnedAwayDone").click()
    hub.change()

    cards = child(shell, QWidget, "turnedAwayCards")
    qtbot.waitUntil(lambda: not cards.isVisible())
    assert told == "Do not release the children. Tell the principal. Do not say why."


def test_alarm_says_whether_somebody_must_leave_or_should_not_have_come_in() -> None:
    visit = invented.make_visit(8, "Giorgos", "Makris", came=invented.at(8, 50))
    before = records.make_alarm(replace(visit, checked_in_at=invented.at(9, 5)))
    after = records.make_alarm(visit)

    assert (chip_words(before), chip_words(after)) == ("Not admitted", "Must leave")
