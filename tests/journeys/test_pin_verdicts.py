"""Staff decide at the kiosk with a PIN: with an escort, or as somebody else."""

from uuid import UUID

from db import clearances
from db.domain.screening import Outcome
from kiosk.flow import Step
from tests.hub_of_tests import PIN
from tests.lobby import MARCUS, Lobby, OpenLobby
from tests.screens.kiosk.acting import all_texts


def decide_with_pin(lobby: Lobby, verdict: str, reason: str) -> UUID:
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)
    lobby.kiosk.window.staff_called.emit()
    lobby.wait_step(Step.STAFF_PIN)
    lobby.kiosk.window.pin_entered.emit(PIN)
    lobby.wait_step(Step.STAFF_DECISION)
    lobby.touch(verdict, reason, "decide")
    return lobby.visits()[-1].visit_id


def test_escort_by_pin_is_on_the_badge_page_and_at_the_console(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    decide_with_pin(lobby, "decide_escort", "reason_1")
    lobby.say_details()
    lobby.wait_step(Step.BADGE)

    texts = all_texts(lobby.kiosk.window)
    lobby.qtbot.waitUntil(lobby.all_arrived, timeout=10_000)
    answer = lobby.hub.client.get("/v1/on-site", headers=lobby.hub.sign_in()).json()

    assert "Please wait for your escort to" in texts
    assert lobby.visits()[0].with_escort
    assert [visit["with_escort"] for visit in answer["visits"]] == [True]


def test_another_person_by_pin_passes_at_the_next_visit(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    visit_id = decide_with_pin(lobby, "decide_approve", "reason_0")
    lobby.say_details()
    lobby.wait_step(Step.BADGE)
    lobby.kiosk.window.badge_done.emit()
    lobby.wait_step(Step.WELCOME)

    lobby.identify(MARCUS)
    lobby.wait_step(Step.VISIT_DETAILS)

    with lobby.kiosk.database.read() as session:
        (cleared,) = clearances.of_visits(session, [visit_id])
    assert cleared.decided_by == "Dana Whitlock"
    screening = lobby.kiosk.visit.draft.screening
    assert screening is not None
    assert screening.outcome is Outcome.CLEAR
    assert screening.cleared[0].clearance_id == cleared.clearance_id
