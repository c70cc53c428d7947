"""Who loses the right to something while they send it does not do it with what is under way.

Every operation that takes something is asked of the hub up to the first byte of what it takes; the
right ends; then the rest is sent. A new operation is walked over as it is.
"""

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from admin_console.hub import rights
from admin_console.hub.answers import JPEG, NDJSON
from admin_console.hub.openapi import OPERATIONS
from db import pairing, sites, staff, totp
from db.columns import Base
from db.domain.desk import Role
from db.domain.rights import FOR_ALL_SITES, Action
from db.hub_models import StaffRow
from db.ids import new_id
from tests.hub.test_entry_photos import picture
from tests.hub.test_site_scope import ASKS
from tests.hub_of_tests import PASSWORD, HubOfTests
from tests.postgres import PostgresServer
from tests.two_schools import Records, School, fill, two_schools

KEY = totp.new_key()
_WITH_BODY = sorted(f"{m} {path}" for (m, path), says in OPERATIONS.items() if says.takes)
TAKING = [route for route in _WITH_BODY if route in rights.STAFF_ROUTES]
OF_KIOSKS = [route for route in _WITH_BODY if route in rights.KIOSK_ROUTES]
GOOD: dict[str, dict[str, Any]] = {
    "PUT /v1/session/password": {
        "json": {"password": PASSWORD, "new_password": "another invented one"}
    },
    "PUT /v1/session/second-factor": {"json": {"password": PASSWORD, "key": KEY}},
    "POST /v1/session/second-factor/end": {"json": {"password": PASSWORD}},
    "POST /v1/watchlists/photos": {"content": picture()},
    "PUT /v1/sites/{site_id}": {"json": {"name": "Renamed"}},
    "PUT /v1/watchlists/settings": {"json": {"two_to_remove": True}},
}
"""How an operation is asked so that it is done; of the others `ASKS` says it."""
Way = Callable[[School, School, UUID], None]


def removed(alder: School, _: School, staff_id: UUID) -> None:
    with alder.hub.database.begin() as session:
        staff.remove(session, staff_id, alder.hub.clock())


def signed_out(alder: School, _: School, staff_id: UUID) -> None:
    with alder.hub.database.begin() as session:
        staff.close_sessions(session, staff_id)


def auditor(alder: School, _: School, staff_id: UUID) -> None:
    """Still signed in, which only another program's change leaves somebody."""
    with alder.hub.database.begin() as session:
        session.execute(
            update(StaffRow).where(StaffRow.staff_id == staff_id).values(role=Role.AUDITOR)
        )


def elsewhere(_: School, birch: School, staff_id: UUID) -> None:
    with birch.hub.database.begin() as session:
        session.execute(
            update(StaffRow).where(StaffRow.staff_id == staff_id).values(role=Role.ADMINISTRATOR)
        )
        sites.give(session, staff_id, [birch.site_id])


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def schools(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[School, School]]:
    folder = tmp_path_factory.mktemp("open")
    if request.param == "sqlite":
        with two_schools(f"sqlite:///{folder}/hub.db", folder) as both:
            yield both
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with (
        server.new_database(request.getfixturevalue("migrated")) as url,
        two_schools(url, folder) as both,
    ):
        yield both


@pytest.fixture(scope="module")
def alders(schools: tuple[School, School]) -> Records:
    return fill(schools[0])


NUMBERS = count()


def come_in(school: School, route: str) -> tuple[UUID, dict[str, str]]:
    """Somebody who may do this, and their headers."""
    name = f"asker-{next(NUMBERS)}"
    of_all = rights.STAFF_ROUTES[route] in FOR_ALL_SITES
    with school.hub.database.begin() as session:
        member = staff.add(
            session, name, staff.hashed(PASSWORD), display_name="Ask Alder",
            role=Role.DISTRICT if of_all else Role.ADMINISTRATOR, now=school.hub.clock(),
        )  # fmt: skip
        sites.give(session, member.staff_id, [school.site_id])
    return member.staff_id, school.hub.token_of(name)


def asked(school: School, route: str, records: Records, who: dict[str, str]) -> httpx.Request:
    method, path = route.split(" ")
    more = GOOD.get(route) or ASKS[route]
    if route == "PUT /v1/session/second-factor":
        code = totp.code_at(KEY, totp.step_at(school.hub.clock()))
        more = {"json": more["json"] | {"code": code}}
    return school.hub.client.build_request(method, path.format(**records.ids), headers=who, **more)


