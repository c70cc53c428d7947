"""Dates as licences write them. Pure: no clock.

AAMVA DL/ID Card Design Standard, annex D: MMDDCCYY in the United States, CCYYMMDD in Canada (2003
to 2020, table D.3) and in version 01 (2000). Cards keep to neither (West Virginia and Wyoming put
the year first), so both are tried: a century is never a month, so that eight digits have one
reading at most.
"""

import re
from datetime import date

_OLDEST, _LATEST = 1890, 2100
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NAMED_MONTH = re.compile(rf"({'|'.join(_MONTHS)})[A-Z]*", re.IGNORECASE)
_YOUNGEST_BORN = 25
"""A birth date of two digits above this is of the last century."""


def read_date(text: str, *, is_birth: bool = False) -> date | None:
    """The date, None for a blank, an impossible day, or a word such as NONE or NON-EXPIRING.

    Takes separators, what a scanner left behind it, a lost leading zero, the day first where only
    that is a date, and years of two digits (`is_birth` says which century those are of).
    """
    text = _NAMED_MONTH.sub(lambda m: f" {_MONTHS.index(m[1].upper()) + 1:02} ", text)
    groups = re.findall("[0-9]+", text)
    if not groups:
        return None
    if len(groups[0]) >= 8:  # what follows is a time, or a stray character
        return _eight(groups[0][:8])
    if len(groups) >= 3:
        return _parted(groups[0], groups[1], groups[2], is_birth)
    digits = "".join(groups)
    if len(digits) == 7:
        digits = "0" + digits
    if len(digits) == 8:
        return _eight(digits)
    return _parted(digits[:2], digits[2:4], digits[4:], is_birth) if len(digits) == 6 else None


def _eight(digits: str) -> date | None:
    """MMDDCCYY, CCYYMMDD or, where neither is a date, DDMMCCYY."""
    return (
        date_of(digits[4:], digits[:2], digits[2:4])
        or date_of(digits[:4], digits[4:6], digits[6:])
        or date_of(digits[4:], digits[2:4], digits[:2])
    )


def _parted(first: str, second: str, third: str, is_birth: bool) -> date | None:
    if len(first) == 4:
        return date_of(first, second, third)
    year, other = (_full(y, is_birth) for y in (third, first))
    return (
        date_of(year, first, second)
        or date_of(year, second, first)
        or date_of(other, second, third)
    )


def _full(year: str, is_birth: bool) -> str:
    """Four digits of a year of two; licences in use were issued, and expire, in this century."""
    if len(year) != 2:
        return year
    return f"19{year}" if is_birth and int(year) > _YOUNGEST_BORN else f"20{year}"


def date_of(year: str, month: str, day: str) -> date | None:
    """The date of these digits, None when there is none or nobody living could have it printed."""
    if len(year) != 4 or not _OLDEST <= int(year) <= _LATEST or len(month) > 2 or len(day) > 2:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
