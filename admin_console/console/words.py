"""How times, counts and values are worded on the console. Pure: no clock, no Qt, no hub."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from db.domain.decision import Verdict
from db.domain.desk import Role
from db.domain.people import DocumentKind, Identity
from db.domain.screening import Field, HoldReason, Screening, Tier
from db.domain.visit import Visit, VisitorType, VisitState
from db.domain.watchlist import Category

VISITOR_TYPES: Mapping[VisitorType, str] = MappingProxyType(
    {
        VisitorType.PARENT: "Parent",
        VisitorType.VOLUNTEER: "Volunteer",
        VisitorType.CONTRACTOR: "Contractor",
        VisitorType.DELIVERY: "Delivery",
        VisitorType.SUBSTITUTE: "Substitute",
        VisitorType.OFFICIAL: "Official",
        VisitorType.EVENT: "Event guest",
        VisitorType.OTHER: "Visitor",
    }
)

VISITOR_TYPES_MANY: Mapping[VisitorType, str] = MappingProxyType(
    {
        VisitorType.PARENT: "Parents and guardians",
        VisitorType.VOLUNTEER: "Volunteers",
        VisitorType.CONTRACTOR: "Contractors",
        VisitorType.DELIVERY: "Deliveries",
        VisitorType.SUBSTITUTE: "Substitutes",
        VisitorType.OFFICIAL: "Officials",
        VisitorType.EVENT: "Event guests",
        VisitorType.OTHER: "Visitors",
    }
)

VISITOR_TYPE_ICONS: Mapping[VisitorType, str] = MappingProxyType(
    {
        VisitorType.PARENT: "guardian",
        VisitorType.VOLUNTEER: "volunteer",
        VisitorType.CONTRACTOR: "contractor",
        VisitorType.DELIVERY: "delivery",
        VisitorType.SUBSTITUTE: "substitute",
        VisitorType.OFFICIAL: "official",
        VisitorType.EVENT: "calendar",
        VisitorType.OTHER: "visitor",
    }
)

STATES: Mapping[VisitState, str] = MappingProxyType(
    {
        VisitState.CLEARED: "Signing in",
        VisitState.HELD: "Waiting",
        VisitState.DENIED: "Denied",
        VisitState.ABANDONED: "Left before signing in",
        VisitState.ON_SITE: "On site",
        VisitState.DEPARTED: "Departed",
    }
)

VERDICTS_DONE: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.APPROVE: "Approved",
        Verdict.DENY: "Denied",
        Verdict.ESCORT: "Escort",
        Verdict.NOT_THIS_PERSON: "Not this person",
    }
)

VERDICTS_PAST: Mapping[Verdict, str] = MappingProxyType(
    {**VERDICTS_DONE, Verdict.ESCORT: "Escorted"}
)
"""Of a visit that is over, as the history lists it."""

VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.APPROVE: "Approve",
        Verdict.DENY: "Deny",
        Verdict.ESCORT: "Escort",
        Verdict.NOT_THIS_PERSON: "Not this person",
    }
)

FIELDS: Mapping[Field, str] = MappingProxyType(
    {
        Field.FAMILY_NAME: "Family name",
        Field.GIVEN_NAME: "Given name",
        Field.MIDDLE_NAME: "Middle name",
        Field.BIRTH_DATE: "Birth date",
        Field.SEX: "Sex",
        Field.PLACE: "Place",
        Field.ID_NUMBER: "ID number",
        Field.SUFFIX: "Suffix",
    }
)

CATEGORIES: Mapping[Category, str] = MappingProxyType(
    {
        Category.REGISTRY: "Registry",
        Category.CUSTODY: "Custody orders",
        Category.TRESPASS: "No trespass",
        Category.ALERT: "Office alerts",
    }
)

ROLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.FRONT_DESK: "Front office",
        Role.ADMINISTRATOR: "Administrator",
        Role.DISTRICT: "District",
        Role.AUDITOR: "Auditor",
    }
)

READY_REASONS: tuple[str, ...] = (
    "Photo does not match",
    "Birth date differs on the ID",
    "Known to the office",
    "Escort agreed",
)

READY_REASONS_WITHOUT_MATCH: tuple[str, ...] = (
    "Known to the office",
    "Vouched for by the host",
    "Papers seen at the desk",
    "Escort agreed",
)
"""Where nobody on the lists is compared, a photo or a birth date cannot differ."""

VISITOR_SEES = "The office is looking at your visit"
"""The title of the kiosk's page while somebody waits (`WaitScreen.qml`), word for word."""

