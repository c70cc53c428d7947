"""Nobody is decided on by accident: who is on the card, what can be taken back, what is sent."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QListView, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.pages.held_back import UNDO_SECONDS
from admin_console.console.parts.button import Button
from admin_console.console.parts.fields import Field
from admin_console.console.shell import Shell
from admin_console.console.window import ConsoleWindow
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import Hold
from db.domain.errors import HubRefusedError
from db.domain.visit import VisitState
from tests.console import invented, records
from tests.console.fake_hub import FakeHub
from tests.console.windows import child, let_time_pass, open_shell, press

Key = Qt.Key
TONY = invented.make_tony().visit.visit_id


def shown(shell: Shell) -> str:
    return child(shell, QLabel, "visitorName").text()


def said(shell: Shell) -> str:
    return child(shell.desk, QWidget, "toast").accessibleName()


def window_of(shell: Shell) -> ConsoleWindow:
    window = shell.window()
    assert isinstance(window, ConsoleWindow)
    return window


def make_priyas_denial(hold: Hold) -> Decision:
    return Decision(
        invented.make_id(1),
        hold.visit.visit_id,
        Verdict.DENY,
        "Known to the office.",
        "Priya Raghunathan",
        invented.NOW,
        DecidedAt.KIOSK,
    )


def hub_without_tony(hub: FakeHub, **story: object) -> None:
    """Tony waits no more; what became of him is his visit's story."""
    told = records.make_story(invented.make_tony().visit)
    hub.stories[TONY] = replace(told, **story)  # type: ignore[arg-type]
    hub.change(invented.make_desk(invented.make_holds()[1:]))


# Somebody else decides, or the visitor leaves


def test_two_keys_never_decide_on_whoever_comes_onto_the_card_meanwhile(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)

    hub_without_tony(hub, decisions=(make_priyas_denial(invented.make_tony()),))
    off = child(shell, QLabel, "whyOff")
    qtbot.waitUntil(lambda: "Priya" in off.text())
    press(qtbot, Key.Key_1, Key.Key_D)

    assert shown(shell) == "Tony Rafael Ibarra-Quintero"
    assert off.text() == "Denied by Priya Raghunathan: Known to the office."
    assert off.isVisible()
    assert not child(shell, Button, "decide_deny").isEnabled()
    let_time_pass(shell)
    qtbot.waitUntil(lambda: shown(shell).startswith("Kateryna"))
    press(qtbot, Key.Key_1, Key.Key_D)
    assert child(shell, Field, "reason").text() == ""
    assert child(shell, QListView, "queue").model().rowCount() == 2
    assert hub.decisions == []


def test_operator_decides_again_once_the_new_card_was_seen(qtbot: QtBot) -> None:
    hub = FakeHub(desk_answer=invented.make_desk(()))
    shell = open_shell(qtbot, hub)
    hub.change(invented.make_desk())
    qtbot.waitUntil(lambda: shown(shell).startswith("Tony"))
    approve = child(shell, Button, "decide_approve")
    assert not approve.isEnabled()

    qtbot.waitUntil(approve.isEnabled)
    press(qtbot, Key.Key_1, Key.Key_A)

    qtbot.waitUntil(lambda: [d.visit_id for d in hub.decisions] == [TONY])


