"""The first run: no hub has a password of its own, so whoever starts it lets the first one in.

As long as nobody may sign in, each start prints a code on the hub's own terminal. With it one
administrator is added, and it is used up.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from admin_console.hub import site as hub_site
from db import audit, settings, staff
from db.domain.audit import About, Deed
from db.domain.desk import Role, StaffMember
from db.staff import NewPassword, hash_token

SET_UP_CODE = "set_up_code"
_BYTES = 10
"""80 bits, which nobody guesses however long they try."""


def new_code(session: Session) -> str | None:
    """A code that lets the first administrator in; None once anybody may sign in."""
    if staff.is_anybody(session):
        settings.remove(session, SET_UP_CODE)
        return None
    text = base64.b32encode(secrets.token_bytes(_BYTES)).decode()
    settings.write(session, SET_UP_CODE, hash_token(text))
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def is_open(session: Session) -> bool:
    """Whether the first administrator is still to come."""
    return settings.read(session, SET_UP_CODE, str) is not None and not staff.is_anybody(session)


@dataclass(frozen=True, slots=True)
class FirstStaff:
    """Who wants to be the first administrator; `code` is what the hub printed."""

    code: str
    name: str
    display_name: str
    password: str


def let_in(
    session: Session, first: FirstStaff, password: NewPassword, address: str, now: datetime
) -> StaffMember | None:
    """Add the first administrator and use the code up; None for a wrong code.

    `password` is the first one's, hashed.

    Raises `StaffError` for a name or password that will not do: the code is still good.
    """
    # The row's lock: of two who come at once, the second finds it gone.
    known = settings.locked(session, SET_UP_CODE, str)
    plain = "".join(c for c in first.code.upper() if c.isalnum())
    if known is None or not hmac.compare_digest(known, hash_token(plain)):
        return None
    if staff.is_anybody(session):
        return None
    member = staff.add(
        session,
        first.name,
        password,
        display_name=first.display_name,
        role=Role.ADMINISTRATOR,
        now=now,
        names=hub_site.names_of(session),
    )
    settings.remove(session, SET_UP_CODE)
    audit.note(
        session,
        audit.of_staff(member.staff_id, address),
        Deed.STAFF_ADDED,
        now,
        about=About.STAFF,
        about_id=member.staff_id,
        detail="the first one, with the set-up code",
    )
    return member
