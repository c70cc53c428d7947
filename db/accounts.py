"""Which account of the district's provider is which member of staff's.

Kept as a hash of issuer and subject: the hub learns of an account when it signs in, and keeps no
name and no address of it. An administrator links; nobody comes in by having an account.
"""

import re
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import districts, staff
from db.domain.desk import StaffMember
from db.hub_models import StaffAccountRow, StaffRow
from db.staff import StaffError

_SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")


def link(session: Session, staff_id: UUID, issuer: str, subject: str, now: datetime) -> None:
    """Let this account sign in as this member, in place of another account of theirs.

    Raises `StaffError` when it is somebody else's, or no subject of an account.
    """
    if not _SUBJECT.fullmatch(subject):
        raise StaffError(
            "That is no subject of an account: 1 to 255 characters without spaces, as the refusal "
            "at the sign-in shows it. Nothing was changed."
        )
    account = _hash(issuer, subject)
    if staff.held(session, staff_id) is None:
        raise StaffError("That member of staff is not there any more. Nothing was changed.")
    row = districts.get(session, StaffAccountRow, account, with_for_update=True)
    if row is not None and row.staff_id != staff_id:
        raise StaffError("That account is linked with somebody else. Nothing was changed.")
    _unlink(session, staff_id)
    session.add(StaffAccountRow(account_hash=account, staff_id=staff_id, linked_at=now))
    session.flush()


def unlink(session: Session, staff_id: UUID) -> None:
    """Let no account sign in as this member any more."""
    staff.held(session, staff_id)
    _unlink(session, staff_id)


def _unlink(session: Session, staff_id: UUID) -> None:
    session.execute(delete(StaffAccountRow).where(StaffAccountRow.staff_id == staff_id))


def whose(session: Session, issuer: str, subject: str) -> StaffMember | None:
    """Whose account it is: nobody's when it is not linked, or its member was removed."""
    row = session.scalar(
        select(StaffRow)
        .join(StaffAccountRow, StaffAccountRow.staff_id == StaffRow.staff_id)
        .where(
            StaffAccountRow.account_hash == _hash(issuer, subject), StaffRow.removed_at.is_(None)
        )
    )
    return None if row is None else staff.value_of(row)


def hold(session: Session, issuer: str, subject: str) -> StaffMember | None:
    """`whose`, and it stays theirs until the commit."""
    member = whose(session, issuer, subject)
    if member is None or staff.held(session, member.staff_id) is None:
        return None
    now_whose = whose(session, issuer, subject)  # it may have been unlinked while this waited
    return now_whose if now_whose is not None and now_whose.staff_id == member.staff_id else None


def linked(session: Session) -> Collection[UUID]:
    """Who has an account here."""
    return set(session.scalars(select(StaffAccountRow.staff_id)))


def _hash(issuer: str, subject: str) -> str:
    return sha256(f"{issuer}\n{subject}".encode()).hexdigest()
