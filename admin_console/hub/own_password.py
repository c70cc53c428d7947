"""Choosing one's own password: in place of a first one at the sign-in, or of an own one later."""

from datetime import datetime

from sqlalchemy.orm import Session

from admin_console.hub import site as hub_site
from admin_console.hub.answers import refuse
from db import audit, staff
from db.domain.audit import About, Deed
from db.domain.desk import StaffMember
from db.staff import NewPassword, StaffError


def choose(
    session: Session,
    member: StaffMember,
    before: str,
    password: NewPassword,
    *,
    now: datetime,
    by: audit.By,
    but: str = "",
) -> None:
    """Put somebody's own password in force and sign them out everywhere, but with the token `but`.

    Refuses with 422 in words one that will not do, or is the one before.
    """
    try:
        if password.text == before:
            raise StaffError("That is the password you have. Nothing was changed: choose another.")
        names = hub_site.names_of(session)
        staff.set_password(session, member.staff_id, password, names, but=but)
    except StaffError as error:
        raise refuse(422, str(error)) from error
    audit.note(
        session,
        by,
        Deed.PASSWORD_CHANGED,
        now,
        about=About.STAFF,
        about_id=member.staff_id,
        detail="their own",
    )
