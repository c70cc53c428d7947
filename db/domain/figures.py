"""The school's own figures of its screening, as an administrator reads them. Pure values.

*Held* is here who was held because of an entry of a list. Who was held for another reason (an ID
that was not read, a list too old) is counted apart: it says nothing of how well lists are searched.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from db.domain.screening import Tier


@dataclass(frozen=True, slots=True)
class HoldFigures:
    """What became of visitors who were held for an entry. `held` is the sum of the others."""

    held: int = 0
    not_this_person: int = 0
    escorted: int = 0
    approved: int = 0
    confirmed: int = 0
    """Denied: staff agreed with the match."""
    undecided: int = 0
    """They left before anybody decided, or wait still."""


@dataclass(frozen=True, slots=True)
class ListFigures:
    """The holds with an entry of one list among their matches; somebody may be on several."""

    list_id: UUID
    name: str
    holds: HoldFigures


@dataclass(frozen=True, slots=True)
class TierFigures:
    """The holds whose best match was of this tier."""

    tier: Tier
    holds: HoldFigures


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month of the site's calendar, or the part of it that was asked for."""

    first_day: date
    screenings: int
    held: int

    @property
    def held_of_100(self) -> float | None:
        """None for a month in which nobody was screened."""
        return 100 * self.held / self.screenings if self.screenings else None


@dataclass(frozen=True, slots=True)
class ListGap:
    """How many entries of a list in force have no whole birth date."""

    list_id: UUID
    name: str
    entries: int
    without_birth_date: int


@dataclass(frozen=True, slots=True)
class ScreeningFigures:
    """A span of the site's days, both ends included; with `list_id` that list's holds only."""

    as_of: datetime
    first_day: date
    last_day: date
    list_id: UUID | None
    screened_from: date | None
    """The day of the span's first screening; None without any."""
    screenings: int
    held_otherwise: int
    """Held for anything but an entry; of all lists."""
    holds: HoldFigures
    by_list: tuple[ListFigures, ...]
    by_tier: tuple[TierFigures, ...]
    """Strongest first; all tiers."""
    months: tuple[MonthFigures, ...]
    before: tuple[MonthFigures, ...]
    """The same months a year before."""
    median_seconds_to_decide: float | None
    p95_seconds_to_decide: float | None
    not_this_person_without_birth_date: int
    """Of those who were not this person: whose best match has no whole birth date."""
    gaps: tuple[ListGap, ...]
    """The lists in force, largest gap first."""
