"""For how long *not this person* holds where a clock is wrong, was off, or says what it likes."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from admin_console.hub import clearance_dates, upkeep
from admin_console.hub.context import Context
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import audit, outbox, policy, replay
from db.domain.clearance import Clearance, Lapse
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import Hold
from db.domain.events import ClearanceDated, DecisionMade
from db.domain.policy import DeskPolicy
from db.domain.screening import Outcome
from db.ids import new_id
from tests.district import District, QuietKiosk
from tests.journeys.test_wrong_clock_alone import DAY, DEAD, LISTED, YEAR, look, order

HOUR = timedelta(hours=1)
RULES = DeskPolicy(clearance_days=30)


def open_kiosk(district: District) -> QuietKiosk:
    """Of a district where a clearance holds for thirty days; Helena Marlow is on its list."""
    kiosk = district.open_kiosk("front")
    district.import_list(order(district, None, None))
    with district.hub.database.begin() as session:
        policy.settle(session, RULES, audit.TERMINAL, district.clock())
    kiosk.sync()
    look(district.hub, district.clock())
    return kiosk


def today(district: District) -> date:
    (kiosk,) = district.kiosks
    return district.clock().astimezone(kiosk.desk.zone).date()


def clear(district: District, kiosk: QuietKiosk) -> Hold:
    """The office clears Helena, who comes in and leaves again. Returns what it had read."""
    held = kiosk.screen(LISTED)
    kiosk.push()
    (told,) = district.desk().holds
    district.decide(held.visit.visit_id, Verdict.NOT_THIS_PERSON)
    kiosk.check_in(replace(held, visit=kiosk.visit(held.visit.visit_id)))
    kiosk.check_out(held.visit.visit_id)
    return told


def comes_again(kiosk: QuietKiosk) -> Outcome:
    again = kiosk.screen(LISTED)
    if again.screening.outcome is Outcome.CLEAR:
        kiosk.check_out(kiosk.check_in(again).visit_id)
    return again.screening.outcome


def run_for(district: District, hours: int) -> None:
    """The hub runs on; while its clock is not certain it looks again each hour."""
    hub = district.hub
    context = Context(hub.database, hub.photos, hub.clock, Wake(), Throttle())
    for _ in range(hours):
        upkeep.forget_once(context)
        district.later(hours=1)
    district.sync()


def known(district: District) -> list[Clearance]:
    return [line.clearance for line in district.clearances().clearances]


def expires_on(district: District) -> date:
    (line,) = district.clearances().clearances
    return line.clearance.expires_on


def test_clearance_of_the_first_day_after_summer_holds_that_day_and_then_for_the_rules_days(
    district: District,
) -> None:
    kiosk = open_kiosk(district)
    district.later(days=80)
    first_day = today(district)

    told = clear(district, kiosk)
    said_first = expires_on(district)
    same_day = comes_again(kiosk)
    run_for(district, 26)

    assert (told.clears_until, told.is_clearing_for_now) == (first_day, True)
    assert said_first == told.clears_until
    assert same_day is Outcome.CLEAR
    assert expires_on(district) == RULES.clears_until(first_day)
    district.later(days=20)
    assert comes_again(kiosk) is Outcome.CLEAR
    district.later(days=10)
    assert comes_again(kiosk) is Outcome.HOLD
    with district.hub.database.read() as session:
        assert replay.differences(session) == []


def test_clearance_given_while_the_clock_was_ahead_ends_as_the_rules_say_once_it_is_mended(
    district: District,
) -> None:
    kiosk = open_kiosk(district)
    district.later(days=1)
    right = district.clock()
    district.clock.at += YEAR
    clear(district, kiosk)
    run_for(district, 3)
    in_doubt = expires_on(district)

    district.clock.at = right + 4 * HOUR
    run_for(district, 1)

    assert in_doubt == (right + YEAR).astimezone(kiosk.desk.zone).date()
    assert expires_on(district) == RULES.clears_until(today(district))
    district.later(days=31)
    assert comes_again(kiosk) is Outcome.HOLD


@pytest.mark.parametrize("hours", [0, 30])
def test_clearance_given_by_a_clock_that_was_ahead_for_days_ends_as_the_rules_say_once_it_is_mended(
    district: District, hours: int
) -> None:
    kiosk = open_kiosk(district)
    right = district.clock()
    district.clock.at += YEAR
    run_for(district, hours)
    clear(district, kiosk)
    run_for(district, 30)
    while_ahead = expires_on(district)

    district.clock.at = right + 4 * DAY
    mended_on = today(district)
    run_for(district, 26)
    once_certain = expires_on(district)
    run_for(district, 26)

    assert while_ahead > (right + YEAR).date()
    assert once_certain == RULES.clears_until(mended_on + DAY)  # on which the clock is believed
    assert expires_on(district) == once_certain


def test_clock_that_was_behind_for_days_ends_no_clearance_for_good(district: District) -> None:
    kiosk = open_kiosk(district)
    district.later(days=1)
    clear(district, kiosk)
    right, given = district.clock(), expires_on(district)
    district.clock.at = right - 35 * DAY
    run_for(district, 30)
    while_behind = expires_on(district)

    district.clock.at = right + 2 * DAY
    run_for(district, 26)

    assert while_behind < given
    assert expires_on(district) == given
    assert comes_again(kiosk) is Outcome.CLEAR
    with district.hub.database.read() as session:
        assert replay.differences(session) == []


def test_clearances_are_dated_anew_some_at_a_time(
    district: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearance_dates, "AT_ONCE", 1)
    kiosk = open_kiosk(district)
    district.import_list(order(district, None, None), "School's own list")
    district.later(days=1)
    clear(district, kiosk)
    right, given = district.clock(), {c.expires_on for c in known(district)}

    district.clock.at = right - 35 * DAY
    run_for(district, 30)
    while_behind = {c.expires_on for c in known(district)}
    district.clock.at = right + 2 * DAY
    run_for(district, 26)

    assert len(known(district)) == 2
    assert max(while_behind) < min(given)
    assert {c.expires_on for c in known(district)} == given


def test_clearance_by_a_clock_that_was_ahead_is_over_also_once_its_own_day_has_come(
    district: District,
) -> None:
    kiosk = open_kiosk(district)
    right = district.clock()
    district.clock.at += 35 * DAY
    run_for(district, 30)
    clear(district, kiosk)
    run_for(district, 2)
    district.clock.at = right + 2 * DAY
    run_for(district, 26)
    once_certain = expires_on(district)

    for _ in range(10):
        district.later(days=4)
        run_for(district, 1)

    assert expires_on(district) == once_certain < today(district)
    assert comes_again(kiosk) is Outcome.HOLD


@pytest.mark.parametrize("is_ended", [False, True])
def test_clock_that_was_behind_twice_leaves_a_clearance_as_staff_left_it(
    district: District, *, is_ended: bool
) -> None:
    kiosk = open_kiosk(district)
    district.later(days=1)
    clear(district, kiosk)
    right, given = district.clock(), expires_on(district)
    for days in (35, 50):
        district.clock.at = right - days * DAY
        run_for(district, 30)
    if is_ended:
        (line,) = district.clearances().clearances
        district.ask("POST", f"/v1/clearances/{line.clearance.clearance_id}/end")

    district.clock.at = right + 2 * DAY
    run_for(district, 26)

    assert (expires_on(district) == given) is not is_ended
    assert comes_again(kiosk) is (Outcome.HOLD if is_ended else Outcome.CLEAR)


def test_clearance_given_while_the_clock_is_dead_holds_for_the_rules_days_once_it_is_mended(
    district: District,
) -> None:
    kiosk = open_kiosk(district)
    right, believed_on = district.clock(), today(district)
    district.clock.at = DEAD
    told = clear(district, kiosk)
    run_for(district, 26)
    while_dead = expires_on(district)

    district.clock.at = right + 2 * DAY
    mended_on = today(district)
    run_for(district, 26)

    assert told.is_clearing_for_now
    assert while_dead == told.clears_until == believed_on
    assert expires_on(district) == RULES.clears_until(mended_on)


def test_clearance_that_is_ended_while_the_clock_is_doubted_stays_ended(district: District) -> None:
    kiosk = open_kiosk(district)
    district.later(days=80)
    clear(district, kiosk)
    (line,) = district.clearances().clearances
    district.ask("POST", f"/v1/clearances/{line.clearance.clearance_id}/end")

    run_for(district, 26)

    assert expires_on(district) == line.clearance.expires_on
    again = kiosk.screen(LISTED).screening
    assert [lapsed.why for lapsed in again.lapsed] == [Lapse.ENDED]


def clear_at(kiosk: QuietKiosk, clears_until: date) -> UUID:
    """A kiosk says what it likes."""
    held, now = kiosk.screen(LISTED), kiosk.clock()
    visit_id, person = held.visit.visit_id, Verdict.NOT_THIS_PERSON
    decision = Decision(new_id(now), visit_id, person, "x", "Pia Moreno", now, DecidedAt.KIOSK)
    said = DecisionMade(decision, clears_until)
    with kiosk.database.begin() as session:
        outbox.add(session, kiosk.desk.device, said, now, actor="staff", visit_id=visit_id)
    return visit_id


@pytest.mark.parametrize("off", [timedelta(0), 80 * DAY])
def test_kiosk_clears_nobody_for_longer_than_the_hubs_rules_say(
    district: District, off: timedelta
) -> None:
    kiosk = open_kiosk(district)
    district.clock.at += off
    given_on = today(district)
    clear_at(kiosk, date.max)

    district.sync()
    first_said = expires_on(district)
    run_for(district, 26)

    assert first_said == (given_on if off else RULES.clears_until(given_on))
    assert expires_on(district) == RULES.clears_until(given_on)
    district.later(days=31)
    assert comes_again(kiosk) is Outcome.HOLD
    with district.hub.database.read() as session:
        assert replay.differences(session) == []


def test_clearance_of_a_kiosk_that_was_away_holds_from_the_day_on_which_it_was_given(
    district: District,
) -> None:
    kiosk = open_kiosk(district)
    given_on = today(district)
    clear_at(kiosk, RULES.clears_until(given_on))
    look(district.hub, district.later(days=6))

    district.sync()

    assert expires_on(district) == RULES.clears_until(given_on)


def test_kiosk_has_no_say_in_until_when_a_clearance_holds_once_it_was_given(
    district: District,
) -> None:
    kiosk = open_kiosk(district)
    visit_id = clear_at(kiosk, RULES.clears_until(today(district)))
    district.sync()
    (line,) = district.clearances().clearances
    longer = ClearanceDated(line.clearance.clearance_id, date(2040, 1, 1))
    with kiosk.database.begin() as session:
        now = kiosk.clock()
        outbox.add(session, kiosk.desk.device, longer, now, actor="hub", visit_id=visit_id)

    kiosk.push()

    assert expires_on(district) == line.clearance.expires_on
