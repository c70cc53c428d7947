"""The audit as it is kept: added to in the transaction of what it tells, and never changed.

It goes after the days that the district settled, a year at least; without any, never. It holds ids
and no visitor's name, so that it may outlive what it is about.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from db import districts, scopes, seen_photos, sites, wrong_times
from db.districts import OWN, TABLES
from db.domain.audit import About, AuditLine, AuditPage, Deed
from db.domain.desk import Role, StaffMember
from db.hub_models import AuditRow, StaffRow
from db.ids import first_at, new_id
from db.models import VisitRow, WatchlistRow
from db.scopes import EVERY_SITE

PAGE = 200
AT_ONCE = 500
AGAIN = timedelta(hours=1)
"""For so long what a console asks again and again is one look."""
_STAFF = "staff:"
_NOTE = insert(TABLES[AuditRow.__tablename__]).values(district_id=OWN)


@dataclass(frozen=True, slots=True)
class By:
    """Who does something, and from which network address."""

    who: str
    """``staff:<id>`` as the log has it, or ``terminal``, ``kiosk``, ``stranger``."""
    address: str = ""


TERMINAL = By("terminal")
"""An operator at the hub's own command line."""
HUB = By("hub")
"""What a hub does by itself."""
STRANGER, KIOSK = "stranger", "kiosk"
_WORDS = {
    TERMINAL.who: "The hub's terminal",
    HUB.who: "The hub itself",
    STRANGER: "Nobody who is known",
    KIOSK: "A kiosk",
}


def of_staff(staff_id: UUID, address: str) -> By:
    return By(f"{_STAFF}{staff_id}", address)


def note(
    session: Session,
    by: By,
    deed: Deed,
    now: datetime,
    *,
    about: About = About.NOTHING,
    about_id: object = "",
    detail: str = "",
    site_id: str = "",
) -> None:
    """Add a deed; it is kept if the transaction is.

    `site_id` says who sees it beside the district; without one it is that of the visit, the photo
    or the list, or of the one site that this session or the district has.
    """
    values = {
        "audit_id": new_id(now),
        "at": now,
        "who": by.who,
        "deed": deed,
        "about": about,
        "about_id": str(about_id),
        "address": by.address,
        "detail": detail,
        "site_id": site_id or _site_of(session, about, about_id),
    }
    session.flush()
    districts.run(session, _NOTE, values)


def note_entry(
    session: Session, by: By, deed: Deed, now: datetime, *, list_id: UUID, entry_id: UUID
) -> None:
    """`note` of what was done to an entry of a list: whoever oversees the list's site sees it."""
    whose = _site_of_list(session, list_id)
    note(session, by, deed, now, about=About.ENTRY, about_id=entry_id, site_id=whose)


def note_look(
    session: Session,
    by: By,
    deed: Deed,
    now: datetime,
    *,
    site_ids: Collection[str] | None = None,
    detail: str = "",
    is_again: bool = False,
) -> None:
    """Note that somebody looked at records of these sites: a line for each, which it sees.

    None: of all that this session sees; of no site it is as with `note`. `is_again` is for what a
    console asks once more whenever something changes: it is noted once an hour.
    """
    if site_ids is None:
        site_ids = [site.site_id for site in sites.everyone(session)]
    for site_id in sorted(site_ids) or [_site_of(session, About.NOTHING, "")]:
        if not is_again or not _is_noted(session, by, deed, now, site_id):
            note(session, by, deed, now, detail=detail, site_id=site_id)


def note_refusal(
    session: Session,
    by: By,
    now: datetime,
    member: StaffMember | None,
    *,
    detail: str = "",
) -> None:
    """Note that who said they are this one of the staff, or nobody's name, was not believed.

    A line for each school of theirs, whose administrators are sent to look from where it was tried.
    """
    # Nobody's schools are looked up too, so that time does not tell which names are somebody's.
    one = (new_id(now), Role.FRONT_DESK) if member is None else (member.staff_id, member.role)
    whose = sites.limits_of_each(session, dict([one]))[one[0]]
    for site_id in sorted(whose or [""]):
        note(
            session,
            by,
            Deed.SIGN_IN_REFUSED,
            now,
            about=About.NOTHING if member is None else About.STAFF,
            about_id="" if member is None else member.staff_id,
            detail=detail,
            site_id=site_id,
        )


