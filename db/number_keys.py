"""The district's keys for ID numbers: how a hash outlives a change of its key.

A number is hashed with the first key, that hash with the second one, and so on (HMAC-SHA-256). So
the key can be changed although nobody keeps numbers: what is kept is hashed once more, and whoever
knows the keys of before without the newest can try no numbers against it. Nobody is forgotten: who
shows an ID is hashed with all keys in their order. The same holds for who somebody is for
clearances (`db.clearances.visitor_key`).

A new key holds at once: clearances, which are few, are hashed once more in the transaction that
adds it. Visits follow in small transactions of their own (`db.number_lifting`), so that nobody
waits for them. `Lifting` says which ones are still as they were; whoever looks for a visit
meanwhile finds both (`forms`). An event says up to which key it is hashed, since its kiosk may not
have heard yet; in the log it stays so until retention erases its body.

Locks: visits, then the keys, then clearances. `go_on` has the keys first, and waits for no visit.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import (
    ColumnElement,
    Uuid,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.orm import Session

from db import districts, settings
from db.desk_models import ClearanceRow
from db.domain.errors import StorageError
from db.models import VisitRow, WatchlistEntryRow, WatchlistRow

LOG = logging.getLogger(__name__)

UNOPENED = "number_key_unopened"
"""A kiosk's: the hub told of a key that does not open here; gone once all of them do."""
FIRST = "number_key"
"""The setting that holds the first key, in hex."""
LATER = "number_keys.later"
KEY_BYTES = 32
_NONCE_BYTES = 12
LIFTING = "number_keys.lifting"
AHEAD = "number_keys.ahead"
"""Visits that came under the newest key, although `Lifting` says otherwise of their ids."""
_AT_ONCE = 500


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


@dataclass(frozen=True, slots=True)
class Lifting:
    """Visits with an id behind `upto`, as far as `end`, are made up to the key `key_id` still."""

    key_id: str
    upto: UUID
    end: UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """The keys behind the first one, and which visits are not made up to the newest one yet."""

    keys: tuple[LaterKey, ...]
    lifting: Lifting | None
    ahead: frozenset[UUID]

    def key_of(self, visit_id: UUID) -> str:
        """Up to which key the row of a visit is made."""
        waits = self.lifting
        if waits is None or not waits.upto < visit_id <= waits.end or visit_id in self.ahead:
            return newest_id(self.keys)
        return waits.key_id

    def newest(self, visit_id: UUID, digest: str) -> str:
        """What the row of a visit says, made up to the newest key."""
        return lift(digest, self.keys, self.key_of(visit_id))


@dataclass(frozen=True, slots=True)
class Lifted:
    """How many visits one step brought up to the newest key, and whether others still wait."""

    visits: int
    is_more: bool


def make(session: Session) -> None:
    """The first key, on a hub that has none yet."""
    if settings.read(session, FIRST, str) is None:
        settings.write_first(session, FIRST, secrets.token_hex(KEY_BYTES))
    # There from the start on, so that it can be locked: see `settled`.
    if settings.read(session, LATER, list[LaterKey]) is None:
        settings.write_first(session, LATER, [])


def later(session: Session) -> tuple[LaterKey, ...]:
    """The keys behind the first one, in their order."""
    return tuple(settings.read(session, LATER, list[LaterKey]) or ())


def standing(session: Session) -> Standing:
    """How the keys stand, for who only reads."""
    return _standing(session, later(session))


def settled(session: Session) -> Standing:
    """The same, and it stays so until this transaction ends; others may settle on it too."""
    return _standing(session, tuple(settings.shared(session, LATER, list[LaterKey]) or ()))


def _standing(session: Session, keys: tuple[LaterKey, ...]) -> Standing:
    # Where the key was never changed, nobody asks further: every event comes by here.
    waits = settings.read(session, LIFTING, Lifting) if keys else None
    if waits is None:
        return Standing(keys, None, frozenset())
    return Standing(keys, waits, frozenset(settings.read(session, AHEAD, list[UUID]) or ()))


def id_of(key: LaterKey) -> str:
    """What a key is called, which tells nothing of it: 16 digits of a SHA-256."""
    return hashlib.sha256(b"vestibule number key\0" + key.secret).hexdigest()[:16]


def newest_id(known: Sequence[LaterKey]) -> str:
    """What the newest key is called; empty as long as there is the first one only."""
    return id_of(known[-1]) if known else ""


def lift(digest: str, known: Sequence[LaterKey], key_id: str = "") -> str:
    """A hash that is made up to the key `key_id`, made up to the newest one.

    Empty when nobody knows that key any more: a hub that was restored from a backup of before it.
    Who shows that ID is then like nobody who came before.
    """
    names = ["", *map(id_of, known)]
    if not digest or key_id not in names:
        return ""
    for key in known[names.index(key_id) :]:
        digest = hmac.new(key.secret, digest.encode(), hashlib.sha256).hexdigest()
    return digest


# ---- on the hub ------------------------------------------------------------------------------


