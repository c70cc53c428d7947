"""The kiosks that were let in. How they ask for it: `db.pairing_requests`, `db.kiosk_tokens`."""

from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from db import codec, districts, sites
from db.domain.kiosks import LONGEST_TROUBLE, Kiosk, LastUse, ListInForce, OwnState
from db.hub_models import DeviceChallengeRow, DeviceRow, DeviceTokenRow, PairingRequestRow
from db.log_models import DeviceKeyRow

LAST_EPOCH = 100_000
IN_TOUCH = timedelta(minutes=2)
SEEN_AGAIN = timedelta(seconds=15)
"""How often it is worth a write that a kiosk was heard from."""
LONGEST_VERSION = 64
MOST_AUTHORITIES = 8
"""A hub has two at most."""
_MARK_DIGITS = 64


@dataclass(frozen=True, slots=True)
class PairedKiosk:
    """A kiosk that may talk to this hub."""

    kiosk_id: str
    name: str
    epoch: int
    last_seen_at: datetime | None
    fork: str | None
    is_revoked: bool = False
    site_id: str = ""
    state: OwnState | None = None
    """What it said of itself last, where it is the one that asks."""


def is_kiosk_id(text: str) -> bool:
    """Whether a kiosk may call itself that: kiosks make UUIDs, and the hub's own name is none."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def let_in(
    session: Session,
    kiosk_id: str,
    name: str,
    now: datetime,
    *,
    last_epoch: int = 0,
    public_key: bytes = b"",
    site_id: str = "",
) -> PairedKiosk:
    """Let a kiosk talk to this hub. One that was here before begins a new epoch of its log.

    `last_epoch` is the last one that the kiosk itself knows of (0: none): a hub restored from an
    old backup would else give it a number for the second time. `public_key` checks what the kiosk
    signs in this epoch, its batches and what gets it a token: without one it gets none. `site_id`
    is its site's, for good: a kiosk that goes to another school gets another id there. Without one
    it is the only site's.
    """
    row = districts.get(session, DeviceRow, kiosk_id)
    if row is None:
        row = DeviceRow(device_id=kiosk_id, epoch=0, site_id=site_id or sites.only(session))
        session.add(row)
    elif site_id not in ("", row.site_id):
        raise ValueError(f"kiosk {kiosk_id} is of another site")
    row.epoch = max(row.epoch, last_epoch) + 1
    row.name, row.paired_at = name, now
    row.last_seen_at, row.fork, row.revoked_at = None, None, None
    row.state, row.state_at = "", None
    if public_key:
        session.add(DeviceKeyRow(device_id=kiosk_id, epoch=row.epoch, public_key=public_key))
    _end_tokens(session, kiosk_id)
    session.flush()
    return value_of(row)


def public_key(session: Session, device_id: str, epoch: int) -> bytes | None:
    """The key that signs this epoch of a device's chain, None when it is not signed."""
    row = districts.get(session, DeviceKeyRow, device_id, epoch)
    return None if row is None else row.public_key


def site_of(session: Session, kiosk_id: str) -> str | None:
    """The site that a kiosk belongs to; None for one that was never let in."""
    row = districts.get(session, DeviceRow, kiosk_id)
    return None if row is None else row.site_id


def find(session: Session, kiosk_id: str) -> PairedKiosk | None:
    """A kiosk that was let in, also one that was revoked."""
    row = districts.get(session, DeviceRow, kiosk_id)
    return None if row is None else value_of(row)


def is_news(kiosk: PairedKiosk, state: OwnState | None, now: datetime) -> bool:
    """Whether it is worth a write that a kiosk was heard from, and what it said of itself."""
    if kiosk.last_seen_at is None or abs(now - kiosk.last_seen_at) >= SEEN_AGAIN:
        return True
    before = kiosk.state
    return state is not None and (before is None or _timeless(before) != _timeless(state))


def _timeless(state: OwnState) -> OwnState:
    """Without the moments: camera and printer are used by every visitor, and mostly do as before.

    What they did when is written with the next word that is worth it, seconds later.
    """
    never = datetime.min.replace(tzinfo=UTC)
    camera = state.camera and replace(state.camera, at=never)
    printer = state.printer and replace(state.printer, at=never)
    return replace(state, at=never, camera=camera, printer=printer)


