"""Whose a photo is, and whether somebody who is limited to some sites may see it. Hub only."""

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
    editions = _editions_with(session, sha256)
    if editions:
        query = select(WatchlistRow.list_id).where(WatchlistRow.edition.in_(editions))
        return session.scalar(query.limit(1)) is not None
    visit = VisitRow.__table__
    is_visitors = (visit.c.district_id == districts.of(session)) & (visit.c.photo == sha256)
    return not session.scalar(select(exists(select(visit.c.visit_id).where(is_visitors))))


def site_of(session: Session, sha256: str) -> str:
    """The site of the visit or the list that this session sees and that has the photo.

    Empty for one of the district's lists, and for one that nothing has yet.
    """
    site_id = session.scalar(select(VisitRow.site_id).where(VisitRow.photo == sha256).limit(1))
    editions = set[int]() if site_id else _editions_with(session, sha256)
    if editions:
        query = select(WatchlistRow.site_id).where(WatchlistRow.edition.in_(editions))
        site_id = session.scalar(query.limit(1))
    return site_id or ""


def _editions_with(session: Session, sha256: str) -> set[int]:
    """The editions of lists an entry of which has the photo."""
    theirs = (TABLE.c.district_id == districts.of(session)) & (TABLE.c.photo == sha256)
    return set(session.scalars(select(TABLE.c.edition).where(theirs, TABLE.c.photo != "")))
