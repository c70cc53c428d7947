"""A hub with two schools, each with a kiosk, staff and records of every kind; all invented."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import cv2
import httpx
import numpy as np

from admin_console.hub import site_desk
from db import audit, list_lock, outbox, pairing, pairing_requests, sites, staff, watchlists
from db.domain.desk import Role
from db.domain.events import DomainEvent
from db.domain.screening import HoldReason
from db.domain.sites import SiteDraft
from db.engine import open_database
from db.ids import new_id
from db.pairing_requests import Asking
from tests.hub_of_tests import FRONT_KIOSK, PASSWORD, HubOfTests, hub_at
from tests.makers import (
    make_checked_in,
    make_identity,
    make_match,
    make_screened,
    make_screening,
)
from tests.sync_of_tests import KioskOfTests, device_of

OTHER_KIOSK = "019378a0-0000-7000-8000-00000000f408"


@dataclass(frozen=True)
class School:
    """One of them. `tag` stands in all of its names and words, and nowhere else."""

    hub: HubOfTests
    tag: str
    site_id: str
    kiosk: KioskOfTests
    desk: dict[str, str]
    """Headers of somebody at its front desk."""
    head: dict[str, str]
    """Headers of its administrator."""

    def say(self, event: DomainEvent, visit_id: UUID) -> None:
        """The kiosk says something, and the hub hears it."""
        with self.kiosk.database.begin() as session:
            outbox.add(
                session, self.kiosk.device, event, self.hub.clock(), actor="visitor",
                visit_id=visit_id,
            )  # fmt: skip
        self.kiosk.push()

    def visitor_comes(self, given_name: str, *, list_id: str = "", entry_id: str = "") -> UUID:
        """Somebody is held, by an entry of the school's own list where one is named."""
        now = self.hub.clock()
        identity = make_identity(given_name, f"Visitor{self.tag}", number="")
        screened = replace(
            make_screened(held=True, identity=identity, now=now), visitor_key="a" * 64
        )
        if list_id:
            with self.hub.database.read() as session:
                entry = watchlists.entry(session, UUID(list_id), UUID(entry_id))
                listed = watchlists.get(session, UUID(list_id))
            match = make_match(entry, listed)
            screened = replace(
                screened, screening=make_screening(now, (HoldReason.MATCH,), (match,))
            )
        self.say(screened, screened.visit_id)
        return screened.visit_id

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Its administrator asks."""
        response = self.hub.client.request(method, path, headers=self.head, **more)
        assert response.is_success, response.text
        return response


@dataclass(frozen=True)
class Records:
    """What a school has: an id of each kind by its name in paths, and all that names it."""

    ids: dict[str, str]
    others: dict[str, str]
    """Second ones, where doing something to the first one ends it."""
    names: frozenset[str]


@contextmanager
def two_schools(url: str, folder: Path) -> Iterator[tuple[School, School]]:
    """Alder and Birch. The district's staff signs in as ``district`` and ``auditor``."""
    with hub_at(url, folder / "hub") as hub:
        alder = _school(hub, "Alder", hub.site.site_id, FRONT_KIOSK, folder)
        opened = site_desk.add(
            hub.database,
            SiteDraft("Birch School", "America/New_York"),
            audit.TERMINAL,
            hub.clock(),
        )
        birch = _school(hub, "Birch", opened.site_id, OTHER_KIOSK, folder)
        for role in (Role.DISTRICT, Role.AUDITOR):
            hub.add_staff(role.value, role)
        yield alder, birch
        for school in (alder, birch):
            school.kiosk.database.close()


def _school(hub: HubOfTests, tag: str, site_id: str, kiosk_id: str, folder: Path) -> School:
    given = hub.pair(kiosk_id, f"Kiosk {tag}", site_id=site_id)
    database = open_database(f"sqlite:///{folder}/{tag}.db")
    kiosk = KioskOfTests(database, hub.kiosk(given), device_of(given), hub.own_token(given))
    for name, role in (("desk", Role.FRONT_DESK), ("head", Role.ADMINISTRATOR)):
        with hub.database.begin() as session:
            member = staff.add(
                session, f"{name}-{tag.lower()}", staff.hashed(PASSWORD),
                display_name=f"{name} {tag}", role=role, now=hub.clock(),
            )  # fmt: skip
            sites.give(session, member.staff_id, [site_id])
    desk, head = (hub.token_of(f"{name}-{tag.lower()}") for name in ("desk", "head"))
    return School(hub, tag, site_id, kiosk, desk, head)


