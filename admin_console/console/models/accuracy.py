"""The page Accuracy in ready words: spans of days, rows with bars, a line by month. No Qt."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from admin_console.console import words
from db.domain.figures import HoldFigures, MonthFigures, ScreeningFigures
from resources.accuracy import MOST_TIMES, Accuracy, Found

NONE = "–"  # noqa: RUF001  a dash stands for no figure
CAUTION_BELOW = 70
"""Kinds of errors of which fewer are found stand out: staff must not rely on the engine there."""
LEAST_MONTHS = 5
"""Fewer are listed and not drawn."""
_SCHOOL_YEAR_BEGINS = (8, 1)


class Span(StrEnum):
    """Which days are counted."""

    SCHOOL_YEAR = "This school year"
    TWELVE_MONTHS = "Last 12 months"
    THIRTY_DAYS = "Last 30 days"


def days_of(span: Span, today: date) -> tuple[date, date]:
    """The first and the last day; twelve months are whole ones and the month that runs."""
    if span is Span.THIRTY_DAYS:
        return today - timedelta(days=29), today
    if span is Span.TWELVE_MONTHS:
        first = today.replace(day=1)
        is_december = first.month == 12
        year, month = (first.year, 1) if is_december else (first.year - 1, first.month + 1)
        return date(year, month, 1), today
    month, day = _SCHOOL_YEAR_BEGINS
    begins = date(today.year, month, day)
    return begins if begins <= today else begins.replace(year=today.year - 1), today


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One kind of error, as the table of findings shows it."""

    what: str
    found: str
    share: float
    """Of the bar, 0 to 1."""
    false_alarms: str
    tried: str
    is_weak: bool


