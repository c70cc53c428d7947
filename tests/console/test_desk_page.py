"""The desk, driven by keys and clicks as the office does."""

from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QListView, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.answers import AlreadyDecidedError
from admin_console.console.parts.button import Button
from admin_console.console.parts.fields import Field
from admin_console.console.shell import Shell
from db.domain.decision import DecidedAt, Decision, Verdict
from tests.console import invented
from tests.console.fake_hub import FakeHub
from tests.console.windows import Clock, child, let_time_pass, open_shell, press

Key = Qt.Key


def waiting(shell: Shell) -> str:
    return child(shell, QLabel, "waitingCount").text()


def title(shell: Shell) -> str:
    return child(shell, QLabel, "visitorName").text()


def test_figure_and_letter_decide(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)

    press(qtbot, Key.Key_3, Key.Key_A)
    qtbot.waitUntil(lambda: len(hub.decisions) == 1)

    decision = hub.decisions[0]
    assert decision.visit_id == invented.make_tony().visit.visit_id
    assert (decision.verdict, decision.reason) == (Verdict.APPROVE, "Known to the office.")
    qtbot.waitUntil(lambda: waiting(shell) == "2")


def test_letter_and_figure_decide_too(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)

    press(qtbot, Key.Key_D)
    assert hub.decisions == []
    press(qtbot, Key.Key_2)
    let_time_pass(shell)
    qtbot.waitUntil(lambda: len(hub.decisions) == 1)

    assert hub.decisions[0].verdict is Verdict.DENY
    assert hub.decisions[0].reason == "Birth date differs on the ID."


def test_reason_in_ones_own_words_is_sent_as_written(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)

    press(qtbot, Key.Key_R)
    qtbot.keyClicks(child(shell, Field, "reason"), "Adan shows up with the principal")
    press(qtbot, Key.Key_Escape, Key.Key_E)
    qtbot.waitUntil(lambda: len(hub.decisions) == 1)

    assert hub.decisions[0].verdict is Verdict.ESCORT
    assert hub.decisions[0].reason == "Adan shows up with the principal"


def test_enter_never_decides(qtbot: QtBot) -> None:
    hub = FakeHub()
    open_shell(qtbot, hub)

    press(qtbot, Key.Key_1, Key.Key_Return, Key.Key_R, Key.Key_Return, Key.Key_Enter)

    assert hub.decisions == []


def test_no_letter_decides_behind_the_card_of_keys(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)

    press(qtbot, Key.Key_1, Key.Key_Question, Key.Key_A)

    assert child(shell, QWidget, "keysSheet").isVisible()
    assert hub.decisions == []


