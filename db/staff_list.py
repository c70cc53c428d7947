"""The staff as a list: whom a session sees, by name, a page at a time. Hub only."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import accounts, districts, scopes, sites, staff
from db.domain.desk import Role
from db.domain.rights import SEES_ALL
from db.domain.staffing import KnownStaff, StaffLine, StaffPage
from db.hub_models import StaffRow, StaffSiteRow
from db.models import StaffPinRow
from db.sought import spellings_of, words_of

PAGE = 100


def page(
    session: Session,
    now: datetime,
    *,
    text: str = "",
    after: str = "",
    limit: int = PAGE,
    is_signed_in: bool = False,
) -> StaffPage:
    """Those who are seen here and whose names hold every word of `text`, by the shown name.

    `is_signed_in`: only those who are so now. `after` is `StaffPage.next_page`: the page goes on
    behind who was the last one. They are put in order here and not by the database, which would
    place Ø behind Z: a district's staff are some thousand short rows.

    Raises ValueError when whoever was the last one is not there any more.
    """
    using, wanted = staff.signed_in(session, now), spellings_of(text)
    rows = {row.staff_id: row for row in _seen(session)}
    places = {
        staff_id: (words_of([row.display_name, row.name]), staff_id)
        for staff_id, row in rows.items()
    }
    last = places.get(UUID(after)) if after else None
    if after and last is None:
        raise ValueError(after)
    found = sorted(
        place
        for place in places.values()
        if (not is_signed_in or place[1] in using)
        and all(any(spelling in place[0] for spelling in word) for word in wanted)
    )
    rest = found if last is None else [place for place in found if place > last]
    shown = [rows[staff_id] for _, staff_id in rest[:limit]]
    lines = tuple(
        StaffLine(known, row.seen_at, using.get(row.staff_id, 0))
        for row, known in zip(shown, _known(session, shown), strict=True)
    )
    return StaffPage(
        as_of=now,
        staff=lines,
        total=len(found),
        signed_in=sum(staff_id in using for staff_id in rows),
        next_page=str(shown[-1].staff_id) if len(rest) > limit else None,
    )


def get(session: Session, staff_id: UUID) -> KnownStaff:
    """One of those who are seen here. Raises LookupError for anybody else."""
    row = districts.get(session, StaffRow, staff_id)
    is_there = row is not None and row.removed_at is None
    if row is None or not is_there or not _is_seen(session, row):
        raise LookupError(f"no member of staff {staff_id}")
    return _known(session, [row])[0]


def _seen(session: Session) -> list[StaffRow]:
    """All, or who works at one of the sites that are seen here."""
    query = select(StaffRow).where(StaffRow.removed_at.is_(None))
    limits = _limits(session)
    if limits is not None:
        here = select(StaffSiteRow.staff_id).where(StaffSiteRow.site_id.in_(limits))
        all_sites = [role.value for role in SEES_ALL]
        query = query.where(StaffRow.role.not_in(all_sites), StaffRow.staff_id.in_(here))
    return list(session.scalars(query))


def _is_seen(session: Session, row: StaffRow) -> bool:
    limits = _limits(session)
    if limits is None:
        return True
    given = _sites(session, [row.staff_id]).get(row.staff_id, set())
    return Role(row.role) not in SEES_ALL and bool(given & limits)


def _limits(session: Session) -> frozenset[str] | None:
    """As long as there is one site, everybody is of it."""
    return None if sites.only(session) else scopes.limits_of(session)


def _known(session: Session, rows: list[StaffRow]) -> list[KnownStaff]:
    ids = [row.staff_id for row in rows]
    has_pin = set(session.scalars(select(StaffPinRow.staff_id)))
    linked, given = accounts.linked(session), _sites(session, ids)
    return [
        KnownStaff(
            staff_id=row.staff_id,
            name=row.name,
            display_name=row.display_name,
            role=Role(row.role),
            added_at=row.created_at,
            sites=tuple(
                sorted(s for s in given.get(row.staff_id, ()) if scopes.sees(session, s))
                if Role(row.role) not in SEES_ALL
                else ()
            ),
            must_choose=row.must_choose,
            has_pin=row.staff_id in has_pin,
            has_second_factor=bool(row.totp_key),
            has_account=row.staff_id in linked,
        )
        for row in rows
    ]


def _sites(session: Session, ids: Iterable[UUID]) -> dict[UUID, set[str]]:
    """Which sites each was given, those included that are not seen here."""
    found: dict[UUID, set[str]] = {}
    for row in session.scalars(select(StaffSiteRow).where(StaffSiteRow.staff_id.in_(list(ids)))):
        found.setdefault(row.staff_id, set()).add(row.site_id)
    return found
