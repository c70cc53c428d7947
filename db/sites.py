"""The sites of a district, and who of the staff is limited to which. Hub only.

The district and auditors see every site. Front desks and administrators see those that they were
given; as long as a hub has one site, that one is everything there is and nobody is limited.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db import districts
from db.domain.desk import Role, StaffMember
from db.domain.errors import ConfigError
from db.domain.rights import SEES_ALL, Action, may
from db.domain.sites import KnownSite, SiteDraft
from db.hub_models import SiteRow, StaffRow, StaffSiteRow
from db.ids import new_id
from db.list_fields import clean
from db.models import StaffPinRow
from db.scopes import EVERY_SITE

LONGEST_NAME = 200
_EVERY = {EVERY_SITE: True}
_TWO = districts.once(select(SiteRow.site_id).limit(2).execution_options(**_EVERY))


def add(session: Session, draft: SiteDraft, now: datetime, site_id: str = "") -> KnownSite:
    """Open a site. Raises `ConfigError` for a name that is taken, or no name or time zone.

    Whoever worked at the only one until now is limited to that one.
    """
    name = _free_name(session, draft.name)
    _limit_to_only(session)
    row = SiteRow(
        site_id=site_id or str(new_id(now)),
        name=name,
        time_zone=_zone(draft.time_zone),
        opened_at=_own_moment(session, now),
        closed_at=None,
    )
    session.add(row)
    session.flush()
    return _value(row)


def change(session: Session, site_id: str, draft: SiteDraft) -> KnownSite:
    """Call it otherwise, or move its clock. Raises `LookupError` or `ConfigError`."""
    row = _row(session, site_id)
    if draft.name.strip() and draft.name.strip() != row.name:
        row.name = _free_name(session, draft.name, but=site_id)
    if draft.time_zone:
        row.time_zone = _zone(draft.time_zone)
    session.flush()
    return _value(row)


def close(session: Session, site_id: str, now: datetime) -> KnownSite:
    """End a site; who closes it revokes its kiosks. What was is still told.

    Raises `LookupError`, and `ConfigError` for the last one that is open.
    """
    row = _row(session, site_id)
    if row.closed_at is not None:
        return _value(row)
    are_open = select(func.count()).select_from(SiteRow).where(SiteRow.closed_at.is_(None))
    if session.scalar(are_open.execution_options(**_EVERY)) == 1:
        raise ConfigError(f"{row.name} is the only site that is open. Nothing was changed.")
    row.closed_at = now
    session.flush()
    return _value(row)


def everyone(session: Session) -> list[KnownSite]:
    """Those that this session sees, by name; closed ones last."""
    rows = session.scalars(select(SiteRow).order_by(SiteRow.name, SiteRow.site_id))
    return sorted(map(_value, rows), key=lambda site: site.closed_at is not None)


def locked(session: Session) -> list[KnownSite]:
    """`everyone`, and nobody else changes one of them before this transaction ends."""
    order = select(SiteRow.site_id).order_by(SiteRow.site_id)  # two wait, and for each other never
    session.execute(order.with_for_update())
    return everyone(session)


def opened(session: Session) -> list[KnownSite]:
    """Those that are open."""
    return [site for site in everyone(session) if site.closed_at is None]


def get(session: Session, site_id: str) -> KnownSite | None:
    row = districts.get(session, SiteRow, site_id)
    return None if row is None else _value(row)


def first(session: Session) -> KnownSite | None:
    """The one that was opened first, of those that this session sees; open ones before others."""
    return first_of(everyone(session))


def first_of(known: Iterable[KnownSite]) -> KnownSite | None:
    """The one of these that was opened first; open ones before others."""
    return min(known, key=lambda s: (s.closed_at is not None, _age(s)), default=None)


def oldest(session: Session) -> KnownSite | None:
    """The one that the hub began with, open or not."""
    return min(everyone(session), key=_age, default=None)


def named(session: Session, name: str) -> KnownSite:
    """The open site of that name or id. Raises `ConfigError` in words when there is none."""
    found = [s for s in opened(session) if name.strip() in (s.name, s.site_id)]
    if not found:
        raise ConfigError(
            f'There is no site called "{name}": see vestibule-hub sites list. Nothing was changed.'
        )
    return found[0]


def only(session: Session) -> str:
    """The district's only site; empty when it has several, or none yet."""
    found = session.scalars(_TWO).all()
    return found[0] if len(found) == 1 else ""


# ---- who is limited to which -----------------------------------------------------------------


def of_staff(session: Session, member: StaffMember) -> frozenset[str] | None:
    """The sites that somebody is limited to; None for who sees the whole district."""
    return limits_of_each(session, {member.staff_id: member.role})[member.staff_id]


