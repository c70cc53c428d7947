"""Whether two of the staff are let in by one and the same: then they do not count as two people.

Whoever adds somebody, or gives them a first password, can sign in as they, and so confirm what they
asked for themselves. So it counts for a while who let whom in, over any number of steps: by what
the audit has, which nobody takes out of it within a year. What is done at the hub's own terminal is
nobody's of the staff.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.domain.audit import About, Deed
from db.hub_models import AuditRow
from db.ids import first_at
from db.scopes import EVERY_SITE

COUNTS_FOR = timedelta(days=30)
_LETS_IN = (Deed.STAFF_ADDED, Deed.PASSWORD_CHANGED)
_STAFF = "staff:"


def lets_in_both(session: Session, one: UUID, other: UUID, now: datetime) -> bool:
    """Whether one of them let the other in lately, or somebody both."""
    since = now - COUNTS_FOR
    return not _hands(session, one, since).isdisjoint(_hands(session, other, since))


def _hands(session: Session, staff_id: UUID, since: datetime) -> set[str]:
    """Somebody, who let them in, who let these in, and so on."""
    found: set[str] = set()
    new = {f"{_STAFF}{staff_id}"}
    while new:
        found |= new
        lately = select(AuditRow.who).where(
            AuditRow.about_id.in_([who.removeprefix(_STAFF) for who in new]),
            AuditRow.about == About.STAFF,
            AuditRow.deed.in_(_LETS_IN),
            AuditRow.audit_id >= first_at(since),
            AuditRow.who.startswith(_STAFF),
        )
        new = set(session.scalars(lately.execution_options(**{EVERY_SITE: True}))) - found
    return found
