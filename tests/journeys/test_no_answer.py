"""A database that hangs: nobody stands before a dead page, and what comes late is not believed."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from db.domain.visit import VisitState
from kiosk import reception
from kiosk.flow import Step
from kiosk.scan.camera import put_on_reel
from resources.samples.licence import aamva_payload
from tests.hub_of_tests import PIN
from tests.lobby import MARCUS, PRIYA, Lobby, OpenLobby
from tests.screens.kiosk.acting import all_texts, press_keys, shown_text

LIMIT_SECONDS = 1.5


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Until it is set, the database thread hangs where a test lets it."""
    opened = threading.Event()
    yield opened
    opened.set()


def hang(lobby: Lobby, gate: threading.Event) -> None:
    """The database thread does nothing else until the gate is opened."""
    lobby.wait_for_database()
    lobby.kiosk.jobs[0].run(lambda: gate.wait(60), lambda _: None)


def hanging(gate: threading.Event, use_case: Callable[..., Any]) -> Callable[..., Any]:
    """The use case itself, once the gate is opened."""

    def wait_and_do(*arguments: object) -> object:
        gate.wait(60)
        return use_case(*arguments)

    return wait_and_do


def go_on(lobby: Lobby, gate: threading.Event) -> None:
    """The database answers at last; until all of that has been heard here."""
    gate.set()
    lobby.wait_for_database()
    lobby.wait_for_database()  # what the late answer asked for


def test_screening_that_never_ends_sends_the_visitor_to_the_office(
    open_lobby: OpenLobby, gate: threading.Event
) -> None:
    lobby = open_lobby(answer_seconds=LIMIT_SECONDS)
    lobby.show_card(PRIYA)
    lobby.touch("sign_in")
    lobby.wait_step(Step.CONFIRM_IDENTITY)
    hang(lobby, gate)

    lobby.touch("confirm_yes")
    lobby.wait_step(Step.TROUBLE)

    texts = all_texts(lobby.kiosk.window)
    assert "This takes longer than it should." in texts
    assert "Please see the office." in texts
    go_on(lobby, gate)
    assert lobby.kiosk.visit.step is Step.TROUBLE  # the late CLEAR lets nobody in
    assert [v.state for v in lobby.visits()] == [VisitState.ABANDONED]


def test_late_hold_stays_for_the_office_and_the_next_visitor_hears_nothing_of_it(
    open_lobby: OpenLobby, gate: threading.Event
) -> None:
    lobby = open_lobby(answer_seconds=LIMIT_SECONDS)
    lobby.show_card(MARCUS)
    lobby.touch("sign_in")
    lobby.wait_step(Step.CONFIRM_IDENTITY)
    hang(lobby, gate)
    lobby.touch("confirm_yes")
    lobby.wait_step(Step.TROUBLE)
    put_on_reel(lobby.folder / "reel", "empty.avi")
    lobby.kiosk.window.left.emit()
    lobby.touch("sign_in", "type_name")
    lobby.wait_step(Step.TYPE_NAME)

    go_on(lobby, gate)

    assert lobby.kiosk.visit.step is Step.TYPE_NAME
    assert lobby.kiosk.visit.draft.visit is None
    assert [v.state for v in lobby.visits()] == [VisitState.HELD]


def test_check_in_that_is_only_late_stays_and_the_visitor_sees_the_office(
    open_lobby: OpenLobby, gate: threading.Event
) -> None:
    lobby = open_lobby(answer_seconds=LIMIT_SECONDS)
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)
    hang(lobby, gate)
    lobby.say_details()
    lobby.wait_step(Step.TROUBLE)

    assert "You may be signed in already: the office sees it." in all_texts(lobby.kiosk.window)
    go_on(lobby, gate)
    assert lobby.kiosk.visit.step is Step.TROUBLE
    assert [v.state for v in lobby.visits()] == [VisitState.ON_SITE]
    assert lobby.badges() == []
    lobby.qtbot.waitUntil(lobby.all_arrived, timeout=10_000)


