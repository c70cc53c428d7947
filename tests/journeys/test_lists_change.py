"""A list changes while somebody is inside, or after they went: the office hears of it once."""

import logging
from datetime import date
from pathlib import Path

import pytest

from admin_console.hub.context import Context
from admin_console.hub.rescreen import Rescreening
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import codec, log, replay
from db.domain.decision import Verdict
from db.domain.desk import VisitStory
from db.domain.notice import NoticeKind
from db.domain.screening import HoldReason, Outcome
from db.domain.visit import VisitState
from kiosk import reception
from tests.district import District, QuietKiosk
from tests.hub_of_tests import Clock, hub_at
from tests.journeys.lists_of_tests import (
    FATHER,
    FIRST,
    SECOND,
    THIRD,
    WITH_INSTRUCTIONS,
    come_in,
    settle,
    told,
)
from tests.makers import make_identity


def test_somebody_inside_is_held_when_a_new_list_names_them(
    district: District, front: QuietKiosk
) -> None:
    visit_id = come_in(front)

    district.import_list(SECOND)
    settle(district)

    (hold,) = district.desk().holds
    assert (hold.visit.visit_id, hold.is_inside) == (visit_id, True)
    assert hold.visit.state is VisitState.ON_SITE
    (match,) = hold.screening.matches
    assert (match.entry.reference, match.list_version) == ("T-1", 2)
    (notice,) = told(district)
    assert notice.kind is NoticeKind.ON_SITE
    assert "Quillfeather" not in notice.text


def test_whoever_may_stay_is_not_asked_about_again(district: District, front: QuietKiosk) -> None:
    visit_id = come_in(front)
    district.import_list(SECOND)
    settle(district)

    district.decide(visit_id, Verdict.APPROVE, "Known to the office")
    district.import_list(THIRD)
    settle(district)

    assert district.desk().holds == ()
    assert all(notice.read_by == "Dana Whitlock" for notice in told(district))


def test_whoever_must_leave_is_an_alarm_until_they_are_signed_out(
    district: District, front: QuietKiosk
) -> None:
    visit_id = come_in(front)
    district.import_list(SECOND)
    settle(district)

    district.decide(visit_id, Verdict.DENY, "Order confirmed")

    assert district.desk().holds == ()
    (alarm,) = district.desk().alarms
    assert alarm.visit.visit_id == visit_id
    assert "must leave" in alarm.words
    assert alarm.what_to_do.startswith("Tell the principal")
    front.check_out(visit_id)
    front.push()
    assert district.desk().alarms == ()


def test_somebody_inside_whom_staff_know_not_to_be_the_one_is_cleared_for_the_next_visit(
    district: District, front: QuietKiosk
) -> None:
    visit_id = come_in(front)
    district.import_list(SECOND)
    settle(district)

    district.decide(visit_id, Verdict.NOT_THIS_PERSON)
    front.check_out(visit_id)
    district.later(days=1)

    assert front.screen(FATHER).screening.outcome is Outcome.CLEAR


def test_second_decision_on_somebody_inside_is_told_who_was_first(
    district: District, front: QuietKiosk
) -> None:
    visit_id = come_in(front)
    district.import_list(SECOND)
    settle(district)
    district.decide(visit_id, Verdict.APPROVE)

    answer = district.hub.client.post(
        f"/v1/visits/{visit_id}/decision",
        json={"verdict": "deny", "reason": "Order confirmed"},
        headers=district.hub.sign_in("rbegaye"),
    )

    assert answer.status_code == 409
    assert "Dana Whitlock" in answer.json()["detail"]


def test_office_is_told_who_of_the_new_list_was_here_lately(
    district: District, front: QuietKiosk
) -> None:
    for _ in range(2):
        front.check_out(come_in(front))
        front.push()
        district.later(days=2)

    district.import_list(SECOND)
    settle(district)

    assert district.desk().holds == ()
    (notice,) = told(district, "rbegaye")
    assert notice.kind is NoticeKind.WAS_HERE
    assert notice.text == (
        "Somebody who may be on District no-trespass list, version 2, was here on Wednesday, "
        "November 25. 2 visits since November 23."
    )
    answer = district.ask("GET", f"/v1/visits/{notice.visit_id}")
    (recheck,) = codec.from_json(answer.content, VisitStory).rechecks
    assert recheck.screening.matches[0].entry.reference == "T-1"


def test_visits_of_long_ago_are_not_compared(district: District, front: QuietKiosk) -> None:
    front.check_out(come_in(front))
    front.push()
    district.later(days=31)

    district.import_list(SECOND)
    settle(district)

    assert told(district) == []


def test_whoever_was_cleared_is_not_found_again(district: District, front: QuietKiosk) -> None:
    district.import_list(SECOND)
    held = front.screen(FATHER)
    front.push()
    district.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)
    front.check_in(held)
    front.push()

    district.import_list(THIRD)
    settle(district)

    assert told(district) == []


