"""Words and marks that several screens share. Pure: values in, text out; no Qt, no clock."""

from datetime import datetime, tzinfo
from html import escape

from db.domain.visit import VisitorType
from kiosk.ui.views import Hint

LANGUAGE = "en"
"""Of every word on the screens, as in BCP 47."""

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

TYPE_WORDS = {
    VisitorType.PARENT: "Parent or guardian",
    VisitorType.VOLUNTEER: "Volunteer",
    VisitorType.CONTRACTOR: "Contractor",
    VisitorType.DELIVERY: "Delivery",
    VisitorType.SUBSTITUTE: "Substitute teacher",
    VisitorType.OFFICIAL: "Official",
    VisitorType.EVENT: "Event guest",
    VisitorType.OTHER: "Other visitor",
}

TYPE_ICONS = {
    VisitorType.PARENT: "people",
    VisitorType.VOLUNTEER: "volunteer",
    VisitorType.CONTRACTOR: "contractor",
    VisitorType.DELIVERY: "delivery",
    VisitorType.SUBSTITUTE: "substitute",
    VisitorType.OFFICIAL: "official",
    VisitorType.EVENT: "calendar",
    VisitorType.OTHER: "other",
}

_HINTS = {
    Hint.NONE: ("", ""),
    Hint.LOOKING: ("search", "Looking for your {thing}"),
    Hint.CLOSER: ("closer", "A little closer"),
    Hint.FARTHER: ("farther", "A little farther away"),
    Hint.LEVEL: ("level", "Hold the {thing} level"),
    Hint.AWAY_FROM_LIGHT: ("tilt", "Tilt the {thing} away from the light"),
    Hint.HOLD_STILL: ("hold-still", "Hold it still"),
    Hint.TURN_OVER: ("turn-over", "Turn the {thing} over, please"),
    Hint.NOT_AN_ID: ("info", "This is not an ID we can read"),
    Hint.NOT_A_BADGE: ("info", "This is not a visitor badge"),
    Hint.MILITARY_ID: ("info", "We may not read military IDs. Please show another"),
    Hint.FOUND: ("check-circle", "Thank you, we have it"),
}


def hint_words(hint: Hint, thing: str) -> tuple[str, str]:
    """Icon and words; `thing` is what is held up: ``card`` or ``badge``. Empty for no hint.

    The one place that words hints: what is shown, and what is spoken.
    """
    icon, words = _HINTS[hint]
    return icon, words.format(thing=thing)


def clock_words(moment: datetime, zone: tzinfo | None = None) -> str:
    """``9:41 AM`` in the site's zone."""
    local = moment if zone is None else moment.astimezone(zone)
    half = "AM" if local.hour < 12 else "PM"
    return f"{local.hour % 12 or 12}:{local.minute:02} {half}"


def day_words(moment: datetime) -> str:
    """``Mon, Nov 23``, whatever the machine's own language."""
    return f"{_DAYS[moment.weekday()]}, {_MONTHS[moment.month - 1]} {moment.day}"


def duration_words(seconds: int) -> str:
    """``1 min 12 s``."""
    minutes, rest = divmod(max(0, seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def safe(text: str) -> str:
    """Text for a place that understands markup."""
    return escape(text, quote=False)
