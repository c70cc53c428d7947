"""Whether a hub and its kiosks hold the same after `tests.bench.torture`, in words."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from db import log, merkle, replay, settings, tree
from db.engine import Database, open_existing
from db.log_models import EventBodyRow, EventRow
from db.models import VisitRow
from db.outbox import Device
from kiosk import own_device
from kiosk.sync import trust
from kiosk.sync.client import LogHead

_INDEXES = (
    "SELECT bt_index_check(c.oid, true) FROM pg_class c JOIN pg_am a ON a.oid = c.relam "
    "JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE a.amname = 'btree' AND c.relkind = 'i' AND n.nspname = 'public'"
)
_TABLES = (
    "SELECT v.msg FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, "
    "LATERAL verify_heapam(c.oid) v WHERE c.relkind = 'r' AND n.nspname = 'public'"
)
MOST_REPLAYED = 200_000
"""Events that are applied anew in memory to compare the visits; of more, visits are counted."""


def compare(url: str, kiosks: Sequence[tuple[Path, int, int]]) -> list[str]:
    """What is wrong. `kiosks`: folder, last event that was confirmed, last one signed for."""
    wrong: list[str] = []
    hub = open_existing(url)
    for folder, wrote, sent in kiosks:
        kiosk = open_existing(f"sqlite:///{folder}/kiosk.db")
        with kiosk.read() as here, hub.read() as there:
            device = own_device.read(here, datetime.now(UTC)).device
            name = folder.name
            wrong += [f"{name}: {words}" for words in _of_kiosk(here, there, device, wrote, sent)]
        wrong += [f"{name}: {words}" for words in _damage(kiosk)]
        kiosk.close()
    with hub.read() as session:
        wrong += [f"hub: {words}" for words in _of_log(session)]
    wrong += [f"hub: {words}" for words in _damage(hub)]
    hub.close()
    return wrong


def _of_kiosk(
    here: Session, there: Session, device: Device, wrote: int, sent: int
) -> Iterator[str]:
    ours, theirs = _rows(here, device), _rows(there, device)
    count = 0
    for count, (our, their) in enumerate(zip(ours, theirs, strict=False), 1):
        if our != their:
            yield f"event {count} is another one at the hub"
            return
    at_home, at_hub = log.count(here, device.kiosk_id), log.count(there, device.kiosk_id)
    if at_home != at_hub:
        yield f"{at_home} events here, {at_hub} at the hub"
    if at_home < wrote:
        yield f"{wrote} events were confirmed, and {at_home} are here: lost"
    if at_hub < sent:
        yield f"the hub signed for {sent} events and has {at_hub}: lost"
    broken = [v.broken for v in log.verify_log(here) if not v.is_good]
    if broken:
        yield f"the chain is broken: {broken[0]}"
    visits = select(func.count()).select_from(VisitRow).where(VisitRow.kiosk_id == device.kiosk_id)
    if here.scalar(visits) != there.scalar(visits):
        yield f"{here.scalar(visits)} visits here, {there.scalar(visits)} at the hub"
    yield from _of_trust(here, there, device, at_home)


def _rows(session: Session, device: Device) -> Iterator[tuple[object, ...]]:
    query = (
        select(EventRow.seq, EventRow.line, EventRow.hash, EventBodyRow.salt, EventBodyRow.body)
        .join(EventBodyRow, EventBodyRow.event_id == EventRow.event_id)
        .where(EventRow.device_id == device.kiosk_id, EventRow.epoch == device.epoch)
        .order_by(EventRow.seq)
        .execution_options(yield_per=1000)
    )
    return (tuple(row) for row in session.execute(query))


def _of_trust(here: Session, there: Session, device: Device, count: int) -> Iterator[str]:
    """Receipts and heads that the hub signed are of the log that it has now."""
    receipt = trust.receipt(here, device.epoch)
    if receipt is None or receipt.acked_seq != count:
        yield f"the last receipt is not for event {count}"
    if trust.trouble(here) is not None:
        yield "the hub's log was not the one that it showed before"
    head = settings.read(here, trust.LOG_HEAD, LogHead)
    if head is not None and tree.root_at(there, head.size).hex() != head.root:
        yield "the head that the hub showed is not one of its log"


def _of_log(session: Session) -> Iterator[str]:
    found = log.verify_log(session)
    yield from (f"{v.device_id}: {v.broken}" for v in found if not v.is_good)
    yield from log.verify_signatures(session)
    yield from filter(None, [log.verify_tree(session)])
    if tree.frontier(session) == merkle.Frontier():
        yield "there is no log"
    if sum(v.events for v in found) <= MOST_REPLAYED:
        yield from replay.differences(session)


def _damage(database: Database) -> Iterator[str]:
    """What the database's own check of its files finds."""
    if database.engine.dialect.name == "sqlite":
        with database.read() as session:
            for (said,) in session.execute(text("PRAGMA integrity_check")):
                if said != "ok":
                    yield str(said)
        return
    with database.engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
        connection.execute(text(_INDEXES))
        for (said,) in connection.execute(text(_TABLES)):
            yield str(said)
