"""Whether a photo may be shown to somebody who is limited to some sites. Hub only."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from db import districts, scopes
from db.entry_table import TABLE
from db.models import VisitRow, WatchlistRow


def may_see(session: Session, sha256: str) -> bool:
    """Whether a visit or a list that this session sees has the photo.

    One of an entry that is being written is no entry's yet, and may be seen.
    """
    if scopes.limits_of(session) is None:
        return True
    if session.scalar(select(VisitRow.visit_id).where(VisitRow.photo == sha256).limit(1)):
        return True
    theirs = (TABLE.c.district_id == districts.of(session)) & (TABLE.c.photo == sha256)
    editions = set(session.scalars(select(TABLE.c.edition).where(theirs, TABLE.c.photo != "")))
    if editions:
        query = select(WatchlistRow.list_id).where(WatchlistRow.edition.in_(editions))
        return session.scalar(query.limit(1)) is not None
    visit = VisitRow.__table__
    is_visitors = (visit.c.district_id == districts.of(session)) & (visit.c.photo == sha256)
    return not session.scalar(select(exists(select(visit.c.visit_id).where(is_visitors))))