def limits_of_each(
    session: Session, roles: Mapping[UUID, Role]
) -> dict[UUID, frozenset[str] | None]:
    """`of_staff` of each of these members, by their ids and roles."""
    limits: dict[UUID, frozenset[str] | None] = dict.fromkeys(roles)
    limited = [staff_id for staff_id, role in roles.items() if role not in SEES_ALL]
    if not limited or only(session):
        return limits
    given: dict[UUID, set[str]] = {staff_id: set() for staff_id in limited}
    theirs = select(StaffSiteRow.staff_id, StaffSiteRow.site_id)
    for staff_id, site_id in session.execute(theirs.where(StaffSiteRow.staff_id.in_(limited))):
        given[staff_id].add(site_id)
    return limits | {staff_id: frozenset(found) for staff_id, found in given.items()}


def given_to(session: Session, staff_id: UUID) -> list[KnownSite]:
    """The sites that somebody was given, by name."""
    given = ids_given_to(session, staff_id)
    return [site for site in everyone(session) if site.site_id in given]


def ids_given_to(session: Session, staff_id: UUID) -> frozenset[str]:
    """The ids of the sites that somebody was given, those included that are not seen here."""
    query = select(StaffSiteRow.site_id).where(StaffSiteRow.staff_id == staff_id)
    return frozenset(session.scalars(query))


def give(session: Session, staff_id: UUID, site_ids: Iterable[str]) -> None:
    """Limit somebody to these sites."""
    session.execute(delete(StaffSiteRow).where(StaffSiteRow.staff_id == staff_id))
    session.add_all(StaffSiteRow(staff_id=staff_id, site_id=site_id) for site_id in set(site_ids))
    session.flush()


def pins_of(session: Session, site_id: str) -> list[dict[str, str]]:
    """The PINs that work at a site's kiosks: see `pins_at`."""
    return pins_at(session, [site_id])[site_id]


def pins_at(session: Session, site_ids: Iterable[str]) -> dict[str, list[dict[str, str]]]:
    """The PINs that work at each site's kiosks, as the feed carries them.

    Nobody's who was removed, or whose role decides nothing.

    Of who is limited to sites, at those; of all others, everywhere.
    """
    is_one, has_pin = bool(only(session)), select(StaffPinRow.staff_id)
    gone, limited = set[UUID](), set[UUID]()
    for staff_id, role, removed_at in session.execute(
        select(StaffRow.staff_id, StaffRow.role, StaffRow.removed_at).where(
            StaffRow.staff_id.in_(has_pin)
        )
    ):
        if removed_at is not None or not may(Role(role), Action.DECIDE):
            gone.add(staff_id)
        elif Role(role) not in SEES_ALL and not is_one:
            limited.add(staff_id)
    where = select(StaffSiteRow.site_id, StaffSiteRow.staff_id).where(
        StaffSiteRow.staff_id.in_(has_pin)
    )
    given = {(row[0], row[1]) for row in session.execute(where)}
    rows = session.scalars(select(StaffPinRow).order_by(StaffPinRow.staff_id)).all()
    return {
        site_id: [
            {"staff_id": str(r.staff_id), "display_name": r.display_name, "pin_hash": r.pin_hash}
            for r in rows
            if r.staff_id not in gone
            and (r.staff_id not in limited or (site_id, r.staff_id) in given)
        ]
        for site_id in site_ids
    }


# ---- parts -----------------------------------------------------------------------------------


def _limit_to_only(session: Session) -> None:
    site_id = only(session)
    if not site_id:
        return
    given = select(StaffSiteRow.staff_id)
    limited = StaffRow.role.not_in([role.value for role in SEES_ALL])
    rest = session.scalars(
        select(StaffRow.staff_id).where(limited, StaffRow.staff_id.not_in(given))
    )
    session.add_all(StaffSiteRow(staff_id=staff_id, site_id=site_id) for staff_id in rest.all())
    session.flush()


def _free_name(session: Session, wanted: str, *, but: str = "") -> str:
    """The name, tidied. The site `but` may have it already, in other letters."""
    name = clean(wanted)
    if not 0 < len(name) <= LONGEST_NAME:
        raise ConfigError("A site needs a name of at most 200 characters. Nothing was changed.")
    is_same = func.lower(SiteRow.name) == name.lower()
    taken = select(SiteRow.site_id).where(is_same, SiteRow.site_id != but)
    if session.scalar(taken.execution_options(**_EVERY)) is not None:
        raise ConfigError(f'There is a site called "{name}" already. Nothing was changed.')
    return name


def _own_moment(session: Session, now: datetime) -> datetime:
    """This moment, or the next at which no other site was opened: their order then is their age."""
    opened = select(SiteRow.opened_at).execution_options(**_EVERY)
    taken = set(session.scalars(opened))
    while now in taken:
        now += timedelta(microseconds=1)
    return now


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(
            f"There is no time zone {name!r}. Write it like America/Chicago. Nothing was changed."
        ) from error
    return name


def _row(session: Session, site_id: str) -> SiteRow:
    row = districts.get(session, SiteRow, site_id, with_for_update=True)
    if row is None:
        raise LookupError(f"no site {site_id}")
    return row


def _age(site: KnownSite) -> tuple[datetime, str]:
    """Its place among the others, whatever they are called."""
    return site.opened_at, site.site_id


def _value(row: SiteRow) -> KnownSite:
    return KnownSite(row.site_id, row.name, row.time_zone, row.opened_at, row.closed_at)
