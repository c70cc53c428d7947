"""What the invented school's screening came to, and an invented measurement of the engine."""

from dataclasses import replace
from datetime import date

from db.domain.figures import (
    HoldFigures,
    ListFigures,
    ListGap,
    MonthFigures,
    ScreeningFigures,
    TierFigures,
)
from db.domain.screening import Tier
from resources.accuracy import Accuracy, Found, Group
from tests.console.invented import NOW, make_id

REGISTRY, CUSTODY, TRESPASS, ALERTS = (make_id(60 + number) for number in range(4))


def make_months(year: int, *held: int) -> tuple[MonthFigures, ...]:
    """From December of the year before, a school's months; nobody comes in July."""
    busy = (310, 360, 371, 402, 388, 421, 190, 0, 214, 431, 455, 336)
    months = [(year - 1, 12), *((year, month) for month in range(1, 12))]
    return tuple(
        MonthFigures(date(*month, 1), busy[place], held[place] if busy[place] else 0)
        for place, month in enumerate(months)
    )


BY_LIST = (
    (CUSTODY, "Custody orders", (3, 1, 1, 0, 1, 0), (8, 3, 3, 0, 2, 0)),
    (TRESPASS, "District no-trespass list", (4, 3, 1, 0, 0, 0), (12, 9, 3, 0, 0, 0)),
    (ALERTS, "Office alerts", (1, 0, 0, 1, 0, 0), (2, 0, 0, 2, 0, 0)),
    (REGISTRY, "State registry extract", (14, 13, 1, 0, 0, 0), (41, 37, 3, 1, 0, 0)),
)
"""Since August, and of the whole year; one of the visitors was on two lists."""
BY_TIER = (
    (Tier.STRONG, (3, 1, 1, 0, 1, 0), (8, 3, 3, 0, 2, 0)),
    (Tier.POSSIBLE, (5, 3, 1, 1, 0, 0), (15, 9, 4, 2, 0, 0)),
    (Tier.CHECK_PHOTO, (13, 12, 1, 0, 0, 0), (39, 36, 2, 1, 0, 0)),
)


def make_figures(first_month: int = 8) -> ScreeningFigures:
    """From a school year's first month: 8 for August, as it is asked at first; 0 for all."""
    months = make_months(2026, 6, 6, 7, 6, 6, 7, 3, 0, 3, 6, 7, 5)[first_month:]
    before = make_months(2025, 8, 9, 9, 9, 8, 9, 4, 0, 5, 9, 8, 6)[first_month:]
    return ScreeningFigures(
        as_of=NOW,
        first_day=months[0].first_day,
        last_day=NOW.date(),
        list_id=None,
        screened_from=date(2026, 8, 12) if first_month else date(2025, 12, 1),
        screenings=sum(month.screenings for month in months),
        held_otherwise=9 if first_month else 27,
        holds=HoldFigures(21, 16, 3, 1, 1, 0) if first_month else HoldFigures(62, 48, 9, 3, 2, 0),
        by_list=tuple(
            ListFigures(list_id, name, HoldFigures(*(later if first_month else year)))
            for list_id, name, later, year in BY_LIST
        ),
        by_tier=tuple(
            TierFigures(tier, HoldFigures(*(later if first_month else year)))
            for tier, later, year in BY_TIER
        ),
        months=months,
        before=before,
        median_seconds_to_decide=34.0,
        p95_seconds_to_decide=112.0,
        not_this_person_without_birth_date=12 if first_month else 36,
        gaps=(
            ListGap(REGISTRY, "State registry extract", 918_204, 214),
            ListGap(CUSTODY, "Custody orders", 37, 2),
            ListGap(TRESPASS, "District no-trespass list", 212, 0),
        ),
    )


def make_no_figures() -> ScreeningFigures:
    """Of a school whose first visitor is still to come."""
    full = make_figures()
    none = HoldFigures()
    return replace(
        full,
        screened_from=None,
        screenings=0,
        held_otherwise=0,
        holds=none,
        by_list=tuple(replace(each, holds=none) for each in full.by_list),
        by_tier=tuple(replace(each, holds=none) for each in full.by_tier),
        months=tuple(MonthFigures(month.first_day, 0, 0) for month in full.months),
        before=tuple(MonthFigures(month.first_day, 0, 0) for month in full.before),
        median_seconds_to_decide=None,
        p95_seconds_to_decide=None,
        not_this_person_without_birth_date=0,
        gaps=(),
    )


def make_accuracy() -> Accuracy:
    return Accuracy(
        engine="6",
        measured_on=date(2026, 10, 30),
        protocol="American, 1,000,000 entries",
        held_of_100=1.4,
        rows=(
            Found("Whole name, whole birth date", 99.4, 3000, 0.004),
            Found("Nickname or short form", 98.1, 412),
            Found("Given and family name swapped", 97.6, 188),
            Found("One of two surnames", 96.9, 240),
            Found("Day and month swapped", 96.2, 205),
            Found("One wrong digit in the birth date", 95.0, 377),
            Found("Birth year only", 62.3, 310, 1.3),
            Found("Changed surname, not on the list", 21.0, 96),
        ),
        groups=(
            Group("100 commonest surnames", 1.6),
            Group("Hispanic double surnames", 1.2),
            Group("Names outside English", 0.9),
            Group("Women", 0.8),
            Group("Men", 1.1),
        ),
    )
