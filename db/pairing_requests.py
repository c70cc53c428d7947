"""How a kiosk asks to be let in: a one-time code, a proof of it, and somebody who accepts."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db import districts, pairing, pairing_secret, sites
from db.domain.kiosks import PairingRequest
from db.hub_models import DeviceRow, PairingCodeRow, PairingRequestRow
from db.ids import new_id
from db.pairing import PairedKiosk

VALID_FOR = timedelta(minutes=10)
TRIES = 5
MOST_CODES = 4
"""So many of a site may be open at once."""
MOST_WITHOUT_NUMBER = 16
"""So many a try without a number is compared with: each takes some tens of milliseconds."""


class State(StrEnum):
    """What became of a request."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Asking:
    """A kiosk that proved that it knows a code. `last_epoch`, `public_key`: `pairing.let_in`."""

    kiosk_id: str
    name: str
    last_epoch: int
    public_key: bytes
    secret: bytes
    site_id: str = ""
    """Of the code."""
    leaves: str | None = None
    """As which kiosk of another school it has proved that it was paired until now."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What a request has come to; the kiosk once it was accepted."""

    state: State
    kiosk: PairedKiosk | None = None
    replaced: PairedKiosk | None = None
    """The one that this one stands in for, when it was revoked for that just now."""
    left: PairedKiosk | None = None
    """As which it was paired at another school, when that was revoked for it just now."""
    has_left: bool = False
    """Whether that is revoked, now or when it asked before."""


def new_code(session: Session, now: datetime, site_id: str = "") -> str:
    """A code of twelve digits with which one kiosk of a site may ask within ten minutes."""
    session.execute(delete(PairingCodeRow).where(PairingCodeRow.expires_at <= now))
    site_id = site_id or sites.only(session)
    still = session.scalars(
        select(PairingCodeRow)
        .where(PairingCodeRow.site_id == site_id)
        .order_by(PairingCodeRow.expires_at.desc())
    )
    for row in list(still)[MOST_CODES - 1 :]:
        session.delete(row)
    numbers = {pairing_secret.number_of(c) for c in session.scalars(select(PairingCodeRow.code))}
    number = next(
        (
            n
            for _ in range(100)
            if (n := _random_digits(pairing_secret.NUMBER_DIGITS)) not in numbers
        ),
        _random_digits(pairing_secret.NUMBER_DIGITS),
    )
    code = number + _random_digits(pairing_secret.SECRET_DIGITS)
    session.add(
        PairingCodeRow(
            code=code,
            expires_at=now + VALID_FOR,
            tries_left=TRIES,
            used_at=None,
            site_id=site_id,
        )
    )
    session.flush()
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def begin_try(session: Session, now: datetime, number: str) -> dict[str, str]:
    """The open code of this number and its site, with one try less: counted before it ends.

    Without a number, as kiosks of the version before ask, the newest open codes: no try is counted
    for them, since a stranger would use up everybody's. Whoever asks has to be slowed for all.
    """
    newest_first = select(PairingCodeRow).order_by(PairingCodeRow.expires_at.desc())
    is_open = [row for row in session.scalars(newest_first) if _is_open(row, now)]
    if not number:
        return {row.code: row.site_id for row in is_open[:MOST_WITHOUT_NUMBER]}
    codes = {r.code: r.site_id for r in is_open if pairing_secret.number_of(r.code) == number}
    if codes:
        session.execute(
            update(PairingCodeRow)
            .where(PairingCodeRow.code.in_(list(codes)))
            .values(tries_left=PairingCodeRow.tries_left - 1)
        )
    return codes


def ask(session: Session, code: str, asking: Asking, now: datetime) -> PairingRequest | None:
    """Use up a code for a kiosk that proved it; None when somebody else was faster."""
    row = districts.get(session, PairingCodeRow, code, with_for_update=True)
    if row is None or row.used_at is not None or row.expires_at <= now:
        return None
    row.used_at = now
    session.execute(delete(PairingRequestRow).where(PairingRequestRow.expires_at <= now))
    request = PairingRequestRow(
        request_id=new_id(now),
        secret=asking.secret,
        short_string=pairing_secret.short_string(asking.secret, asking.public_key),
        device_id=asking.kiosk_id,
        name=asking.name,
        last_epoch=asking.last_epoch,
        public_key=asking.public_key,
        asked_at=now,
        expires_at=now + VALID_FOR,
        state=State.WAITING,
        decided_by="",
        replaces=_namesake(session, asking),
        leaves=asking.leaves,
        site_id=asking.site_id,
    )
    session.add(request)
    session.flush()
    return _value(request)


