"""On which days it is asked whether an entry counts and a clearance holds. Pure values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Days:
    """Today, as the first and the last day that it may be; mostly they are the same.

    Where two clocks disagree nobody knows which is right, nor whether any is: it may be any day
    between them too. So that nobody is let in by a wrong one, an entry counts if it does on any of
    these days, and a clearance holds only if it does on all of them.
    """

    first: date
    last: date

    @classmethod
    def of(cls, *days: date) -> Self:
        return cls(min(days), max(days))

    @classmethod
    def at(cls, zone: ZoneInfo, *moments: datetime) -> Self:
        """The days of these moments by a site's calendar."""
        return cls.of(*(moment.astimezone(zone).date() for moment in moments))

    def has_any_from(self, first: date | None, last: date | None) -> bool:
        """Whether any of these days is one of those, both ends included; None: without an end."""
        return max(self.first, first or self.first) <= min(self.last, last or self.last)

    def is_either(self, counts: Callable[[date], bool]) -> bool:
        """Of what begins or ends once and for all, by which the days between tell nothing more."""
        return counts(self.first) or counts(self.last)