def test_visitor_who_left_the_kiosk_is_shown_as_gone(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    left = replace(invented.make_tony().visit, state=VisitState.ABANDONED)

    hub_without_tony(hub, visit=left, decisions=())

    off = child(shell, QLabel, "whyOff")
    qtbot.waitUntil(lambda: "Left the kiosk" in off.text())
    assert shown(shell).startswith("Tony")


def test_operator_may_move_on_before_the_desk_does(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    hub_without_tony(hub, decisions=(make_priyas_denial(invented.make_tony()),))
    qtbot.waitUntil(lambda: child(shell, QLabel, "whyOff").text() != "")

    press(qtbot, Key.Key_J, Key.Key_4, Key.Key_E)

    qtbot.waitUntil(lambda: len(hub.decisions) == 1)
    assert hub.decisions[0].visit_id == invented.make_holds()[1].visit.visit_id


# Taking back


def test_denial_is_taken_back_before_it_was_sent(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_1, Key.Key_D)
    assert said(shell) == f"Tony Ibarra-Quintero. Denied, {UNDO_SECONDS} s to undo"
    assert shown(shell).startswith("Kateryna")

    press(qtbot, Key.Key_Z)

    assert shown(shell).startswith("Tony")
    assert child(shell, Field, "reason").text() == "Photo does not match."
    press(qtbot, Key.Key_A)
    qtbot.waitUntil(lambda: len(hub.decisions) == 1)
    assert hub.decisions[0].verdict is Verdict.APPROVE


def test_button_on_the_toast_takes_back_too(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_1, Key.Key_D)

    qtbot.mouseClick(child(shell.desk, Button, "undo"), Qt.MouseButton.LeftButton)

    assert shown(shell).startswith("Tony")
    assert child(shell, QLabel, "waitingCount").text() == "3"
    assert hub.decisions == []


def test_denial_that_nobody_takes_back_is_sent_by_itself(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)

    press(qtbot, Key.Key_1, Key.Key_D)
    assert hub.decisions == []
    assert shell.desk._deciding._held_back._timer.interval() == 1000
    let_time_pass(shell)
    qtbot.waitUntil(lambda: len(hub.decisions) == 1)

    assert (hub.decisions[0].visit_id, hub.decisions[0].verdict) == (TONY, Verdict.DENY)
    qtbot.waitUntil(lambda: said(shell) == "Tony Ibarra-Quintero. Denied, sent to the kiosk")
    press(qtbot, Key.Key_Z)
    assert child(shell, QLabel, "waitingCount").text() == "2"


def test_next_decision_sends_the_denial_before_it(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_1, Key.Key_D)
    qtbot.waitUntil(child(shell, Button, "decide_escort").isEnabled)

    press(qtbot, Key.Key_4, Key.Key_E)
    qtbot.waitUntil(lambda: len(hub.decisions) == 2)

    assert [d.verdict for d in hub.decisions] == [Verdict.DENY, Verdict.ESCORT]
    assert hub.decisions[0].visit_id == TONY


def test_window_that_closes_sends_the_denial_first(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_1, Key.Key_D)

    window_of(shell).close()

    assert [d.visit_id for d in hub.decisions] == [TONY]


def test_signing_out_sends_the_denial_first(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    window = window_of(shell)
    press(qtbot, Key.Key_1, Key.Key_D)

    child(shell, QAction, "signOutConsole").trigger()

    assert [d.visit_id for d in hub.decisions] == [TONY]
    assert window.shell is None


def test_window_stays_once_when_the_denial_does_not_get_through(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_1, Key.Key_D)
    hub.go_away()

    assert not window_of(shell).close()

    assert child(shell, QLabel, "unsentWords").text().startswith("Denied for Tony")
    assert window_of(shell).close()


def test_session_that_is_over_says_which_denial_was_not_taken(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    window = window_of(shell)
    press(qtbot, Key.Key_1, Key.Key_D)

    hub.is_over = True
    hub.change()
    qtbot.waitUntil(lambda: window.shell is None)

    error = child(window, QLabel, "signInError").text()
    assert "Your decision on Tony Ibarra-Quintero was not taken: decide again." in error


def test_denial_of_somebody_who_waits_no_more_is_not_brought_back(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_1, Key.Key_D)
    hub.change(invented.make_desk(invented.make_holds()[1:]))
    qtbot.waitUntil(lambda: shell._desk is not None and len(shell._desk.holds) == 2)

    press(qtbot, Key.Key_Z)

    assert said(shell) == "Tony Ibarra-Quintero. Not denied, and waits no more"
    assert shown(shell).startswith("Kateryna")


# Reasons and verdicts that wait


@pytest.mark.parametrize("before", [(), (Key.Key_2,)])
def test_figure_keeps_what_somebody_wrote(qtbot: QtBot, before: tuple[Key, ...]) -> None:
    shell = open_shell(qtbot, FakeHub())
    reason = child(shell, Field, "reason")
    press(qtbot, *before, Key.Key_R)
    qtbot.keyClicks(reason, " Middle name on the ID is Rafael.")

    press(qtbot, Key.Key_Escape, Key.Key_1)

    assert reason.text() == "Photo does not match. Middle name on the ID is Rafael."
    assert child(shell, Button, "ready1").isChecked()


def test_escape_takes_a_verdict_back_that_waits_for_its_reason(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    approve = child(shell, Button, "decide_approve")
    press(qtbot, Key.Key_A)
    assert approve.accessibleDescription() == "It waits for a reason. Esc takes it back."

    press(qtbot, Key.Key_Escape)
    press(qtbot, Key.Key_1)

    assert approve.accessibleDescription() == ""
    assert child(shell, Field, "reason").text() == "Photo does not match."
    assert "Approve" not in child(shell, Field, "reason").placeholderText()
    assert hub.decisions == []


def test_leaving_the_reason_with_escape_takes_the_verdict_back_too(qtbot: QtBot) -> None:
    hub = FakeHub()
    open_shell(qtbot, hub)

    press(qtbot, Key.Key_A, Key.Key_R, Key.Key_Escape, Key.Key_1)

    assert hub.decisions == []


def test_typed_name_has_reasons_that_fit_and_no_key_without_a_button(qtbot: QtBot) -> None:
    shell = open_shell(qtbot, FakeHub())
    assert ("A D E N", "decide") in shell.desk.keys

    press(qtbot, Key.Key_J, Key.Key_J, Key.Key_2)

    assert child(shell, Field, "reason").text() == "Vouched for by the host."
    assert ("A D E", "decide") in shell.desk.keys


def test_each_decision_that_did_not_get_through_is_told(qtbot: QtBot) -> None:
    hub = FakeHub()
    shell = open_shell(qtbot, hub)
    press(qtbot, Key.Key_1, Key.Key_D)
    qtbot.waitUntil(child(shell, Button, "decide_escort").isEnabled)
    hub.refuses_decision = HubRefusedError("The hub keeps no decisions just now.")

    press(qtbot, Key.Key_4, Key.Key_E)

    said_unsent = child(shell, QLabel, "unsentWords")
    qtbot.waitUntil(lambda: "Kateryna" in said_unsent.text())
    assert "Denied for Tony Ibarra-Quintero" in said_unsent.text()
    assert child(shell, QLabel, "unsentTitle").text() == "2 decisions did not get through"
    assert child(shell, QLabel, "waitingCount").text() == "3"
