"""Nobody of one school sees or changes another one's records, by whatever operation.

Every operation that the hub has is asked by the other school's staff and kiosk, with the ids of
records that are there. A new one has to be named here: how it is asked, and that the school's own
administrator reaches what it is about, so that the refusals say something.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import func, select

from admin_console.hub import context as hub_context
from admin_console.hub import rights
from admin_console.hub import site as hub_site
from admin_console.hub.app import create_app
from admin_console.hub.openapi import OPERATIONS, _calls
from db import changes, codec, daily_report, scopes, totp
from db.columns import Base, InDistrict, OfList, OfSite, OfSiteOrDistrict, OfVisit
from db.engine import open_database
from db.hub_models import AuditRow
from tests.two_schools import Records, School, fill, importing, two_schools

CSV_FILE = b"LNAME,FNAME,DOB\nNewman,Nora,03/07/1984\n"
DAYS = {"from": "2026-11-01", "to": "2026-11-30"}
DRAFT = {"family": "Newman", "given": "Nora", "birth_date": "1984-03-07"}
NO_SITES_RECORDS = {
    "DELETE /v1/session": "the own sign-in",
    "PUT /v1/session/password": "the own sign-in",
    "GET /v1/session/second-factor": "the own sign-in",
    "POST /v1/session/second-factor": "the own sign-in",
    "PUT /v1/session/second-factor": "the own sign-in",
    "POST /v1/session/second-factor/end": "the own sign-in",
    "POST /v1/staff": "what was sent",
    "GET /v1/live": "a number",
    "GET /v1/inventory": "kinds of facts, and how many visits",
    "GET /v1/policy": "the district's rules",
    "PUT /v1/policy": "the district's rules",
    "GET /v1/watchlists/settings": "the district's rules",
    "PUT /v1/watchlists/settings": "the district's rules",
    "GET /v1/watchlists/preview/{ticket}": "known to who chose the ticket",
    "DELETE /v1/watchlists/preview/{ticket}": "known to who chose the ticket",
    "POST /v1/watchlists/new": "what was sent",
    "POST /v1/watchlists": "what was sent",
    "POST /v1/watchlists/photos": "what was sent",
    "POST /v1/kiosks/codes": "a new code",
    "POST /v1/kiosks/parked/try-again": "the own school's events; nothing where none is parked",
    "GET /v1/screening/figures": "numbers, and names of lists: compared by a test of its own",
    "POST /v1/sites": "the district's",
    "PUT /v1/sites/{site_id}": "the district's",
    "POST /v1/sites/{site_id}/close": "the district's",
}
"""Operations that show and change nothing of one school, and why."""
ASKS: dict[str, dict[str, Any]] = {
    "POST /v1/visits/{visit_id}/decision": {"json": {"verdict": "approve", "reason": "Known"}},
    "POST /v1/visits/{visit_id}/check-out": {},
    "POST /v1/watchlists": {"params": {"name": "Mine", "category": "alert"}, "content": CSV_FILE},
    "POST /v1/watchlists/preview": {"params": {"name": "Orders Alder"}, "content": CSV_FILE},
    "POST /v1/watchlists/new": {"json": {"name": "By hand", "category": "alert"}},
    "POST /v1/watchlists/photos": {"content": b"none"},
    "PUT /v1/watchlists/settings": {"json": {"two_to_remove": False}},
    "POST /v1/watchlists/{list_id}/people": {"json": DRAFT},
    "PUT /v1/watchlists/{list_id}/people/{entry_id}": {"params": {"version": 1}, "json": DRAFT},
    "POST /v1/watchlists/{list_id}/people/{entry_id}/removal": {
        "json": {"version": 1, "reason": "Gone"}
    },
    "POST /v1/clearances/{clearance_id}/end": {},
    "PUT /v1/policy": {"json": {"clearance_days": 3}},
    "POST /v1/notices/{notice_id}/read": {},
    "POST /v1/kiosks/codes": {},
    "POST /v1/kiosks/requests/{request_id}/accept": {},
    "POST /v1/kiosks/requests/{request_id}/reject": {},
    "POST /v1/kiosks/{kiosk_id}/revoke": {},
    "POST /v1/kiosks/parked/try-again": {},
    "POST /v1/sites": {"json": {"name": "Mine", "time_zone": "America/Chicago"}},
    "PUT /v1/sites/{site_id}": {"json": {"name": "Mine"}},
    "POST /v1/sites/{site_id}/close": {},
    "GET /v1/screening/figures": {"params": DAYS},
    "PUT /v1/session/password": {"json": {"password": "not it", "new_password": "not it either"}},
    "POST /v1/session/second-factor": {},
    "PUT /v1/session/second-factor": {
        "json": {"password": "not it", "key": totp.new_key(), "code": "482913"}
    },
    "POST /v1/session/second-factor/end": {"json": {"password": "not it"}},
    "POST /v1/staff": {
        "json": {"name": "newcomer", "display_name": "Noor Newcomer", "role": "front_desk"}
    },
    "PUT /v1/staff/{staff_id}": {"json": {"display_name": "kept Alder", "role": "administrator"}},
    "POST /v1/staff/{staff_id}/first-password": {},
    "POST /v1/staff/{staff_id}/pin": {},
}
"""How an operation that takes something is asked."""
NAMELESS = {
    "GET /v1/reports/daily",
    "GET /v1/reports/visits/{visit_id}",
    "GET /v1/blobs/{name}",
    "GET /v1/watchlists/{list_id}/people/{entry_id}/deeds",
}
"""What they show are pixels and numbers; others are refused them, or see their own day."""
NOT_NOTED = {
    "GET /v1/audit": "who looks at it shows in its export",
    "GET /v1/desk": "asked again with every change, by whoever is signed in",
    "GET /v1/kiosks": "computers",
    "GET /v1/notices": "they name no visitor",
    "GET /v1/on-site": "asked again with every change, by whoever is signed in",
    "GET /v1/sites": "schools",
    "GET /v1/staff": "colleagues",
    "GET /v1/staff/{staff_id}": "a colleague",
    "GET /v1/watchlists": "names of lists",
    "GET /v1/watchlists/import": "how far it is",
    "POST /v1/notices/{notice_id}/read": "the notice itself says who read it",
}
"""Operations of which the audit says nothing, and why."""
OF_OTHER_ID = {
    "POST /v1/visits/{visit_id}/check-out": {"visit_id"},
    "POST /v1/kiosks/requests/{request_id}/reject": {"request_id"},
    "DELETE /v1/watchlists/{list_id}/people/{entry_id}/removal": {"entry_id"},
    "DELETE /v1/staff/{staff_id}": {"staff_id"},
}
"""Where the record that something can be done to is the second one of its kind."""


@pytest.fixture(scope="module")
def schools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[School, School]]:
    folder = tmp_path_factory.mktemp("schools")
    with two_schools(f"sqlite:///{folder}/hub.db", folder) as both:
        yield both


@pytest.fixture(scope="module")
def alders(schools: tuple[School, School]) -> Iterator[Records]:
    """What Alder has, while it imports a list; Birch has as much."""
    alder, birch = schools
    records = fill(alder)
    fill(birch)
    with importing(alder):
        yield records


def operations() -> list[str]:
    """All of them; those that take no id come first, and what ends something last."""
    found = [f"{method} {path}" for method, path in OPERATIONS]
    return sorted(found, key=lambda route: ("{" in route, not route.startswith("GET"), route))


def ask(
    school: School, route: str, records: Records, who: dict[str, str], *, is_other: bool = False
) -> httpx.Response:
    method, path = route.split(" ")
    takes = method in ("POST", "PUT") and route in rights.STAFF_ROUTES
    more = ASKS[route] if takes else ASKS.get(route, {})
    ids = records.ids | {"ticket": records.ids["visit_id"]}
    for part in OF_OTHER_ID.get(route, ()) if not is_other else records.others:
        ids[part] = records.others[part]
    return school.hub.client.request(method, path.format(**ids), headers=who, **more)


def named_in(response: httpx.Response, records: Records) -> set[str]:
    """What of the school's stands in an answer."""
    text = response.content.decode("utf-8", "replace")
    told = text + json.dumps(dict(response.headers))
    return {name for name in records.names if name in told}


