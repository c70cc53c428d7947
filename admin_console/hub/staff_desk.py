"""Keeping the staff, at the console and at the terminal: rights, audit and kiosks in one place.

Every deed is one transaction of whoever calls: the audit and the kiosks learn of it there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from admin_console.hub import site as hub_site
from admin_console.hub.pin_desk import ComparedPin, tell_kiosks
from db import audit, second_factor, sites, staff, staff_list, staff_pins
from db.domain.audit import About, Deed
from db.domain.desk import Role, StaffMember
from db.domain.rights import SEES_ALL, Action, Power, may
from db.domain.staffing import KnownStaff, StaffDraft, StaffStart
from db.list_fields import clean
from db.staff import NewPassword, StaffError


class BeyondPowerError(StaffError):
    """Whoever keeps the staff may not do this to that person, or give that much."""


class NoSitesError(StaffError):
    """It was not said which sites somebody sees, and there are several."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who keeps the staff, and how far they may; without an id whoever is at the hub's terminal."""

    by: audit.By
    staff_id: UUID | None = None
    power: Power | None = None


TERMINAL = Keeper(audit.TERMINAL)


def why_not(session: Session, keeper: Keeper, members: Sequence[KnownStaff]) -> list[str]:
    """Why each may not be changed by this keeper, in words; empty for who may be.

    The one place that says so: nobody changes themselves, or takes from somebody what they could
    not give. So whoever keeps the staff is always left.
    """
    limits = sites.limits_of_each(session, {m.staff_id: m.role for m in members})
    return [_why_not(keeper, m, Power(m.role, limits[m.staff_id])) for m in members]


def _why_not(keeper: Keeper, member: KnownStaff, theirs: Power) -> str:
    if keeper.power is None:
        return ""
    if member.staff_id == keeper.staff_id:
        return "Nobody changes what they may do themselves: somebody else who keeps the staff does."
    if keeper.power.holds(theirs):
        return ""
    if member.role in SEES_ALL:
        return "They are the whole district's: only the district changes what they may do."
    return "They work at another school too: only who keeps the staff of all of these may do this."


def add(
    session: Session,
    keeper: Keeper,
    start: StaffStart,
    password: NewPassword,
    now: datetime,
    *,
    pin: ComparedPin | None = None,
    must_choose: bool = False,
) -> StaffMember:
    """Let somebody sign in, and decide at kiosks when there is a PIN.

    Raises `StaffError` for what will not do, and `BeyondPowerError` for more than the keeper has.
    """
    check_still(session, keeper)
    site_ids = given(session, keeper, start.role, start.sites)
    if pin is not None:
        _check_decides(start.role)
        pin.hold(session)
    names = hub_site.names_of(session)
    member = staff.add(
        session,
        start.name,
        password,
        display_name=start.display_name,
        role=start.role,
        now=now,
        names=names,
        must_choose=must_choose,
    )
    sites.give(session, member.staff_id, site_ids)
    if pin is not None:
        staff_pins.add(session, member.staff_id, member.display_name, pin.pin_hash)
        tell_kiosks(session)
    _note(session, keeper, Deed.STAFF_ADDED, member, now, detail=member.role.value)
    return member


def change(
    session: Session, keeper: Keeper, staff_id: UUID, draft: StaffDraft, now: datetime
) -> None:
    """Settle how somebody is called, what they may do and where; they sign in anew for the latter.

    Raises LookupError, `StaffError` and `BeyondPowerError`.
    """
    member = _theirs(session, keeper, staff_id)
    site_ids = given(session, keeper, draft.role, draft.sites)
    if draft.display_name.strip() != member.display_name:
        staff.rename(session, staff_id, draft.display_name)
        if staff_pins.rename(session, staff_id, clean(draft.display_name)):
            tell_kiosks(session)
        _note(session, keeper, Deed.STAFF_RENAMED, member, now)
    if draft.role is not member.role:
        set_role(session, keeper, member, draft.role, now)
    is_limited = draft.role not in SEES_ALL and not sites.only(session)
    if is_limited and set(site_ids) != sites.ids_given_to(session, staff_id):
        set_sites(session, keeper, replace(member, role=draft.role), site_ids, now)


def set_role(
    session: Session, keeper: Keeper, member: StaffMember, role: Role, now: datetime
) -> None:
    """Let somebody do more or less. A PIN of who may not decide any more goes."""
    staff.set_role(session, member.staff_id, role)
    if not may(role, Action.DECIDE):
        staff_pins.forget(session, member.staff_id)
    tell_kiosks(session)
    said = f"{member.role.value} to {role.value}"
    _note(session, keeper, Deed.ROLE_CHANGED, member, now, detail=said)


def set_sites(
    session: Session, keeper: Keeper, member: StaffMember, site_ids: Sequence[str], now: datetime
) -> None:
    """Let somebody see these sites and no others."""
    sites.give(session, member.staff_id, site_ids)
    staff.close_sessions(session, member.staff_id)
    tell_kiosks(session)
    said = ", ".join(site.name for site in sites.given_to(session, member.staff_id))
    is_all = member.role in SEES_ALL
    said = "the whole district" if is_all else said or "no site"
    _note(session, keeper, Deed.STAFF_SITES_CHANGED, member, now, detail=said[:200])


