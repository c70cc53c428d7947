"""Birth dates as lists write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.domain.partial_date import PartialDate


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1980", "1980????"),
        ("1980-02", "198002??"),
        ("1980-02-30", "19800230"),
        ("19450493", "19450493"),
        ("1980-00-00", "1980????"),
        ("1980-07-00", "198007??"),
        ("19800000", "1980????"),
    ],
)
def test_what_a_list_knows_of_a_date_is_kept(text: str, digits: str) -> None:
    assert PartialDate.read(text).digits == digits


@pytest.mark.parametrize("text", ["", "80", "1980-2-3", "03/07/1984", "0000", "19800", "1980-02-"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a date|has no year"):
        PartialDate.read(text)


@given(st.dates())
def test_a_day_of_the_calendar_comes_back_as_it_was(day: date) -> None:
    born = PartialDate.read(day.isoformat())

    assert born == PartialDate.of(day)
    assert (born.on, born.is_whole, born.is_impossible) == (day, True, False)


@given(st.integers(1, 9999), st.integers(0, 99), st.integers(0, 99))
def test_any_eight_digits_are_kept_as_they_were_written(year: int, month: int, day: int) -> None:
    born = PartialDate.read(f"{year:04}{month:02}{day:02}")

    assert PartialDate.read(str(born)) == born


def test_a_day_that_no_calendar_has_is_known_as_such() -> None:
    assert PartialDate.read("1980-02-30").is_impossible
    assert PartialDate.read("1980-13").is_impossible
    assert not PartialDate.read("1980-02").is_impossible
