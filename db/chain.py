"""The hash chain: what makes a change of the log visible. Pure: no clock, no database.

Every event is one line of JSON whose exact bytes are kept, ``hash = SHA-256(prev || line)``. The
personal facts (body) travel beside the line, which holds only ``SHA-256(salt || body)``: retention
may erase body and salt, and the chain still verifies. First `prev` of a chain: 32 zero bytes.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from db import codec

ENVELOPE_VERSION = 1
GENESIS = bytes(32)
SALT_BYTES = 16
LONGEST_TYPE = 64
HUB = "hub"
"""The hub's own name in the log; kiosks are called by UUIDs."""


class Refs(msgspec.Struct, frozen=True, gc=False):
    """Under which lists (id -> version) and settings an event came about."""

    watchlists: dict[str, int]
    settings: int = 0


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """The line's fields, in the order in which they are written. `clock_offset` is in ms."""

    v: int
    type: str
    type_v: int
    event_id: UUID
    district_id: str
    site_id: str
    kiosk_id: str
    epoch: int
    seq: int
    occurred_at: datetime
    clock_offset: int
    actor: str
    """``visitor``, ``kiosk``, ``hub`` or ``staff:<id>``: never a name, since the line stays."""
    visit_id: UUID | None
    cause_id: UUID | None
    refs: Refs
    body_commit: str


class SealedEvent(msgspec.Struct, frozen=True, gc=False):
    """An event as it travels and is kept: exact line, and the body with its salt beside it.

    Both are empty once retention erased them.
    """

    line: bytes
    salt: bytes
    body: bytes

    @property
    def is_erased(self) -> bool:
        return not self.salt and not self.body

    @property
    def envelope(self) -> Envelope:
        return codec.from_json(self.line, Envelope)


def commit(salt: bytes, body: bytes) -> str:
    """What the line says of the body, in hex."""
    return hashlib.sha256(salt + body).hexdigest()


def link(prev: bytes, line: bytes) -> bytes:
    """The hash of an event, 32 bytes."""
    return hashlib.sha256(prev + line).digest()


def is_body_of(envelope: Envelope, salt: bytes, body: bytes) -> bool:
    """Whether this body is the one that the line committed to.

    The salt has its size: a byte that moves from the body to the salt would change no hash.
    """
    return len(salt) == SALT_BYTES and envelope.body_commit == commit(salt, body)


class Columns(msgspec.Struct, frozen=True, gc=False):
    """What a database keeps beside the line, to search by: it must say the same as the line."""

    event_id: UUID
    type: str
    visit_id: UUID | None
    occurred_at: datetime


def columns_of(envelope: Envelope) -> Columns:
    """What stands beside this line when nobody changed it.

    Whatever a line says can be kept: a moment without a zone is taken for UTC, and of a type's name
    only as much as its column takes.
    """
    at = envelope.occurred_at
    return Columns(
        envelope.event_id,
        envelope.type.replace("\0", "")[:LONGEST_TYPE],
        envelope.visit_id,
        at if at.tzinfo is not None else at.replace(tzinfo=UTC),
    )


class StoredEvent(NamedTuple):
    """A link as a database holds it; `salt` and `body` are None once retention erased them.

    What stands beside the line is here as the line writes it: ids with dashes, moments as RFC 3339
    in UTC. A million of these are made in a check, so nothing is converted that need not be.
    """

    seq: int
    event_id: str
    type: str
    visit_id: str | None
    occurred_at: str
    line: bytes
    hash: bytes
    salt: bytes | None
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of one chain found. `broken` says where and how in words, empty when whole.

    `erased` counts the events whose personal facts are gone: retention may do that.
    """

    device_id: str
    epoch: int
    events: int
    head: bytes
    broken: str = ""
    erased: int = 0

    @property
    def is_good(self) -> bool:
        return not self.broken


class Follower:
    """Recomputes one chain, link by link from its first one on; goes no further than it holds."""

    __slots__ = ("_broken", "_device_id", "_epoch", "_erased", "_events", "_head")

    def __init__(self, device_id: str, epoch: int) -> None:
        self._device_id, self._epoch = device_id, epoch
        self._events, self._head, self._erased, self._broken = 0, GENESIS, 0, ""

    def follow(self, event: StoredEvent) -> bool:
        """Whether the chain holds up to this event, the next one that is kept of it."""
        if not self._broken:
            expected = self._events + 1
            self._broken = _broken(self._device_id, self._epoch, expected, self._head, event)
        if self._broken:
            return False
        self._events, self._head = self._events + 1, event.hash
        self._erased += event.body is None
        return True

    @property
    def found(self) -> Verification:
        return Verification(
            self._device_id, self._epoch, self._events, self._head, self._broken, self._erased
        )


def verify(device_id: str, epoch: int, stored: Iterable[StoredEvent]) -> Verification:
    """Recompute a chain from its first link. Stops at the first link that does not hold."""
    follower = Follower(device_id, epoch)
    for event in stored:
        if not follower.follow(event):
            break
    return follower.found


def _broken(device_id: str, epoch: int, expected: int, prev: bytes, event: StoredEvent) -> str:
    if event.seq != expected:
        return f"event {expected} is missing; the next one kept is {event.seq}"
    if link(prev, event.line) != event.hash:
        return f"event {expected} was changed, or one before it"
    if _is_plain(device_id, epoch, event):
        return ""
    try:
        envelope = codec.from_json(event.line, Envelope)
    except codec.MalformedError:
        return f"event {expected} cannot be read"
    if (envelope.kiosk_id, envelope.epoch, envelope.seq) != (device_id, epoch, expected):
        return f"event {expected} belongs to another place in the log"
    if columns_of(envelope) != _columns(event):
        return f"what is kept beside event {expected} was changed: its id, type, visit or time"
    if (event.salt is None) != (event.body is None):
        return f"the personal facts of event {expected} are half gone"
    if (
        event.salt is not None
        and event.body is not None
        and not is_body_of(envelope, event.salt, event.body)
    ):
        return f"the personal facts of event {expected} were changed"
    return ""


def _is_plain(device_id: str, epoch: int, event: StoredEvent) -> bool:
    """Whether the line, written as we write lines, says what stands beside it: most do.

    Fields are looked for where they are, with their names and neighbours, instead of being read:
    that takes a tenth of the time. What is not found so is read by `_broken`.
    """
    line, salt, body = event.line, event.salt, event.body
    if salt is not None and body is not None:
        if len(salt) != SALT_BYTES:
            return False
        end = f'"body_commit":"{hashlib.sha256(salt + body).hexdigest()}"}}'.encode()
        if not line.endswith(end):
            return False
    elif salt is not None or body is not None:
        return False
    visit = "null" if event.visit_id is None else f'"{event.visit_id}"'
    try:
        return (
            line.startswith(f'{{"v":1,"type":"{event.type}","type_v":'.encode())
            and f',"event_id":"{event.event_id}",'.encode() in line
            and f',"visit_id":{visit},'.encode() in line
            and (
                f',"kiosk_id":"{device_id}","epoch":{epoch},"seq":{event.seq},'
                f'"occurred_at":"{event.occurred_at}",'
            ).encode()
            in line
        )
    except UnicodeEncodeError:
        return False


def _columns(event: StoredEvent) -> Columns | None:
    try:
        return Columns(
            UUID(event.event_id),
            event.type,
            None if event.visit_id is None else UUID(event.visit_id),
            datetime.fromisoformat(event.occurred_at),
        )
    except (TypeError, ValueError, AttributeError):  # SQLite keeps any text in any column
        return None
