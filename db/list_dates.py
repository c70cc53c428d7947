"""Dates in a list's file: one order for the whole column, never row by row. Pure.

Dates that no calendar has are read as they are written (see `db.domain.partial_date`): registries
are full of them, and one wrong digit must not hide a person.
"""

import re
from collections.abc import Iterable
from datetime import date
from enum import Enum, auto
from functools import lru_cache

from db.domain.partial_date import PartialDate

_THREE_PARTS = re.compile(r"^(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})$", re.ASCII)
_SOLID = re.compile(r"^\d{8}$", re.ASCII)
_YEAR_AND_MONTH = re.compile(r"^((?:18|19|20)\d\d)-(\d\d)$", re.ASCII)
_YEAR = re.compile(r"^(1[89]\d\d|20\d\d)$", re.ASCII)
_DAY_AND_NAME = re.compile(
    r"^(\d{1,2})[-/. ]*([a-z]{3,9})[-/., ]*([12]\d{3}|\d{2})$", re.ASCII | re.IGNORECASE
)
_NAME_AND_DAY = re.compile(
    r"^([a-z]{3,9})[-/. ]*(\d{1,2})(?:, *|[-/. ]+)([12]\d{3}|\d{2})$", re.ASCII | re.IGNORECASE
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DAY_NUMBER = re.compile(r"^\d{5}$", re.ASCII)
_OLDEST = 115
"""In years: nobody on a list is older (the oldest person whose age was ever proved died at 122)."""


class DateOrder(Enum):
    """How a column writes its dates."""

    YEAR_FIRST = auto()
    MONTH_FIRST = auto()
    DAY_FIRST = auto()


class DateVotes:
    """Which order most of a column fits; month first when nothing tells."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._votes = [0] * (len(DateOrder) + 1)
        for text in texts:
            self.count(text)

    def count(self, text: str) -> None:
        self._votes[_vote(text)] += 1

    @property
    def order(self) -> DateOrder:
        day_first, month_first = (
            self._votes[order.value] for order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)
        )
        if self._votes[DateOrder.YEAR_FIRST.value] > day_first + month_first:
            return DateOrder.YEAR_FIRST
        return DateOrder.DAY_FIRST if day_first > month_first else DateOrder.MONTH_FIRST


@lru_cache(maxsize=65_536)
def _vote(text: str) -> int:
    """The value of the only `DateOrder` that this can be, 0 when it does not tell."""
    parts = _parts(text)
    if parts is None:
        return 0
    first, second, _ = parts
    if len(first) == 4:  # a whole year
        return DateOrder.YEAR_FIRST.value
    if int(first) > 12:  # no such month
        return DateOrder.DAY_FIRST.value
    return DateOrder.MONTH_FIRST.value if int(second) > 12 else 0


def read_year(text: str) -> int | None:
    """A year that stands alone, or None."""
    return int(text) if _YEAR.match(text) else None


@lru_cache(maxsize=65_536)
def read_date(text: str, order: DateOrder, latest: int) -> PartialDate:
    """Read one date, whole or not; raises ValueError with words that go on after the date itself.

    A month or a day of 0 says that it is not known, but of a spreadsheet's empty date. A year of
    two digits is the last such year up to `latest`.
    """
    year_alone = read_year(text)
    if year_alone is not None:
        return PartialDate(year_alone)
    found = _YEAR_AND_MONTH.match(text)
    if found:
        return PartialDate(int(found[1]), int(found[2]) or None)
    if is_empty_in_spreadsheet(text):
        raise ValueError("is not a date")
    named = _named(text)
    if named is not None:
        return PartialDate(_whole_year(named[0], latest), named[1], int(named[2]) or None)
    if _DAY_NUMBER.match(text):
        raise ValueError(
            "is not a date; where it is a spreadsheet's number of a day, give its column the "
            "format of a date"
        )
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
    is_no_year = int(year) == 0 and (len(year) == 4 or not int(month))  # 1/1/00 is of 2000
    if len(year) not in (2, 4) or len(month) > 2 or len(day) > 2 or is_no_year:
        raise ValueError("is not a date")
    known_month = int(month) or None
    return PartialDate(
        _whole_year(year, latest), known_month, (int(day) or None) if known_month else None
    )


def is_empty_in_spreadsheet(text: str) -> bool:
    """Whether this is the day number 0 in a column of dates: spreadsheets show January 0, 1900.

    The year may have two digits (``1/0/00``, ``0-Jan-00``), and would else be read as 2000.
    """
    named, parts = _named(text), _parts(text)
    if named is not None:
        year, *month_and_day = named[0], named[1], int(named[2])
    elif parts is not None and len(parts[0]) == 4:
        year, *month_and_day = parts[0], int(parts[1]), int(parts[2])
    elif parts is not None:
        year, *month_and_day = parts[2], int(parts[0]), int(parts[1])
    else:
        return False
    return year in ("00", "1900") and sorted(month_and_day) == [0, 1]


def has_short_year(text: str) -> bool:
    """Whether a date has a year of two digits, so that it does not say of which century."""
    named, parts = _named(text), _parts(text)
    if named is not None:
        return len(named[0]) == 2
    return parts is not None and len(parts[0]) <= 2 and len(parts[2]) == 2


def is_century_open(text: str, born: PartialDate, today: date) -> bool:
    """Whether somebody with this birth date as written may be a hundred years older than read."""
    return born.year - 100 >= today.year - _OLDEST and has_short_year(text)


def _named(text: str) -> tuple[str, int, str] | None:
    """Year, month and day of a date whose month has its name, as ``July 25, 1979``."""
    if found := _DAY_AND_NAME.match(text):
        day, name, year = found.groups()
    elif found := _NAME_AND_DAY.match(text):
        name, day, year = found.groups()
    else:
        return None
    begun = [n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.casefold())]
    return (year, begun[0], day) if begun else None


def _parts(text: str) -> tuple[str, str, str] | None:
    found = _THREE_PARTS.match(text)
    if found:
        return found[1], found[2], found[3]
    if _SOLID.match(text):
        if text[:2] in ("18", "19", "20") and not _is_only_day_first(text):
            return text[:4], text[4:6], text[6:]
        return text[:2], text[2:4], text[4:]
    return None


def _is_only_day_first(text: str) -> bool:
    """``19031985`` is no day of the year 1903, but the 19th of March 1985."""
    year_first = PartialDate(int(text[:4]), int(text[4:6]), int(text[6:]))
    day_first = PartialDate(int(text[4:]), int(text[2:4]), int(text[:2]))
    return year_first.on is None and day_first.on is not None and 1880 <= day_first.year <= 2099


def _whole_year(text: str, latest: int) -> int:
    return int(text) if len(text) > 2 else latest - (latest - int(text)) % 100
