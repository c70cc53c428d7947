"""The staff in words: how somebody signs in, when they were there, what each role may do. No Qt."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from admin_console.console import words
from db.domain.desk import Role
from db.domain.rights import SEES_ALL, WHO_MAY, Action, Power
from db.domain.sites import KnownSite
from db.domain.staffing import KnownStaff, StaffLine, StaffPage

MAY: tuple[tuple[str, tuple[Action, ...]], ...] = (
    (
        "See desk, visits, lists",
        (
            Action.STAY_SIGNED_IN,
            Action.SEE_DESK,
            Action.SEE_VISITS,
            Action.EXPORT_VISITS,
            Action.SEE_LISTS,
            Action.SEE_NOTICES,
            Action.SEE_SITES,
        ),
    ),
    ("Decide a hold", (Action.DECIDE,)),
    ("Sign out, read notices", (Action.SIGN_VISITORS_OUT, Action.READ_NOTICES)),
    ("See people on lists", (Action.SEE_ENTRIES,)),
    ("See accuracy, all notices", (Action.SEE_FIGURES, Action.SEE_ALL_NOTICES)),
    ("See audit, what is kept", (Action.SEE_AUDIT, Action.SEE_INVENTORY)),
    ("Edit and export lists", (Action.EDIT_LISTS, Action.EXPORT_LISTS)),
    ("End a clearance", (Action.END_CLEARANCES,)),
    ("Settle the desk's rules", (Action.SETTLE_RULES,)),
    ("Let kiosks in and out", (Action.LET_KIOSKS_IN,)),
    ("Keep the staff", (Action.SETTLE_STAFF,)),
    ("Open and close schools", (Action.SETTLE_SITES,)),
)
"""What is told together is allowed to the same roles; a test holds that nothing is left out."""
YES, NO = "yes", "no"
HEADS: Mapping[Role, str] = MappingProxyType(
    {
        Role.FRONT_DESK: "Office",
        Role.ADMINISTRATOR: "Admin.",
        Role.DISTRICT: "District",
        Role.AUDITOR: "Auditor",
    }
)


def role_rows() -> tuple[tuple[str, ...], ...]:
    """What may be done, and by each role whether: as `db.domain.rights` has it."""
    return tuple(
        (said, *(YES if role in WHO_MAY[actions[0]] else NO for role in HEADS))
        for said, actions in MAY
    )


def givable(own: Role, *, is_of_all_sites: bool) -> tuple[Role, ...]:
    """The roles that somebody of this one may give; the hub checks it again."""
    power = Power(own, None if is_of_all_sites else frozenset())
    return tuple(
        role
        for role in Role
        if power.holds(Power(role, None if role in SEES_ALL or is_of_all_sites else frozenset()))
    )


def signs_in_with(member: KnownStaff) -> str:
    """``Password, code, PIN``, ``First password``."""
    password = "First password" if member.must_choose else "Password"
    parts = [password, *(["code"] if member.has_second_factor else [])]
    parts += ["PIN"] if member.has_pin else []
    parts += ["account"] if member.has_account else []
    return ", ".join(parts)


def last_seen(line: StaffLine, now: datetime, zone: ZoneInfo) -> str:
    """``now``, ``today 8:02``, ``yesterday``, ``Nov 13``, ``Nov 13, 2025``, ``not yet``."""
    if line.sign_ins:
        return "now"
    if line.last_seen_at is None:
        return "not yet"
    seen, today = line.last_seen_at.astimezone(zone), now.astimezone(zone)
    days = (today.date() - seen.date()).days
    if days <= 0:
        return f"today {words.clock(line.last_seen_at, zone)}"
    if days == 1:
        return "yesterday"
    is_this_year = seen.year == today.year
    return f"{seen:%b} {seen.day}" if is_this_year else words.day(seen.date())


def schools(member: KnownStaff, sites: Sequence[KnownSite]) -> str:
    """Where somebody works, where there is more than one school; else nothing."""
    if member.role in SEES_ALL:
        return "the whole district"
    if len(sites) < 2:
        return ""
    return words.listed([site.name for site in sites if site.site_id in member.sites])


def standing(member: KnownStaff, sites: Sequence[KnownSite], zone: ZoneInfo) -> str:
    """``Front office at Cedar Hollow since Aug 2021``."""
    where, added = schools(member, sites), member.added_at.astimezone(zone)
    at = f" of {where}" if member.role in SEES_ALL else f" at {where}" if where else ""
    role = words.ROLES[member.role]
    return f"{role}{at} since {added:%b %Y}"


def joined(
    before: tuple[StaffLine, ...], page: StaffPage | None, found: StaffPage, *, is_more: bool
) -> tuple[tuple[StaffLine, ...], str | None]:
    """What is shown once a page was found, and the page behind it.

    A first page that has the same people as before leaves those who were loaded behind them.
    """
    if is_more:
        return before + found.staff, found.next_page
    many = len(found.staff)
    is_same = [line.member.staff_id for line in before[:many]] == [
        line.member.staff_id for line in found.staff
    ]
    if is_same and found.next_page is not None and len(before) > many and page is not None:
        return found.staff + before[many:], page.next_page
    return found.staff, found.next_page


def suggested_name(display_name: str, taken: Iterable[str] = ()) -> str:
    """A name to sign in with: ``dwhitlock`` for Dana Whitlock; empty without Latin letters."""
    plain = unicodedata.normalize("NFKD", display_name.casefold())
    parts = ["".join(c for c in part if c.isascii() and c.isalpha()) for part in plain.split()]
    parts = [part for part in parts if part]
    if not parts:
        return ""
    name = parts[0] if len(parts) == 1 else parts[0][0] + parts[-1]
    known, number, wanted = set(taken), 2, name
    while wanted in known:
        wanted, number = f"{name}{number}", number + 1
    return wanted