@dataclass(frozen=True, slots=True)
class BarRow:
    """A name, a figure, a bar, and what the figure means."""

    name: str
    figure: str = ""
    share: float | None = None
    """Of the bar, 0 to 1; None for no bar."""
    note: str = ""
    is_main: bool = True
    is_weak: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A month of the line; `value` is None when nobody was screened."""

    name: str
    value: float | None
    before: float | None


def found_rows(accuracy: Accuracy) -> tuple[FoundRow, ...]:
    return tuple(_found_row(each) for each in accuracy.rows)


def _found_row(each: Found) -> FoundRow:
    return FoundRow(
        each.what,
        f"{each.found:.1f}",
        each.found / 100,
        NONE if each.false_alarms is None else small(each.false_alarms),
        words.count(each.tried),
        each.found < CAUTION_BELOW,
    )


def measured(accuracy: Accuracy) -> str:
    """``test data, engine 4, Oct 30, 2026``."""
    if accuracy.measured_on is None:
        return ""
    return f"test data, engine {accuracy.engine}, {words.day(accuracy.measured_on)}"


def group_rows(accuracy: Accuracy) -> tuple[BarRow, ...]:
    """The bar ends at the limit; the mark of the overall rate stands at a third of it."""
    return tuple(
        BarRow(
            group.name,
            share=min(1.0, group.times / MOST_TIMES),
            note=f"{group.times:.1f} times",
            is_weak=group.times > MOST_TIMES,
        )
        for group in accuracy.groups
    )


def days_words(figures: ScreeningFigures) -> str:
    """``Aug 12 to Nov 17``: from the first screening; with the years when they differ."""
    first, last = figures.screened_from or figures.first_day, figures.last_day
    if first.year != last.year:
        return f"{words.day(first)} to {words.day(last)}"
    return f"{first:%b} {first.day} to {last:%b} {last.day}"


def own_rows(figures: ScreeningFigures) -> tuple[BarRow, ...]:
    """Screenings, holds, and what became of them: bars are shares of the holds."""
    holds = figures.holds
    rows = [
        BarRow("Screenings", words.count(figures.screenings)),
        BarRow(
            "Held",
            words.count(holds.held),
            1.0 if holds.held else 0.0,
            f"1 in {round(figures.screenings / holds.held):,}" if holds.held else "",
        ),
        _part("Not this person", holds.not_this_person, holds),
        _part("Escorted", holds.escorted, holds),
        _part("Approved", holds.approved, holds),
        BarRow(
            "Confirmed",
            words.count(holds.confirmed),
            _share(holds.confirmed, holds),
            "denied by staff",
        ),
    ]
    if holds.undecided:
        rows.append(_part("Not decided", holds.undecided, holds))
    if figures.held_otherwise and figures.list_id is None:
        rows.append(
            BarRow("Held otherwise", words.count(figures.held_otherwise), note="not for an entry")
        )
    return tuple(rows)


def _part(name: str, number: int, holds: HoldFigures) -> BarRow:
    share = _share(number, holds)
    note = f"{100 * share:.0f} % of holds" if number else ""
    return BarRow(name, words.count(number), share, note, is_main=False)


def _share(number: int, holds: HoldFigures) -> float:
    return number / holds.held if holds.held else 0.0


def table_row(name: str, holds: HoldFigures) -> tuple[str, ...]:
    """A list or a tier with its holds, as `TABLE_HEADS` name them."""
    numbers = (
        holds.held,
        holds.not_this_person,
        holds.escorted,
        holds.approved,
        holds.confirmed,
        holds.undecided,
    )
    return name, *(words.count(number) for number in numbers)


TABLE_HEADS = ("Held", "Not this person", "Escorted", "Approved", "Confirmed", "Not decided")


def points(figures: ScreeningFigures) -> tuple[Point, ...]:
    return tuple(
        Point(f"{now.first_day:%b}", now.held_of_100, before.held_of_100)
        for now, before in zip(figures.months, figures.before, strict=True)
    )


def month_rows(figures: ScreeningFigures) -> tuple[BarRow, ...]:
    """The months when there are too few for a line."""
    return tuple(
        BarRow(
            f"{month.first_day:%B}",
            of_hundred(month.held_of_100),
            note=f"{words.count(month.held)} of {words.count(month.screenings)} screenings",
        )
        for month in figures.months
        if month.screenings
    )


def drawn(figures: ScreeningFigures) -> bool:
    """Whether there are months enough for a line."""
    return sum(month.screenings > 0 for month in figures.months) >= LEAST_MONTHS


def overall(months: tuple[MonthFigures, ...]) -> float | None:
    """Held of 100 over all months; None when nobody was screened."""
    screenings = sum(month.screenings for month in months)
    return 100 * sum(month.held for month in months) / screenings if screenings else None


def tiles(figures: ScreeningFigures, accuracy: Accuracy) -> tuple[tuple[str, str], ...]:
    """Figure and note of: held of 100, foretold of 100, time to decide."""
    before, foretold = overall(figures.before), accuracy.held_of_100
    middle, slow = figures.median_seconds_to_decide, figures.p95_seconds_to_decide
    return (
        (
            of_hundred(overall(figures.months)),
            "none last year" if before is None else f"{of_hundred(before)} last year",
        ),
        (
            NONE if foretold is None else small(foretold),
            "not measured" if foretold is None else "on test data",
        ),
        (
            NONE if middle is None else words.length(middle),
            "none decided" if slow is None else f"p95 {words.length(slow)}",
        ),
    )


def birth_date_note(figures: ScreeningFigures) -> str:
    """What entries without a whole birth date cost here; empty when there are none."""
    gaps = [
        gap
        for gap in figures.gaps
        if gap.without_birth_date and figures.list_id in (None, gap.list_id)
    ]
    if not gaps:
        return ""
    first, rest = gaps[0], sum(gap.without_birth_date for gap in gaps[1:])
    lacking = words.plural(first.without_birth_date, "entry", "entries")
    said = f"{lacking} of {first.name} {'lacks' if first.without_birth_date == 1 else 'lack'} it"
    if rest:
        said += f", and {words.count(rest)} of other lists"
    alarms = figures.holds.not_this_person
    if not alarms:
        return f"Entries without a whole birth date are where false alarms come from. {said}."
    caused = figures.not_this_person_without_birth_date
    return (
        f"Entries without a whole birth date caused {words.count(caused)} of "
        f"{words.plural(alarms, 'false alarm', 'false alarms')} here. {said}."
    )


def of_hundred(value: float | None) -> str:
    if value is None:
        return NONE
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def small(value: float) -> str:
    """Two places, or three for what would be nothing with two: ``1.30``, ``0.004``."""
    return f"{value:.3f}" if 0 < value < 0.01 else f"{value:.2f}"
