"""Who may sign in to the console, and their sign-ins. Passwords as argon2id, tokens as SHA-256."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import argon2
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.domain.desk import Role, StaffMember
from db.domain.errors import VestibuleError
from db.hub_models import StaffRow, StaffSessionRow
from db.ids import new_id

SESSION = timedelta(hours=12)
SHORTEST_PASSWORD = 8
HASHER = argon2.PasswordHasher()
NOBODY = HASHER.hash(secrets.token_hex(16))
"""Nobody's password: whoever asks for a name that is not there waits as long."""
"""Compared with when nobody has the name, so that the time taken does not tell."""


class StaffError(VestibuleError):
    """A member of staff cannot be added like that."""


def add(
    session: Session,
    name: str,
    password: str,
    *,
    display_name: str,
    role: Role,
    now: datetime,
) -> StaffMember:
    """Let somebody in. Raises `StaffError` for a name that is taken or a short password."""
    name = name.strip().casefold()
    if not name or not display_name.strip():
        raise StaffError("A member of staff needs a name to sign in with, and one to be shown.")
    if len(password) < SHORTEST_PASSWORD:
        raise StaffError(f"A password has at least {SHORTEST_PASSWORD} characters.")
    if session.scalar(select(StaffRow.staff_id).where(StaffRow.name == name)) is not None:
        raise StaffError(f"Somebody signs in as {name} already. Nothing was changed.")
    row = StaffRow(
        staff_id=new_id(now),
        name=name,
        display_name=display_name.strip(),
        role=role,
        password_hash=HASHER.hash(password),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return _value(row)


def everybody(session: Session) -> list[StaffMember]:
    return [_value(r) for r in session.scalars(select(StaffRow).order_by(StaffRow.name))]


def verify(session: Session, name: str, password: str) -> StaffMember | None:
    """Who has this name and password; None for anything wrong, in the same time."""
    row = session.scalar(select(StaffRow).where(StaffRow.name == name.strip().casefold()))
    try:
        HASHER.verify(row.password_hash if row is not None else NOBODY, password)
    except argon2.exceptions.VerificationError:
        return None
    return None if row is None else _value(row)


def open_session(session: Session, staff_id: UUID, now: datetime) -> str:
    """Sign somebody in; the token is returned once and kept only as its hash."""
    session.execute(delete(StaffSessionRow).where(StaffSessionRow.expires_at < now))
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSessionRow(
            token_hash=hash_token(token),
            staff_id=staff_id,
            created_at=now,
            expires_at=now + SESSION,
        )
    )
    session.flush()
    return token


def of_token(session: Session, token: str, now: datetime) -> StaffMember | None:
    """Who holds this token; None when it is unknown or has run out."""
    row = session.scalar(
        select(StaffRow)
        .join(StaffSessionRow, StaffSessionRow.staff_id == StaffRow.staff_id)
        .where(StaffSessionRow.token_hash == hash_token(token), StaffSessionRow.expires_at > now)
    )
    return None if row is None else _value(row)


def close_session(session: Session, token: str) -> None:
    session.execute(delete(StaffSessionRow).where(StaffSessionRow.token_hash == hash_token(token)))


def hash_token(token: str) -> str:
    """Tokens have 256 random bits, so one plain hash keeps them."""
    return hashlib.sha256(token.encode()).hexdigest()


def _value(row: StaffRow) -> StaffMember:
    return StaffMember(row.staff_id, row.name, row.display_name, Role(row.role))
