"""The sync of a kiosk without its screens, and what a test does at its hub."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from db import outbox, watchlists
from db.domain.errors import HubError
from db.engine import Database
from db.log_models import EventRow
from db.outbox import Device
from kiosk.sync import exchange, sending
from kiosk.sync.client import Pairing
from kiosk.sync.exchange import Learned
from kiosk.sync.http import HttpHub
from kiosk.sync.own_token import OwnKey, OwnToken, Token
from tests.hub_of_tests import HubOfTests
from tests.makers import NINE, make_screened

LIST_CSV = b"LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n"


NO_TOKEN = OwnToken(lambda: Token("no token", 3600))


@dataclass
class KioskOfTests:
    """The sync of a kiosk, without its screens."""

    database: Database
    hub: HttpHub
    device: Device
    token: OwnToken = NO_TOKEN
    own_key: OwnKey | None = None

    def push(self) -> sending.Pushed:
        return sending.push(self.database, self.device, self.hub)

    def pull(self) -> list[Learned]:
        learned: list[Learned] = []
        exchange.pull(self.database, self.hub, 0, learned.append)
        return learned

    def pull_all(self) -> None:
        while self.pull():
            pass

    def lists(self) -> list[str]:
        with self.database.read() as session:
            return [w.name for w in watchlists.all_lists(session)]

    def waiting(self) -> int:
        with self.database.read() as session:
            return outbox.waiting(session, self.device)

    def visitor_comes(self, *, held: bool = False) -> UUID:
        screened = make_screened(held=held)
        with self.database.begin() as session:
            outbox.add(
                session,
                self.device,
                screened,
                NINE,
                actor="visitor",
                visit_id=screened.visit_id,
            )
        return screened.visit_id


def device_of(given: Pairing) -> Device:
    return Device(given.district_id, given.site_id, given.kiosk_id, given.epoch)


def pair_again(kiosk: KioskOfTests, hub: HubOfTests) -> None:
    given = hub.pair()
    kiosk.device, kiosk.hub, kiosk.token = (
        device_of(given),
        hub.kiosk(given),
        hub.own_token(given),
    )


def import_list(hub: HubOfTests, name: str) -> None:
    hub.client.post(
        "/v1/watchlists",
        params={"name": name, "category": "trespass"},
        content=LIST_CSV,
        headers=hub.sign_in(),
    ).raise_for_status()


def decide(hub: HubOfTests, visit_id: UUID) -> None:
    hub.client.post(
        f"/v1/visits/{visit_id}/decision",
        json={"verdict": "deny", "reason": "Order in force"},
        headers=hub.sign_in(),
    ).raise_for_status()


@contextmanager
def visitors_coming(kiosk: KioskOfTests) -> Iterator[list[int]]:
    """Visitors come and are sent on and on; yields how many events the hub confirmed each time."""
    confirmed: list[int] = []
    ends = threading.Event()

    def come() -> None:
        while not ends.is_set():
            kiosk.visitor_comes()
            try:
                kiosk.push()
            except HubError:
                time.sleep(0.05)
            else:
                confirmed.append(acked(kiosk.database))

    thread = threading.Thread(target=come)
    thread.start()
    try:
        yield confirmed
    finally:
        ends.set()
        thread.join()


def acked(kiosk: Database) -> int:
    with kiosk.read() as session:
        return session.scalar(select(func.max(EventRow.seq))) or 0


def until(what: list[int], more: int, seconds: float = 60.0) -> None:
    """Wait until so many more were confirmed."""
    wanted, ends = len(what) + more, time.monotonic() + seconds
    while len(what) < wanted:
        assert time.monotonic() < ends, "nothing is confirmed any more"
        time.sleep(0.02)
