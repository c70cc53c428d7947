"""What a badge says. Pure: a visit in, words out; no paper, no fonts, no Qt."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from db.domain.visit import Visit, VisitorType
from kiosk.scan.presentable import presentable

_ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"
"""No sign that looks like another one."""

TYPE_WORDS = {
    VisitorType.PARENT: "PARENT",
    VisitorType.VOLUNTEER: "VOLUNTEER",
    VisitorType.CONTRACTOR: "CONTRACTOR",
    VisitorType.DELIVERY: "DELIVERY",
    VisitorType.SUBSTITUTE: "SUBSTITUTE",
    VisitorType.OFFICIAL: "OFFICIAL",
    VisitorType.EVENT: "EVENT GUEST",
    VisitorType.OTHER: "VISITOR",
}


@dataclass(frozen=True, slots=True)
class BadgeContent:
    """Every word on a badge, ready to be drawn."""

    visitor_type: VisitorType
    type_word: str
    site_name: str
    given_name: str
    family_name: str
    valid_day: str
    valid_time: str
    signed_in_day: str
    signed_in_time: str
    destination: str
    host: str
    code: str
    token_payload: str
    """What the QR code holds."""
    with_escort: bool = False
    photo: bytes | None = None
    """JPEG or PNG; without one a silhouette is drawn."""


def badge_content(
    visit: Visit,
    *,
    site_name: str,
    zone: ZoneInfo,
    token_payload: str,
    photo: bytes | None = None,
) -> BadgeContent:
    """The badge of somebody who has signed in; raises ValueError for anybody else."""
    if visit.details is None or visit.checked_in_at is None or visit.valid_until is None:
        raise ValueError("a badge is for a visit that has signed in")
    until, since = visit.valid_until.astimezone(zone), visit.checked_in_at.astimezone(zone)
    host = visit.details.host
    name = presentable(visit.identity.name)
    return BadgeContent(
        visitor_type=visit.details.visitor_type,
        type_word=TYPE_WORDS[visit.details.visitor_type],
        site_name=site_name,
        given_name=name.given,
        family_name=name.family,
        valid_day=f"{until:%b} {until.day}",
        valid_time=clock(until),
        signed_in_day=f"{since:%a, %b} {since.day}, {since.year}",
        signed_in_time=f"In at {clock(since)}",
        destination=(host.place or host.name) if host is not None else "The office",
        host=host.name if host is not None and host.place else "",
        code=visit.badge_code,
        token_payload=token_payload,
        with_escort=visit.with_escort,
        photo=photo,
    )


def badge_code(random: bytes) -> str:
    """A short code such as ``47K-29F``, from six random bytes or more."""
    signs = [_ALPHABET[b % len(_ALPHABET)] for b in random[:6]]
    return "".join(signs[:3]) + "-" + "".join(signs[3:])


def clock(moment: datetime) -> str:
    """``3:30 PM``."""
    return f"{moment.hour % 12 or 12}:{moment:%M} {'AM' if moment.hour < 12 else 'PM'}"