def fill(school: School) -> Records:
    """Give a school one record of each kind, by the ways in which they come about."""
    hub, tag = school.hub, school.tag
    photo = school.ask("POST", "/v1/watchlists/photos", content=_picture(tag)).json()["photo"]
    category = {"name": f"Orders {tag}", "category": "custody"}
    list_id = school.ask("POST", "/v1/watchlists/new", json=category).json()["list_id"]
    people = f"/v1/watchlists/{list_id}/people"
    entries = []
    for given in ("One", "Two", "Three"):
        draft = {"family": f"Listed{tag}", "given": given, "birth_date": "1984-03-07"}
        if not entries:
            rule = {"students": [f"Student {tag}"]}
            draft |= {"photo": photo, "note": f"Note {tag}", "rule": rule}  # type: ignore[dict-item]
        entries.append(school.ask("POST", people, json=draft).json()["entry"]["entry_id"])
    wish = {"version": 1, "reason": f"Moved away {tag}"}
    school.ask("POST", f"{people}/{entries[1]}/removal", json=wish)

    cleared = [
        school.visitor_comes(f"Cleared{n}", list_id=list_id, entry_id=entries[0]) for n in "ab"
    ]
    for visit_id in cleared:
        no = {"verdict": "not_this_person", "reason": f"Known at {tag}"}
        school.ask("POST", f"/v1/visits/{visit_id}/decision", json=no)
    inside = [cleared[0], school.visitor_comes("Inside")]
    yes = {"verdict": "approve", "reason": f"Expected at {tag}"}
    school.ask("POST", f"/v1/visits/{inside[1]}/decision", json=yes)
    jpeg = b"\xff\xd8\xff" + tag.encode() + b"\xff\xd9"
    face = sha256(jpeg).hexdigest()
    school.kiosk.hub.put_photo(face, jpeg, hub.clock())
    for visit_id in inside:
        school.say(replace(make_checked_in(visit_id, hub.clock()), photo=face), visit_id)
    denied = school.visitor_comes("Denied", list_id=list_id, entry_id=entries[0])
    no = {"verdict": "deny", "reason": f"Order at {tag}"}
    school.ask("POST", f"/v1/visits/{denied}/decision", json=no)
    held = [school.visitor_comes("Held", list_id=list_id, entry_id=entries[0]) for _ in "ab"]

    clearances = [
        line["clearance"]["clearance_id"]
        for line in hub.client.get("/v1/clearances", headers=school.desk).json()["clearances"]
    ]
    notice = school.ask("GET", "/v1/notices").json()["notices"][0]["notice_id"]
    requests, extra, kept = [], [], []
    with hub.database.begin() as session:
        for n in ("kept", "leaving"):
            member = staff.add(
                session, f"{n}-{tag.lower()}", staff.hashed(PASSWORD), display_name=f"{n} {tag}",
                role=Role.FRONT_DESK, now=hub.clock(),
            )  # fmt: skip
            sites.give(session, member.staff_id, [school.site_id])
            kept.append(str(member.staff_id))
        for n in "ab":
            code = pairing_requests.new_code(session, hub.clock(), school.site_id).replace("-", "")
            device_id = str(new_id(hub.clock()))
            asking = Asking(device_id, f"New kiosk {tag}{n}", 0, b"", b"s", school.site_id)
            made = pairing_requests.ask(session, code, asking, hub.clock())
            assert made is not None
            requests.append(str(made.request_id))
        spare = pairing.let_in(
            session, str(new_id(hub.clock())), f"Spare {tag}", hub.clock(), site_id=school.site_id
        )
        extra.append(spare.kiosk_id)
    ids = {
        "site_id": school.site_id,
        "visit_id": str(held[0]),
        "list_id": list_id,
        "entry_id": entries[0],
        "clearance_id": clearances[0],
        "notice_id": notice,
        "request_id": requests[0],
        "kiosk_id": extra[0],
        "staff_id": kept[0],
        "name": face,
    }
    others = {
        "visit_id": str(inside[1]),
        "entry_id": entries[1],
        "clearance_id": clearances[1],
        "request_id": requests[1],
        "staff_id": kept[1],
        "name": photo,
    }
    every = map(str, [*cleared, *inside, denied, *held, *entries, *clearances, *requests, *kept])
    names = frozenset({tag, tag.lower(), *every, *ids.values(), *others.values()})
    return Records(ids, others, names)


@contextmanager
def importing(school: School) -> Iterator[None]:
    """An import of one of its lists is under way."""
    hub = school.hub
    with list_lock.held(hub.database, f"Coming in {school.tag}", hub.clock, school.site_id):
        yield


def _picture(tag: str) -> bytes:
    pixels = np.full((40, 40, 3), tag.encode()[0], np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()