def test_clicks_decide_as_keys_do(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)

    qtbot.mouseClick(child(shell, Button, "ready1"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(child(shell, Button, "decide_not_this_person"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(hub.decisions) == 1)

    assert hub.decisions[0].verdict is Verdict.NOT_THIS_PERSON


def test_decision_reaches_the_hub_within_a_second(qtbot: QtBot) -> None:
    hub = FakeHub()
    open_shell(qtbot, hub)

    press(qtbot, Key.Key_4, Key.Key_E)

    qtbot.waitUntil(lambda: len(hub.decisions) == 1, timeout=1000)


def test_new_hold_appears_within_a_second(qtbot: QtBot) -> None:
    hub = FakeHub(desk_answer=invented.make_desk(()))
    shell = open_shell(qtbot, hub)
    assert waiting(shell) == "0"

    hub.change(invented.make_desk())

    qtbot.waitUntil(lambda: waiting(shell) == "3", timeout=1000)
    assert title(shell) == "Tony Rafael Ibarra-Quintero"


def test_whoever_is_looked_at_stays_when_the_queue_changes(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_J, Key.Key_2)
    assert title(shell).startswith("Kateryna")

    hub.change(invented.make_desk(invented.make_holds()[1:]))
    qtbot.waitUntil(lambda: waiting(shell) == "2")

    assert title(shell).startswith("Kateryna")
    assert child(shell, Field, "reason").text() == "Birth date differs on the ID."


def test_reason_does_not_follow_to_the_next_person(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())
    press(qtbot, Key.Key_1)

    press(qtbot, Key.Key_J)

    assert child(shell, Field, "reason").text() == ""


def test_hold_without_a_match_cannot_be_somebody_else(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_J, Key.Key_J)

    assert not child(shell, Button, "decide_not_this_person").isVisible()
    assert "No ID was read" in child(shell, QLabel, "holdSentence").text()
    press(qtbot, Key.Key_1, Key.Key_N)
    assert hub.decisions == []


def test_other_matches_of_the_same_person_are_a_key_away(qtbot: QtBot) -> None:
    hold = invented.make_tony()
    matches = (invented.make_match(), invented.make_match(list_name="District no-trespass list"))
    two = replace(hold, screening=replace(hold.screening, matches=matches))
    shell = open_shell(qtbot, FakeHub(desk_answer=invented.make_desk((two,))))
    assert child(shell, QLabel, "whichMatch").text() == "1 of 2"

    press(qtbot, Key.Key_M)

    assert child(shell, QLabel, "whichMatch").text() == "2 of 2"
    assert "District no-trespass list" in child(shell, QLabel, "listFacts").text()


def test_decision_of_somebody_else_is_shown(qtbot: QtBot) -> None:
    hold = invented.make_tony()
    first = Decision(
        invented.make_id(1),
        hold.visit.visit_id,
        Verdict.DENY,
        "Known to the office.",
        "Priya Raghunathan",
        invented.NOW,
        DecidedAt.CONSOLE,
    )
    hub = FakeHub(refuses_decision=AlreadyDecidedError("Priya decided first.", first))
    shell = open_shell(qtbot, hub)

    press(qtbot, Key.Key_1, Key.Key_A)

    toast = child(shell.desk, QWidget, "toast")
    qtbot.waitUntil(toast.isVisible)
    assert toast.accessibleName() == "Tony Ibarra-Quintero. Denied by Priya Raghunathan"


def test_decision_that_did_not_get_through_stays_until_discarded(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    hub.go_away()

    press(qtbot, Key.Key_4, Key.Key_E)

    card = child(shell, QWidget, "unsent")
    qtbot.waitUntil(card.isVisible)
    said = child(shell, QLabel, "unsentWords").text()
    assert said.startswith("Escort for Tony Ibarra-Quintero, 10:42:30: Escort agreed.")
    assert "has not taken effect" in said
    qtbot.mouseClick(child(shell, Button, "copyUnsent"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().startswith("Escort for Tony Ibarra-Quintero")
    qtbot.mouseClick(child(shell, Button, "discardUnsent"), Qt.MouseButton.LeftButton)
    assert not card.isVisible()


def test_nothing_disappears_while_the_hub_is_away(qtbot: QtBot) -> None:
    hub, clock = FakeHub(), Clock()
    shell = open_shell(qtbot, hub, clock)

    hub.go_away()
    banner = child(shell, QWidget, "banner")
    qtbot.waitUntil(banner.isVisible)
    clock.now += timedelta(minutes=6)
    shell.tick()

    assert banner.accessibleName() == (
        "Hub out of reach for 6 minutes. Everything on this screen is as of 10:42."
    )
    assert child(shell, QListView, "queue").model().rowCount() == 3
    assert child(shell, QLabel, "queueOrder").text() == "as of 10:42"
    for verdict in Verdict:
        button = child(shell, Button, f"decide_{verdict.value}")
        assert not button.isEnabled()
        assert "staff PIN" in button.accessibleDescription()


def test_hub_that_answers_with_errors_is_not_said_to_be_out_of_reach(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)

    hub.is_troubled = True
    hub.change()
    banner = child(shell, QWidget, "banner")
    qtbot.waitUntil(banner.isVisible)

    assert banner.accessibleName().startswith("Hub in trouble for ")
    assert "answers only with errors" in child(shell, QLabel, "awayTitle").text()


def test_match_card_can_be_read_while_the_hub_is_away(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    hub.go_away()
    qtbot.waitUntil(child(shell, QWidget, "awayDesk").isVisible)

    press(qtbot, Key.Key_Return)

    assert child(shell, QWidget, "matchCard").isVisible()
    assert hub.decisions == []


def test_hub_that_comes_back_switches_decisions_on_by_itself(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    hub.go_away()
    qtbot.waitUntil(child(shell, QWidget, "banner").isVisible)

    hub.come_back()
    press(qtbot, Key.Key_F5)

    qtbot.waitUntil(lambda: not child(shell, QWidget, "banner").isVisible())
    assert child(shell, Button, "decide_approve").isEnabled()


def test_everything_that_acts_has_a_name_for_screen_readers(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())

    acting = shell.findChildren(QAbstractButton) + shell.findChildren(QLineEdit)

    assert len(acting) > 20
    for widget in acting:
        if type(widget).__module__.startswith("admin_console"):
            assert widget.objectName(), widget
            assert widget.accessibleName(), widget.objectName()
