"""A clock is wrong, and no other bears it out: whatever holds somebody by one clock holds them.

No clearance lasts longer.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from db import clock_doubt, settings
from db.domain.decision import Verdict
from db.domain.people import Identity
from db.domain.policy import DeskPolicy
from db.domain.screening import HoldReason, Outcome, Screening
from db.list_index import ListIndexes
from kiosk.clock import KioskClock
from kiosk.lists import load_index
from kiosk.reception import screen_visitor
from kiosk.scan.documents import DocumentRules, Expired
from kiosk.sync import trust
from tests.district import District, QuietKiosk
from tests.hub_of_tests import HubOfTests
from tests.makers import make_identity

DAY = timedelta(days=1)
YEAR = 366 * DAY
HELD, PASSES = Outcome.HOLD, Outcome.CLEAR
LISTED = make_identity("Helena", "Marlow")
STRICT = DocumentRules(expired=Expired.HOLD)


def order(district: District, begins: timedelta | None, ends: timedelta | None) -> bytes:
    """A list's file with one order, whose days are counted from the district's today."""
    today = district.clock()
    days = [f"{today + d:%m/%d/%Y}" if d is not None else "" for d in (begins, ends)]
    return f"LNAME,FNAME,START_DATE,END_DATE\nMarlow,Helena,{','.join(days)}\n".encode()


def look(one: QuietKiosk | HubOfTests, says: datetime) -> None:
    """What kiosk and hub do when they start, and once a day, with the time that the clock says."""
    with one.database.begin() as session:
        clock_doubt.look(session, says)


def screening(kiosk: QuietKiosk, clock: KioskClock, identity: Identity = LISTED) -> Screening:
    index = load_index(kiosk.database, ListIndexes(kiosk.database, None))
    desk = replace(kiosk.desk, documents=STRICT)
    with kiosk.database.begin() as session:
        found = screen_visitor(session, desk, identity, index, clock(), clocks=clock.each())
    return found.screening


def screen(kiosk: QuietKiosk, clock: KioskClock) -> Outcome:
    return screening(kiosk, clock).outcome


def visitor(*, expires_on: date = date(2040, 1, 1), born: date = date(1986, 4, 17)) -> Identity:
    """Somebody who is on no list."""
    person = make_identity("Odalys", "Brandvold", birth_date=born)
    assert person.document is not None
    return replace(person, document=replace(person.document, expires_on=expires_on))


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


def stay_there(kiosk: QuietKiosk, leapt_to: datetime) -> datetime:
    """The leapt clock goes on for a day, and is believed from then on."""
    for hour in range(26):
        look(kiosk, leapt_to + timedelta(hours=hour))
    return leapt_to + timedelta(hours=26)


def leap_on(kiosk: QuietKiosk, leapt_to: datetime) -> datetime:
    """It leaps on twice, and is believed from then on."""
    for leap in range(3):
        look(kiosk, leapt_to + leap * 8 * DAY)
    return leapt_to + 16 * DAY


@pytest.mark.parametrize("go_on", [stay_there, leap_on])
def test_order_holds_at_a_kiosk_alone_although_its_leapt_clock_is_believed_enough_to_delete(
    district: District, go_on: Callable[[QuietKiosk, datetime], datetime]
) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, None, 30 * DAY))
    look(kiosk, district.clock())
    says = go_on(kiosk, district.clock() + YEAR)
    with kiosk.database.begin() as session:
        is_believed = clock_doubt.look(session, says).is_believed

    assert is_believed
    assert screen(kiosk, KioskClock(lambda: says)) is HELD


def test_what_the_hub_said_last_counts_and_not_the_age_of_its_lists(district: District) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, None, 30 * DAY))
    with kiosk.database.begin() as session:
        settings.write(session, trust.HUB_KEY, district.hub.pair().hub_key)
    clock = KioskClock(lambda: district.clock.at)
    before = district.later(days=29)
    assert not trust.is_set_back(kiosk.database, before, before)
    district.later(days=8)
    just_in_force = screen(kiosk, clock)
    after = district.later(days=1)
    assert not trust.is_set_back(kiosk.database, after, after)
    district.later(days=8)

    assert (just_in_force, screen(kiosk, clock)) == (HELD, PASSES)


def test_order_holds_that_is_in_force_only_between_the_days_that_a_kiosk_knows_of(
    district: District,
) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, 60 * DAY, 200 * DAY))
    look(kiosk, district.clock())
    says = district.later(days=90) + YEAR
    look(kiosk, says)

    assert screen(kiosk, KioskClock(lambda: says)) is HELD


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


@pytest.mark.parametrize(
    ("ahead", "more"),
    [(300 * DAY, timedelta(0)), (DAY, DAY), (YEAR, YEAR - timedelta(DeskPolicy().clearance_days))],
)
def test_clearance_given_while_the_hubs_clock_is_ahead_ends_when_it_would_have_or_that_day(
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


@pytest.mark.parametrize("is_believed", [False, True])
def test_clearance_given_at_a_kiosk_that_is_alone_and_ahead_ends_when_it_would_have(
    district: District, *, is_believed: bool
) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, None, None))
    look(kiosk, district.clock())
    today = district.clock().astimezone(kiosk.desk.zone).date()
    district.clock.at += YEAR
    if is_believed:
        district.clock.at = stay_there(kiosk, district.clock())
    held = kiosk.screen(LISTED)

    kiosk.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)

    kiosk.push()
    (line,) = district.clearances().clearances
    assert line.clearance.expires_on == DeskPolicy().clears_until(today)


DEAD = datetime(2000, 1, 1, 6, 0, tzinfo=UTC)
EXPIRED, OUTDATED = (HoldReason.ID_EXPIRED,), (HoldReason.LIST_OUTDATED,)
UNDER_AGE = (HoldReason.UNDER_AGE,)


@pytest.mark.parametrize("off", [-YEAR, YEAR])
def test_id_that_may_have_expired_holds_whatever_the_dead_or_leapt_clock_says(
    district: District, off: timedelta
) -> None:
    kiosk = district.open_kiosk("front")
    look(kiosk, district.clock())
    expired = visitor(expires_on=(district.clock() - 2 * DAY).date())
    says = district.later(days=1) + off
    look(kiosk, says)

    assert screening(kiosk, KioskClock(lambda: says), expired).hold_reasons == EXPIRED


def test_id_that_expired_by_the_hubs_clock_or_the_own_one_holds(district: District) -> None:
    kiosk = district.open_kiosk("front")
    clock = KioskClock(lambda: district.clock() + YEAR)
    clock.heard(district.clock())
    expires_in_a_month = visitor(expires_on=(district.clock() + 30 * DAY).date())

    assert not screening(kiosk, clock, visitor()).hold_reasons
    assert screening(kiosk, clock, expires_in_a_month).hold_reasons == EXPIRED


def test_list_that_may_be_outdated_holds_while_the_clock_is_dead(district: District) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, None, None), max_age_days="7")
    look(kiosk, district.later(days=6))
    is_good = screening(kiosk, KioskClock(lambda: DEAD), visitor())
    look(kiosk, district.later(days=2))

    is_old = screening(kiosk, KioskClock(lambda: DEAD), visitor())

    assert (is_good.hold_reasons, is_old.hold_reasons) == ((), OUTDATED)


def test_list_is_as_old_as_the_hub_says_whatever_the_own_clock_does(district: District) -> None:
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, None, None), max_age_days="7")
    clock = KioskClock(lambda: district.clock() + YEAR)
    look(kiosk, clock.own())
    unheard = screening(kiosk, clock, visitor())

    clock.heard(district.clock())
    another = screening(kiosk, clock, visitor(born=date(1971, 2, 3)))

    assert (unheard.hold_reasons, another.hold_reasons) == (OUTDATED, ())


def test_minor_holds_while_the_clock_may_be_a_year_ahead(district: District) -> None:
    kiosk = district.open_kiosk("front")
    look(kiosk, district.clock())
    says = district.clock() + YEAR
    seventeen = visitor(born=(district.clock() - 17.5 * YEAR).date())

    assert screening(kiosk, KioskClock(lambda: says), seventeen).hold_reasons == UNDER_AGE


@pytest.mark.parametrize("is_heard", [True, False])
def test_dead_clock_that_begins_decades_ago_makes_nobody_a_child(
    district: District, *, is_heard: bool
) -> None:
    kiosk = district.open_kiosk("front")
    look(kiosk, district.clock())
    clock = KioskClock(lambda: DEAD)
    if is_heard:
        clock.heard(district.clock())

    assert not screening(kiosk, clock, visitor()).hold_reasons
