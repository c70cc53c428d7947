"""Who may sign in to the console, and their sign-ins. Passwords as argon2id, tokens as SHA-256."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import argon2
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from db import districts, passwords, sign_in_names, sites
from db.domain.desk import Role, StaffMember
from db.domain.errors import VestibuleError
from db.domain.rights import WHO_MAY, Action
from db.engine import Database
from db.hub_models import RecoveryCodeRow, StaffAccountRow, StaffRow, StaffSessionRow
from db.ids import new_id
from db.list_fields import clean

SESSION = timedelta(hours=12)
"""A sign-in ends after that, whatever happens."""
IDLE = timedelta(minutes=30)
"""... and after that without a request: an open console asks at least twice a minute."""
SEEN_AGAIN = timedelta(minutes=1)
"""How often it is worth a write that a sign-in was used."""
HASHER = argon2.PasswordHasher()
NOBODY = HASHER.hash(secrets.token_hex(16))
"""Compared with when nobody has the name, so that the time taken does not tell."""
_IS_THERE = StaffRow.removed_at.is_(None)
_OF_TOKEN = districts.once(
    select(StaffRow, StaffSessionRow)
    .join(StaffSessionRow, StaffSessionRow.staff_id == StaffRow.staff_id)
    .where(
        StaffSessionRow.token_hash == bindparam("token_hash"),
        StaffSessionRow.expires_at > bindparam("now"),
        _IS_THERE,
    )
)
"""Every request of staff asks it."""


class StaffError(VestibuleError):
    """A member of staff cannot be added like that."""


class NameTakenError(StaffError):
    """Somebody has that name to sign in with, maybe at a school that whoever asks does not see."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Whose sign-in a token is, and when it was last used."""

    member: StaffMember
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Verified:
    """Whose password was right, and the hash that it was compared with: see `hold`."""

    member: StaffMember
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password that somebody is to have: see `hashed`."""

    text: str = field(repr=False)
    password_hash: str = field(repr=False)


def hashed(password: str) -> NewPassword:
    """Hash a password before the transaction that puts it in force, which nobody then waits for.

    Whether it will do is asked there. One that is too long is not hashed, and will not do.
    """
    is_too_long = len(password) > passwords.LONGEST
    return NewPassword(password, "" if is_too_long else HASHER.hash(password))


def add(
    session: Session,
    name: str,
    password: NewPassword,
    *,
    display_name: str,
    role: Role,
    now: datetime,
    names: Sequence[str] = (),
    must_choose: bool = False,
) -> StaffMember:
    """Let somebody in. `names` are the school's and the district's, which no password may be.

    Where there is one site, it is theirs; where there are several, `sites.give` says which.
    `must_choose`: the password was made for them, and they choose their own before they are in.

    Raises `StaffError` for a name that is taken or not plain, or a password that will not do.
    """
    name, display_name = name.strip(), clean(display_name)
    if not name or not display_name:
        raise StaffError("A member of staff needs a name to sign in with, and one to be shown.")
    if not sign_in_names.is_plain(name):
        raise StaffError(sign_in_names.REFUSED)
    name = name.casefold()
    _check_password(password.text, (name, display_name, *names))
    if session.scalar(select(StaffRow.staff_id).where(StaffRow.name == name)) is not None:
        raise NameTakenError(f"Somebody signs in as {name} already. Nothing was changed.")
    row = StaffRow(
        staff_id=new_id(now),
        name=name,
        display_name=display_name,
        role=role,
        password_hash=password.password_hash,
        must_choose=must_choose,
        created_at=now,
    )
    session.add(row)
    session.flush()
    only = sites.only(session)
    sites.give(session, row.staff_id, [only] if only else [])
    return value_of(row)


def everybody(session: Session) -> list[StaffMember]:
    query = select(StaffRow).where(_IS_THERE).order_by(StaffRow.name)
    return [value_of(r) for r in session.scalars(query)]


def is_anybody(session: Session) -> bool:
    """Whether anybody may sign in."""
    return bool(session.scalar(select(func.count()).select_from(StaffRow).where(_IS_THERE)))


def find(session: Session, name: str) -> StaffMember | None:
    """Who signs in with this name."""
    row = _row_named(session, name)
    return None if row is None else value_of(row)


def get(session: Session, staff_id: UUID) -> StaffMember | None:
    """Who has this id, and was not removed."""
    row = districts.get(session, StaffRow, staff_id)
    return None if row is None or row.removed_at is not None else value_of(row)


def lock_keepers(session: Session) -> None:
    """Let nobody else settle who keeps the staff until this transaction ends."""
    keepers = [role.value for role in WHO_MAY[Action.SETTLE_STAFF]]
    query = select(StaffRow.staff_id).where(_IS_THERE, StaffRow.role.in_(keepers))
    session.scalars(query.order_by(StaffRow.staff_id).with_for_update()).all()


def named(session: Session, name: str) -> StaffMember:
    """Who signs in with this name. Raises `StaffError` when nobody does."""
    found = find(session, name)
    if found is None:
        raise StaffError(f"Nobody signs in as {name}: see vestibule-hub staff list.")
    return found


def verify(database: Database, name: str, password: str) -> Verified | None:
    """Who has this name and password; None for anything wrong, in the same time.

    It takes so long that nothing is held meanwhile, and that another password may be in force
    afterwards: `hold` before any deed.
    """
    with database.read() as session:
        row = _row_named(session, name)
        known = None if row is None else Verified(value_of(row), row.password_hash)
    try:
        HASHER.verify(NOBODY if known is None else known.password_hash, password)
    except argon2.exceptions.VerificationError:
        return None
    return known


def hold(session: Session, verified: Verified) -> StaffMember | None:
    """Whose password was verified, as they are now, and stay until the commit.

    None when it is not in force any more: another was given, or its owner was removed.
    """
    row = _held(session, verified.member.staff_id)
    is_theirs = row is not None and row.password_hash == verified.password_hash
    return value_of(row) if row is not None and is_theirs else None


def held(session: Session, staff_id: UUID) -> StaffMember | None:
    """Who has this id, as they are now, and stay until the commit; None for who was removed.

    Whoever changes what hangs on a member (accounts, sign-ins) holds the member first: else two
    of them wait for each other, or pass each other by.
    """
    row = _held(session, staff_id)
    return None if row is None else value_of(row)


def _held(session: Session, staff_id: UUID) -> StaffRow | None:
    theirs = select(StaffRow).where(StaffRow.staff_id == staff_id, _IS_THERE)
    return session.scalar(theirs.with_for_update().execution_options(populate_existing=True))


def remove(session: Session, staff_id: UUID, now: datetime) -> None:
    """Let somebody in no more, at once. What they did keeps their name; others may take it."""
    row = _row(session, staff_id)
    row.removed_at, row.name = now, f"removed:{staff_id.hex}"
    row.password_hash, row.totp_key, row.seen_at = "", "", None
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.staff_id == staff_id))
    session.execute(delete(StaffAccountRow).where(StaffAccountRow.staff_id == staff_id))
    close_sessions(session, staff_id)


def must_choose(session: Session, staff_id: UUID) -> bool:
    """Whether somebody has to choose a password of their own before they are in."""
    return _row(session, staff_id).must_choose


def set_password(
    session: Session,
    staff_id: UUID,
    password: NewPassword,
    names: Sequence[str] = (),
    *,
    must_choose: bool = False,
    but: str = "",
) -> None:
    """Give somebody another password and end their sign-ins, but that of the token `but`.

    Raises `StaffError` for a password that will not do.
    """
    row = _row(session, staff_id)
    _check_password(password.text, (row.name, row.display_name, *names))
    row.password_hash, row.must_choose = password.password_hash, must_choose
    close_sessions(session, staff_id, but=but)


def rename(session: Session, staff_id: UUID, display_name: str) -> None:
    """Show somebody under another name; they sign in with the one they had."""
    if not (shown := clean(display_name)):
        raise StaffError("A member of staff needs a name to be shown. Nothing was changed.")
    _row(session, staff_id).display_name = shown
    session.flush()


def set_role(session: Session, staff_id: UUID, role: Role) -> None:
    """Let somebody do more or less; they sign in anew, so that their console shows it."""
    _row(session, staff_id).role = role
    close_sessions(session, staff_id)


def open_session(session: Session, staff_id: UUID, now: datetime) -> str:
    """Sign somebody in; the token is returned once and kept only as its hash."""
    token = secrets.token_urlsafe(32)
    _row(session, staff_id).seen_at = now
    session.flush()  # the member before the sign-ins, as whoever signs somebody out
    session.execute(delete(StaffSessionRow).where(StaffSessionRow.expires_at < now))
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


def of_token(session: Session, token: str, now: datetime) -> OpenSession | None:
    """Who holds this token; None when it is unknown, has run out, or was idle for too long."""
    asked = {"token_hash": hash_token(token), "now": now}
    found = session.execute(_OF_TOKEN, asked).one_or_none()
    if found is None:
        return None
    row, opened = found
    seen_at = opened.seen_at or opened.created_at
    return None if now - seen_at >= IDLE else OpenSession(value_of(row), seen_at)


def seen(session: Session, token: str, staff_id: UUID, now: datetime) -> None:
    """This member's sign-in is in use."""
    # In the order of whoever signs them out: else each waits for the other.
    session.execute(
        update(StaffRow).where(StaffRow.staff_id == staff_id, _IS_THERE).values(seen_at=now)
    )
    session.execute(
        update(StaffSessionRow)
        .where(StaffSessionRow.token_hash == hash_token(token))
        .values(seen_at=now)
    )


