"""A second factor of signing in: codes from a telephone, and recovery codes for when it is lost."""

import base64
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import districts, totp
from db.hub_models import RecoveryCodeRow, StaffRow
from db.staff import StaffError, hash_token

RECOVERY_CODES = 8
_RECOVERY_BYTES = 10
_RECOVERY_LETTERS = _RECOVERY_BYTES * 8 // 5
"""Base32 (RFC 4648) has five bits a letter."""


def is_on(session: Session, staff_id: UUID) -> bool:
    """Whether somebody is asked for a code."""
    row = districts.get(session, StaffRow, staff_id)
    return row is not None and bool(row.totp_key)


def begin(session: Session, staff_id: UUID, key: str, code: str, now: datetime) -> tuple[str, ...]:
    """Ask somebody for codes of `key` from now on; `code` shows that their telephone has it.

    Returns the recovery codes, which are kept only as their hashes. Raises `StaffError` when the
    code is not of this key and time.
    """
    step = totp.step_of(key, _plain(code), now, after=0)
    row = districts.get(session, StaffRow, staff_id, with_for_update=True)
    if step is None or row is None:
        raise StaffError(
            "That is not the code that the telephone shows now. Check its clock. "
            "Nothing was changed."
        )
    row.totp_key, row.totp_step = key, step
    _forget_recovery(session, staff_id)
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    for each in codes:
        session.add(RecoveryCodeRow(code_hash=hash_token(_plain(each)), staff_id=staff_id))
    session.flush()
    return codes


def end(session: Session, staff_id: UUID) -> None:
    """Ask somebody for no codes any more."""
    row = districts.get(session, StaffRow, staff_id)
    if row is not None:
        row.totp_key = ""
    _forget_recovery(session, staff_id)


def accept(session: Session, staff_id: UUID, code: str, now: datetime) -> bool:
    """Use a code up: neither it nor an older one works again. A recovery code works once."""
    row = districts.get(session, StaffRow, staff_id, with_for_update=True)
    if row is None or not row.totp_key:
        return False
    step = totp.step_of(row.totp_key, _plain(code), now, after=row.totp_step)
    if step is not None:
        row.totp_step = step
        session.flush()
        return True
    return _use_recovery(session, staff_id, code)


def _use_recovery(session: Session, staff_id: UUID, code: str) -> bool:
    known = districts.get(session, RecoveryCodeRow, hash_token(_plain(code)), with_for_update=True)
    if known is None or known.staff_id != staff_id:
        return False
    session.delete(known)
    session.flush()
    return True


def is_recovery(code: str) -> bool:
    """Whether it has the length of a recovery code, which nobody guesses (80 bits)."""
    return len(_plain(code)) == _RECOVERY_LETTERS


def recovery_codes_left(session: Session, staff_id: UUID) -> int:
    query = select(RecoveryCodeRow.code_hash).where(RecoveryCodeRow.staff_id == staff_id)
    return len(session.scalars(query).all())


def _forget_recovery(session: Session, staff_id: UUID) -> None:
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.staff_id == staff_id))
    session.flush()


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _plain(code: str) -> str:
    """As it is compared: people write spaces, hyphens and small letters."""
    return "".join(c for c in code.upper() if c.isalnum())
