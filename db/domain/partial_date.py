"""A birth date as a list has it: whole, or only its year or month, or impossible. Pure.

Registries are full of dates that no calendar has (1980-02-30, 1945-04-93): somebody's slip of one
digit. They are kept as written and compared digit by digit; only a calendar refuses them.
"""

import re
from dataclasses import dataclass
from datetime import date

_ISO = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$", re.ASCII)
_SOLID = re.compile(r"^(\d{4})(\d{2})(\d{2})$", re.ASCII)
UNKNOWN = "?"
"""Stands for a digit that the list does not have."""


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A year, and as much more as is known. Month and day may be out of the calendar's range."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def of(cls, day: date) -> "PartialDate":
        """A day of the calendar."""
        return cls(day.year, day.month, day.day)

    @classmethod
    def read(cls, text: str) -> "PartialDate":
        """Read ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or ``YYYYMMDD``; 00 says unknown.

        Raises ValueError, with words that go on after the text itself, for anything else.
        """
        found = _ISO.match(text) or _SOLID.match(text)
        if found is None:
            raise ValueError("is not a date (YYYY, YYYY-MM, YYYY-MM-DD or YYYYMMDD)")
        year, month, day = (int(part) if part else 0 for part in found.groups())
        if year == 0:
            raise ValueError("has no year")
        return cls(year, month or None, (day or None) if month else None)

    @property
    def on(self) -> date | None:
        """The day of the calendar, None when part of it is unknown or no calendar has it."""
        if self.month is None or self.day is None:
            return None
        try:
            return date(self.year, self.month, self.day)
        except ValueError:
            return None

    @property
    def is_whole(self) -> bool:
        """Whether year, month and day are there, possible or not."""
        return self.month is not None and self.day is not None

    @property
    def is_impossible(self) -> bool:
        """Whether no calendar has such a day or month."""
        if self.is_whole:
            return self.on is None
        return self.month is not None and not 1 <= self.month <= 12

    @property
    def digits(self) -> str:
        """Eight characters ``YYYYMMDD``, `UNKNOWN` where the list has nothing."""
        month = UNKNOWN * 2 if self.month is None else f"{self.month:02}"
        day = UNKNOWN * 2 if self.day is None else f"{self.day:02}"
        return f"{self.year:04}{month}{day}"

    @property
    def words(self) -> str:
        """As a person reads it: ``Jul 14, 1979``, ``Jul 1979``, ``1979``, or as written."""
        if self.is_impossible:
            return str(self)
        if self.month is None:
            return str(self.year)
        if self.day is None:
            return f"{date(2000, self.month, 1):%b} {self.year}"
        return f"{date(2000, self.month, self.day):%b} {self.day}, {self.year}"

    def __str__(self) -> str:
        if self.month is None:
            return f"{self.year:04}"
        if self.day is None:
            return f"{self.year:04}-{self.month:02}"
        return f"{self.year:04}-{self.month:02}-{self.day:02}"
