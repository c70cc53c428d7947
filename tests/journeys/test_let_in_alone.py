"""A kiosk lets somebody in alone, not having heard that the office asked for an escort."""

from uuid import UUID

import pytest

from db import codec, log, replay
from db.domain.decision import Verdict
from db.domain.desk import OnSite, VisitStory
from tests.district import District, QuietKiosk
from tests.journeys.lists_of_tests import FATHER, SECOND, come_in, settle


@pytest.fixture
def alone(district: District, front: QuietKiosk) -> UUID:
    """The office said *with escort*; a minute later a PIN at the kiosk approved."""
    district.import_list(SECOND)
    held = front.screen(FATHER)
    front.push()
    visit_id = held.visit.visit_id
    told = {"verdict": "escort", "reason": "Only with the principal."}
    district.ask("POST", f"/v1/visits/{visit_id}/decision", json=told)
    district.later(minutes=1)
    front.decide(visit_id, Verdict.APPROVE, "Known to staff")
    front.check_in(held)
    district.sync()
    return visit_id


def test_whoever_came_in_without_the_escort_is_an_alarm_on_the_desk(
    district: District, alone: UUID
) -> None:
    (alarm,) = district.desk().alarms

    assert alarm.visit.visit_id == alone
    assert alarm.words == "Signed in without the escort that the office had asked for"
    assert (alarm.decision.verdict, alarm.decision.decided_by) == (Verdict.ESCORT, "Dana Whitlock")
    assert alarm.what_to_do == "Send the escort to them."


def test_office_sees_that_they_are_to_have_an_escort(district: District, alone: UUID) -> None:
    page = codec.from_json(district.ask("GET", "/v1/on-site").content, OnSite)

    assert [(v.visit_id, v.with_escort) for v in page.visits] == [(alone, True)]
    assert page.not_admitted == ()


def test_story_says_that_the_badge_was_without(district: District, alone: UUID) -> None:
    answer = district.ask("GET", f"/v1/visits/{alone}")

    lines = [line.words for line in codec.from_json(answer.content, VisitStory).happened]
    assert "Signed in without the escort that the office had asked for" in lines
    with district.hub.database.read() as session:
        assert all(chain.is_good for chain in log.verify_log(session))
        assert replay.differences(session) == []


def test_alarm_of_a_missing_escort_ends_when_they_are_signed_out(
    district: District, front: QuietKiosk, alone: UUID
) -> None:
    front.check_out(alone)
    front.push()

    assert district.desk().alarms == ()


def test_escort_of_whom_the_kiosk_had_heard_is_no_alarm(
    district: District, front: QuietKiosk
) -> None:
    district.import_list(SECOND)
    held = front.screen(FATHER)
    front.push()
    district.decide(held.visit.visit_id, Verdict.ESCORT)
    assert front.check_in(held).with_escort
    front.push()

    assert district.desk().alarms == ()


def test_escort_for_somebody_found_inside_leaves_earlier_clearances(
    district: District, front: QuietKiosk
) -> None:
    district.import_list(SECOND)
    held = front.screen(FATHER)
    front.push()
    district.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)
    front.check_out(front.check_in(held).visit_id)
    come_in(front)

    district.import_list(SECOND, name="Alerts", category="alert")
    settle(district)
    (hold,) = district.desk().holds
    district.decide(hold.visit.visit_id, Verdict.ESCORT)

    assert district.desk().alarms == ()
    assert district.clearances().in_force == 1