def waiting(session: Session, now: datetime) -> tuple[PairingRequest, ...]:
    """Who waits to be accepted, oldest first."""
    rows = session.scalars(
        select(PairingRequestRow)
        .where(PairingRequestRow.state == State.WAITING, PairingRequestRow.expires_at > now)
        .order_by(PairingRequestRow.asked_at)
    )
    return tuple(_value(r) for r in rows)


def accept(
    session: Session, request_id: UUID, by: str, now: datetime, *, is_replaced: bool
) -> PairingRequest:
    """Let a kiosk in; it fetches what it is given within ten minutes.

    `is_replaced`: the kiosk of the same name is revoked then. Raises LookupError when nobody waits
    with this id.
    """
    row = _waiting(session, request_id, now)
    row.state, row.decided_by, row.expires_at = State.ACCEPTED, by, now + VALID_FOR
    if not is_replaced:
        row.replaces = None
    session.flush()
    return _value(row)


def reject(session: Session, request_id: UUID, by: str, now: datetime) -> PairingRequest:
    """Turn a kiosk away. Raises LookupError when nobody waits with this id."""
    row = _waiting(session, request_id, now)
    row.state, row.decided_by = State.REJECTED, by
    session.flush()
    return _value(row)


def forget_site(session: Session, site_id: str) -> None:
    """Nobody is let in at this site any more: its codes are no good, and nobody waits."""
    for kind in (PairingCodeRow, PairingRequestRow):
        session.execute(delete(kind).where(kind.site_id == site_id))


def secret_of(session: Session, request_id: UUID, now: datetime) -> bytes | None:
    """What the kiosk has proved to know; None for an unknown request, or one too old."""
    row = districts.get(session, PairingRequestRow, request_id)
    return None if row is None or row.expires_at <= now else row.secret


def collect(session: Session, request_id: UUID, now: datetime) -> Collected:
    """What has become of a request. Accepted, it may be asked again when an answer was lost.

    Each time the kiosk begins another epoch.
    """
    row = districts.get(session, PairingRequestRow, request_id, with_for_update=True)
    if row is None or row.expires_at <= now:
        return Collected(State.REJECTED)
    if row.state != State.ACCEPTED:
        return Collected(State(row.state))
    kiosk = pairing.let_in(
        session,
        row.device_id,
        row.name,
        now,
        last_epoch=row.last_epoch,
        public_key=row.public_key,
        site_id=row.site_id,
    )
    replaced, left = (_ended(session, each, now) for each in (row.replaces, row.leaves))
    return Collected(State.ACCEPTED, kiosk, replaced, left, row.leaves is not None)


def _ended(session: Session, kiosk_id: str | None, now: datetime) -> PairedKiosk | None:
    """Revoke it; None where there is nothing to revoke."""
    before = None if kiosk_id is None else pairing.find(session, kiosk_id)
    if before is None or before.is_revoked:
        return None
    pairing.revoke(session, before.kiosk_id, now)
    return before


def _random_digits(count: int) -> str:
    return f"{secrets.randbelow(10**count):0{count}}"


def _is_open(row: PairingCodeRow, now: datetime) -> bool:
    return row.used_at is None and row.expires_at > now and row.tries_left > 0


def _namesake(session: Session, asking: Asking) -> str | None:
    """The kiosk that this one may stand in for: of the same site and name, with another id."""
    return session.scalar(
        select(DeviceRow.device_id)
        .where(
            DeviceRow.site_id == asking.site_id,
            DeviceRow.name == asking.name,
            DeviceRow.device_id != asking.kiosk_id,
            DeviceRow.revoked_at.is_(None),
        )
        .order_by(DeviceRow.paired_at.desc())
        .limit(1)
    )


def _waiting(session: Session, request_id: UUID, now: datetime) -> PairingRequestRow:
    row = districts.get(session, PairingRequestRow, request_id, with_for_update=True)
    if row is None or row.state != State.WAITING or row.expires_at <= now:
        raise LookupError(f"nobody waits with {request_id}")
    return row


def _value(row: PairingRequestRow) -> PairingRequest:
    return PairingRequest(
        row.request_id,
        row.short_string,
        row.name,
        row.asked_at,
        row.expires_at,
        row.replaces,
        row.device_id,
        row.site_id,
    )
