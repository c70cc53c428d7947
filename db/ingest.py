"""A batch of a device's log: checked link by link, stored as a set.

A row a statement would cost a hundred times as much: PostgreSQL takes a batch by COPY (binary, as
its manual's chapter on COPY lays it out), SQLite by one prepared statement. The chain's row is
locked meanwhile, so nobody else stores events of that chain: that, and no index, is what keeps
their numbers unique where the table is in partitions.
"""

import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import psycopg
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import chain, codec, districts
from db.domain.errors import StorageError


class GapError(Exception):
    """The batch does not follow on what is here: send from `expected_seq` on."""

    def __init__(self, expected_seq: int) -> None:
        super().__init__(f"events from {expected_seq} on are missing")
        self.expected_seq = expected_seq


class ForkError(Exception):
    """Two different events claim one place: a copied disk, or a changed log. Stop and alarm."""


class MalformedEventError(Exception):
    """A line is no envelope, or its body is not the one it committed to."""


class Link(NamedTuple):
    """An event that was checked, with its chained hash (32 bytes)."""

    envelope: chain.Envelope
    sealed: chain.SealedEvent
    hash: bytes


class Batch(NamedTuple):
    """What a batch holds: events that are here already by their number, and those behind them."""

    known: tuple[tuple[chain.Envelope, chain.SealedEvent], ...]
    new: tuple[Link, ...]


_ENVELOPE = msgspec.json.Decoder(chain.Envelope)


def check(
    head: tuple[int, bytes], device_id: str, epoch: int, events: Sequence[chain.SealedEvent]
) -> Batch:
    """Check a batch against the chain's head (its number and hash). Pure.

    Raises `GapError` or `MalformedEventError`.
    """
    seq, digest = head
    known: list[tuple[chain.Envelope, chain.SealedEvent]] = []
    new: list[Link] = []
    for sealed in events:
        envelope = _open(sealed, device_id, epoch)
        if envelope.seq == seq + 1:
            seq, digest = envelope.seq, chain.link(digest, sealed.line)
            new.append(Link(envelope, sealed, digest))
        elif envelope.seq > seq:
            raise GapError(seq + 1)
        elif new and envelope.seq > head[0]:
            _same_in_batch(new, head[0], envelope, sealed)
        else:
            known.append((envelope, sealed))
    return Batch(tuple(known), tuple(new))


def _open(sealed: chain.SealedEvent, device_id: str, epoch: int) -> chain.Envelope:
    line, body = sealed.line, sealed.body
    if b"\n" in line or b"\t" in line or b"\n" in body:
        raise MalformedEventError(
            "an event is not one line without tabs"
        )  # it could not be exported
    try:
        envelope = _ENVELOPE.decode(line)
    except codec.MalformedError as error:
        raise MalformedEventError("a line is no event") from error
    if envelope.kiosk_id != device_id or envelope.epoch != epoch:
        raise MalformedEventError(f"event {envelope.seq} is not of this kiosk")
    if not chain.is_body_of(envelope, sealed.salt, body) and not sealed.is_erased:
        raise MalformedEventError(f"the body of event {envelope.seq} is not the one it names")
    return envelope


def _same_in_batch(
    new: list[Link], before: int, envelope: chain.Envelope, sealed: chain.SealedEvent
) -> None:
    if new[envelope.seq - before - 1].sealed.line != sealed.line:
        raise ForkError(f"event {envelope.seq} differs from the one received before")


# ---- storing ---------------------------------------------------------------------------------

_EVENT = (
    "district_id", "event_id", "device_id", "epoch", "seq", "event_type", "visit_id",
    "occurred_at", "received_at", "leaf_index", "line", "hash", "parked",
)  # fmt: skip
_BODY = ("district_id", "event_id", "salt", "body")


class Placing(NamedTuple):
    """What a hub says of the events that it stores."""

    received_at: datetime
    first_place: int | None = None
    """The first one's leaf in the hub's order; None when places come later."""
    parked: Sequence[str | None] = ()
    """Why each could not be applied; empty when nobody has tried."""


def store(session: Session, links: Sequence[Link], placing: Placing) -> None:
    """Store checked links of one chain with their bodies, where they have one.

    Raises `ForkError` when one has the id of another event, `StorageError` for a lost server.
    """
    if not links:
        return
    connection = session.connection()
    try:
        if connection.dialect.name == "sqlite":
            ours = districts.of(session).hex
            connection.exec_driver_sql(_INSERT_EVENT, _event_rows(ours, links, placing))
            connection.exec_driver_sql(_INSERT_BODY, _body_rows(ours, links))
        else:
            driver = connection.connection.driver_connection
            if not isinstance(driver, psycopg.Connection):
                raise TypeError(f"no way to store events through {type(driver).__name__}")
            ours_bytes = districts.of(session).bytes
            _copy(driver, _COPY_EVENT, _packed_events(ours_bytes, links, placing))
            _copy(driver, _COPY_BODY, _packed_bodies(ours_bytes, links))
    except (IntegrityError, psycopg.errors.UniqueViolation) as error:
        raise ForkError("an event has the id or the place of another event") from error
    except psycopg.Error as error:
        raise StorageError(
            "The database cannot be used. Nothing of the batch was kept; try again."
        ) from error


