"""On which days an entry counts and a clearance holds, where nobody knows which day it is."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from db.domain.clearance import Clearance
from db.domain.days import Days
from db.ids import new_id
from tests.makers import NINE, make_entry

TODAY = NINE.date()
SOME_DAYS = st.integers(-6, 6).map(lambda days: TODAY + timedelta(days=days))
ENDS = st.none() | SOME_DAYS


def each_of(days: Days) -> list[date]:
    return [days.first + timedelta(days=n) for n in range((days.last - days.first).days + 1)]


@given(one=SOME_DAYS, other=SOME_DAYS, begins=ENDS, ends=ENDS)
def test_entry_counts_if_it_does_on_any_of_the_days_that_it_may_be(
    one: date, other: date, begins: date | None, ends: date | None
) -> None:
    entry = replace(make_entry(), valid_from=begins, valid_until=ends)

    def counts(day: date) -> bool:
        return (begins is None or begins <= day) and (ends is None or day <= ends)

    days = Days.of(one, other)
    assert entry.is_in_force(days) is any(map(counts, each_of(days)))


@given(one=SOME_DAYS, other=SOME_DAYS, until=SOME_DAYS)
def test_clearance_holds_only_if_it_does_on_all_of_the_days_that_it_may_be(
    one: date, other: date, until: date
) -> None:
    some = new_id(NINE)
    clearance = Clearance(some, "key", some, some, "List", some, 1, "", "", "Dana", NINE, until)
    days = Days.of(one, other)

    holds = clearance.lapse(1, "", days) is None

    assert holds is all(day <= until for day in each_of(days))
