"""Letting kiosks in: one-time codes, and the kiosks that were let in with one."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import districts
from db.domain.errors import VestibuleError
from db.hub_models import DeviceRow, PairingCodeRow
from db.log_models import DeviceKeyRow
from db.staff import hash_token

VALID_FOR = timedelta(minutes=10)
TRIES = 5
LAST_EPOCH = 100_000
IN_TOUCH = timedelta(minutes=2)
SEEN_AGAIN = timedelta(seconds=15)
"""How often it is worth a write that a kiosk was heard from."""


class PairingError(VestibuleError):
    """A pairing code is wrong, old, used or tried too often."""


@dataclass(frozen=True, slots=True)
class PairedKiosk:
    """A kiosk that may talk to this hub."""

    kiosk_id: str
    name: str
    epoch: int
    last_seen_at: datetime | None
    fork: str | None


def new_code(session: Session, now: datetime) -> str:
    """A code of eight digits that lets one kiosk in within ten minutes."""
    code = f"{secrets.randbelow(10**8):08}"
    session.add(
        PairingCodeRow(
            code_hash=_hash(code), expires_at=now + VALID_FOR, tries_left=TRIES, used_at=None
        )
    )
    session.flush()
    return f"{code[:4]}-{code[4:]}"


def use_code(session: Session, code: str, now: datetime) -> bool:
    """Use up a code. Whoever is wrong uses up one try of every open code."""
    digits = "".join(c for c in code if c.isdigit())
    row = districts.get(session, PairingCodeRow, _hash(digits), with_for_update=True)
    if row is not None and row.used_at is None and row.expires_at > now and row.tries_left > 0:
        row.used_at = now
        session.flush()
        return True
    session.execute(
        update(PairingCodeRow)
        .where(PairingCodeRow.used_at.is_(None), PairingCodeRow.expires_at > now)
        .values(tries_left=PairingCodeRow.tries_left - 1)
    )
    return False


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
) -> tuple[PairedKiosk, str]:
    """Give a kiosk its token. One that was here before begins a new epoch of its log.

    `last_epoch` is the last one that the kiosk itself knows of (0: none): a hub restored from an
    old backup would else give it a number for the second time. `public_key` checks what the kiosk
    signs in this epoch; empty for a kiosk that signs nothing.
    """
    token = secrets.token_urlsafe(32)
    row = districts.get(session, DeviceRow, kiosk_id)
    if row is None:
        row = DeviceRow(device_id=kiosk_id, epoch=0)
        session.add(row)
    row.epoch = max(row.epoch, last_epoch) + 1
    row.name, row.token_hash, row.paired_at = name, hash_token(token), now
    row.last_seen_at, row.fork = None, None
    if public_key:
        session.add(DeviceKeyRow(device_id=kiosk_id, epoch=row.epoch, public_key=public_key))
    session.flush()
    return _value(row), token


def public_key(session: Session, device_id: str, epoch: int) -> bytes | None:
    """The key that signs this epoch of a device's chain, None when it is not signed."""
    row = districts.get(session, DeviceKeyRow, device_id, epoch)
    return None if row is None else row.public_key


def of_token(session: Session, token: str) -> PairedKiosk | None:
    row = session.scalar(select(DeviceRow).where(DeviceRow.token_hash == hash_token(token)))
    return None if row is None else _value(row)


def seen(session: Session, kiosk_id: str, now: datetime) -> None:
    session.execute(
        update(DeviceRow).where(DeviceRow.device_id == kiosk_id).values(last_seen_at=now)
    )


def mark_fork(session: Session, kiosk_id: str, what: str) -> None:
    session.execute(update(DeviceRow).where(DeviceRow.device_id == kiosk_id).values(fork=what))


def all_kiosks(session: Session) -> list[PairedKiosk]:
    return [_value(r) for r in session.scalars(select(DeviceRow).order_by(DeviceRow.name))]


def _value(row: DeviceRow) -> PairedKiosk:
    return PairedKiosk(row.device_id, row.name, row.epoch, row.last_seen_at, row.fork)


def _hash(digits: str) -> str:
    return hashlib.sha256(digits.encode()).hexdigest()
