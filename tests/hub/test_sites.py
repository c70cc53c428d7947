"""Several schools on one hub: each has its own desk, kiosks, lists and feed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db import inbox, outbox, sites, staff, staff_pins, visits
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import Role
from db.domain.events import DecisionMade
from db.domain.visit import VisitState
from db.ids import new_id
from kiosk.sync.asking import collect
from tests.hub_of_tests import HubOfTests, hub_at
from tests.pairing_of_tests import asks
from tests.two_schools import School, fill, two_schools


@pytest.fixture
def schools(any_url: str, tmp_path: Path) -> Iterator[tuple[School, School]]:
    with two_schools(any_url, tmp_path) as both:
        yield both


def waiting(school: School, who: dict[str, str]) -> set[str]:
    answer = school.hub.client.get("/v1/desk", headers=who).json()
    return {hold["visit"]["visit_id"] for hold in answer["holds"]}


def test_each_front_desk_sees_and_decides_on_its_own_visitors(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    at_alder, at_birch = str(alder.visitor_comes("Ana")), str(birch.visitor_comes("Ben"))
    district = alder.hub.token_of("district")
    no = {"verdict": "approve", "reason": "Expected"}

    assert waiting(alder, alder.desk) == {at_alder}
    assert waiting(birch, birch.desk) == {at_birch}
    assert waiting(alder, district) == {at_alder, at_birch}
    refused = alder.hub.client.post(f"/v1/visits/{at_alder}/decision", json=no, headers=birch.desk)
    decided = alder.hub.client.post(f"/v1/visits/{at_alder}/decision", json=no, headers=alder.desk)

    assert (refused.status_code, decided.status_code) == (404, 200)
    assert waiting(alder, alder.desk) == set()


def test_district_chooses_one_school_and_nobody_chooses_another(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    at_alder, at_birch = str(alder.visitor_comes("Ana")), str(birch.visitor_comes("Ben"))
    hub, district = alder.hub, alder.hub.token_of("district")

    def seen(who: dict[str, str], site_id: str) -> set[str]:
        answer = hub.client.get("/v1/visits", params={"site": site_id}, headers=who)
        return {visit["visit_id"] for visit in answer.json().get("visits", ())}

    assert seen(district, alder.site_id) == {at_alder}
    assert seen(district, birch.site_id) == {at_birch}
    assert seen(alder.head, alder.site_id) == {at_alder}
    refused = hub.client.get("/v1/visits", params={"site": birch.site_id}, headers=alder.head)
    assert refused.status_code == 404


def test_decision_reaches_the_kiosks_of_its_school_only(schools: tuple[School, School]) -> None:
    alder, _ = schools
    for school in schools:
        school.kiosk.pull_all()
    visit_id = alder.visitor_comes("Ana")
    alder.ask(
        "POST", f"/v1/visits/{visit_id}/decision", json={"verdict": "approve", "reason": "Known"}
    )

    told = [bool(school.kiosk.pull()) for school in schools]

    assert told == [True, False]
    with alder.kiosk.database.read() as session:
        visit = visits.get(session, visit_id)
    assert visit is not None
    assert visit.state is VisitState.CLEARED


def test_kiosk_screens_by_its_own_lists_and_the_districts(schools: tuple[School, School]) -> None:
    alder, birch = schools
    hub = alder.hub
    for who, name in (
        (alder.head, "Orders"),
        (birch.head, "Orders"),
        (hub.token_of("district"), "Registry"),
    ):
        wanted = {"name": name, "category": "custody"}
        assert hub.client.post("/v1/watchlists/new", json=wanted, headers=who).is_success
    alder.ask("POST", "/v1/watchlists/new", json={"name": "Only Alder", "category": "alert"})

    for school in schools:
        school.kiosk.pull_all()

    assert alder.kiosk.lists() == ["Only Alder", "Orders", "Registry"]
    assert birch.kiosk.lists() == ["Orders", "Registry"]


def test_school_does_not_change_the_districts_list(schools: tuple[School, School]) -> None:
    alder, _ = schools
    hub = alder.hub
    wanted = {"name": "Registry", "category": "registry"}
    made = hub.client.post("/v1/watchlists/new", json=wanted, headers=hub.token_of("district"))
    people = f"/v1/watchlists/{made.json()['list_id']}/people"

    seen = hub.client.get(people, headers=alder.head)
    refused = hub.client.post(people, json={"family": "Newman"}, headers=alder.head)

    assert (seen.status_code, refused.status_code) == (200, 409)
    assert "the district's" in refused.json()["detail"]


def test_event_that_says_another_school_is_kept_and_not_applied(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    birch.kiosk.device = replace(birch.kiosk.device, site_id=alder.site_id)

    birch.visitor_comes("Mallory")

    assert waiting(alder, alder.hub.token_of("district")) == set()
    with alder.hub.database.read() as session:
        assert inbox.quarantined(session) == 1


def test_kiosk_cannot_decide_on_a_visitor_of_another_school(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    visit_id = alder.visitor_comes("Ana")
    now = alder.hub.clock()
    decision = Decision(
        new_id(now), visit_id, Verdict.APPROVE, "Let in", "Nobody", now, DecidedAt.KIOSK
    )

    with birch.kiosk.database.begin() as session:
        outbox.add(
            session, birch.kiosk.device, DecisionMade(decision), now, actor="staff",
            visit_id=visit_id,
        )  # fmt: skip
    birch.kiosk.push()

    assert waiting(alder, alder.desk) == {str(visit_id)}
    with alder.hub.database.read() as session:
        assert inbox.quarantined(session) == 1


def test_pin_works_at_the_kiosks_of_its_school(schools: tuple[School, School]) -> None:
    for school in schools:
        school.kiosk.pull_all()

    assert [knows_a_pin(school) for school in schools] == [True, False]


def knows_a_pin(school: School) -> bool:
    with school.kiosk.database.read() as session:
        return staff_pins.any_known(session)


def test_hub_with_one_school_limits_nobody(tmp_path: Path) -> None:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path) as hub:
        assert one_school_is_shown(hub)


def one_school_is_shown(hub: HubOfTests) -> bool:
    answer = hub.client.post(
        "/v1/session", json={"name": "rbegaye", "password": "invented pass phrase"}
    ).json()
    return [site["name"] for site in answer["sites"]] == ["Lincoln Elementary School"]


def test_district_opens_a_site_over_http_and_schools_do_not(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    hub, wanted = alder.hub, {"name": "Cedar School", "time_zone": "America/Chicago"}
    district = hub.token_of("district")

    refused = hub.client.post("/v1/sites", json=wanted, headers=alder.head)
    opened = hub.client.post("/v1/sites", json=wanted, headers=district)
    names = [
        [site["name"] for site in hub.client.get("/v1/sites", headers=who).json()["sites"]]
        for who in (district, alder.desk)
    ]
    closed = hub.client.post(f"/v1/sites/{birch.site_id}/close", headers=district)
    birch_asks = hub.client.get("/v1/head", headers=birch.kiosk.token.headers())

    assert (refused.status_code, opened.status_code) == (403, 200)
    assert names == [
        ["Birch School", "Cedar School", "Lincoln Elementary School"],
        ["Lincoln Elementary School"],
    ]
    assert closed.json()["closed_at"] is not None
    assert birch_asks.status_code == 401


def test_kiosk_is_paired_into_the_site_of_its_code(schools: tuple[School, School]) -> None:
    alder, birch = schools
    hub = alder.hub
    code = birch.ask("POST", "/v1/kiosks/codes").json()
    unsaid = hub.client.post("/v1/kiosks/codes", headers=hub.token_of("district"))

    asked = asks(hub, code["code"].replace("-", ""), kiosk_id=alder.kiosk.device.kiosk_id)
    (request,) = birch.ask("GET", "/v1/kiosks").json()["requests"]
    not_theirs = hub.client.post(
        f"/v1/kiosks/requests/{request['request_id']}/accept", headers=alder.head
    )
    birch.ask("POST", f"/v1/kiosks/requests/{request['request_id']}/accept")
    given = collect(hub.client, asked)

    assert code["site_id"] == birch.site_id
    assert (unsaid.status_code, not_theirs.status_code) == (422, 404)
    assert given is not None
    assert (given.site_id, given.site.name) == (birch.site_id, "Birch School")
    assert given.kiosk_id != alder.kiosk.device.kiosk_id, "Alder's kiosk stays Alder's"
    assert alder.kiosk.hub.head(1).epoch == 1


def test_each_school_sees_what_who_works_at_several_did_with_its_own_records(
    schools: tuple[School, School],
) -> None:
    alder, birch = schools
    hub, records = alder.hub, fill(alder)
    fill(birch)
    hub.add_staff("both", Role.ADMINISTRATOR)
    with hub.database.begin() as session:
        sites.give(session, staff.named(session, "both").staff_id, [alder.site_id, birch.site_id])
    who = hub.token_of("both")
    people = "/v1/watchlists/{list_id}/people".format(**records.ids)
    shown = hub.client.get("/v1/visits", params={"site": alder.site_id}, headers=who).json()
    faces = {visit["photo"] for visit in shown["visits"]} - {None, ""}

    for path in (
        "/v1/visits?q=Inside", "/v1/visits.csv", "/v1/clearances", people,
        f"{people}/{records.ids['entry_id']}",
        *(f"/v1/blobs/{name}" for name in (*faces, records.others["name"])),
    ):  # fmt: skip
        answer = hub.client.get(path, headers=who)
        assert answer.is_success, answer.text

    def seen_by(school: School) -> set[tuple[str, str]]:
        told = hub.client.get("/v1/audit", headers=school.head).json()["lines"]
        return {(line["deed"], line["about_id"]) for line in told if line["who"] == "both"}

    of_every = {("visits_searched", ""), ("visits_exported", ""), ("clearances_viewed", "")}
    assert faces
    assert seen_by(alder) == of_every | {
        ("history_viewed", ""),
        ("entries_viewed", records.ids["list_id"]),
        ("entry_viewed", records.ids["entry_id"]),
        *(("photo_viewed", name) for name in (*faces, records.others["name"])),
    }
    assert seen_by(birch) == of_every


def test_front_desk_reads_whom_somebody_was_cleared_of_only_as_the_list(
    schools: tuple[School, School],
) -> None:
    alder, _ = schools
    fill(alder)

    at_desk, at_office = (
        alder.hub.client.get("/v1/clearances", headers=who).json()["clearances"]
        for who in (alder.desk, alder.head)
    )

    assert {line["entry_name"] for line in at_office} == {"One ListedAlder"}
    assert {line["entry_name"] for line in at_desk} == {""}
    assert [line["visitor_name"] for line in at_desk] == [
        line["visitor_name"] for line in at_office
    ]
