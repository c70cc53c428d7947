"""What it costs a district of many schools to change one of its own staff.

    python -m tests.bench.staffing [--schools 60] [--pins 3]

A hub on SQLite, behind real HTTP in this process; the real hashes. For each request: processor
seconds of hub and client together, and for how long at most a transaction of it kept all others
from writing, by the engine's own events (from BEGIN IMMEDIATE until the connection is given back).
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event

from admin_console.hub import pin_desk, site_desk
from db import audit, changes, sites, staff, staff_pins
from db.domain.desk import Role
from db.domain.sites import SiteDraft
from db.engine import Database
from tests.hub_of_tests import PASSWORD, Clock, HubOfTests, hub_at


class Held:
    """For how long each transaction that writes keeps the others from it, in seconds."""

    def __init__(self, database: Database) -> None:
        self.all: list[float] = []
        self._since: dict[int, float] = {}
        event.listen(database.engine, "after_cursor_execute", self._on_executed)
        event.listen(database.engine.pool, "checkin", self._on_given_back)

    def _on_executed(self, connection: Any, _cursor: object, statement: str, *_: object) -> None:
        if statement == "BEGIN IMMEDIATE":
            self._since[id(connection.connection.dbapi_connection)] = time.perf_counter()

    def _on_given_back(self, opened: object, _record: object) -> None:
        since = self._since.pop(id(opened), None)
        if since is not None:
            self.all.append(time.perf_counter() - since)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schools", type=int, default=60)
    parser.add_argument("--pins", type=int, default=3, help="of each school")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place)
        with hub_at(f"sqlite:///{place}/hub.db", path, Clock()) as hub:
            _fill(hub, asked.schools, asked.pins)
            _measure(hub)


def _fill(hub: HubOfTests, schools: int, pins: int) -> None:
    for number in range(1, schools):
        draft = SiteDraft(f"School {number}", "America/Chicago")
        site_desk.add(hub.database, draft, audit.TERMINAL, hub.clock())
    with hub.database.read() as session:
        ids = [site.site_id for site in sites.everyone(session)]
    for name in ("head", "ines"):
        hub.add_staff(name, Role.DISTRICT, name)
    for number in range(schools * pins):
        name = f"desk{number}"
        hub.add_staff(name, Role.FRONT_DESK, name)
        pin_hash = staff_pins.hash_pin(f"{number:06}")
        with hub.database.begin() as session:
            staff_id = staff.named(session, name).staff_id
            sites.give(session, staff_id, [ids[number % schools]])
            staff_pins.add(session, staff_id, name, pin_hash)
    with hub.database.begin() as session:
        pin_desk.tell_kiosks(session)


def _measure(hub: HubOfTests) -> None:
    head, held, client = hub.token_of("head"), Held(hub.database), hub.client
    with hub.database.read() as session:
        path = f"/v1/staff/{staff.named(session, 'ines').staff_id}"
    new = {"name": "nokonkwo", "display_name": "Ngozi Okonkwo", "role": "district"}

    def settle(name: str, role: Role) -> Callable[[], httpx.Response]:
        body = {"display_name": name, "role": role}
        return lambda: client.put(path, json=body, headers=head)

    steps: tuple[tuple[str, Callable[[], httpx.Response]], ...] = (
        ("another role, no PIN", settle("Ines Moreau", Role.AUDITOR)),
        ("and back", settle("Ines Moreau", Role.DISTRICT)),
        ("a first PIN", lambda: client.post(f"{path}/pin", headers=head)),
        ("another PIN", lambda: client.post(f"{path}/pin", headers=head)),
        ("another name, with a PIN", settle("Ines Morel", Role.DISTRICT)),
        ("a first password", lambda: client.post(f"{path}/first-password", headers=head)),
        ("somebody is added", lambda: client.post("/v1/staff", json=new, headers=head)),
        ("no PIN any more", lambda: client.delete(f"{path}/pin", headers=head)),
        ("removed, without a PIN", lambda: client.delete(path, headers=head)),
        (
            "an own password",
            lambda: client.put(
                "/v1/session/password",
                json={"password": PASSWORD, "new_password": "a phrase of my own"},
                headers=head,
            ),
        ),
    )
    for name, step in steps:
        told = _told(hub)
        held.all.clear()
        began, processor = time.perf_counter(), time.process_time()
        answer = step()
        processor, took = time.process_time() - processor, time.perf_counter() - began
        answer.raise_for_status()
        print(  # noqa: T201
            f"{name:26} {processor:6.2f} s of processor, {took:6.2f} s in all, writing held for "
            f"{max(held.all) * 1000:7.1f} ms, {_told(hub) - told:3} changes in the feed"
        )


def _told(hub: HubOfTests) -> int:
    with hub.database.read() as session:
        return changes.version(session)


if __name__ == "__main__":
    main()
