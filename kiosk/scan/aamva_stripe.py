"""Magnetic-stripe text, which some issuers also print as PDF417. Pure.

AAMVA DL/ID Card Design Standard, annex F: track 1 is place, name and address, each ended by ``^``
unless it fills its field; track 2 issuer, number, expiry as YYMM, birth date and the rest of a long
number; track 3 starts with ``%`` (British Columbia ``_%``) and holds the sex.
"""

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

from db.domain.people import PersonName, Sex
from kiosk.scan.aamva_dates import date_of
from kiosk.scan.aamva_names import whole_name
from kiosk.scan.places import country_of, issuer_of

_TRACK_1 = re.compile(r"(?:%|^)([A-Z]{2})([^?;%\n]*\^[^?;\n]*)", re.ASCII | re.MULTILINE)
_TRACK_2 = re.compile(r";\s*(\d{6})(\d{0,13})=(\d{2})(\d{2})(\d{8})?(\d{0,5})", re.ASCII)
_TRACK_3 = re.compile(r"[%#+!].{2}[ -~]{27}([129MFX])(?:\d{3}|   )", re.ASCII)
"""Versions (2), postal code (11), class (2), restrictions (10), endorsements (4), then the sex."""
_CITY_LENGTH, _NAME_LENGTH = 13, 35
_LETTERED = {"636014": (9,), "636010": (13, 14)}
"""California (a letter and 7 digits) and Florida (a letter and 12): digits on the stripe."""


class Stripe(NamedTuple):
    """What the product keeps of the tracks."""

    name: PersonName
    iin: str
    place: str
    """Two letters of track 1."""
    number: str = ""
    expires_on: date | None = None
    birth_date: date | None = None
    sex: Sex = Sex.UNSPECIFIED


def read_stripe(text: str) -> Stripe | None:
    """The tracks; None when this is no stripe, or its track 1, which has the name, is missing."""
    second = _TRACK_2.search(text)
    first = next(
        (m for m in _TRACK_1.finditer(text[: second.start()] if second else text) if _is_place(m)),
        None,
    )
    if first is None:
        return None
    if (second is None or issuer_of(second[1]) is None) and "$" not in first[2]:
        return None  # a bank's card, or a line of a licence's text
    name = whole_name(_name_field(first[2]))
    if second is None:
        return Stripe(name, "", first[1])
    iin, number, year, month, born, overflow = second.groups(default="")
    is_birthday = born[4:6] == "99"  # expires on the birthday, whose month is the expiry's
    birth_date = date_of(born[:4], month if is_birthday else born[4:6], born[6:])
    third = _TRACK_3.search(text, second.end())
    return Stripe(
        name,
        iin,
        first[1],
        _printed_number(number + overflow, iin),
        _expiry(2000 + int(year), 99 if is_birthday else int(month), birth_date),
        birth_date,
        sex_of(third[1]) if third else Sex.UNSPECIFIED,
    )


def is_nameless_stripe(text: str) -> bool:
    """Whether this is a licence's track 2 by itself: number and birth date, and no name."""
    second = _TRACK_2.match(text.strip())
    return second is not None and issuer_of(second[1]) is not None


def _is_place(track: re.Match[str]) -> bool:
    return bool(country_of(track[1]))


def _name_field(rest: str) -> str:
    """What follows the city; a field that fills its length has no mark behind it."""
    city = rest.find("^")
    after = rest[city + 1 :] if 0 <= city <= _CITY_LENGTH else rest[_CITY_LENGTH:]
    end = after.find("^")
    return after[:end] if 0 <= end <= _NAME_LENGTH else after[:_NAME_LENGTH]


def _printed_number(digits: str, iin: str) -> str:
    """The number as the card's front has it, whose letter the stripe writes as 01 to 26."""
    if len(digits) in _LETTERED.get(iin, ()) and 1 <= int(digits[:2]) <= 26:
        return chr(ord("A") + int(digits[:2]) - 1) + digits[2:]
    return digits


def sex_of(text: str) -> Sex:
    """1 and 2, or M and F; 9, X and anything else is not stated (annex D, DBC)."""
    first = text.strip().upper()[:1]
    if first in ("1", "M"):
        return Sex.MALE
    return Sex.FEMALE if first in ("2", "F") else Sex.UNSPECIFIED


def _expiry(year: int, month: int, birth_date: date | None) -> date | None:
    """Month 77 never expires, 88 at the end of the birth month, 99 on the birthday."""
    if month in (88, 99):
        if birth_date is None:
            return None
        last = monthrange(year, birth_date.month)[1]
        return date(year, birth_date.month, last if month == 88 else min(birth_date.day, last))
    if not 1 <= month <= 12:
        return None
    return date(year, month, monthrange(year, month)[1])
