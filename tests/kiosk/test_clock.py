"""By which time a kiosk goes when its own clock is wrong."""

import logging
from datetime import datetime, timedelta

import pytest

from kiosk.clock import LEAST, KioskClock
from tests.makers import NINE

DAY = timedelta(days=1)


class Computer:
    """Its own clock, which somebody may set, and the seconds that it runs."""

    def __init__(self, behind: timedelta) -> None:
        self.shows = NINE - behind
        self.runs = 50.0
        self.clock = KioskClock(lambda: self.shows, lambda: self.runs)

    def run(self, passed: timedelta) -> None:
        self.shows += passed
        self.runs += passed.total_seconds()


@pytest.mark.parametrize("behind", [400 * DAY, -400 * DAY, timedelta(minutes=3)])
def test_hubs_time_counts_once_it_was_heard(behind: timedelta) -> None:
    computer = Computer(behind)
    assert computer.clock() == NINE - behind

    computer.clock.heard(NINE)
    computer.run(timedelta(hours=2))

    assert computer.clock() == NINE + timedelta(hours=2)
    assert computer.clock.own() == NINE + timedelta(hours=2) - behind
    assert computer.clock.offset_ms == behind.total_seconds() * 1000


def test_clocks_that_disagree_are_both_told() -> None:
    computer = Computer(400 * DAY)

    computer.clock.heard(NINE)

    assert computer.clock.each() == (NINE - 400 * DAY, NINE)


@pytest.mark.parametrize("behind", [400 * DAY, timedelta(0)])
def test_no_clock_is_told_while_the_hub_does_not_bear_it_out(behind: timedelta) -> None:
    computer = Computer(behind)
    assert computer.clock.each() == ()

    computer.clock.heard(NINE)
    assert NINE in computer.clock.each()

    computer.shows += timedelta(hours=12)
    assert computer.clock.each() == ()


def test_clock_that_is_right_is_left_alone() -> None:
    computer = Computer(LEAST - timedelta(seconds=1))

    computer.clock.heard(NINE)

    assert computer.clock() == computer.shows
    assert computer.clock.offset_ms == 0


def test_what_is_shown_does_not_tremble_with_the_network(caplog: pytest.LogCaptureFixture) -> None:
    computer = Computer(DAY)
    with caplog.at_level(logging.WARNING):
        for late in (0, 3, 9, 1):
            computer.clock.heard(NINE - timedelta(seconds=late))

    assert computer.clock() == NINE
    assert len(caplog.records) == 1


def test_clock_that_is_hardly_wrong_does_not_go_to_and_fro(
    caplog: pytest.LogCaptureFixture,
) -> None:
    computer, shown = Computer(LEAST + timedelta(seconds=1)), set[datetime]()
    with caplog.at_level(logging.WARNING):
        for late in (0, 3, 0, 4, 1):
            computer.clock.heard(NINE - timedelta(seconds=late))
            shown.add(computer.clock())

    assert shown == {NINE}
    assert len(caplog.records) == 1


def test_clock_that_is_mended_is_believed_at_once() -> None:
    computer = Computer(400 * DAY)
    computer.clock.heard(NINE)

    computer.shows = NINE

    assert computer.clock() == NINE
    assert computer.clock.offset_ms == 0


def test_computer_that_slept_goes_by_the_hub_once_it_is_heard_again() -> None:
    computer = Computer(DAY)
    computer.clock.heard(NINE)

    computer.shows += timedelta(hours=12)  # nothing runs while it sleeps
    asleep: datetime = computer.clock()
    computer.clock.heard(NINE + timedelta(hours=12))

    assert asleep == NINE - DAY + timedelta(hours=12)
    assert computer.clock() == NINE + timedelta(hours=12)
