"""Whole visits through the real kiosk: its screens touched, a film for a camera, the real hub."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import cv2
import httpx
import numpy as np
import pypdfium2
import pytest
from pytestqt.qtbot import QtBot
from sqlalchemy import event, text

from db import codec, log, outbox, settings, staff_pins, visits
from db.domain.desk import Desk as DeskPage
from db.domain.errors import StorageError
from db.domain.events import BadgePrinted
from db.domain.visit import Visit, VisitState
from db.engine import open_database
from db.ids import new_id
from db.outbox import Device
from kiosk import own_device, reception
from kiosk.app import Kiosk, build_kiosk
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
from kiosk.scan.camera import put_on_reel
from resources.samples.film import Hand, write_empty_desk, write_film, write_person
from resources.samples.licence import aamva_payload, licence_back
from resources.samples.people import SamplePerson, sample_person
from tests.hub_of_tests import PIN, HubOfTests, hub_at
from tests.screens.kiosk.acting import find, is_shown, press_keys, shown_text, touch

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
            card = licence_back(aamva_payload(person))
            write_film(self.folder / "reel" / film, card, seed=1, seconds=0.5)
        put_on_reel(self.folder / "reel", film)

    def identify(self, person: SamplePerson) -> None:
        self.show_card(person)
        self.touch("sign_in")
        self.wait_step(Step.CONFIRM_IDENTITY)
        self.touch("confirm_yes")

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
            found = [visits.get(session, codec.from_json(f'"{i}"', outbox.UUID)) for i in ids]
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


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub", now) as running:
        running.client.post(
            "/v1/watchlists",
            params={"name": "District no-trespass list", "category": "trespass"},
            content=LIST_CSV,
            headers=running.sign_in(),
        ).raise_for_status()
        yield running


OpenLobby = Callable[..., Lobby]


@pytest.fixture
def open_lobby(hub: HubOfTests, tmp_path: Path, qtbot: QtBot) -> Iterator[OpenLobby]:
    """Opens the kiosk; `hub_is_away` gives it an address where nobody answers."""
    opened: list[Kiosk] = []

    def open_one(
        change: Callable[[KioskConfig], KioskConfig] = lambda c: c, *, hub_is_away: bool = False
    ) -> Lobby:
        write_empty_desk(tmp_path / "reel" / "empty.avi")
        put_on_reel(tmp_path / "reel", "empty.avi")
        config = change(make_config(tmp_path))
        pair(config, hub, hub_is_away=hub_is_away)
        kiosk = build_kiosk(config, is_still=True, listen_seconds=0.3)
        opened.append(kiosk)
        kiosk.start()
        qtbot.waitUntil(kiosk.window.view.isExposed)
        lobby = Lobby(kiosk, hub, tmp_path, qtbot)
        if not hub_is_away:
            qtbot.waitUntil(lambda: knows_list(kiosk), timeout=10_000)
        return lobby

    yield open_one
    for kiosk in opened:
        kiosk.stop()


def pair(config: KioskConfig, hub: HubOfTests, *, hub_is_away: bool) -> None:
    database = open_database(config.database_url)
    given = hub.pair("front-kiosk")
    url = "http://127.0.0.1:9" if hub_is_away else str(hub.client.base_url)
    with database.begin() as session:
        device = Device(given.district_id, given.site_id, given.kiosk_id, given.epoch)
        access = HubAccess(url, given.token)
        own_device.keep_pairing(session, device, given.number_key, access, given.site)
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


def test_unlisted_visitor_signs_in_and_leaves_by_the_printed_badge(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(PRIYA)
    lobby.say_details()
    lobby.wait_step(Step.BADGE)
    lobby.qtbot.waitUntil(lambda: len(lobby.badges()) == 1)
    lobby.touch("done")
    lobby.wait_step(Step.WELCOME)

    put_on_reel(lobby.folder / "reel", "empty.avi")
    badge_film(lobby)
    lobby.touch("sign_out")
    lobby.wait_step(Step.GOODBYE)

    (visit,) = lobby.visits()
    assert visit.state is VisitState.DEPARTED
    assert visit.identity.name.short == "Priya Raghunathan"
    lobby.qtbot.waitUntil(lobby.all_arrived, timeout=10_000)


def test_denied_visitor_sees_a_neutral_goodbye_and_gets_no_badge(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(MARCUS)
    lobby.wait_step(Step.WAIT_FOR_STAFF)

    lobby.decide("deny")
    lobby.wait_step(Step.GOODBYE)

    words = shown_text(lobby.kiosk.window, "title" if has(lobby, "title") else "goodbye").lower()
    assert not {"denied", "match", "list", "refused"} & set(words.split())
    assert lobby.badges() == []
    assert lobby.visits()[0].state is VisitState.DENIED


def has(lobby: Lobby, name: str) -> bool:
    return is_shown(lobby.kiosk.window, name)


def test_staff_pin_decides_at_the_kiosk_while_the_hub_is_away(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(hub_is_away=True)
    lobby.touch("sign_in", "type_name")
    lobby.wait_step(Step.TYPE_NAME)
    press_keys(lobby.kiosk.window, "Priya")
    lobby.touch("next")
    press_keys(lobby.kiosk.window, "Raghunathan")
    lobby.touch("next", "without_birth_date")
    lobby.wait_step(Step.CONFIRM_IDENTITY)
    lobby.touch("confirm_yes")
    lobby.wait_step(Step.WAIT_FOR_STAFF)

    lobby.kiosk.window.staff_called.emit()
    lobby.wait_step(Step.STAFF_PIN)
    lobby.kiosk.window.pin_entered.emit("000000")
    lobby.qtbot.waitUntil(lambda: has(lobby, "pin_wrong"), timeout=5_000)
    lobby.kiosk.window.pin_entered.emit(PIN)
    lobby.wait_step(Step.STAFF_DECISION)
    lobby.touch("decide_approve", "reason_1", "decide")
    lobby.say_details()
    lobby.wait_step(Step.BADGE)

    with lobby.kiosk.database.read() as session:
        decision = visits.decision_in_force(session, lobby.visits()[0].visit_id)
    assert decision is not None
    assert decision.decided_by == "Dana Whitlock"


def test_desk_stays_open_without_a_camera(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(lambda c: replace(c, camera=CameraPart("none")))

    lobby.touch("sign_in")
    lobby.wait_step(Step.SCAN_ID)

    lobby.qtbot.waitUntil(lambda: has(lobby, "camera_trouble"), timeout=5_000)
    lobby.touch("type_name")
    lobby.wait_step(Step.TYPE_NAME)


def test_visitor_takes_a_sticker_when_no_badge_comes_out(open_lobby: OpenLobby) -> None:
    lobby = open_lobby(lambda c: replace(c, printer=PrinterPart(kind="none")))
    lobby.identify(PRIYA)
    lobby.say_details()
    lobby.wait_step(Step.STICKER)

    lobby.kiosk.window.sticker_given.emit("0418")
    lobby.wait_step(Step.WELCOME)

    lobby.qtbot.waitUntil(lambda: lobby.visits()[0].sticker == "0418", timeout=5_000)
    assert lobby.visits()[0].state is VisitState.ON_SITE


def fill(lobby: Lobby) -> None:
    """Write real events until not even the smallest one can be kept."""
    for size in (2_000, 200, 0):
        with pytest.raises(StorageError, match="disk is full"):
            write_events(lobby, size)


def write_events(lobby: Lobby, size: int) -> None:
    desk, (visit,) = lobby.kiosk.front_desk.desk, lobby.visits()
    for _ in range(10_000):
        with lobby.kiosk.database.begin() as session:
            printed = BadgePrinted(visit.visit_id, "x" * size)
            reception.badge_settled(session, desk, printed, now())


def test_full_disk_is_told_in_words_and_nothing_is_half_kept(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)

    @event.listens_for(lobby.kiosk.database.engine, "begin")
    def disk_is_full(connection) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        connection.exec_driver_sql("PRAGMA max_page_count=1")

    fill(lobby)
    lobby.say_details()
    lobby.wait_step(Step.TROUBLE)

    assert "disk is full" in lobby.kiosk.visit.trouble.what_happened
    event.remove(lobby.kiosk.database.engine, "begin", disk_is_full)
    assert lobby.visits()[0].state is VisitState.CLEARED
    assert lobby.badges() == []


def test_photo_that_cannot_be_kept_does_not_lose_the_visit(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)
    lobby.touch("visitor_type_parent", "purpose_0", "next")
    lobby.wait_step(Step.PHOTO)

    lobby.kiosk.window.photo_taken.emit(b"not a photo")
    lobby.wait_step(Step.POLICY)
    lobby.touch("agree_without_signing")
    lobby.wait_step(Step.TROUBLE)

    assert "not a photo" in lobby.kiosk.visit.trouble.what_happened
    assert lobby.visits()[0].state is VisitState.CLEARED


def test_name_is_gone_from_the_screen_when_the_visitor_leaves(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    lobby.show_card(PRIYA)
    lobby.touch("sign_in")
    lobby.wait_step(Step.CONFIRM_IDENTITY)

    lobby.kiosk.window.left.emit()

    assert lobby.kiosk.visit.step is Step.WELCOME
    assert lobby.kiosk.visit.draft.identity is None


def test_photo_is_kept_in_the_badges_shape_and_reaches_the_hub(open_lobby: OpenLobby) -> None:
    lobby = open_lobby()
    write_person(lobby.folder / "reel" / "person.avi", seed=1, seconds=0.25)
    lobby.identify(PRIYA)
    lobby.wait_step(Step.VISIT_DETAILS)
    put_on_reel(lobby.folder / "reel", "person.avi")
    lobby.touch("visitor_type_parent", "purpose_0", "next")
    lobby.wait_step(Step.PHOTO)
    lobby.touch("take_photo")
    lobby.touch("use_photo")
    lobby.wait_step(Step.POLICY)
    lobby.touch("agree_without_signing")
    lobby.wait_step(Step.BADGE)

    (visit,) = lobby.visits()
    kept = lobby.folder / "kiosk" / "photos" / f"{visit.photo}.jpg"
    picture = cv2.imdecode(np.frombuffer(kept.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[0] / picture.shape[1] == pytest.approx(1.25, abs=0.02)
    sent = f"/v1/blobs/{visit.photo}"
    lobby.qtbot.waitUntil(
        lambda: (
            lobby.hub.client.get(sent, headers=lobby.hub.sign_in()).status_code == httpx.codes.OK
        ),
        timeout=10_000,
    )