def page(session: Session, now: datetime, *, after: str = "", about_id: str = "") -> AuditPage:
    """A page of deeds, newest first; all about one thing where `about_id` says which.

    Raises ValueError when `after` was not made by an earlier page.
    """
    query = select(AuditRow).order_by(AuditRow.audit_id.desc()).limit(PAGE + 1)
    if about_id:
        query = query.where(AuditRow.about_id == about_id)
    if after:
        query = query.where(AuditRow.audit_id < UUID(after))
    rows = session.scalars(query).all()
    names = _names(session)
    lines = tuple(_line(row, names) for row in rows[:PAGE])
    return AuditPage(now, lines, str(lines[-1].audit_id) if len(rows) > PAGE else None)


def forget(session: Session, before: datetime) -> int:
    """Delete the oldest deeds of before that moment, some at a time. Returns how many."""
    some = session.scalars(
        select(AuditRow.audit_id)
        .where(wrong_times.is_over(session, AuditRow.audit_id, before, first_at))
        .order_by(AuditRow.audit_id)
        .limit(AT_ONCE)
    ).all()
    if some:
        session.execute(delete(AuditRow).where(AuditRow.audit_id.in_(some)))
    return len(some)


def every_line(session: Session) -> Iterator[AuditLine]:
    """All deeds, oldest first, a few at a time."""
    names = _names(session)
    query = select(AuditRow).order_by(AuditRow.audit_id).execution_options(yield_per=AT_ONCE)
    for row in session.scalars(query):
        yield _line(row, names)


def _site_of_list(session: Session, list_id: object) -> str:
    """The site whose list it is; empty for the district's."""
    query = select(WatchlistRow.site_id).where(WatchlistRow.list_id == UUID(str(list_id)))
    return session.scalar(query.execution_options(**{EVERY_SITE: True})) or ""


def _site_of(session: Session, about: About, about_id: object) -> str:
    site_id: str | None = None
    if about is About.VISIT:
        query = select(VisitRow.site_id).where(VisitRow.visit_id == UUID(str(about_id)))
        site_id = session.scalar(query.execution_options(**{EVERY_SITE: True}))
    elif about is About.LIST:
        site_id = _site_of_list(session, about_id)
    elif about is About.PHOTO:
        site_id = seen_photos.site_of(session, str(about_id))
    if site_id:
        return site_id
    limits = scopes.limits_of(session)
    return next(iter(limits)) if limits is not None and len(limits) == 1 else sites.only(session)


def _is_noted(session: Session, by: By, deed: Deed, now: datetime, site_id: str) -> bool:
    """Whether the same person's same deed was noted within the hour."""
    query = select(AuditRow.audit_id).where(
        AuditRow.audit_id >= first_at(now - AGAIN),
        AuditRow.who == by.who,
        AuditRow.deed == deed,
        AuditRow.site_id == site_id,
    )
    return session.scalar(query.limit(1)) is not None


def _names(session: Session) -> dict[str, str]:
    rows = session.execute(select(StaffRow.staff_id, StaffRow.display_name))
    return {f"{_STAFF}{staff_id}": name for staff_id, name in rows}


def _line(row: AuditRow, names: dict[str, str]) -> AuditLine:
    return AuditLine(
        audit_id=row.audit_id,
        at=row.at,
        who=names.get(row.who) or _WORDS.get(row.who, row.who),
        deed=row.deed,
        about=row.about,
        about_id=row.about_id,
        address=row.address,
        detail=row.detail,
    )