def sent_by_kiosk(hub: HubOfTests, route: str, token: str) -> httpx.Request:
    method, path = route.split(" ")
    photo = b"\xff\xd8\xffinvented\xff\xd9"
    content = photo if "blobs" in path else b"\n\n"
    kind = JPEG if "blobs" in path else NDJSON
    return hub.client.build_request(
        method,
        path.format(name=sha256(photo).hexdigest()),
        content=content,
        headers={"Authorization": f"Bearer {token}", "Content-Type": kind},
    )


@contextmanager
def begun(request: httpx.Request) -> Iterator[Callable[[], tuple[int, str]]]:
    """A request whose first byte has come; what is yielded sends the rest, and has the answer.

    The hub says itself (100 Continue) when it has begun to read what is sent.
    """
    content = request.read()
    lines = [f"{request.method} {request.url.raw_path.decode()} HTTP/1.1", "Expect: 100-continue"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    with socket.create_connection((request.url.host, request.url.port or 80), 30) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode())
        told = b""
        while not told.endswith(b"\r\n\r\n"):
            told += line.recv(1) or pytest.fail(f"the hub hung up: {told!r}")
        assert told.startswith(b"HTTP/1.1 100 "), told
        line.sendall(content[:1])

        def send_rest() -> tuple[int, str]:
            line.sendall(content[1:])
            response = http.client.HTTPResponse(line)
            response.begin()
            return response.status, response.read().decode()

        yield send_rest


def everything(hub: HubOfTests) -> dict[str, object]:
    """All rows, and all files of photos."""
    with hub.database.read() as session:
        rows: dict[str, object] = {
            table.name: sorted(map(str, session.execute(select(table)).all()))
            for table in Base.metadata.sorted_tables
        }
    return rows | {"photos": sorted(p.name for p in hub.photos.rglob("*") if p.is_file())}


def changed(before: dict[str, object], after: dict[str, object]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize("way", [removed, signed_out, auditor, elsewhere])
@pytest.mark.parametrize("route", TAKING)
def test_request_under_way_does_nothing_once_its_right_has_ended(
    schools: tuple[School, School], alders: Records, route: str, way: Way
) -> None:
    alder, birch = schools
    if rights.STAFF_ROUTES[route] is Action.STAY_SIGNED_IN and way is auditor:
        pytest.skip("everybody may do this")
    staff_id, headers = come_in(alder, route)

    with begun(asked(alder, route, alders, headers)) as send_rest:
        way(alder, birch, staff_id)
        before = everything(alder.hub)
        status, text = send_rest()

    assert status == (401 if way in (removed, signed_out) else 403), text
    assert not any(name in text for name in alders.names), text
    assert changed(before, everything(alder.hub)) == set()


@pytest.mark.parametrize("route", OF_KIOSKS)
def test_nothing_of_what_a_kiosk_sends_is_kept_once_it_is_revoked(
    schools: tuple[School, School], route: str
) -> None:
    hub = schools[0].hub
    kiosk_id = str(new_id(hub.clock()))
    given = hub.pair(kiosk_id, "Stolen kiosk", site_id=schools[0].site_id)

    with begun(sent_by_kiosk(hub, route, given.token)) as send_rest:
        with hub.database.begin() as session:
            pairing.revoke(session, kiosk_id, hub.clock())
        before = everything(hub)
        status, text = send_rest()

    assert status == 401, text
    assert changed(before, everything(hub)) == set()


@pytest.mark.parametrize("route", OF_KIOSKS)
def test_what_a_kiosk_sends_slowly_is_taken(schools: tuple[School, School], route: str) -> None:
    hub = schools[0].hub
    given = hub.pair(str(new_id(hub.clock())), "Slow kiosk", site_id=schools[0].site_id)

    with begun(sent_by_kiosk(hub, route, given.token)) as send_rest:
        status, text = send_rest()

    assert status in (200, 204), text


@pytest.mark.parametrize("route", TAKING)
def test_request_that_takes_its_time_is_done_for_who_may_still(
    schools: tuple[School, School], alders: Records, route: str
) -> None:
    """Comes last, since it changes what it reaches; without it the refusals say nothing."""
    alder, _ = schools
    _, headers = come_in(alder, route)

    with begun(asked(alder, route, alders, headers)) as send_rest:
        status, text = send_rest()

    assert status in (200, 204), text
