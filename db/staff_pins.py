"""Staff PINs on a kiosk: argon2id hashes that the hub sends, checked without a network."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import argon2
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import districts
from db.models import StaffPinRow

HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's second recommended setting for argon2id: a PIN is checked against every member's hash,
which must stay quick on a kiosk."""

PIN_DIGITS = 6


@dataclass(frozen=True, slots=True)
class StaffOnDuty:
    """Who gave a PIN."""

    staff_id: UUID
    display_name: str


def hash_pin(pin: str) -> str:
    """The argon2id hash of a PIN of exactly six digits; raises ValueError for anything else."""
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise ValueError(f"a PIN has exactly {PIN_DIGITS} digits")
    return HASHER.hash(pin)


def replace(session: Session, pins: Sequence[tuple[UUID, str, str]]) -> None:
    """Put exactly these in force: (staff id, name as the log shows it, hash)."""
    session.execute(delete(StaffPinRow))
    for staff_id, display_name, pin_hash in pins:
        session.add(StaffPinRow(staff_id=staff_id, display_name=display_name, pin_hash=pin_hash))
    session.flush()


def whose(session: Session, pin: str) -> StaffOnDuty | None:
    """Who has this PIN, or None. Every hash is tried, so that the time tells nothing."""
    found: StaffOnDuty | None = None
    for row in session.scalars(select(StaffPinRow).order_by(StaffPinRow.staff_id)):
        try:
            HASHER.verify(row.pin_hash, pin)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            continue
        found = found or StaffOnDuty(row.staff_id, row.display_name)
    return found


def is_one_of(pin: str, hashes: Iterable[str]) -> bool:
    """Whether a PIN is that of one of these hashes."""
    for pin_hash in hashes:
        with suppress(argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            if HASHER.verify(pin_hash, pin):
                return True
    return False


def rename(session: Session, staff_id: UUID, display_name: str) -> bool:
    """Let the log show who decides with a PIN under another name. Returns whether they have one."""
    row = districts.get(session, StaffPinRow, staff_id)
    if row is not None:
        row.display_name = display_name
        session.flush()
    return row is not None


def any_known(session: Session) -> bool:
    return session.scalar(select(StaffPinRow.staff_id).limit(1)) is not None


def add(session: Session, staff_id: UUID, display_name: str, pin_hash: str) -> None:
    session.add(StaffPinRow(staff_id=staff_id, display_name=display_name, pin_hash=pin_hash))
    session.flush()


def everybody(session: Session) -> list[dict[str, str]]:
    """All PINs as the feed carries them."""
    return [
        {
            "staff_id": str(r.staff_id),
            "display_name": r.display_name,
            "pin_hash": r.pin_hash,
        }
        for r in session.scalars(select(StaffPinRow).order_by(StaffPinRow.staff_id))
    ]


def forget(session: Session, staff_id: UUID) -> None:
    """Let somebody decide at kiosks no more."""
    session.execute(delete(StaffPinRow).where(StaffPinRow.staff_id == staff_id))
    session.flush()
