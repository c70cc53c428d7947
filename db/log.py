"""How a chain of events is kept, and checked. `outbox` and `inbox` are its two mouths."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    TypeCoerce,
    bindparam,
    func,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import NullType

from db import chain, districts, signing, tree, upserts
from db.districts import OWN, TABLES
from db.log_models import ChainRow, DeviceKeyRow, EventBodyRow, EventRow, SignedHeadRow
from db.models import VisitRow

CHAIN, _EVENT = TABLES[ChainRow.__tablename__], TABLES[EventRow.__tablename__]
THIS_CHAIN = (
    (CHAIN.c.district_id == OWN)
    & (CHAIN.c.device_id == bindparam("device"))
    & (CHAIN.c.epoch == bindparam("at_epoch"))
)
_LOCK = select(CHAIN.c.head_seq, CHAIN.c.head_hash).where(THIS_CHAIN).with_for_update()
_BEGIN = upserts.begin(
    CHAIN,
    device_id=bindparam("device"),
    epoch=bindparam("at_epoch"),
    head_seq=0,
    head_hash=chain.GENESIS,
    acked_seq=0,
)
_ADVANCE = (
    update(CHAIN)
    .where(THIS_CHAIN)
    .values(head_seq=bindparam("head_seq"), head_hash=bindparam("head_hash"))
)
_ADD_EVENT = insert(_EVENT).values(district_id=OWN)
_ADD_BODY = insert(TABLES[EventBodyRow.__tablename__]).values(district_id=OWN)


Heads = dict[tuple[str, int], tuple[int, bytes]]
"""By device and epoch: the number of a chain's last event, and its hash."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stands; `hash` has 32 bytes."""

    epoch: int
    seq: int
    hash: bytes


def locked_head(session: Session, device_id: str, epoch: int) -> Head:
    """Where the chain stands, locked until the transaction ends; the chain begins if it is new."""
    row = upserts.locked(session, _LOCK, _BEGIN, {"device": device_id, "at_epoch": epoch})
    return Head(epoch, row.head_seq, row.head_hash)


def append(
    session: Session, head: Head, envelope: chain.Envelope, sealed: chain.SealedEvent
) -> None:
    """Put one link that this program made behind the head of its chain."""
    digest, columns = chain.link(head.hash, sealed.line), chain.columns_of(envelope)
    place = {"device_id": envelope.kiosk_id, "epoch": envelope.epoch, "seq": envelope.seq}
    beside = {
        "event_id": columns.event_id,
        "event_type": columns.type,
        "visit_id": columns.visit_id,
        "occurred_at": columns.occurred_at,
    }
    districts.run(session, _ADD_EVENT, {**place, **beside, "line": sealed.line, "hash": digest})
    body = {"event_id": columns.event_id, "salt": sealed.salt, "body": sealed.body}
    districts.run(session, _ADD_BODY, body)
    reached = {"head_seq": envelope.seq, "head_hash": digest}
    of_chain = {"device": envelope.kiosk_id, "at_epoch": envelope.epoch}
    districts.run(session, _ADVANCE, {**of_chain, **reached})
    if envelope.kiosk_id == chain.HUB:
        tree.will_take(session, columns.event_id, digest)


def verify_log(
    session: Session, device_ids: Collection[str] | None = None
) -> list[chain.Verification]:
    """Recompute every chain that is kept here (of these devices only, when they are named).

    A chain is whole when it ends where its row says; and where there are events or visits of a
    device there is a chain.
    """
    heads: Heads = {
        (device_id, epoch): (seq, _bytes(head))
        for device_id, epoch, seq, head in session.execute(
            select(ChainRow.device_id, ChainRow.epoch, ChainRow.head_seq, _raw(ChainRow.head_hash))
        )
    }
    of_chain = EventRow.device_id, EventRow.epoch
    kept = {
        (device_id, epoch): number
        for device_id, epoch, number in session.execute(
            select(*of_chain, func.count()).group_by(*of_chain)
        )
    }
    wanted = heads.keys() | kept.keys()
    silent = set(session.scalars(select(VisitRow.kiosk_id).distinct())) - {d for d, _ in wanted}
    whole = _whole_in_order(session, heads, kept) if device_ids is None else {}
    found = [
        whole.get(place) or _verify(session, *place, heads.get(place))
        for place in sorted(wanted)
        if device_ids is None or place[0] in device_ids
    ]
    found += [
        chain.Verification(device_id, 1, 0, chain.GENESIS, "its visits are kept, its events not")
        for device_id in sorted(silent)
        if device_ids is None or device_id in device_ids
    ]
    return found