def _numbered(
    links: Sequence[Link], placing: Placing
) -> Iterator[tuple[Link, int | None, str | None]]:
    first, parked = placing.first_place, placing.parked or (None,) * len(links)
    for at, (link, why) in enumerate(zip(links, parked, strict=True)):
        yield link, None if first is None else first + at, why


# SQLite keeps ids as 32 digits and moments as text, as SQLAlchemy writes them.

_INSERT_EVENT, _INSERT_BODY = (
    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608  our own names
    for table, names in (("event", _EVENT), ("event_body", _BODY))
)


def _event_rows(ours: str, links: Sequence[Link], placing: Placing) -> list[tuple[object, ...]]:
    received = _moment(placing.received_at)
    rows: list[tuple[object, ...]] = []
    for (envelope, sealed, digest), leaf, parked in _numbered(links, placing):
        columns = chain.columns_of(envelope)
        visit_id = columns.visit_id and columns.visit_id.hex
        at = _moment(columns.occurred_at)
        row = (
            ours, columns.event_id.hex, envelope.kiosk_id, envelope.epoch, envelope.seq,
            columns.type, visit_id, at, received, leaf, sealed.line, digest, parked,
        )  # fmt: skip
        rows.append(row)
    return rows


def _body_rows(ours: str, links: Sequence[Link]) -> list[tuple[object, ...]]:
    return [
        (ours, e.event_id.hex, sealed.salt, sealed.body)
        for e, sealed, _ in links
        if not sealed.is_erased
    ]


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


# PostgreSQL's binary COPY: a signature, then for each row the number of its fields, and each field
# with its length before it (-1 for NULL), all big-endian; moments are microseconds since 2000.

_COPY_EVENT, _COPY_BODY = (
    f"COPY {table} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
    for table, names in (("event", _EVENT), ("event_body", _BODY))
)
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_UUID = struct.pack("!i", 16)
_HASH = struct.pack("!i", 32)
_LENGTH = struct.Struct("!i").pack
_INT4 = struct.Struct("!ii").pack
_MOMENTS = struct.Struct("!iqiqii").pack
_PLACED = struct.Struct("!iqiqiqi").pack
_Y2000 = datetime(2000, 1, 1, tzinfo=UTC)


def _copy(driver: "psycopg.Connection[object]", statement: str, content: bytes) -> None:
    with driver.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.write(content)


def _packed_events(ours: bytes, links: Sequence[Link], placing: Placing) -> bytes:
    """Written for speed: of a day's backlog this is most of what is done for each event."""
    first = links[0].envelope
    begin = struct.pack("!h", len(_EVENT)) + _UUID + ours + _UUID
    device = _field(first.kiosk_id.encode()) + _INT4(4, first.epoch)
    received, types = _micros(placing.received_at), dict[str, bytes]()
    parts: list[bytes] = [_SIGNATURE]
    for (envelope, sealed, digest), leaf, parked in _numbered(links, placing):
        columns = chain.columns_of(envelope)
        visit, line, kind = columns.visit_id, sealed.line, columns.type
        if kind not in types:
            types[kind] = _field(kind.encode())
        at = _micros(columns.occurred_at)
        parts += (
            begin, columns.event_id.int.to_bytes(16), device, _INT4(4, envelope.seq), types[kind],
            _NULL if visit is None else _UUID + visit.int.to_bytes(16),
            _MOMENTS(8, at, 8, received, -1, len(line)) if leaf is None
            else _PLACED(8, at, 8, received, 8, leaf, len(line)),
            line, _HASH, digest, _NULL if parked is None else _field(parked.encode()),
        )  # fmt: skip
    parts.append(_END)
    return b"".join(parts)


def _packed_bodies(ours: bytes, links: Sequence[Link]) -> bytes:
    begin = struct.pack("!h", len(_BODY)) + _UUID + ours + _UUID
    parts: list[bytes] = [_SIGNATURE]
    for envelope, sealed, _ in links:
        salt, body = sealed.salt, sealed.body
        if not body:  # erased
            continue
        parts += (
            begin, envelope.event_id.int.to_bytes(16), _LENGTH(len(salt)), salt,
            _LENGTH(len(body)), body,
        )  # fmt: skip
    parts.append(_END)
    return b"".join(parts)


def _field(content: bytes) -> bytes:
    return _LENGTH(len(content)) + content


def _micros(at: datetime) -> int:
    since = at - _Y2000
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