TIERS = {
    Tier.STRONG: "Strong match",
    Tier.POSSIBLE: "Possible match",
    Tier.CHECK_PHOTO: "Check the photo",
}

_DOCUMENTS = {
    DocumentKind.DRIVER_LICENSE: "Driver license",
    DocumentKind.ID_CARD: "ID card",
    DocumentKind.PASSPORT: "Passport",
    DocumentKind.OTHER: "Other ID",
}

_HOLD_REASONS = {
    HoldReason.SCREENING_FAILED: "Screening failed",
    HoldReason.LIST_OUTDATED: "List outdated",
    HoldReason.ID_NOT_READ: "ID not read",
    HoldReason.UNDER_AGE: "Under age",
    HoldReason.ID_EXPIRED: "ID expired",
    HoldReason.MATCH: "Possible match",
}

JUST_NOW = 60
"""Seconds inside for which a stay is worded `just now`."""


def hold_title(screening: Screening) -> str:
    """Why somebody waits, in two or three words; the gravest reason."""
    if screening.matches:
        best = screening.matches[0]
        return "Custody rule" if best.category is Category.CUSTODY else TIERS[best.tier]
    for reason in (
        HoldReason.SCREENING_FAILED,
        HoldReason.UNDER_AGE,
        HoldReason.ID_NOT_READ,
        HoldReason.ID_EXPIRED,
        HoldReason.LIST_OUTDATED,
        HoldReason.MATCH,
    ):
        if reason in screening.hold_reasons:
            return _HOLD_REASONS[reason]
    return "Waits"


def hold_sentence(screening: Screening) -> str:
    """What a hold without a match means, and what to do, for whoever decides."""
    reasons = screening.hold_reasons
    if HoldReason.SCREENING_FAILED in reasons:
        return (
            "The lists could not be searched, so nobody was compared. Look at the ID yourself"
            " and check the binder before you let this person in."
        )
    if HoldReason.UNDER_AGE in reasons:
        return (
            "By the birth date this person is not of age, and matches nobody on the lists. Ask who"
            " expects them, or for an adult who comes along."
        )
    if HoldReason.ID_NOT_READ in reasons:
        return (
            "No ID was read: the name was typed at the kiosk and matches nobody on the lists."
            " Ask for an ID, or for somebody who can vouch."
        )
    if HoldReason.ID_EXPIRED in reasons:
        return (
            "The ID has expired, and its holder matches nobody on the lists. Ask for a current one,"
            " or compare its picture with the person before you let them in."
        )
    if HoldReason.LIST_OUTDATED in reasons:
        return (
            "Nobody on the lists matches, but a list is older than it may be. Somebody who was"
            " added since would not be found."
        )
    return "This person waits for somebody to decide."


def count(number: int) -> str:
    return f"{number:,}"


def plural(number: int, one: str, many: str) -> str:
    """``1 person``, ``3 people``."""
    return f"{number:,} {one if number == 1 else many}"


def visits(total: int, *, is_more: bool = False) -> str:
    """``1 visit``, ``1,204 visits``, ``Over 1,000 visits`` where no more are counted."""
    counted = plural(total, "visit", "visits")
    return f"Over {counted}" if is_more else counted


def listed(names: list[str]) -> str:
    """``Ann``, ``Ann and Bo``, ``Ann, Bo and Cy``; nothing without names."""
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def clock(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.hour}:{local.minute:02d}"