def test_late_decision_counts_although_staff_were_asked_again(
    open_lobby: OpenLobby, gate: threading.Event
) -> None:
    lobby = open_lobby(answer_seconds=LIMIT_SECONDS, hub_is_away=True)
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    lobby.kiosk.window.staff_called.emit()
    lobby.wait_step(Step.STAFF_PIN)
    press_keys(lobby.kiosk.window, PIN)
    lobby.touch("unlock")
    lobby.wait_step(Step.STAFF_DECISION)
    hang(lobby, gate)

    lobby.touch("decide_approve", "reason_1", "decide")
    lobby.wait_step(Step.STAFF_PIN)

    assert "may not have been kept" in shown_text(lobby.kiosk.window, "pin_wrong")
    go_on(lobby, gate)
    assert lobby.kiosk.visit.step is Step.STAFF_PIN
    lobby.touch("back")
    lobby.wait_step(Step.VISIT_DETAILS)
    assert lobby.visits()[0].state is VisitState.CLEARED


def test_pin_that_is_not_checked_in_time_can_be_typed_again(
    open_lobby: OpenLobby, gate: threading.Event
) -> None:
    lobby = open_lobby(answer_seconds=LIMIT_SECONDS, hub_is_away=True)
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    lobby.kiosk.window.staff_called.emit()
    lobby.wait_step(Step.STAFF_PIN)
    hang(lobby, gate)
    lobby.kiosk.window.pin_entered.emit(PIN)
    lobby.qtbot.waitUntil(
        lambda: any("could not be checked" in t for t in all_texts(lobby.kiosk.window)),
        timeout=10_000,
    )

    go_on(lobby, gate)
    assert lobby.kiosk.visit.step is Step.STAFF_PIN  # nobody is let in by a late answer

    lobby.kiosk.window.pin_entered.emit(PIN)
    lobby.wait_step(Step.STAFF_DECISION)


def test_check_out_that_is_only_late_stays(
    open_lobby: OpenLobby, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    lobby = open_lobby(answer_seconds=LIMIT_SECONDS)
    lobby.identify(PRIYA)
    lobby.say_details()
    lobby.wait_step(Step.BADGE)
    lobby.touch("done")
    lobby.wait_step(Step.WELCOME)
    monkeypatch.setattr(reception, "check_out", hanging(gate, reception.check_out))

    lobby.touch("sign_out")
    lobby.kiosk.lens.wedge.scanned.emit(aamva_payload(PRIYA))
    lobby.wait_step(Step.TROUBLE)

    assert "You may be signed out already." in all_texts(lobby.kiosk.window)
    go_on(lobby, gate)
    assert lobby.kiosk.visit.step is Step.TROUBLE
    assert [v.state for v in lobby.visits()] == [VisitState.DEPARTED]


def test_look_up_that_never_ends_is_told_on_the_page(
    open_lobby: OpenLobby, gate: threading.Event
) -> None:
    lobby = open_lobby(answer_seconds=LIMIT_SECONDS)
    hang(lobby, gate)

    lobby.touch("sign_out")
    lobby.kiosk.lens.wedge.scanned.emit(aamva_payload(PRIYA))

    lobby.qtbot.waitUntil(
        lambda: any("Please ask the office" in t for t in all_texts(lobby.kiosk.window)),
        timeout=10_000,
    )
    assert lobby.kiosk.visit.step is Step.FIND_VISIT


def test_visitor_who_comes_while_lists_are_renewed_is_compared_with_those_before(
    open_lobby: OpenLobby, gate: threading.Event
) -> None:
    lobby = open_lobby()
    lobby.show_card(PRIYA)
    lobby.touch("sign_in")
    lobby.wait_step(Step.CONFIRM_IDENTITY)
    lobby.kiosk.jobs[1].run(lambda: gate.wait(60), lambda _: None)
    lobby.kiosk.front_desk.load_lists()

    lobby.touch("confirm_yes")

    lobby.wait_step(Step.VISIT_DETAILS)
