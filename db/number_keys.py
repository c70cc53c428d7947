"""The district's keys for ID numbers: how a hash outlives a change of its key.

A number is hashed with the first key, that hash with the second one, and so on (HMAC-SHA-256). So
the key can be changed although nobody keeps numbers: what is kept is hashed once more, and whoever
knows the keys of before without the newest can try no numbers against it. Nobody is forgotten: who
shows an ID is hashed with all keys in their order. The same holds for who somebody is for
clearances (`db.clearances.visitor_key`).

All rows are under the newest key of their database. An event says up to which key it is hashed,
since its kiosk may not have heard yet; in the log it stays so until retention erases its body.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Uuid, bindparam, column, or_, select, table, update
from sqlalchemy.orm import Session

from db import districts, settings
from db.desk_models import ClearanceRow
from db.domain.errors import StorageError
from db.models import VisitRow, WatchlistEntryRow, WatchlistRow

LOG = logging.getLogger(__name__)

FIRST = "number_key"
"""The setting that holds the first key, in hex."""
LATER = "number_keys.later"
KEY_BYTES = 32
_NONCE_BYTES = 12
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class LaterKey:
    """A key behind the first one, in hex."""

    key: str = field(repr=False)
    made_at: datetime

    @property
    def secret(self) -> bytes:
        return bytes.fromhex(self.key)


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A key that only who has the one before it can open; in hex."""

    key_id: str
    sealed: str
    made_at: datetime


def make(session: Session) -> None:
    """The first key, on a hub that has none yet."""
    if settings.read(session, FIRST, str) is None:
        settings.write(session, FIRST, secrets.token_hex(KEY_BYTES))
    # There from the start on, so that it can be locked: see `settled`.
    if settings.read(session, LATER, list[LaterKey]) is None:
        settings.write(session, LATER, [])


def later(session: Session) -> tuple[LaterKey, ...]:
    """The keys behind the first one, in their order."""
    return tuple(settings.read(session, LATER, list[LaterKey]) or ())


def settled(session: Session) -> tuple[LaterKey, ...]:
    """The same, and none is added before this transaction ends; others may settle on them too."""
    return tuple(settings.shared(session, LATER, list[LaterKey]) or ())


def id_of(key: LaterKey) -> str:
    """What a key is called, which tells nothing of it: 16 digits of a SHA-256."""
    return hashlib.sha256(b"vestibule number key\0" + key.secret).hexdigest()[:16]


def newest_id(known: Sequence[LaterKey]) -> str:
    """What the newest key is called; empty as long as there is the first one only."""
    return id_of(known[-1]) if known else ""


def lift(digest: str, known: Sequence[LaterKey], key_id: str = "") -> str:
    """A hash that is made up to the key `key_id`, made up to the newest one.

    It stays as it is when it is empty, and when nobody knows that key any more: a hub that was
    restored from a backup of before it. Then it is like no other one.
    """
    if not digest:
        return ""
    names = ["", *map(id_of, known)]
    if key_id not in names:
        return digest
    for key in known[names.index(key_id) :]:
        digest = hmac.new(key.secret, digest.encode(), hashlib.sha256).hexdigest()
    return digest


# ---- on the hub ------------------------------------------------------------------------------


def add(session: Session, now: datetime) -> int:
    """A new key: everything that is kept is hashed once more. Returns how many visits have it.

    Raises `StorageError` in words when a list in force has hashes of ID numbers: its entries are
    what a file said, so that they cannot be changed here, and would agree with nobody any more.
    """
    known = tuple(settings.locked(session, LATER, list[LaterKey]) or ())
    if settings.read(session, FIRST, str) is None:
        raise StorageError("This hub is not set up yet: start it once first.")
    _refuse_for_lists(session)
    longer = (*known, LaterKey(secrets.token_hex(KEY_BYTES), now))
    settings.write(session, LATER, longer)
    return _lift_all(session, longer, newest_id(known))


def _refuse_for_lists(session: Session) -> None:
    named = session.scalars(
        select(WatchlistRow.name)
        .where(
            WatchlistRow.edition.in_(
                select(WatchlistEntryRow.edition).where(WatchlistEntryRow.number_hash != "")
            )
        )
        .order_by(WatchlistRow.name)
    ).all()
    if named:
        raise StorageError(
            "The key was not changed: these lists hold hashes of ID numbers, made with the key of "
            f"now: {', '.join(named)}. Export each, empty the column of the ID number's hash, "
            "import it again, then try again."
        )