def exact_clock(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{local.hour}:{local:%M:%S}"


def day_and_clock(at: datetime, zone: ZoneInfo) -> str:
    """``Nov 13, 2026, 8:20``."""
    return f"{day(at.astimezone(zone).date())}, {clock(at, zone)}"


def day(on: date) -> str:
    """``Nov 13, 2026``."""
    return f"{on:%b} {on.day}, {on.year}"


def short_day(on: date) -> str:
    """``Tue Nov 10``."""
    return f"{on:%a %b} {on.day}"


def long_day(on: date) -> str:
    """``Tuesday, November 17``."""
    return f"{on:%A, %B} {on.day}"


def clock_or_day(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The clock time, with the weekday when it was another day, with the date when long ago."""
    local, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    if local == today:
        return clock(at, zone)
    if timedelta(0) < today - local < timedelta(days=7):
        return f"{local:%a} {clock(at, zone)}"
    return f"{local:%b} {local.day}, {clock(at, zone)}"


def running(seconds: float) -> str:
    """A time that runs: ``0:21``, ``1:42``, ``1:05:12``."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def length(seconds: float) -> str:
    """A time that is over: ``38 s``, ``1:52``."""
    return f"{round(seconds)} s" if seconds < 60 else running(seconds)


def stay(seconds: float) -> str:
    """How long somebody is inside: ``just now``, ``4 min``, ``1 h 37``."""
    if seconds < JUST_NOW:
        return "just now"
    hours, minutes = divmod(int(seconds) // 60, 60)
    return f"{hours} h {minutes:02d}" if hours else f"{minutes} min"


def age(seconds: float) -> str:
    """How old something is, roughly: ``2 s``, ``6 min``, ``3 hours``, ``3 days``."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 48 * 3600:
        return plural(whole // 3600, "hour", "hours")
    return plural(whole // 86400, "day", "days")


def long_age(seconds: float) -> str:
    """As `age`, without short forms: ``6 minutes``."""
    whole = max(0, int(seconds))
    if whole < 60:
        return plural(whole, "second", "seconds")
    if whole < 3600:
        return plural(whole // 60, "minute", "minutes")
    return age(seconds)


def list_age(imported_at: datetime, now: datetime) -> str:
    """``Updated 3 days ago``."""
    days = (now - imported_at).days
    if days < 1:
        return "Updated today"
    return "Updated yesterday" if days == 1 else f"Updated {days} days ago"


def is_outdated(imported_at: datetime, max_age_days: int | None, now: datetime) -> bool:
    return max_age_days is not None and now - imported_at > timedelta(days=max_age_days)


def document(identity: Identity) -> str:
    """``Driver license, TX``; ``Typed name`` without a document."""
    if identity.document is None:
        return "Typed name"
    kind = _DOCUMENTS[identity.document.kind]
    place = identity.document.jurisdiction or identity.document.country
    return f"{kind}, {place}" if place else kind


SiteOf = Callable[[str], str]
"""The name of the school with this id, where more than one is looked at; else nothing."""


def no_site(_site_id: str) -> str:
    """Where there is one school, nobody needs to be told which."""
    return ""


def joined(*parts: str) -> str:
    """What there is of these, with a dot between."""
    return " · ".join(part for part in parts if part)


def destination(visit: Visit) -> str:
    """Whom and where, as far as it is known: ``Ruth Abernathy, Room 12``."""
    host = visit.details.host if visit.details else None
    if host is None:
        return ""
    return ", ".join(part for part in (host.name, host.place) if part)


def about(visit: Visit) -> str:
    """One line on why somebody is here: type and purpose, or the ID before they were asked."""
    if visit.details is None:
        return document(visit.identity)
    purpose = visit.details.purpose
    kind = VISITOR_TYPES[visit.details.visitor_type]
    return f"{kind} · {purpose[:1].lower()}{purpose[1:]}" if purpose else kind


def initials(name: str) -> str:
    """Two letters of one script: the first name's and the last one's in the same letters."""
    scripts = [(unicodedata.name(part[0], "").split(" ")[0], part) for part in name.split()]
    parts = [part for script, part in scripts if script == scripts[0][0]]
    return "".join(p[0] for p in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()


def file_size(size: int) -> str:
    if size < 1024:
        return f"{size} bytes"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024 / 1024:.1f} MB"