def _verify(
    session: Session, device_id: str, epoch: int, head: tuple[int, bytes] | None
) -> chain.Verification:
    try:
        result = chain.verify(device_id, epoch, stored(session, device_id, epoch))
    except (TypeError, ValueError):  # SQLite keeps any text in any column
        return chain.Verification(
            device_id, epoch, 0, chain.GENESIS, "an event is not kept in the form it was written in"
        )
    if not result.is_good:
        return result
    if head is None:
        return replace(result, broken="the record of where it ends is missing")
    if (result.events, result.head) != head:
        return replace(
            result, broken=f"{result.events} events are kept where the head says {head[0]}"
        )
    return result


def _whole_in_order(
    session: Session, heads: Heads, kept: dict[tuple[str, int], int]
) -> dict[tuple[str, int], chain.Verification]:
    """Those of the chains that prove whole when all events are read in the order of the tree.

    That is the order in which they were written: each page of the database is read about once,
    where chain by chain it is read, and decrypted, again for nearly every kiosk. Whether something
    is wrong with any other chain, and what, only a look at that chain alone can say.
    """
    followers = {place: chain.Follower(*place) for place in heads}
    in_order = EventRow.leaf_index.is_not(None)
    try:
        for place, event in _stored(session, in_order, EventRow.leaf_index):
            if follower := followers.get(place):
                follower.follow(event)
    except (TypeError, ValueError):  # SQLite keeps any text in any column
        return {}
    found = {place: follower.found for place, follower in followers.items()}
    return {
        place: result
        for place, result in found.items()
        if result.is_good
        and (result.events, result.head) == heads[place]
        and result.events == kept.get(place)  # some may stand outside the order
    }


def verify_signatures(session: Session) -> list[str]:
    """What is wrong with the heads that kiosks signed, in words: nothing when all hold.

    An epoch with a key has a signed head at its end, each signed head is of the event that stands
    at its place, and each signature is that of the kiosk's key.
    """
    keys = {
        (row.device_id, row.epoch): _bytes(row.public_key)
        for row in session.scalars(select(DeviceKeyRow))
    }
    ends = dict.fromkeys(keys, 0)
    wrong: list[str] = []
    at_place = (
        (EventRow.device_id == SignedHeadRow.device_id)
        & (EventRow.epoch == SignedHeadRow.epoch)
        & (EventRow.seq == SignedHeadRow.seq)
    )
    query = select(SignedHeadRow, EventRow.hash).outerjoin(EventRow, at_place)
    for row, digest in session.execute(query.execution_options(yield_per=1000)):
        place = (row.device_id, row.epoch)
        name = f"{row.device_id} epoch {row.epoch}"
        head = signing.ChainHead(*place, row.seq, _bytes(row.hash))
        if place not in keys or not signing.is_signed(keys[place], head, _bytes(row.signature)):
            wrong.append(f"{name}: the signature over event {row.seq} is not the kiosk's")
        elif digest != row.hash:
            wrong.append(f"{name}: event {row.seq} is not the one that the kiosk signed")
        ends[place] = max(ends.get(place, 0), row.seq)
    for chain_row in session.scalars(select(ChainRow)):
        signed = ends.get((chain_row.device_id, chain_row.epoch))
        if signed is not None and signed != chain_row.head_seq:
            wrong.append(
                f"{chain_row.device_id} epoch {chain_row.epoch}: events {signed + 1} to "
                f"{chain_row.head_seq} are not signed by the kiosk"
            )
    return sorted(wrong)


def verify_tree(session: Session) -> str:
    """What is wrong with the order of all events at the hub, in words; nothing when it holds."""
    kept, found = tree.frontier(session), tree.recomputed(session)
    lost = session.scalar(
        select(func.count())
        .select_from(EventRow)
        .where(
            EventRow.leaf_index.is_(None),
            EventRow.received_at.is_not(None) | (EventRow.device_id == chain.HUB),
        )
    )
    if lost:
        return f"{lost} events have no place in the order in which the hub took them in"
    if kept.size != found.frontier.size:
        return f"the log has {found.frontier.size} events in order where its tree has {kept.size}"
    if kept != found.frontier:
        return "the order in which the hub took the events in was changed"
    return found.wrong