def seen(session: Session, kiosk_id: str, now: datetime, state: OwnState | None = None) -> None:
    """Note that a kiosk was heard from, with what it said of itself if it did."""
    told = {"state": codec.to_json(state).decode(), "state_at": now} if state is not None else {}
    session.execute(
        update(DeviceRow).where(DeviceRow.device_id == kiosk_id).values(last_seen_at=now, **told)
    )


def own_state(text: str) -> OwnState | None:
    """What a kiosk says of itself; None when that is nothing, or cannot be read.

    It is only shown: a kiosk that says nonsense of itself still hands over what it keeps.
    """
    try:
        said = codec.from_json(text, OwnState) if text else None
    except codec.MalformedError:
        return None
    if said is None or said.at.tzinfo is None or said.waiting < 0:
        return None
    is_sound = len(said.version) <= LONGEST_VERSION and said.version.isprintable()
    uses = [use for use in (said.camera, said.printer) if use is not None]
    is_sound = is_sound and all(map(_is_fit, uses))
    is_sound = is_sound and len(said.authorities) <= MOST_AUTHORITIES
    is_sound = is_sound and all(map(_is_mark, said.authorities))
    return said if is_sound and all(map(_is_sound, said.lists.values())) else None


def _is_fit(use: LastUse) -> bool:
    """Whether it can be shown, at any distance from when it was said."""
    is_moment = use.at.tzinfo is not None and MINYEAR < use.at.year < MAXYEAR
    return is_moment and len(use.trouble) <= LONGEST_TROUBLE and use.trouble.isprintable()


def _is_sound(known: ListInForce) -> bool:
    """Whether it can be shown in any time zone."""
    at = known.imported_at
    return known.version >= 0 and at.tzinfo is not None and MINYEAR < at.year < MAXYEAR


def _is_mark(text: str) -> bool:
    return len(text) == _MARK_DIGITS and set(text) <= set("0123456789abcdef")


def mark_fork(session: Session, kiosk_id: str, what: str) -> None:
    session.execute(update(DeviceRow).where(DeviceRow.device_id == kiosk_id).values(fork=what))


def all_kiosks(session: Session) -> list[PairedKiosk]:
    """Also those that were revoked, whose visits are still told."""
    return [value_of(r) for r in session.scalars(select(DeviceRow).order_by(DeviceRow.name))]


def state_of_all(session: Session) -> tuple[int, int]:
    """Numbers that are others once any kiosk was let in, let in again or revoked."""
    revoked, epochs = session.execute(
        select(func.count(DeviceRow.revoked_at), func.coalesce(func.sum(DeviceRow.epoch), 0))
    ).one()
    return revoked, epochs


def revoke(session: Session, kiosk_id: str, now: datetime) -> Kiosk:
    """End a kiosk's tokens at once; what it sent stays. LookupError for an unknown one."""
    row = districts.get(session, DeviceRow, kiosk_id)
    if row is None:
        raise LookupError(f"no kiosk {kiosk_id}")
    if row.revoked_at is None:
        row.revoked_at = now
    _end_tokens(session, kiosk_id)
    # It could be let in again with an acceptance that is still fresh.
    session.execute(delete(PairingRequestRow).where(PairingRequestRow.device_id == kiosk_id))
    session.flush()
    return _kiosk(row)


def kiosks(session: Session) -> tuple[Kiosk, ...]:
    """Every kiosk that was ever let in, by name; those that were revoked come last."""
    rows = session.scalars(select(DeviceRow).order_by(DeviceRow.name, DeviceRow.paired_at))
    old = select(DeviceTokenRow).where(DeviceTokenRow.is_of_pairing)
    ends = {token.device_id: token.expires_at for token in session.scalars(old)}
    found = [replace(_kiosk(row), old_token_until=ends.get(row.device_id)) for row in rows]
    return tuple(sorted(found, key=lambda kiosk: kiosk.revoked_at is not None))


def _end_tokens(session: Session, kiosk_id: str) -> None:
    for kind in (DeviceTokenRow, DeviceChallengeRow):
        session.execute(delete(kind).where(kind.device_id == kiosk_id))


def _kiosk(row: DeviceRow) -> Kiosk:
    return Kiosk(
        row.device_id,
        row.name,
        row.paired_at,
        row.last_seen_at,
        row.fork,
        row.revoked_at,
        row.site_id,
    )


def value_of(row: DeviceRow) -> PairedKiosk:
    is_revoked = row.revoked_at is not None
    return PairedKiosk(
        row.device_id,
        row.name,
        row.epoch,
        row.last_seen_at,
        row.fork,
        is_revoked,
        row.site_id,
    )
