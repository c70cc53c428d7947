"""A whole kiosk in a test: its screens touched, a film for a camera, the real hub beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pypdfium2
from pytestqt.qtbot import QtBot
from sqlalchemy import text

from db import codec, log, settings, staff_pins, visits, watchlists
from db.domain.desk import Desk as DeskPage
from db.domain.people import Identity
from db.domain.visit import Visit
from db.engine import open_database
from db.ids import new_id
from db.outbox import Device
from kiosk import own_device
from kiosk.app import Kiosk
from kiosk.config import (
    CameraPart,
    KioskConfig,
    KioskPart,
    PrinterPart,
    ScreenPart,
    SitePart,
    TimesPart,
)
from kiosk.flow import Step
from kiosk.own_device import HubAccess
from kiosk.scan.aamva import parse_aamva
from kiosk.scan.camera import put_on_reel
from resources.samples.film import Hand, write_film
from resources.samples.licence import aamva_payload
from resources.samples.people import SamplePerson, sample_person
from tests import films
from tests.hub_of_tests import PIN, HubOfTests
from tests.screens.kiosk.acting import find, is_shown, touch

PRIYA = sample_person("Priya", "Raghunathan", date(1988, 9, 14))
MARCUS = sample_person("Marcus", "Fennimore", date(1971, 2, 27), sex="M")
LIST_CSV = b"LNAME,FNAME,DOB\nFennimore,Marcus,02/27/1971\n"


@dataclass
class Lobby:
    """A kiosk with a reel before its camera, paired with a hub that may be away."""

    kiosk: Kiosk
    hub: HubOfTests
    folder: Path
    qtbot: QtBot

    def wait_step(self, step: Step) -> None:
        self.qtbot.waitUntil(lambda: self.kiosk.visit.step is step, timeout=10_000)

    def touch(self, *names: str) -> None:
        for name in names:
            self.qtbot.waitUntil(lambda n=name: self._can_touch(n), timeout=10_000)
            touch(self.kiosk.window, name)

    def _can_touch(self, name: str) -> bool:
        window = self.kiosk.window
        return is_shown(window, name) and find(window, name).isEnabled()

    def show_card(self, person: SamplePerson) -> None:
        film = f"{person.family_name}.avi"
        if not (self.folder / "reel" / film).exists():
            films.put_card(self.folder / "reel" / film, person)
        put_on_reel(self.folder / "reel", film)

    def identify(self, person: SamplePerson) -> None:
        self.show_card(person)
        self.touch("sign_in")
        self.wait_step(Step.CONFIRM_IDENTITY)
        self.touch("confirm_yes")

    def identity_of(self, person: SamplePerson) -> Identity:
        return parse_aamva(aamva_payload(person))

    def import_list(self, name: str, category: str) -> None:
        """A new list at the hub, which this kiosk then screens with."""
        self.hub.client.post(
            "/v1/watchlists",
            params={"name": name, "category": category},
            content=LIST_CSV,
            headers=self.hub.sign_in(),
        ).raise_for_status()
        self.wait_for_list(name)

    def wait_for_list(self, name: str) -> None:
        """Until this kiosk has it."""
        self.qtbot.waitUntil(lambda: self._knows(name), timeout=10_000)
        self.wait_for_database()

    def _knows(self, name: str) -> bool:
        with self.kiosk.database.read() as session:
            return any(known.name == name for known in watchlists.all_lists(session))

    def wait_for_database(self) -> None:
        """Until the database thread has done what it was asked for."""
        done: list[None] = []
        self.kiosk.jobs[0].run(lambda: None, done.append)
        self.qtbot.waitUntil(lambda: bool(done), timeout=10_000)

    def say_details(self) -> None:
        self.wait_step(Step.VISIT_DETAILS)
        self.touch("visitor_type_parent", "purpose_0", "next")
        self.wait_step(Step.PHOTO)
        self.touch("without_photo")
        self.wait_step(Step.POLICY)
        self.touch("agree_without_signing")

    def badges(self) -> list[Path]:
        return sorted((self.folder / "badges").glob("*.pdf"))

    def visits(self) -> list[Visit]:
        with self.kiosk.database.read() as session:
            ids = session.execute(text("SELECT visit_id FROM visit ORDER BY started_at")).scalars()
            found = [visits.get(session, codec.from_json(f'"{i}"', UUID)) for i in ids]
        return [v for v in found if v is not None]

    def desk(self) -> DeskPage:
        answer = self.hub.client.get("/v1/desk", headers=self.hub.sign_in())
        return codec.from_json(answer.content, DeskPage)

    def decide(self, verdict: str) -> None:
        """At the console, as soon as the hold is there."""
        self.qtbot.waitUntil(lambda: len(self.desk().holds) == 1, timeout=10_000)
        (hold,) = self.desk().holds
        self.hub.client.post(
            f"/v1/visits/{hold.visit.visit_id}/decision",
            json={"verdict": verdict, "reason": "Order confirmed"},
            headers=self.hub.sign_in(),
        ).raise_for_status()

    def all_arrived(self) -> bool:
        with self.kiosk.database.read() as here, self.hub.database.read() as there:
            ours = log.count(here)
            theirs = log.count(there, self.kiosk.front_desk.desk.device.kiosk_id)
        return ours == theirs


def now() -> datetime:
    return datetime.now(UTC)


def make_config(folder: Path) -> KioskConfig:
    return KioskConfig(
        kiosk=KioskPart("Front kiosk", str(folder / "kiosk")),
        site=SitePart("Lincoln Elementary School", "America/Chicago"),
        camera=CameraPart(str(folder / "reel")),
        printer=PrinterPart(kind="file", folder=str(folder / "badges")),
        times=TimesPart(wait_minimum=0.0),
        screen=ScreenPart(fullscreen=False),
    )


OpenLobby = Callable[..., Lobby]


def pair(config: KioskConfig, hub: HubOfTests, *, hub_is_away: bool) -> None:
    database = open_database(config.database_url)
    with database.begin() as session:
        own = own_device.read(session, now())
    given = hub.pair(key=own.signing_key)
    url = "http://127.0.0.1:9" if hub_is_away else str(hub.client.base_url)
    with database.begin() as session:
        device = Device(given.district_id, given.site_id, given.kiosk_id, given.epoch)
        own_device.keep_pairing(session, device, given, HubAccess(url), given.key)
        if hub_is_away:  # what an earlier day's sync has left on the kiosk
            staff_pins.add(session, new_id(now()), "Dana Whitlock", staff_pins.hash_pin(PIN))
    database.close()


def knows_list(kiosk: Kiosk) -> bool:
    with kiosk.database.read() as session:
        cursor = settings.read(session, "hub.cursor", int) or 0
    return cursor >= 3


def badge_film(lobby: Lobby) -> None:
    """Hold the printed badge before the camera, drawn from its PDF."""
    document = pypdfium2.PdfDocument(lobby.badges()[0])
    picture = np.array(document[0].render(scale=300 / 72).to_pil().convert("RGB"))[:, :, ::-1]
    document.close()
    hand = Hand(width=480, tilt=5, sway=30)
    film = lobby.folder / "reel" / "badge.avi"
    write_film(film, np.ascontiguousarray(picture), seed=2, seconds=0.5, hand=hand)
    put_on_reel(lobby.folder / "reel", "badge.avi")
