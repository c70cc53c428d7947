"""How the console words times, ages and holds."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_console.console import words
from db.domain.screening import HoldReason
from db.domain.watchlist import Category
from tests.console import invented

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("seconds", "worded"), [(0, "0:00"), (21, "0:21"), (102, "1:42"), (3912, "1:05:12")]
)
def test_waiting_runs_in_minutes_and_seconds(seconds: int, worded: str) -> None:
    assert words.running(seconds) == worded


@pytest.mark.parametrize(
    ("seconds", "worded"), [(20, "just now"), (240, "4 min"), (5820, "1 h 37"), (10860, "3 h 01")]
)
def test_stay_is_worded_as_long_as_it_is(seconds: int, worded: str) -> None:
    assert words.stay(seconds) == worded


def test_clock_is_the_schools_own() -> None:
    assert words.clock(invented.NOW, CHICAGO) == "10:42"


def test_time_of_yesterday_carries_its_weekday() -> None:
    yesterday = invented.at(13, 10, days_ago=1)

    assert words.clock_or_day(yesterday, invented.NOW, CHICAGO) == "Mon 13:10"


def test_time_of_long_ago_carries_its_date() -> None:
    before = invented.at(13, 10, days_ago=47)

    assert words.clock_or_day(before, invented.NOW, CHICAGO) == "Oct 1, 14:10"


def test_custody_is_named_before_the_tier() -> None:
    match = invented.make_match(Category.CUSTODY)

    assert words.hold_title(invented.make_screening(1, HoldReason.MATCH, match)) == "Custody rule"


def test_screening_that_failed_is_named_before_an_outdated_list() -> None:
    screening = invented.make_screening(1, HoldReason.SCREENING_FAILED)

    assert words.hold_title(screening) == "Screening failed"
    assert "check the binder" in words.hold_sentence(screening)


@pytest.mark.parametrize("reason", HoldReason)
def test_every_reason_for_a_hold_has_a_title_and_a_sentence(reason: HoldReason) -> None:
    screening = invented.make_screening(1, reason)

    assert words.hold_title(screening) != "Waits"
    assert reason is HoldReason.MATCH or "waits for somebody" not in words.hold_sentence(screening)


def test_list_is_outdated_only_after_its_last_allowed_day() -> None:
    imported = invented.NOW - timedelta(days=14)

    assert not words.is_outdated(imported, 14, invented.NOW)
    assert words.is_outdated(imported - timedelta(seconds=1), 14, invented.NOW)
    assert not words.is_outdated(imported, None, invented.NOW)


def test_initials_stay_within_one_script() -> None:
    assert words.initials("Dana Whitlock") == "DW"
    assert words.initials("Maryam al-Rashidi مريم") == "MA"


@given(st.text())
def test_initials_of_any_name_are_at_most_two_people_long(name: str) -> None:
    assert len(words.initials(name)) <= 2 * 3  # one letter may grow when it is made a capital


@given(st.floats(min_value=0, max_value=10_000_000))
def test_age_of_anything_has_words(seconds: float) -> None:
    assert words.age(seconds)
