"""One round of sync: push what the hub lacks, apply what it says. No threads, no waiting.

Every round begins at the hub's own head, so that a hub restored from an old backup is refilled,
and no transaction is open while HTTP is under way.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from db import codec, outbox, photos, settings, staff_pins, visits, watchlists
from db.domain.decision import Decision
from db.domain.desk import Site
from db.domain.errors import HubRefusedError
from db.domain.visit import Host
from db.domain.watchlist import Watchlist
from db.engine import Database
from db.outbox import Device
from kiosk.sync.client import (
    Change,
    HubClient,
    HubDecision,
    HubForkError,
    StaffCheckOut,
    StaffPin,
)

BATCH = 200
CURSOR = "hub.cursor"
HOSTS = "hub.hosts"
SITE = "hub.site"


@dataclass(frozen=True, slots=True)
class Learned:
    """What a change from the hub means for the program; None and False where it does not."""

    decision: Decision | None = None
    lists_changed: bool = False
    hosts_changed: bool = False
    site: Site | None = None


def push(database: Database, device: Device, hub: HubClient) -> int:
    """Send everything that the hub lacks. Returns how many events it confirmed this time."""
    head = hub.head()
    with database.read() as session:
        ours = outbox.hash_at(session, device, head.seq)
    if ours is not None and ours.hex() != head.hash:
        raise HubForkError(
            "The hub holds other events under this kiosk's name, so nothing more is sent. "
            "Everything is kept here. Pair this kiosk again."
        )
    if ours is None:
        raise HubForkError(
            "The hub knows more of this kiosk than the kiosk itself: its disk may be an old copy. "
            "Everything is kept here. Pair this kiosk again."
        )
    sent, after = 0, head.seq
    _accept(database, device, after)
    while True:
        with database.read() as session:
            batch = outbox.pending(session, device, after, BATCH)
        if not batch:
            return sent
        after = hub.push(batch).acked_seq
        sent += len(batch)
        _accept(database, device, after)


def push_photos(database: Database, folder: Path, hub: HubClient, now: datetime) -> int:
    """Send the photos that the hub lacks; one that is gone from the disk is passed over."""
    with database.read() as session:
        names = photos.unsent(session)
    for name in names:
        path = photos.path_of(folder, name)
        if path.exists():
            hub.put_photo(name, path.read_bytes())
        with database.begin() as session:
            photos.mark_sent(session, name, now)
    return len(names)


def pull(database: Database, hub: HubClient, wait_seconds: float) -> list[Learned]:
    """Fetch and apply what is new at the hub; waits that long for something to come.

    A change and the cursor behind it are one transaction: after a crash the change comes again
    and finds itself applied.
    """
    with database.read() as session:
        cursor = settings.read(session, CURSOR, int) or 0
    answer = hub.changes(cursor, wait_seconds)
    return [_apply(database, hub, change) for change in answer.changes]


def _apply(database: Database, hub: HubClient, change: Change) -> Learned:
    entries = None
    if change.kind == "watchlist":
        wanted = codec.from_json(bytes(change.body), Watchlist)
        try:
            entries = hub.entries(wanted.list_id, wanted.version)
        except HubRefusedError:
            entries = None  # a newer version follows in the feed and brings its own entries
    with database.begin() as session:
        learned = _learn(session, change)
        if entries is not None:
            watchlists.replace(session, codec.from_json(bytes(change.body), Watchlist), entries)
        settings.write(session, CURSOR, change.version)
    return learned


def _learn(session: Session, change: Change) -> Learned:
    body = bytes(change.body)
    match change.kind:
        case "decision":
            decision = codec.from_json(body, HubDecision).decision
            in_force = visits.apply_decision(session, decision)
            return Learned(decision=decision if in_force else None)
        case "check_out":
            out = codec.from_json(body, StaffCheckOut)
            visits.apply_staff_check_out(session, out.visit_id, out.at)
            return Learned()
        case "watchlist":
            return Learned(lists_changed=True)
        case "watchlist_removed":
            watchlists.remove(session, codec.from_json(body, _ListId).list_id)
            return Learned(lists_changed=True)
        case "hosts":
            settings.write(session, HOSTS, codec.from_json(body, tuple[Host, ...]))
            return Learned(hosts_changed=True)
        case "site":
            site = codec.from_json(body, Site)
            settings.write(session, SITE, site)
            return Learned(site=site)
        case "staff_pins":
            pins = codec.from_json(body, tuple[StaffPin, ...])
            staff_pins.replace(session, [(p.staff_id, p.display_name, p.pin_hash) for p in pins])
            return Learned()
        case _:
            return Learned()  # from a newer hub: the kiosk learns it once it is updated


@dataclass(frozen=True, slots=True)
class _ListId:
    list_id: UUID


def _accept(database: Database, device: Device, seq: int) -> None:
    with database.begin() as session:
        outbox.accept(session, device, seq)