def rows_of(school: School, records: Records) -> dict[str, list[str]]:
    """Everything in the database that is the school's, by table, whatever the code thinks of it."""
    database = school.hub.database
    found: dict[str, list[str]] = {}
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            if table.name in ("audit", "attempt", "staff_session"):
                continue
            rows = [str(tuple(row)) for row in session.execute(select(table))]
            ours = sorted(r for r in rows if any(name in r for name in records.names))
            if ours:
                found[table.name] = ours
    return found


# ---- what the code says of itself ------------------------------------------------------------


def test_every_table_says_whose_its_rows_are() -> None:
    kinds = (OfSite, OfSiteOrDistrict, OfVisit, OfList)
    mapped = {m.class_ for m in Base.registry.mappers if issubclass(m.class_, InDistrict)}
    limited = {cls.__name__ for cls in mapped if issubclass(cls, kinds)}

    assert limited & set(scopes.FREE) == set()
    assert limited | set(scopes.FREE) == {cls.__name__ for cls in mapped}


def test_every_route_of_staff_and_every_feed_declares_whose_rows_it_sees(tmp_path: Path) -> None:
    """The hub's parts as they are, for all sites, are for open routes and what kiosks hand over."""
    database = open_database("sqlite://")
    whole = set()
    routes = iter_route_contexts(create_app(database, tmp_path).routes)
    for route in (r for r in routes if hasattr(r, "dependant")):
        own = {below.call for below in route.dependant.dependencies}
        if route.path in rights.KIOSK_LINES:
            continue  # reads no rows: says how far its kiosk's own feed has come
        if hub_context.context_of in own:
            whole |= {f"{method} {route.path}" for method in route.methods or ()}
        elif not {hub_context.of_staff, hub_context.of_kiosk} & set(_calls(route.dependant)):
            assert f"{next(iter(route.methods or ()))} {route.path}" in rights.OPEN_ROUTES
    database.close()

    handed_over = {"GET /v1/head", "POST /v1/events", "PUT /v1/blobs/{name}"}
    assert whole <= rights.OPEN_ROUTES | handed_over


