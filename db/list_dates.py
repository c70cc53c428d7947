"""Dates in a list's file: one order for the whole column, never row by row. Pure."""

import re
from collections.abc import Iterable
from datetime import date
from enum import Enum, auto

_THREE_PARTS = re.compile(r"^(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})$")
_SOLID = re.compile(r"^\d{8}$")
_YEAR = re.compile(r"^(1[89]\d\d|20\d\d)$")
_CENTURY_TURN = 30
"""Two-digit years up to this one are of this century."""


class DateOrder(Enum):
    """How a column writes its dates."""

    YEAR_FIRST = auto()
    MONTH_FIRST = auto()
    DAY_FIRST = auto()


def order_of(texts: Iterable[str]) -> DateOrder:
    """The order that most of the column fits; month first when nothing tells."""
    day_first = month_first = year_first = 0
    for text in texts:
        parts = _parts(text)
        if parts is None:
            continue
        first, second, _ = parts
        if len(first) == 4:  # a whole year
            year_first += 1
        elif int(first) > 12:  # no such month
            day_first += 1
        elif int(second) > 12:  # no such month
            month_first += 1
    if year_first > day_first + month_first:
        return DateOrder.YEAR_FIRST
    return DateOrder.DAY_FIRST if day_first > month_first else DateOrder.MONTH_FIRST


def read_year(text: str) -> int | None:
    """A year that stands alone, or None."""
    return int(text) if _YEAR.match(text) else None


def read_date(text: str, order: DateOrder) -> date:
    """Read one date; raises ValueError with words that go on after the date itself."""
    parts = _parts(text)
    if parts is None:
        raise ValueError("is not a date")
    first, second, third = parts
    if len(first) == 4:  # a whole year
        year, month, day = first, second, third
    elif order is DateOrder.DAY_FIRST:
        day, month, year = first, second, third
    else:
        month, day, year = first, second, third
    try:
        return date(_whole_year(year), int(month), int(day))
    except ValueError:
        raise ValueError("does not exist") from None


def _parts(text: str) -> tuple[str, str, str] | None:
    found = _THREE_PARTS.match(text)
    if found:
        return found[1], found[2], found[3]
    if _SOLID.match(text):
        if text[:2] in ("18", "19", "20"):
            return text[:4], text[4:6], text[6:]
        return text[:2], text[2:4], text[4:]
    return None


def _whole_year(text: str) -> int:
    if len(text) == 2:  # a year of two digits
        return int(text) + (2000 if int(text) <= _CENTURY_TURN else 1900)
    return int(text)
