"""A hub and several kiosks without screens, whose days a test lets pass."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx

from admin_console.hub import site_desk
from db import audit, codec, number_keys, settings, visits
from db.domain.clearance import Clearances
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import Desk as DeskPage
from db.domain.people import Identity
from db.domain.sites import SiteDraft
from db.domain.visit import CheckOutWay, Visit, VisitDetails, VisitorType
from db.engine import Database, open_database
from db.ids import new_id
from db.list_index import ListIndexes
from db.outbox import Device
from kiosk import reception
from kiosk.draft import VisitDraft
from kiosk.lists import load_index
from kiosk.reception import Desk, NewBadge, ScreenedVisit
from kiosk.sync import exchange, sending
from kiosk.sync.http import HttpHub
from tests.hub_of_tests import Clock, HubOfTests
from tests.makers import OKAFOR

LIST_NAME = "District no-trespass list"


@dataclass
class QuietKiosk:
    """A kiosk without screens; its clock is the district's."""

    database: Database
    desk: Desk
    hub: HttpHub
    clock: Clock

    def screen(self, identity: Identity) -> ScreenedVisit:
        index = load_index(self.database, ListIndexes(self.database, None))
        with self.database.begin() as session:
            return reception.screen_visitor(session, self.desk, identity, index, self.clock())

    def check_in(self, screened: ScreenedVisit) -> Visit:
        draft = VisitDraft().with_visit(screened.visit, screened.screening)
        draft = draft.with_details(VisitDetails(VisitorType.PARENT, "Meet a teacher", OKAFOR))
        now = self.clock()
        badge = NewBadge(str(screened.visit.visit_id), "47K-29F", now + timedelta(hours=6))
        with self.database.begin() as session:
            return reception.check_in(session, self.desk, draft, badge, now)

    def check_out(self, visit_id: UUID) -> None:
        with self.database.begin() as session:
            reception.check_out(session, self.desk, visit_id, CheckOutWay.BADGE, self.clock())

    def decide(self, visit_id: UUID, verdict: Verdict, reason: str = "Another person") -> Decision:
        """With a staff PIN, here."""
        now = self.clock()
        decision = Decision(
            new_id(now), visit_id, verdict, reason, "Pia Moreno", now, DecidedAt.KIOSK
        )
        with self.database.begin() as session:
            return reception.record_decision(session, self.desk, decision, new_id(now))

    def visit(self, visit_id: UUID) -> Visit:
        with self.database.read() as session:
            found = visits.get(session, visit_id)
        assert found is not None
        return found

    def push(self) -> None:
        sending.push(self.database, self.desk.device, self.hub)

    def sync(self) -> None:
        self.push()
        heard: list[object] = [None]
        while heard:
            heard = []
            exchange.pull(self.database, self.hub, 0, heard.append)


@dataclass
class District:
    """One hub and its kiosks; `later` lets time pass for all of them."""

    hub: HubOfTests
    clock: Clock
    folder: Path
    kiosks: list[QuietKiosk] = field(default_factory=list)

    def open_school(self, name: str, time_zone: str) -> QuietKiosk:
        """One more site of the hub, with a kiosk of the same name."""
        draft = SiteDraft(name, time_zone)
        opened = site_desk.add(self.hub.database, draft, audit.TERMINAL, self.clock())
        return self.open_kiosk(name, opened.site_id)

    def open_kiosk(self, name: str, site_id: str = "") -> QuietKiosk:
        given = self.hub.pair(str(new_id(self.clock())), name, site_id=site_id)
        database = open_database(f"sqlite:///{self.folder}/{name}.db")
        with database.begin() as session:
            settings.write(session, number_keys.FIRST, given.number_key)
            number_keys.take(session, given.later_number_keys)
        desk = Desk(
            Device(given.district_id, given.site_id, given.kiosk_id, given.epoch),
            ZoneInfo(given.site.time_zone),
            bytes.fromhex(given.number_key),
            self.folder / "photos",
        )
        kiosk = QuietKiosk(database, desk, self.hub.kiosk(given), self.clock)
        self.kiosks.append(kiosk)
        kiosk.sync()
        return kiosk

    def close(self) -> None:
        for kiosk in self.kiosks:
            kiosk.database.close()

    def later(self, **passed: float) -> datetime:
        self.clock.at += timedelta(**passed)
        return self.clock.at

    def sync(self) -> None:
        for kiosk in self.kiosks:
            kiosk.sync()

    def import_list(self, content: bytes, name: str = LIST_NAME, **more: str) -> None:
        self.ask(
            "POST",
            "/v1/watchlists",
            params={"name": name, "category": "trespass", **more},
            content=content,
        )
        self.sync()

    def decide(self, visit_id: UUID, verdict: Verdict, reason: str = "Photo differs") -> None:
        """At the console."""
        told = {"verdict": verdict.value, "reason": reason}
        self.ask("POST", f"/v1/visits/{visit_id}/decision", json=told)
        self.sync()

    def desk(self, who: str = "dwhitlock") -> DeskPage:
        return codec.from_json(self.ask("GET", "/v1/desk", who).content, DeskPage)

    def clearances(self) -> Clearances:
        return codec.from_json(self.ask("GET", "/v1/clearances").content, Clearances)

    def ask(self, method: str, path: str, who: str = "dwhitlock", **more: object) -> httpx.Response:
        answer = self.hub.client.request(
            method,
            path,
            headers=self.hub.sign_in(who),
            **more,  # type: ignore[arg-type]
        )
        answer.raise_for_status()
        return answer