def signed_in(session: Session, now: datetime) -> dict[UUID, int]:
    """How many sign-ins each has that are in use."""
    last = func.coalesce(StaffSessionRow.seen_at, StaffSessionRow.created_at)
    found = session.execute(
        select(StaffSessionRow.staff_id, func.count())
        .where(StaffSessionRow.expires_at > now, last > now - IDLE)
        .group_by(StaffSessionRow.staff_id)
    )
    return dict(found.all())


def close_session(session: Session, token: str) -> None:
    session.execute(delete(StaffSessionRow).where(StaffSessionRow.token_hash == hash_token(token)))


def close_sessions(session: Session, staff_id: UUID, *, but: str = "") -> None:
    """Sign somebody out everywhere, but where they hold the token `but`."""
    theirs = delete(StaffSessionRow).where(StaffSessionRow.staff_id == staff_id)
    session.execute(theirs.where(StaffSessionRow.token_hash != hash_token(but)))
    session.flush()


def hash_token(token: str) -> str:
    """Tokens have 256 random bits, so one plain hash keeps them."""
    return hashlib.sha256(token.encode()).hexdigest()


def _row(session: Session, staff_id: UUID) -> StaffRow:
    row = districts.get(session, StaffRow, staff_id)
    if row is None or row.removed_at is not None:
        raise StaffError("That member of staff is not there any more. Nothing was changed.")
    return row


def _row_named(session: Session, name: str) -> StaffRow | None:
    query = select(StaffRow).where(StaffRow.name == name.strip().casefold(), _IS_THERE)
    return session.scalar(query)


def _check_password(password: str, names: Sequence[str]) -> None:
    why = passwords.why_not(password, names)
    if why:
        raise StaffError(f"{why} Nothing was changed.")


def value_of(row: StaffRow) -> StaffMember:
    """A row as others see it."""
    return StaffMember(row.staff_id, row.name, row.display_name, Role(row.role))