def test_another_note_on_an_entry_asks_about_nobody_again(
    district: District, front: QuietKiosk
) -> None:
    visit_id = come_in(front)
    district.import_list(SECOND)
    settle(district)
    district.decide(visit_id, Verdict.APPROVE, "Known to the office")

    district.import_list(WITH_INSTRUCTIONS)
    settle(district)

    assert district.desk().holds == ()


def test_same_version_is_never_compared_twice(
    district: District, front: QuietKiosk, caplog: pytest.LogCaptureFixture
) -> None:
    come_in(front)
    district.import_list(SECOND)
    settle(district)
    with caplog.at_level(logging.INFO):
        settle(district)

    assert "compared" not in caplog.text
    assert len(told(district)) == 1


def test_hub_that_was_stopped_goes_on_where_it_was(
    district: District, front: QuietKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [
        come_in(front, make_identity(name, "Quillfeather", name, date(1984, 3, 7)))
        for name in ("Daniel", "Danny", "Dan")
    ]
    monkeypatch.setattr("admin_console.hub.rescreen.CHUNK", 1)

    district.import_list(SECOND)
    for _ in ids:  # a new worker each time, as after a restart
        hub = district.hub
        Rescreening(Context(hub.database, hub.photos, hub.clock, Wake(), Throttle())).step()
    settle(district)

    assert sorted(n.visit_id for n in told(district) if n.visit_id) == sorted(ids)


def test_kiosk_that_screened_with_an_old_list_is_caught_up_with(
    district: District, front: QuietKiosk
) -> None:
    screened = front.screen(FATHER)  # its hub is away, and it has the first version
    front.check_in(screened)
    district.ask(
        "POST",
        "/v1/watchlists",
        params={"name": "District no-trespass list", "category": "trespass"},
        content=SECOND,
    )
    settle(district)
    assert district.desk().holds == ()

    front.push()
    settle(district)

    (hold,) = district.desk().holds
    assert hold.is_inside


def test_departure_that_nobody_saw_is_a_notice_and_no_hold(
    district: District, front: QuietKiosk
) -> None:
    come_in(front)
    district.later(days=1)

    district.import_list(SECOND)
    settle(district)

    assert district.desk().holds == ()
    (notice,) = told(district)
    assert "Nobody saw them leave" in notice.text


def test_log_tells_of_what_was_found_and_decided(district: District, front: QuietKiosk) -> None:
    visit_id = come_in(front)
    district.import_list(SECOND)
    settle(district)
    district.decide(visit_id, Verdict.ESCORT, "Escort agreed")

    answer = district.ask("GET", f"/v1/visits/{visit_id}")
    story = codec.from_json(answer.content, VisitStory)

    assert [line.words for line in story.happened][-2:] == [
        "Screened again, since a list changed",
        "Approved with escort by Dana Whitlock",
    ]
    assert story.log_verified
    with district.hub.database.read() as session:
        assert all(chain.is_good for chain in log.verify_log(session))
        assert replay.differences(session) == []


def test_screening_that_could_not_run_at_the_kiosk_is_made_up_for_at_the_hub(
    district: District, front: QuietKiosk
) -> None:
    district.import_list(SECOND)
    with front.database.begin() as session:
        held = reception.screen_visitor(session, front.desk, FATHER, None, district.clock())
    assert held.screening.matches == ()

    front.push()
    settle(district)

    (hold,) = district.desk().holds
    assert hold.visit.visit_id == held.visit.visit_id
    assert not hold.is_inside
    assert hold.screening.hold_reasons == (HoldReason.SCREENING_FAILED, HoldReason.MATCH)
    assert [match.entry.reference for match in hold.screening.matches] == ["T-1"]
    district.later(seconds=1)  # notices of one moment have no order
    district.decide(held.visit.visit_id, Verdict.DENY)
    assert [n.kind for n in told(district)] == [NoticeKind.DENIED, NoticeKind.ON_SITE]


def test_whole_way_on_the_servers_of_a_district(postgres_url: str, tmp_path: Path) -> None:
    clock = Clock()
    with hub_at(postgres_url, tmp_path / "hub", clock) as hub:
        district = District(hub, clock, tmp_path)
        front = district.open_kiosk("front")
        district.import_list(FIRST)
        visit_id = come_in(front)
        district.import_list(SECOND)
        settle(district)

        (hold,) = district.desk().holds
        district.decide(hold.visit.visit_id, Verdict.NOT_THIS_PERSON)
        front.check_out(visit_id)
        again = front.screen(FATHER)

        assert again.screening.outcome is Outcome.CLEAR
        assert district.clearances().in_force == 1
        with hub.database.read() as session:
            assert replay.differences(session) == []
        district.close()
