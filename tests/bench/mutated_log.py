"""A hub's log of three kiosks and of the hub itself, whose keys are all known: to be changed."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from admin_console.hub import site as hub_site
from db import inbox, log_export, outbox, pairing, signing, tree
from db.domain.events import VisitCheckedOut
from db.domain.visit import CheckOutWay
from db.engine import Database, open_database
from db.ids import new_id
from db.outbox import Device
from tests.makers import NINE, make_checked_in, make_screened

KIOSKS = 3
VISITS = 32
"""Of each kiosk; three events each, so that the tree has nodes that are kept (256 leaves)."""
BATCH = 20
EARLIER = 200
"""At how many events somebody wrote down how the log stood."""


@dataclass(frozen=True, slots=True)
class WrittenLog:
    """The log as it was written, and everybody's keys."""

    kiosk_keys: dict[tuple[str, int], bytes]
    """Private ones, by device and epoch."""
    hub_key: bytes
    hub_public: bytes
    earlier_root: bytes
    exported: bytes


def write_log(hub: Database, folder: Path) -> WrittenLog:
    """Let invented visitors come and go at three kiosks, and the hub see some of them leave."""
    with hub.begin() as session:
        site = hub_site.ensure(
            session, hub_site.SiteNames("Marlow Unified", "Lincoln", "UTC"), NINE
        )
        hub_key = hub_site.signing_key(session)
    keys: dict[tuple[str, int], bytes] = {}
    for number in range(KIOSKS):
        kiosk = open_database(f"sqlite:///{folder}/kiosk-{number}.db")
        kiosk_id, key = str(new_id(NINE)), signing.new_key()
        for epoch in (1, 2) if number == 0 else (1,):  # one was paired again
            keys[kiosk_id, epoch] = key
            with hub.begin() as session:
                pairing.let_in(session, kiosk_id, "Front", NINE, public_key=signing.public_of(key))
            device = Device(site.district_id, site.site_id, kiosk_id, epoch)
            _visitors(kiosk, device, VISITS // (2 if number == 0 else 1))
            _send(kiosk, hub, device, key)
        kiosk.close()
    with hub.read() as session:
        ours = hub_site.hub_device(session, site)
    _hub_says(hub, ours)
    with hub.read() as session:
        grown = tree.frontier(session)
        head = signing.TreeHead(hub_site.log_id(session), grown.size, grown.root(), NINE)
        lines = list(log_export.lines(session, head, hub_key))
        earlier = tree.root_at(session, EARLIER)
    return WrittenLog(keys, hub_key, signing.public_of(hub_key), earlier, b"".join(lines))


def _visitors(kiosk: Database, device: Device, count: int) -> None:
    for number in range(1, count + 1):
        now = NINE + timedelta(minutes=number, microseconds=number % 3)
        came = make_screened(number=number, now=now)
        gone = VisitCheckedOut(came.visit_id, CheckOutWay.BADGE)
        with kiosk.begin() as session:
            for event in (came, make_checked_in(came.visit_id, now), gone):
                outbox.add(session, device, event, now, actor="visitor", visit_id=came.visit_id)


def _send(kiosk: Database, hub: Database, device: Device, key: bytes) -> None:
    after = 0
    while True:
        with kiosk.read() as session:
            batch = outbox.pending(session, device, after, BATCH)
            digest = outbox.hash_at(session, device, after + len(batch))
        if not batch or digest is None:
            return
        after += len(batch)
        signed = signing.sign(key, signing.ChainHead(device.kiosk_id, device.epoch, after, digest))
        with hub.begin() as session:
            inbox.receive(session, device.kiosk_id, device.epoch, batch, NINE, signature=signed)


def _hub_says(hub: Database, device: Device) -> None:
    for number in range(20):
        now = NINE + timedelta(hours=1, minutes=number)
        came = make_screened(number=number, now=now)
        with hub.begin() as session:
            outbox.add(session, device, came, now, actor="hub", visit_id=came.visit_id)