def test_every_operation_of_staff_is_asked_here_and_its_records_are_known() -> None:
    taking = {r for r in rights.STAFF_ROUTES if r.startswith(("POST", "PUT"))}

    assert taking - set(ASKS) == set()
    assert set(ASKS) | set(NO_SITES_RECORDS) <= set(rights.STAFF_ROUTES)


# ---- what is seen ----------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["desk", "head", "kiosk"])
def test_no_operation_tells_or_changes_anything_of_another_school(
    schools: tuple[School, School], alders: Records, who: str
) -> None:
    alder, birch = schools
    token = birch.kiosk.token.headers()
    before = rows_of(alder, alders)
    leaks: dict[str, set[str]] = {}

    for route in operations():
        if route == "DELETE /v1/session":
            continue
        for is_other in (False, True):
            headers = token if who == "kiosk" else getattr(birch, who)
            response = ask(birch, route, alders, headers, is_other=is_other)
            assert response.status_code < 500, (route, response.text)
            told = named_in(response, alders)
            if told:
                leaks[route] = told

    assert leaks == {}
    assert rows_of(alder, alders) == before


def test_kiosk_is_told_nothing_of_another_school_from_any_place_of_the_feed(
    schools: tuple[School, School], alders: Records
) -> None:
    _, birch = schools
    token = birch.kiosk.token.headers()
    with birch.hub.database.read() as session:
        first = changes.since(session, 0)[0]
    places = [(0, ""), (first.version, first.mark)]
    """Where a new kiosk begins, and behind the first change that there ever was."""
    leaks = set[str]()

    for cursor, mark in places:
        asked = {"cursor": cursor, "mark": mark}
        response = birch.hub.client.get("/v1/changes", params=asked, headers=token)
        leaks |= named_in(response, alders)
        said = codec.from_json(response.content, dict[str, Any])
        assert not said["start_over"]
        if cursor and said["cursor"] > cursor:
            places.append((said["cursor"], said["changes"][-1]["mark"]))

    assert len(places) > 2
    assert leaks == set()


def test_own_figures_count_the_own_school(schools: tuple[School, School], alders: Records) -> None:
    alder, birch = schools
    district = alder.hub.token_of("district")

    of = [
        ask(alder, "GET /v1/screening/figures", alders, who).json()
        for who in (alder.head, birch.head, district)
    ]

    counts = [figures["screenings"] for figures in of]
    assert counts[0] > 0
    assert counts[0] + counts[1] == counts[2]
    assert {row["name"] for row in of[1]["by_list"]} <= {"Orders Birch", "By hand", "Mine"}
    assert "Orders Birch" in str(of[1])
    assert "Alder" not in str(of[1])


@pytest.mark.usefixtures("alders")
def test_day_on_paper_is_of_one_school(schools: tuple[School, School]) -> None:
    """What a PDF says cannot be searched: here is what it is made of."""
    alder, birch = schools
    hub, now = alder.hub, alder.hub.clock()
    with hub.database.within(frozenset({birch.site_id})).read() as session:
        site = hub_site.at(session, birch.site_id)
        day = now.astimezone(ZoneInfo(site.time_zone)).date()
        told = daily_report.daily_report(session, site, day, hub_site.head(session, now))
    refused = hub.client.get("/v1/reports/daily", headers=hub.token_of("district"))

    assert {v.visit.site_id for v in told.visits} == {birch.site_id}
    assert (len(told.visits), told.held) == (6, 6)
    assert (refused.status_code, "choose the school" in refused.text) == (422, True)


def test_district_and_auditor_see_every_school(
    schools: tuple[School, School], alders: Records
) -> None:
    alder, _ = schools
    for name in ("district", "auditor"):
        response = ask(alder, "GET /v1/visits", alders, alder.hub.token_of(name))
        assert {"Alder", alders.ids["visit_id"]} <= named_in(response, alders)
        assert "Birch" in response.text


@pytest.mark.parametrize(
    "route",
    [r for r in operations() if r in rights.STAFF_ROUTES and r not in NO_SITES_RECORDS],
)
def test_own_administrator_reaches_what_others_are_refused(
    schools: tuple[School, School], alders: Records, route: str
) -> None:
    """Comes last, since it changes what it reaches."""
    alder, _ = schools

    before = deeds(alder)

    response = ask(alder, route, alders, alder.head)

    assert response.is_success, response.text
    if route.startswith("GET") and route not in NAMELESS:
        assert named_in(response, alders), response.text
    assert deeds(alder) - before == (0 if route in NOT_NOTED else 1), "what the audit says of it"


def deeds(school: School) -> int:
    """How many there are in the audit."""
    with school.hub.database.read() as session:
        return session.scalar(select(func.count()).select_from(AuditRow)) or 0
