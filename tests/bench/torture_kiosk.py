"""One kiosk of `tests.bench.torture`, in a process that may be killed at any moment.

Visitors come and leave; what they did is pushed through a network that cuts, repeats and loses
answers. Every confirmed write and every receipt is noted in FOLDER/notes after it was durable: what
is noted must be there at the end. Ends with 0 once all is written and confirmed, with 3 when the
hub is found untrue.
"""

import os
import random
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from db import outbox
from db.chain import SealedEvent
from db.domain.errors import HubAwayError, HubError, StorageError
from db.domain.events import DomainEvent, VisitCheckedOut
from db.domain.visit import CheckOutWay
from db.engine import Database, open_database
from db.outbox import Device
from kiosk import own_device
from kiosk.sync import exchange, sending
from kiosk.sync.client import HubForkError, HubUnpairedError, Receipt
from kiosk.sync.http import HttpHub, connect
from kiosk.sync.known_hub import HubUntrueError
from kiosk.sync.proving import own_token
from tests.makers import make_checked_in, make_screened

RESENT, LOST, CUT = 0.30, 0.10, 0.05
"""Shares of batches that come twice, whose answer is lost, and that never leave."""
MOST_VISITORS = 20
"""Who come between two pushes."""


class BadNetwork(HttpHub):
    """The real client, over a network that loses and repeats."""

    chance: random.Random

    def push(self, events: Sequence[SealedEvent], epoch: int, signature: bytes) -> Receipt:
        if self.chance.random() < CUT:
            raise HubAwayError("The network is cut.")
        receipt = super().push(events, epoch, signature)
        if self.chance.random() < RESENT:
            receipt = super().push(events, epoch, signature)
        if self.chance.random() < LOST:
            raise HubAwayError("The answer is lost.")
        return receipt


def main(arguments: list[str]) -> int:
    """Run it. `arguments`: its folder, how many events it shall write, the seed of its chance."""
    folder, count, seed = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    chance = random.Random(seed)  # noqa: S311  no secret
    database = open_database(f"sqlite:///{folder}/kiosk.db")
    with database.begin() as session:
        own = own_device.read(session, datetime.now(UTC))
    assert own.access is not None
    token = own_token(own.access.url, own.own_key, own.access.ca)
    hub = connect(own.access.url, token, own.access.ca, own.known_hub)
    hub.__class__ = BadNetwork  # the client as it is made, and nothing else of it
    assert isinstance(hub, BadNetwork)
    hub.chance = chance
    notes = os.open(folder / "notes", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(kind: str, seq: int) -> None:
        os.write(notes, f"{kind} {seq}\n".encode())

    written = _head(database, own.device)
    while True:
        if written < count:
            for _ in range(chance.randint(1, MOST_VISITORS)):
                written = _visitor(database, own.device, written)
                note("wrote", written)
        try:
            sending.push(database, own.device, hub)
            note("sent", written)
            exchange.pull(database, hub, 0)
        except (HubForkError, HubUnpairedError, HubUntrueError) as error:
            sys.stderr.write(f"{own.device.kiosk_id}: {error}\n")
            return 3
        except (HubError, StorageError):
            time.sleep(chance.uniform(0.05, 0.4))
            continue
        if written >= count:
            return 0


def _visitor(database: Database, device: Device, before: int) -> int:
    """Somebody comes, is let in and leaves: three transactions. Returns the last event's number."""
    now = datetime.now(UTC)
    came = make_screened(number=before + 1, now=now)
    events: tuple[DomainEvent, ...] = (
        came,
        make_checked_in(came.visit_id, now),
        VisitCheckedOut(came.visit_id, CheckOutWay.BADGE),
    )
    for event in events:
        with database.begin() as session:
            outbox.add(session, device, event, now, actor="visitor", visit_id=came.visit_id)
    return _head(database, device)


def _head(database: Database, device: Device) -> int:
    with database.read() as session:
        return outbox.head(session, device).seq
