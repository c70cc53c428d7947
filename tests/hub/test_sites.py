"""Several schools on one hub: each has its own desk, kiosks, lists and feed."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
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


# ---- commands and the API --------------------------------------------------------------------


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/hub.db"


Hub = Callable[..., tuple[int, str]]


@pytest.fixture
def command(url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A command of the hub, with its status and all that it said."""
    monkeypatch.setattr("sys.stdin", io.StringIO("invented pass phrase\n\n" * 9))

    def run(*words: str) -> tuple[int, str]:
        status = main([*words, "--database", url])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_operator_opens_renames_and_closes_a_site(command: Hub) -> None:
    command("sites", "rename", "My school", "Lincoln", "--time-zone", "America/Chicago")
    opened = command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")
    taken = command("sites", "add", "roosevelt", "--time-zone", "America/Denver")
    nowhere = command("sites", "add", "Mars", "--time-zone", "Mars/Olympus")
    renamed = command("sites", "rename", "Roosevelt", "Roosevelt Middle School")
    listed = command("sites", "list")
    closed = command("sites", "close", "Roosevelt Middle School")
    last = command("sites", "close", "Lincoln")

    once_more = command("sites", "list")
    assert opened[0] == 0
    assert once_more[1].count("closed ") == 1
    assert "the district has no list" in opened[1]
    assert taken == (1, 'There is a site called "roosevelt" already. Nothing was changed.\n')
    assert nowhere[0] == 1
    assert renamed[1].startswith("It is Roosevelt Middle School now, in America/Denver")
    assert [line.split("  ")[0] for line in listed[1].splitlines()] == [
        "Lincoln", "Roosevelt Middle School",
    ]  # fmt: skip
    assert closed[0] == 0
    assert last == (1, "Lincoln is the only site that is open. Nothing was changed.\n")


def test_hub_with_several_sites_asks_which_one_is_meant(command: Hub, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts.csv"
    hosts.write_text("name,place\nMs. Lind,Room 4\n", encoding="utf-8")
    add = ("staff", "add", "mchen", "--secrets-stdin")
    command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")
    for words in (("pair",), ("hosts", "import", str(hosts)), add):
        status, said = command(*words)
        assert (status, "--site NAME" in said) == (1, True), said
        status, said = command(*words, "--site", "Nowhere")
        assert (status, 'no site called "Nowhere"' in said) == (1, True), said

    given = [command(*w, "--site", "Roosevelt")[0] for w in (("pair",), add)]
    district = command("staff", "add", "dist", "--role", "district", "--secrets-stdin")
    listed = command("staff", "list")[1]
    moved = command("staff", "sites", "mchen", "--site", "My school", "--site", "Roosevelt")

    assert (*given, district[0]) == (0, 0, 0)
    assert "dist  dist  district  the whole district" in listed
    assert "mchen  mchen  front_desk  Roosevelt" in listed
    assert moved == (0, "mchen sees My school, Roosevelt now, and has to sign in anew.\n")


def test_list_is_a_sites_or_the_districts_and_may_be_shared(command: Hub, tmp_path: Path) -> None:
    people = tmp_path / "list.csv"
    people.write_text("LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n", encoding="utf-8")
    imported = ("lists", "import", str(people), "--category", "registry", "--name", "Registry")
    command(*imported)
    opened = command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")
    own = command(*imported, "--site", "Roosevelt")
    shared = command("lists", "share", "--name", "Registry", "--site", "My school")
    again = command("lists", "share", "--name", "Registry", "--site", "Roosevelt")
    shown = command("lists", "show")[1]

    assert "screen by nothing" in opened[1]
    assert own[1].startswith("Registry, version 1: 1 people")
    assert shared == (0, "Registry is the district's now: every site screens by it.\n")
    assert again[0] == 1
    assert sorted(line.split("  ")[1] for line in shown.splitlines()) == [
        "Roosevelt", "the district",
    ]  # fmt: skip


def test_nightly_import_begins_no_second_list_beside_a_schools_own(
    command: Hub, tmp_path: Path
) -> None:
    people = tmp_path / "list.csv"
    people.write_text("LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n", encoding="utf-8")
    imported = ("lists", "import", str(people), "--category", "registry", "--name", "Registry")
    command(*imported)
    command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")

    status, said = command(*imported)

    assert status == 1
    assert '--site "My school"' in said
    assert 'lists share --name "Registry" --site "My school"' in said
    assert command("lists", "show")[1].count("Registry") == 1
    assert command(*imported, "--site", "My school")[1].startswith("Registry, version 2")
    command("lists", "share", "--name", "Registry", "--site", "My school")
    assert command(*imported)[1].startswith("Registry, version 4")


def test_import_for_a_school_begins_no_second_list_beside_the_districts(
    command: Hub, tmp_path: Path
) -> None:
    people = tmp_path / "list.csv"
    people.write_text("LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n", encoding="utf-8")
    imported = ("lists", "import", str(people), "--category", "registry", "--name", "Registry")
    command(*imported)
    command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")
    command("lists", "share", "--name", "Registry", "--site", "My school")

    for school in ("My school", "Roosevelt"):
        status, said = command(*imported, "--site", school)

        assert status == 1
        assert "is the district's list" in said
    assert command("lists", "show")[1].count("Registry") == 1


def test_import_says_whose_list_it_is_before_it_begins(command: Hub, tmp_path: Path) -> None:
    people = tmp_path / "list.csv"
    people.write_text("LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n", encoding="utf-8")
    imported = ("lists", "import", str(people), "--category", "registry", "--name")
    command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")

    said = [
        command(*imported, *words)[1].splitlines()[-1]
        for words in (("Registry",), ("Registry",), ("Orders", "--site", "Roosevelt"))
    ]

    assert said == [
        'A new list called "Registry": the district\'s, by which every school screens.',
        'Version 2 of a list called "Registry": the district\'s, by which every school screens.',
        'A new list called "Orders": Roosevelt\'s.',
    ]


def test_new_role_without_a_school_says_how_one_is_given(command: Hub) -> None:
    command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")
    command("staff", "add", "dist", "--role", "district", "--secrets-stdin")

    status, said = command("staff", "role", "dist", "administrator")

    assert status == 0
    assert "staff sites dist --site NAME" in said
    command("staff", "sites", "dist", "--site", "Roosevelt")
    assert "no school" not in command("staff", "role", "dist", "front_desk")[1]


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
