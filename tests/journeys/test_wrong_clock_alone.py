"""A clock is wrong, and no other bears it out: orders in force hold, no clearance lasts longer."""

from datetime import date, datetime, timedelta

import pytest

from db import clock_doubt
from db.domain.decision import Verdict
from db.domain.policy import DeskPolicy
from db.domain.screening import Outcome
from db.list_index import ListIndexes
from kiosk.clock import KioskClock
from kiosk.lists import load_index
from kiosk.reception import screen_visitor
from tests.district import District, QuietKiosk
from tests.hub_of_tests import HubOfTests
from tests.makers import make_identity

DAY = timedelta(days=1)
YEAR = 366 * DAY
HELD, PASSES = Outcome.HOLD, Outcome.CLEAR
LISTED = make_identity("Helena", "Marlow")


def order(district: District, begins: timedelta | None, ends: timedelta | None) -> bytes:
    """A list's file with one order, whose days are counted from the district's today."""
    today = district.clock()
    days = [f"{today + d:%m/%d/%Y}" if d is not None else "" for d in (begins, ends)]
    return f"LNAME,FNAME,START_DATE,END_DATE\nMarlow,Helena,{','.join(days)}\n".encode()


def look(one: QuietKiosk | HubOfTests, says: datetime) -> None:
    """What kiosk and hub do when they start, and once a day, with the time that the clock says."""
    with one.database.begin() as session:
        clock_doubt.look(session, says)


def screen(kiosk: QuietKiosk, clock: KioskClock) -> Outcome:
    index = load_index(kiosk.database, ListIndexes(kiosk.database, None))
    with kiosk.database.begin() as session:
        screened = screen_visitor(session, kiosk.desk, LISTED, index, clock(), clocks=clock.each())
    return screened.screening.outcome


IN_30, AGO_30 = 30 * DAY, -30 * DAY
ORDERS = [(IN_30, None, PASSES), (AGO_30, None, HELD), (None, IN_30, HELD), (None, AGO_30, PASSES)]
"""When an order begins and ends, counted from today, and what comes of it today."""


@pytest.mark.parametrize(("begins", "ends"), [(AGO_30, None), (None, IN_30)])
@pytest.mark.parametrize("off", [-YEAR, YEAR])
def test_order_in_force_holds_whatever_the_dead_or_leapt_clock_says(
    district: District, off: timedelta, begins: timedelta | None, ends: timedelta | None
) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, begins, ends))
    look(kiosk, district.clock())
    says = district.later(days=1) + off
    look(kiosk, says)

    assert screen(kiosk, KioskClock(lambda: says)) is HELD


def test_order_in_force_still_holds_when_the_clock_has_been_dead_for_days(
    district: District,
) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, 10 * DAY, None))
    look(kiosk, district.later(days=20))
    for _ in range(4):
        look(kiosk, district.later(days=1) - YEAR)

    dead = district.clock() - YEAR
    assert screen(kiosk, KioskClock(lambda: dead)) is HELD


def test_order_holds_by_the_day_of_its_list_on_a_kiosk_that_knows_no_other_time(
    district: District,
) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, AGO_30, None))

    dead = district.clock() - YEAR
    assert screen(kiosk, KioskClock(lambda: dead)) is HELD


@pytest.mark.parametrize("is_heard", [True, False])
@pytest.mark.parametrize(("begins", "ends", "outcome"), ORDERS)
def test_clock_that_is_right_says_alone_which_order_is_in_force(
    district: District,
    begins: timedelta | None,
    ends: timedelta | None,
    outcome: Outcome,
    *,
    is_heard: bool,
) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, begins, ends))
    look(kiosk, district.clock())
    clock = KioskClock(lambda: district.clock.at)
    district.later(days=1)
    if is_heard:
        clock.heard(district.clock())

    assert screen(kiosk, clock) is outcome


@pytest.mark.parametrize(("is_heard", "outcome"), [(True, PASSES), (False, HELD)])
def test_kiosk_that_was_off_all_summer_holds_for_an_order_that_ended_until_its_hub_is_heard(
    district: District, outcome: Outcome, *, is_heard: bool
) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, None, IN_30))
    look(kiosk, district.clock())
    clock = KioskClock(lambda: district.clock.at)
    district.later(days=60)
    if is_heard:
        clock.heard(district.clock())

    assert screen(kiosk, clock) is outcome


@pytest.mark.parametrize(("ahead", "more"), [(YEAR, timedelta(0)), (DAY, DAY)])
def test_clearance_given_while_the_hubs_clock_is_ahead_ends_when_it_would_have(
    district: District, ahead: timedelta, more: timedelta
) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, None, None))
    look(district.hub, district.clock())
    today: date = district.clock().astimezone(kiosk.desk.zone).date()
    district.clock.at += ahead
    held = kiosk.screen(LISTED)
    kiosk.push()
    (told,) = district.desk().holds

    district.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)

    (line,) = district.clearances().clearances
    assert line.clearance.expires_on == DeskPolicy().clears_until(today + more)
    assert told.clears_until == line.clearance.expires_on


def test_clearance_given_at_a_kiosk_that_is_alone_and_ahead_ends_when_it_would_have(
    district: District,
) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, None, None))
    look(kiosk, district.clock())
    today = district.clock().astimezone(kiosk.desk.zone).date()
    district.clock.at += YEAR
    held = kiosk.screen(LISTED)

    kiosk.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)

    kiosk.push()
    (line,) = district.clearances().clearances
    assert line.clearance.expires_on == DeskPolicy().clears_until(today)