def remove(session: Session, keeper: Keeper, staff_id: UUID, now: datetime) -> StaffMember:
    """Let somebody in no more: console and kiosks. What they did keeps their name."""
    member = _theirs(session, keeper, staff_id)
    _note(session, keeper, Deed.STAFF_REMOVED, member, now)
    staff.remove(session, staff_id, now)
    staff_pins.forget(session, staff_id)
    tell_kiosks(session)
    return member


def set_password(
    session: Session,
    keeper: Keeper,
    staff_id: UUID,
    password: NewPassword,
    now: datetime,
    *,
    must_choose: bool = False,
) -> StaffMember:
    """Give somebody another password; they are signed out everywhere."""
    member = _theirs(session, keeper, staff_id)
    names = hub_site.names_of(session)
    staff.set_password(session, staff_id, password, names, must_choose=must_choose)
    said = "a first one" if must_choose else ""
    _note(session, keeper, Deed.PASSWORD_CHANGED, member, now, detail=said)
    return member


def set_pin(
    session: Session, keeper: Keeper, staff_id: UUID, pin: ComparedPin | None, now: datetime
) -> StaffMember:
    """Another PIN for the kiosks, or none."""
    member = _theirs(session, keeper, staff_id)
    if pin is not None:
        _check_decides(member.role)
    staff_pins.forget(session, staff_id)
    if pin is not None:
        pin.hold(session)  # behind the row that goes: in the order of whoever removes somebody
        staff_pins.add(session, staff_id, member.display_name, pin.pin_hash)
    tell_kiosks(session)
    said = "none any more" if pin is None else "set"
    _note(session, keeper, Deed.PIN_CHANGED, member, now, detail=said)
    return member


def end_second_factor(
    session: Session, keeper: Keeper, staff_id: UUID, now: datetime
) -> StaffMember:
    """Ask somebody for no codes any more, as when the telephone is lost; their sign-ins end."""
    member = _theirs(session, keeper, staff_id)
    second_factor.end(session, staff_id)
    staff.close_sessions(session, staff_id)
    _note(session, keeper, Deed.SECOND_FACTOR_CHANGED, member, now, detail="off")
    return member


def sign_out(session: Session, keeper: Keeper, staff_id: UUID, now: datetime) -> StaffMember:
    """End all sign-ins of somebody; they may sign in again."""
    member = _theirs(session, keeper, staff_id)
    staff.close_sessions(session, staff_id)
    _note(session, keeper, Deed.SIGNED_OUT, member, now, detail="everywhere")
    return member


def given(session: Session, keeper: Keeper, role: Role, wanted: Sequence[str]) -> list[str]:
    """The ids of the sites that somebody is to see, as far as the keeper may give them."""
    only, power = sites.only(session), keeper.power
    known = {site.site_id for site in sites.everyone(session)}
    if not set(wanted) <= known:
        raise StaffError(
            "There is no such school, or it is not yours to give. Nothing was changed."
        )
    found = list(dict.fromkeys(wanted)) or [only] * bool(only)
    if not found and role not in SEES_ALL:
        found = [site.site_id for site in sites.opened(session)] or list(known)
        if len(found) != 1:
            raise NoSitesError(
                "This hub has several sites: say which ones they see. Nothing was changed."
            )
    wider = role in SEES_ALL or bool(only)
    if power is not None and not power.holds(Power(role, None if wider else frozenset(found))):
        raise BeyondPowerError(
            "Nobody gives more than they have: what they may do, and where. Nothing was changed."
        )
    return found


def _check_decides(role: Role) -> None:
    if not may(role, Action.DECIDE):
        raise StaffError(
            "An auditor decides nothing, and needs no PIN for the kiosks. Nothing was changed."
        )


def _theirs(session: Session, keeper: Keeper, staff_id: UUID) -> StaffMember:
    """Whoever is to be changed. Raises LookupError for who is not seen here."""
    check_still(session, keeper)
    known = staff_list.get(session, staff_id)
    (refused,) = why_not(session, keeper, [known])
    if refused:
        raise BeyondPowerError(f"{refused} Nothing was changed.")
    return StaffMember(known.staff_id, known.name, known.display_name, known.role)


def check_still(session: Session, keeper: Keeper) -> None:
    """Let nobody else keep the staff until the commit; `BeyondPowerError` if the keeper may not.

    Two who remove each other at once are not both heard: the second one is gone by then. A tag is
    compared behind this, and at the terminal somebody is looked up behind it: what was read before
    may be changed by then.
    """
    staff.lock_keepers(session)
    if keeper.power is None or keeper.staff_id is None:
        return
    member = staff.get(session, keeper.staff_id)
    if member is None or not Power(member.role, sites.of_staff(session, member)).holds(
        keeper.power
    ):
        raise BeyondPowerError("You may not keep the staff any more. Nothing was changed.")


def _note(
    session: Session,
    keeper: Keeper,
    deed: Deed,
    member: StaffMember,
    now: datetime,
    *,
    detail: str = "",
) -> None:
    """Who oversees the one site that somebody works at sees what was done."""
    given = sites.ids_given_to(session, member.staff_id)
    audit.note(
        session,
        keeper.by,
        deed,
        now,
        about=About.STAFF,
        about_id=member.staff_id,
        detail=detail,
        site_id=next(iter(given)) if len(given) == 1 and member.role not in SEES_ALL else "",
    )