def add(session: Session, now: datetime) -> None:
    """A new key, which holds at once; `go_on` brings the visits up to it.

    Raises `StorageError` in words when a list in force has hashes of ID numbers: its entries are
    what a file said, so that they cannot be changed here, and would agree with nobody any more.
    """
    known = tuple(settings.locked(session, LATER, list[LaterKey]) or ())
    if settings.read(session, FIRST, str) is None:
        raise StorageError("This hub is not set up yet: start it once first.")
    if is_lifting(session):
        raise StorageError("The key is being changed already. Try again when that is done.")
    _refuse_for_lists(session)
    longer = (*known, LaterKey(secrets.token_hex(KEY_BYTES), now))
    settings.write(session, LATER, longer)
    _begin(session, longer, newest_id(known))


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
    """Take the hub's keys; `go_on` brings the visits up to the newest one.

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
        settings.write(session, UNOPENED, True)
        return False
    take(session, opened)
    return True


def is_unopened(session: Session) -> bool:
    """Whether the newest key is missing here, so that staff decide again on who was cleared."""
    return bool(settings.read(session, UNOPENED, bool))


def take(session: Session, given: Sequence[LaterKey]) -> None:
    """Keep these keys in place of those that are here; `go_on` brings the visits up to them."""
    settings.remove(session, UNOPENED)
    known = later(session)
    if tuple(given) == known:
        return
    finish(session)
    settings.write(session, LATER, tuple(given))
    _begin(session, given, newest_id(known))


def _sealing(key: bytes) -> bytes:
    return hmac.new(key, b"vestibule seals the next number key", hashlib.sha256).digest()


# ---- rows ------------------------------------------------------------------------------------


def is_lifting(session: Session) -> bool:
    """Whether visits wait for `go_on`."""
    return settings.read(session, LIFTING, Lifting) is not None


def waiting(session: Session) -> int:
    """How many visits wait for `go_on`."""
    lifting = settings.read(session, LIFTING, Lifting)
    query = select(func.count()).select_from(VisitRow).where(_is_known_again())
    return 0 if lifting is None else session.scalar(query.where(_is_behind(lifting))) or 0


def go_on(session: Session, limit: int = _AT_ONCE) -> Lifted:
    """Bring the next `limit` visits up to the newest key, in the order of their ids.

    A visit that somebody else is changing just now is not waited for: it is the next step's first.
    """
    keys = tuple(settings.locked(session, LATER, list[LaterKey]) or ())
    now = _standing(session, keys)
    if now.lifting is None:
        return Lifted(0, is_more=False)
    query = select(VisitRow.visit_id).where(_is_known_again(), _is_behind(now.lifting))
    query = query.order_by(VisitRow.visit_id).limit(limit)
    next_ids = session.scalars(query).all()
    free = session.execute(
        query.add_columns(VisitRow.number_hash, VisitRow.visitor_key).with_for_update(
            skip_locked=True
        )
    )
    lifted = []
    for visit_id, (free_id, number_hash, visitor_key) in zip(next_ids, free, strict=False):
        if visit_id != free_id:
            break
        lifted.append(
            {
                "district": districts.of(session),
                "id": visit_id,
                "hash": now.newest(visit_id, number_hash),
                "key": now.newest(visit_id, visitor_key),
            }
        )
    if lifted:
        session.connection().execute(_LIFT, lifted)
        session.expire_all()
    is_more = len(lifted) < len(next_ids) or len(next_ids) == limit
    if not is_more:
        settings.remove(session, LIFTING)
    elif lifted:
        upto = next_ids[len(lifted) - 1]
        settings.write(session, LIFTING, Lifting(now.lifting.key_id, upto, now.lifting.end))
    return Lifted(len(lifted), is_more)


def finish(session: Session) -> None:
    """Bring all visits that wait up to the newest key in this one transaction: for one writer."""
    while go_on(session).is_more:
        pass


def form_of_row(session: Session, now: Standing, visit_id: UUID, key_id: str) -> Sequence[LaterKey]:
    """The keys with which the row of a new visit is made, whose event is made up to `key_id`."""
    names = ["", *map(id_of, now.keys)]
    wanted = names.index(now.key_of(visit_id))
    if key_id not in names or names.index(key_id) <= wanted:
        return now.keys[:wanted]
    ahead = settings.locked(session, AHEAD, list[UUID]) or []
    settings.write(session, AHEAD, [*ahead, visit_id])
    return now.keys


def forms(session: Session, digest: str, among: ColumnElement[bool]) -> set[str]:
    """How a number's hash may be kept in the visits `among` which somebody looks.

    `digest` is made up to the newest key, or as a visit's row says it.
    """
    now = standing(session)
    if now.lifting is None or not digest:
        return {digest}
    key_id = now.lifting.key_id
    wanted = {digest, lift(digest, now.keys, key_id)}
    is_old = and_(VisitRow.number_hash != "", _is_behind(now.lifting), among)
    old = session.scalars(select(VisitRow.number_hash).where(is_old).distinct())
    return wanted | {each for each in old if lift(each, now.keys, key_id) in wanted}


def _begin(session: Session, known: Sequence[LaterKey], key_id: str) -> None:
    """All that is kept is made up to `key_id`; the keys are `known` from now on."""
    if key_id not in ["", *map(id_of, known)]:
        session.execute(update(VisitRow).values(number_hash="", visitor_key=""))
        return  # the hub tells the clearances anew, with the key that it has
    for clearance in session.scalars(select(ClearanceRow).order_by(ClearanceRow.clearance_id)):
        clearance.visitor_key = lift(clearance.visitor_key, known, key_id)
    session.flush()
    newest = select(VisitRow.visit_id).where(_is_known_again()).order_by(VisitRow.visit_id.desc())
    end = session.scalar(newest.limit(1))
    if end is not None:
        settings.write(session, AHEAD, [])
        settings.write(session, LIFTING, Lifting(key_id, UUID(int=0), end))


def _is_known_again() -> ColumnElement[bool]:
    return or_(VisitRow.number_hash != "", VisitRow.visitor_key != "")


def _is_behind(lifting: Lifting) -> ColumnElement[bool]:
    return and_(VisitRow.visit_id > lifting.upto, VisitRow.visit_id <= lifting.end)


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