def sealed(session: Session) -> tuple[SealedKey, ...]:
    """What kiosks are told, each key sealed with the one before it (AES-256-GCM).

    The feed is read by whoever holds a kiosk's token for an hour, and is kept; kiosks have the
    first key from their pairing.
    """
    before = bytes.fromhex(settings.read(session, FIRST, str) or "")
    told = []
    for key in later(session):
        nonce, name = secrets.token_bytes(_NONCE_BYTES), id_of(key)
        closed = nonce + AESGCM(_sealing(before)).encrypt(nonce, key.secret, name.encode())
        told.append(SealedKey(name, closed.hex(), key.made_at))
        before = key.secret
    return tuple(told)


# ---- on a kiosk ------------------------------------------------------------------------------


def learn(session: Session, told: Sequence[SealedKey]) -> bool:
    """Take the hub's keys, and hash everything that is kept up to the newest one.

    False when they do not open: the kiosk goes on with those that it has, the hub brings its
    hashes up to date, and a clearance of now is not found here, so that staff decide again.
    """
    before = bytes.fromhex(settings.read(session, FIRST, str) or "")
    opened = []
    try:
        for key in told:
            box = bytes.fromhex(key.sealed)
            secret = AESGCM(_sealing(before)).decrypt(
                box[:_NONCE_BYTES], box[_NONCE_BYTES:], key.key_id.encode()
            )
            opened.append(LaterKey(secret.hex(), key.made_at))
            before = secret
    except (InvalidTag, ValueError):
        LOG.warning("a new key for ID numbers does not open here: pair this kiosk again")
        return False
    take(session, opened)
    return True


def take(session: Session, given: Sequence[LaterKey]) -> None:
    """Keep these keys in place of those that are here."""
    known = later(session)
    if tuple(given) != known:
        settings.write(session, LATER, tuple(given))
        _lift_all(session, given, newest_id(known))


def _sealing(key: bytes) -> bytes:
    return hmac.new(key, b"vestibule seals the next number key", hashlib.sha256).digest()


# ---- rows ------------------------------------------------------------------------------------


def _lift_all(session: Session, known: Sequence[LaterKey], key_id: str) -> int:
    """Bring all rows up to the newest key; they are made up to `key_id`. Returns the visits."""
    for clearance in session.scalars(select(ClearanceRow)):
        clearance.visitor_key = lift(clearance.visitor_key, known, key_id)
    session.flush()
    count = 0
    for rows in _batches(session):
        session.connection().execute(
            _LIFT,
            [
                {
                    "district": districts.of(session),
                    "id": visit_id,
                    "hash": lift(number_hash, known, key_id),
                    "key": lift(visitor_key, known, key_id),
                }
                for visit_id, number_hash, visitor_key in rows
            ],
        )
        count += len(rows)
    session.expire_all()
    return count


_VISIT = table(
    "visit",
    column("district_id", Uuid),
    column("visit_id", Uuid),
    column("number_hash"),
    column("visitor_key"),
)
_LIFT = (
    update(_VISIT)
    .where(_VISIT.c.district_id == bindparam("district"), _VISIT.c.visit_id == bindparam("id"))
    .values(number_hash=bindparam("hash"), visitor_key=bindparam("key"))
)


def _batches(session: Session) -> Iterator[list[tuple[UUID, str, str]]]:
    """The visits that can be known again, in the order of their ids, some thousand at a time."""
    query = (
        select(VisitRow.visit_id, VisitRow.number_hash, VisitRow.visitor_key)
        .where(or_(VisitRow.number_hash != "", VisitRow.visitor_key != ""))
        .order_by(VisitRow.visit_id)
        .limit(_AT_ONCE)
    )
    last: UUID | None = None
    while True:
        behind = query if last is None else query.where(VisitRow.visit_id > last)
        rows = [(r.visit_id, r.number_hash, r.visitor_key) for r in session.execute(behind)]
        if not rows:
            return
        yield rows
        last = rows[-1][0]