def verify_seen(session: Session, size: int, root: bytes) -> str:
    """What is wrong when the log once had this size and root, in words; nothing when it had.

    Who knows an earlier head sees a past that was written anew, whoever's keys signed it.
    """
    kept = tree.frontier(session).size
    if size > kept:
        return f"{size} events were seen before, and {kept} are here"
    if tree.root_at(session, size) != root:
        return f"the first {size} events are not those that were seen before"
    return ""


def words_of(found: chain.Verification) -> str:
    """One chain's line of what ``verify-log`` prints, on the hub and on a kiosk."""
    erased = f", the personal facts of {found.erased} were erased" if found.erased else ""
    state = "unbroken" if found.is_good else f"BROKEN: {found.broken}"
    return f"{found.device_id} epoch {found.epoch}: {found.events} events{erased}, {state}"


def verdict(found: Sequence[chain.Verification]) -> str:
    """The last line of what ``verify-log`` prints. A log without events is not called whole."""
    if not found:
        return (
            "This log is empty: there are no events here, so nothing could be checked. Is this "
            "the right database?"
        )
    if not all(v.is_good for v in found):
        return "The log was changed. Keep this database as it is."
    return "The log is whole."


def stored(session: Session, device_id: str, epoch: int) -> Iterator[chain.StoredEvent]:
    """A chain's events from the first one on, a few at a time."""
    of_chain = (EventRow.device_id == device_id) & (EventRow.epoch == epoch)
    for _, event in _stored(session, of_chain, EventRow.seq):
        yield event


def _stored(
    session: Session, wanted: ColumnElement[bool], order: InstrumentedAttribute[Any]
) -> Iterator[tuple[tuple[str, int], chain.StoredEvent]]:
    """Events with the chain that each belongs to, device and epoch; a few at a time."""
    columns = (
        EventRow.device_id, EventRow.epoch,
        EventRow.seq, EventRow.event_id, EventRow.event_type, EventRow.visit_id,
        EventRow.occurred_at, EventRow.line, EventRow.hash,
        EventBodyRow.event_id, EventBodyRow.salt, EventBodyRow.body,
    )  # fmt: skip
    query = (
        select(*(_raw(column).label(f"c{n}") for n, column in enumerate(columns)))
        .join_from(
            EventRow,
            EventBodyRow,
            (EventBodyRow.district_id == EventRow.district_id)
            & (EventBodyRow.event_id == EventRow.event_id),
            isouter=True,
        )
        .where(wanted)
        .order_by(order)
        .execution_options(yield_per=1000)
    )
    with session.execute(query) as found:
        rows: Iterator[tuple[Any, ...]] = (tuple(row) for row in found)
        for device, epoch, seq, event_id, type_, visit_id, at, line, digest, there, *facts in rows:
            salt, body = facts
            yield (
                (device, epoch),
                chain.StoredEvent(
                    seq,
                    _id_text(event_id),
                    type_,
                    None if visit_id is None else _id_text(visit_id),
                    _moment_text(at),
                    _bytes(line),
                    _bytes(digest),
                    None if there is None else _bytes(salt),
                    None if there is None else _bytes(body),
                ),
            )


def _id_text(value: object) -> str:
    """An id as lines write it: SQLite keeps 32 digits, PostgreSQL a UUID."""
    text = str(value)
    if len(text) != 32:
        return text
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _moment_text(value: object) -> str:
    """A moment as lines write it: SQLite keeps text in UTC, PostgreSQL a moment with its zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    text = str(value).replace(" ", "T", 1)
    return f"{text.removesuffix('.000000')}Z"


def _raw(column: InstrumentedAttribute[Any]) -> TypeCoerce[object]:
    """A column as the database gives it, whatever somebody put there."""
    return type_coerce(column, NullType())


def _bytes(value: object) -> bytes:
    """Text in place of bytes was put there by somebody: it is nothing that has a right hash."""
    return value if isinstance(value, bytes) else b""


def count(session: Session, device_id: str | None = None) -> int:
    """How many events are kept, of one device or of all."""
    query = select(func.count()).select_from(EventRow)
    if device_id is not None:
        query = query.where(EventRow.device_id == device_id)
    return session.scalar(query) or 0


def chains_are_whole(session: Session, device_ids: set[str]) -> bool:
    """Whether every chain of these devices verifies from its first event on."""
    return all(v.is_good for v in verify_log(session, device_ids))
