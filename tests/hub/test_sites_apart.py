"""What two schools on one hub might share by accident: places in the feed, names, what waits."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from admin_console.hub import aftermath, list_desk, site_desk
from db import audit, changes, clearances, codec, replay, rescreening
from db.chain import Envelope
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import DecisionMade
from db.ids import new_id
from db.log_models import EventRow
from tests.two_schools import School, fill, two_schools

TWO = b"A,B,DOB\nNewman,Nora,03/07/1984\nQuist,Olaf,03/07/1985\n"
ONE = b"A,B,DOB\nNewman,Nora,03/07/1984\n"
ORDERS = {"name": "Orders of Alder", "category": "custody"}


@pytest.fixture
def schools(tmp_path: Path) -> Iterator[tuple[School, School]]:
    with two_schools(f"sqlite:///{tmp_path}/hub.db", tmp_path) as both:
        yield both


def columns(first: str, second: str) -> dict[str, str]:
    return {"columns": json.dumps({"A": first, "B": second})}


def test_place_in_the_feed_where_another_school_has_its_change_is_not_the_own_one(
    schools: tuple[School, School],
) -> None:
    """As after a restore: what the kiosk read there is gone, and another school went on."""
    alder, birch = schools
    with alder.hub.database.begin() as session:
        version = changes.add(session, "hosts", [], site_id=alder.site_id)

    with alder.hub.database.within(frozenset({birch.site_id})).read() as session:
        assert not changes.is_place(session, version, "f" * 64)


def test_school_is_not_told_whom_another_ones_import_took_off(
    schools: tuple[School, School],
) -> None:
    alder, _ = schools
    for file in (TWO, ONE):
        alder.ask(
            "POST", "/v1/watchlists", params=ORDERS | columns("family", "given"), content=file
        )

    told, elsewhere = (s.ask("GET", "/v1/notices").json()["notices"] for s in schools)

    assert [notice["kind"] for notice in told] == ["people_removed"]
    assert elsewhere == []


def test_what_a_kiosk_of_another_school_says_of_a_visit_is_not_told_of_it(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    visit_id, now = alder.visitor_comes("Ana"), alder.hub.clock()
    decision = Decision(
        new_id(now), visit_id, Verdict.APPROVE, "Let in", "Nobody Known", now, DecidedAt.KIOSK
    )
    birch.say(DecisionMade(decision), visit_id)

    story = alder.ask("GET", f"/v1/visits/{visit_id}").json()
    desk = alder.ask("GET", "/v1/desk").json()

    assert len(story["happened"]) == 1
    assert "Nobody Known" not in str(story)
    assert desk["just_now"] == []


def test_schools_name_the_columns_of_lists_of_the_same_name_each_for_itself(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    alder.ask("POST", "/v1/watchlists", params=ORDERS | columns("family", "given"), content=TWO)
    birch.ask("POST", "/v1/watchlists", params=ORDERS | columns("given", "family"), content=TWO)

    again = [
        school.ask("POST", "/v1/watchlists/preview", params=ORDERS, content=TWO).json()
        for school in schools
    ]

    assert [(found["added"], found["removed"]) for found in again] == [(0, 0), (0, 0)]


def test_shared_list_brings_its_clearances_and_columns_to_every_school(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    hub = alder.hub
    fill(alder)
    alder.ask("POST", "/v1/watchlists", params=ORDERS | columns("given", "family"), content=TWO)
    for school in schools:
        school.kiosk.pull_all()
    assert birch.kiosk.lists() == []

    with hub.database.begin() as session:
        for name in ("Orders Alder", ORDERS["name"]):
            list_desk.share(session, name, alder.site_id, hub.clock())
    cleared = []
    for school in schools:
        school.kiosk.pull_all()
        with school.kiosk.database.read() as session:
            cleared.append({c.clearance_id for c in clearances.not_expired(session, hub.clock())})
    again = hub.client.post(
        "/v1/watchlists/preview", params=ORDERS, content=TWO, headers=hub.token_of("district")
    ).json()

    assert birch.kiosk.lists() == alder.kiosk.lists() == ["Orders Alder", ORDERS["name"]]
    assert len(cleared[0]) == 2
    assert cleared[0] == cleared[1]
    assert (again["added"], again["removed"]) == (0, 0)


def test_nobody_is_let_in_at_a_site_that_was_closed_meanwhile(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    hub, waits = alder.hub, fill(birch).ids["request_id"]
    site_desk.close(hub.database, birch.site_id, audit.TERMINAL, hub.clock())

    refused = hub.client.post(
        f"/v1/kiosks/requests/{waits}/accept", headers=hub.token_of("district")
    )

    assert refused.status_code == 404


def test_district_closes_the_site_that_it_looks_at(schools: tuple[School, School]) -> None:
    alder, birch = schools
    closed = alder.hub.client.post(
        f"/v1/sites/{birch.site_id}/close",
        params={"site": birch.site_id},
        headers=alder.hub.token_of("district"),
    )

    assert closed.status_code == 200


def test_who_came_before_the_kiosk_was_paired_is_compared_with_the_schools_lists(
    schools: tuple[School, School],
) -> None:
    alder, _ = schools
    alder.ask("POST", "/v1/watchlists/new", json=ORDERS)
    alder.kiosk.device = replace(alder.kiosk.device, district_id="", site_id="")

    visit_id = alder.visitor_comes("Ana")

    with alder.hub.database.begin() as session:  # the hub itself compares once this ends
        line = session.scalar(select(EventRow.line).where(EventRow.visit_id == visit_id))
        told = codec.from_json(line or b"", Envelope)
        aftermath.of_events(session, [told], alder.hub.clock())
        assert told.site_id == ""
        assert visit_id in rescreening.due(session, 10)


def test_kiosk_clears_nobody_of_another_schools_list(schools: tuple[School, School]) -> None:
    alder, birch = schools
    hub, theirs = alder.hub, fill(birch).ids
    birch.kiosk.pull_all()
    entry = {name: theirs[name] for name in ("list_id", "entry_id")}
    visit_id, now = alder.visitor_comes("Eve", **entry), hub.clock()
    decision = Decision(
        new_id(now), visit_id, Verdict.NOT_THIS_PERSON, "Known", "Nobody", now, DecidedAt.KIOSK
    )
    alder.say(DecisionMade(decision, date(2027, 1, 1)), visit_id)
    birch.kiosk.pull_all()

    for database in (hub.database, birch.kiosk.database):
        with database.read() as session:
            known = clearances.not_expired(session, now)
        assert {c.decided_by for c in known} == {"head Birch"}


def test_school_sees_when_its_own_staff_signed_in(schools: tuple[School, School]) -> None:
    alder, birch = schools
    alder.hub.sign_in("desk-alder")

    seen = [
        [line["deed"] for line in school.ask("GET", "/v1/audit").json()["lines"]]
        for school in (alder, birch)
    ]

    assert ["signed_in" in deeds for deeds in seen] == [True, False]


def test_log_of_two_schools_tells_what_is_shown(schools: tuple[School, School]) -> None:
    for school in schools:
        fill(school)

    with schools[0].hub.database.read() as session:
        assert replay.differences(session) == []


def test_school_begins_no_second_list_of_the_districts_name(
    schools: tuple[School, School],
) -> None:
    alder, _ = schools
    content = b"LNAME,FNAME,DOB\nNewman,Nora,03/07/1984\n"
    wanted = {"name": "Shared registry", "category": "registry"}
    alder.hub.client.post(
        "/v1/watchlists", params=wanted, content=content, headers=alder.hub.token_of("district")
    ).raise_for_status()

    for path in ("/v1/watchlists/preview", "/v1/watchlists"):
        refused = alder.hub.client.post(path, params=wanted, content=content, headers=alder.head)

        assert refused.status_code == 422, path
        assert "is the district's list" in refused.json()["detail"]
    lists = alder.ask("GET", "/v1/watchlists").json()["lists"]
    assert [known["site_id"] for known in lists if known["name"] == "Shared registry"] == [""]
