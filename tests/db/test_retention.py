"""After its days a visit says no more who came, and the log is whole all the same."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from db import (
    history,
    inbox,
    log,
    outbox,
    policy,
    replay,
    retention,
    settings,
    story,
    visits,
    webhooks,
)
from db.domain.decision import Verdict
from db.domain.notice import NoticeKind
from db.domain.policy import DeskPolicy
from db.domain.visit import CheckOutWay
from db.engine import Database
from db.notices import page, tell
from db.outbox import Device
from tests.db.forgetting import (
    A_YEAR_ON,
    DENIED,
    INSIDE,
    LEFT,
    PEOPLE,
    everything,
    hub_of_the_day,
    kiosk_of_the_day,
)
from tests.makers import (
    KIOSK,
    NINE,
)


@pytest.fixture
def kiosk(tmp_path: Path) -> Database:
    return kiosk_of_the_day(tmp_path)


@pytest.fixture
def hub(any_database: Database, kiosk: Database) -> Database:
    return hub_of_the_day(any_database, kiosk)


def test_after_its_days_nothing_says_who_came_and_the_log_is_whole(hub: Database) -> None:
    assert [name in everything(hub) for name in PEOPLE] == [True] * 4

    assert retention.forget_old_visits(hub, A_YEAR_ON, is_kiosk=False) == 2

    left = everything(hub)
    assert [name in left for name in PEOPLE] == [False] * 4
    with hub.read() as session:
        chains = log.verify_log(session)
        assert all(c.is_good for c in chains)
        assert sum(c.erased for c in chains) == 5
        assert replay.differences(session) == []
        assert log.verify_tree(session) == ""
    assert retention.forget_old_visits(hub, A_YEAR_ON, is_kiosk=False) == 0


def test_what_stays_is_that_somebody_came_and_how_it_was_decided(hub: Database) -> None:
    retention.forget_old_visits(hub, A_YEAR_ON, is_kiosk=False)

    with hub.read() as session:
        left, denied = (story.story(session, v.visit_id) for v in (LEFT, DENIED))
        figures = log.count(session)
    assert left is not None
    assert denied is not None
    assert (left.visit.started_at, left.visit.checked_out_by) == (NINE, CheckOutWay.BADGE)
    assert {line.words for line in left.happened} == {"Personal facts erased by retention"}
    assert left.log_verified
    assert denied.decisions[0].verdict is Verdict.DENY
    assert denied.screening is not None
    assert denied.screening.outcome is DENIED.screening.outcome
    assert denied.screening.matches == ()
    assert figures == 7


def test_visit_whose_end_nobody_saw_is_forgotten_a_week_after_its_days(hub: Database) -> None:
    names = list[str]()

    for day in (365 + 7, 365 + 8):
        retention.forget_old_visits(hub, NINE + timedelta(days=day), is_kiosk=False)
        with hub.read() as session:
            visit = visits.get(session, INSIDE.visit_id)
        assert visit is not None
        names.append(visit.identity.name.family)

    assert names == ["Okonkwo-Bright", ""]
    assert "Okonkwo-Bright" not in everything(hub)
    with hub.read() as session:
        assert history.on_site(session, A_YEAR_ON + timedelta(days=7)).visits == ()
        assert all(c.is_good for c in log.verify_log(session))
        assert replay.differences(session) == []


def test_what_the_hub_could_not_apply_is_forgotten_after_its_days_too(
    any_database: Database, kiosk: Database
) -> None:
    """A kiosk of another school: its names are of no visit here."""
    with kiosk.begin() as session:
        sent = outbox.pending(session, KIOSK, 0, 100)
    other = inbox.Origin("district", "other")
    with any_database.begin() as session:
        inbox.receive(session, KIOSK.kiosk_id, KIOSK.epoch, sent, NINE, origin=other)
        assert inbox.quarantined(session) == len(sent)

    retention.forget_old_visits(any_database, NINE + timedelta(days=365), is_kiosk=False)
    assert "Raghunathan" in everything(any_database)
    retention.forget_old_visits(any_database, A_YEAR_ON, is_kiosk=False)

    assert [name in everything(any_database) for name in PEOPLE] == [False] * 4
    with any_database.read() as session:
        chains = log.verify_log(session)
        assert [(c.is_good, c.erased) for c in chains] == [(True, len(sent))]


def test_clock_that_leaps_ahead_forgets_nothing_until_it_has_stayed_so_for_a_day(
    hub: Database,
) -> None:
    def forgotten(at: datetime) -> int:
        return retention.forget_when_certain(hub, at, is_kiosk=False).visits

    assert forgotten(A_YEAR_ON) == 0  # no start before this one: the log's newest event counts
    assert forgotten(NINE + timedelta(days=1)) == 0
    assert forgotten(A_YEAR_ON) == 0
    assert forgotten(A_YEAR_ON + timedelta(hours=8)) == 0
    assert forgotten(A_YEAR_ON + timedelta(days=300)) == 0
    assert forgotten(A_YEAR_ON + timedelta(days=301)) == 3


def test_administrators_hear_of_a_leap_while_it_is_doubted_and_once_it_is_believed(
    hub: Database,
) -> None:
    def told(at: datetime) -> list[str]:
        retention.forget_when_certain(hub, at, is_kiosk=False)
        with hub.read() as session:
            found = page(session, at, sees_all=True).notices
            of_the_desk = page(session, at, sees_all=False).notices
        assert NoticeKind.CLOCK_LEAPT not in [n.kind for n in of_the_desk]
        return [n.text for n in reversed(found) if n.kind is NoticeKind.CLOCK_LEAPT]

    assert told(NINE + timedelta(days=1)) == []
    doubted = told(A_YEAR_ON)
    assert len(doubted) == 1
    assert "says November 24, 2027, 365 days after it last ran. Until" in doubted[0]
    assert told(A_YEAR_ON + timedelta(hours=3)) == doubted

    believed = told(A_YEAR_ON + timedelta(days=1))

    assert believed[0] == doubted[0]
    assert "it is believed from now on" in believed[1]
    assert told(A_YEAR_ON + timedelta(days=2)) == believed


def test_clock_that_is_mended_in_time_is_told_of_no_further(hub: Database) -> None:
    for at in (NINE, A_YEAR_ON, NINE + timedelta(days=1), NINE + timedelta(days=2)):
        retention.forget_when_certain(hub, at, is_kiosk=False)

    with hub.read() as session:
        found = page(session, NINE, sees_all=True).notices
    assert [n.kind for n in found if n.kind is NoticeKind.CLOCK_LEAPT] == [NoticeKind.CLOCK_LEAPT]


def test_administrators_hear_that_the_hubs_clock_was_set_back(hub: Database) -> None:
    dead = NINE - timedelta(days=2_000)

    def told(at: datetime) -> list[str]:
        retention.forget_when_certain(hub, at, is_kiosk=False)
        with hub.read() as session:
            of_the_desk = page(session, at, sees_all=False).notices
            assert NoticeKind.CLOCK_LEAPT not in [n.kind for n in of_the_desk]
            return [n.text for n in page(session, at, sees_all=True).notices]

    before = told(NINE + timedelta(days=1))  # there is one: somebody was turned away
    newest, *others = told(dead)

    assert others == before != []  # above all else, although its date is that of before
    assert "says June 2, 2021, 2001 days before it last ran" in newest
    assert told(dead + timedelta(days=1)) == [newest, *others]


def test_clock_that_is_put_right_by_hours_is_no_news(hub: Database) -> None:
    for hours in (48, 20, 30):
        retention.forget_when_certain(hub, NINE + timedelta(hours=hours), is_kiosk=False)

    with hub.read() as session:
        found = page(session, NINE, sees_all=True).notices
    assert NoticeKind.CLOCK_LEAPT not in [n.kind for n in found]


def test_kiosk_forgets_nothing_either_when_its_clock_leaps(kiosk: Database) -> None:
    with closing(kiosk):
        with kiosk.begin() as session:
            outbox.accept(session, KIOSK, 6)

        assert retention.forget_when_certain(kiosk, A_YEAR_ON, is_kiosk=True).visits == 0
        next_day = A_YEAR_ON + timedelta(days=1)
        assert retention.forget_when_certain(kiosk, next_day, is_kiosk=True).visits == 1


def test_computer_that_runs_every_other_week_forgets_too_whose_days_are_over(
    hub: Database, caplog: pytest.LogCaptureFixture
) -> None:
    days = [NINE + timedelta(days=number) for number in range(0, 16 * 30, 15)]

    done = [retention.forget_when_certain(hub, day, is_kiosk=False).visits for day in days]

    assert sum(done) == 3
    last = max(at for at, forgotten in enumerate(done) if forgotten)
    assert days[last] - NINE <= timedelta(days=365 + retention.OPEN_FOR.days + 3 * 15)
    assert "or this has run 2 times" in caplog.text


def test_clock_that_leaps_to_and_fro_is_not_believed_however_often(hub: Database) -> None:
    days = [NINE, *(NINE + timedelta(days=days) for days in (900, 800, 700, 600, 500))]

    assert [retention.forget_when_certain(hub, day, is_kiosk=False).visits for day in days] == [
        0
    ] * 6


def test_holiday_of_a_week_is_no_leap(hub: Database) -> None:
    days = [NINE + timedelta(days=number) for number in (*range(0, 365, 7), 366)]

    done = [retention.forget_when_certain(hub, day, is_kiosk=False).visits for day in days]

    assert (set(done[:-1]), done[-1]) == ({0}, 2)


def test_visit_whose_days_are_not_over_is_kept(hub: Database) -> None:
    before = everything(hub)

    assert retention.forget_old_visits(hub, NINE + timedelta(days=365), is_kiosk=False) == 0

    assert everything(hub) == before


def test_school_settles_the_days(hub: Database) -> None:
    with hub.begin() as session:
        policy.keep(session, replace(DeskPolicy(), visit_keep_days=60))

    days = [NINE + timedelta(days=number) for number in (59, 61)]

    assert [retention.forget_old_visits(hub, day, is_kiosk=False) for day in days] == [0, 2]


def test_kiosk_keeps_what_the_hub_does_not_have_yet(kiosk: Database) -> None:
    with closing(kiosk):
        assert retention.forget_old_visits(kiosk, A_YEAR_ON, is_kiosk=True) == 0

        with kiosk.begin() as session:
            outbox.accept(session, KIOSK, 6)
        assert retention.forget_old_visits(kiosk, A_YEAR_ON, is_kiosk=True) == 1

        assert "Raghunathan" not in everything(kiosk)
        with kiosk.read() as session:
            assert all(c.is_good for c in log.verify_log(session))


def test_kiosk_that_was_never_paired_forgets_too_whose_days_are_over(kiosk: Database) -> None:
    with closing(kiosk):
        with kiosk.begin() as session:
            settings.write(session, outbox.OWN, Device("", "", KIOSK.kiosk_id))

        assert retention.forget_old_visits(kiosk, A_YEAR_ON, is_kiosk=True) == 1
        assert not retention.forget_late_facts(kiosk, is_kiosk=True)

        assert "Raghunathan" not in everything(kiosk)
        with kiosk.read() as session:
            assert all(c.is_good for c in log.verify_log(session))


def test_kiosk_that_was_never_paired_forgets_nothing_while_its_clock_leaps(
    kiosk: Database,
) -> None:
    with closing(kiosk):
        with kiosk.begin() as session:
            settings.write(session, outbox.OWN, Device("", "", KIOSK.kiosk_id))

        assert retention.forget_when_certain(kiosk, A_YEAR_ON, is_kiosk=True).visits == 0
        assert "Raghunathan" in everything(kiosk)


def test_kiosk_keeps_of_a_forked_log_no_visit_longer_than_its_days(kiosk: Database) -> None:
    other = replace(KIOSK, epoch=2)
    with closing(kiosk):
        with kiosk.begin() as session:
            settings.write(session, outbox.OWN, other)
            outbox.note_fork(session, other)
        assert retention.forget_old_visits(kiosk, A_YEAR_ON, is_kiosk=True) == 0

        with kiosk.begin() as session:
            outbox.note_fork(session, KIOSK)
        assert retention.forget_old_visits(kiosk, A_YEAR_ON, is_kiosk=True) == 1

        assert "Raghunathan" not in everything(kiosk)


def test_notice_about_no_visit_goes_as_visits_do_but_not_within_a_year(hub: Database) -> None:
    with hub.begin() as session:
        policy.keep(session, replace(DeskPolicy(), visit_keep_days=60, rescreen_days=0))
        tell(session, NoticeKind.LIST_OUTDATED, "The list is old.", NINE, about="1")
    days = [NINE + timedelta(days=number) for number in (61, 365, 366)]

    left = []
    for day in days:
        retention.forget_gone_entries(hub, day)
        with hub.read() as session:
            left.append({notice.text for notice in page(session, day, sees_all=True).notices})

    assert left[0] == left[1] == left[2] | {"The list is old."}


def test_message_that_a_program_refused_is_kept_no_longer_than_who_came(hub: Database) -> None:
    lately = A_YEAR_ON - timedelta(days=1)
    with hub.begin() as session:
        webhooks.add(session, "https://doors.example/told", ["notice.told"], NINE)
        tell(session, NoticeKind.LIST_OUTDATED, "The list is old.", NINE, about="1")
        tell(session, NoticeKind.LIST_OUTDATED, "The list is new.", lately, about="2")
        denied = "Dana Whitlock decided: not admitted."
        tell(session, NoticeKind.DENIED, denied, lately, about="3", visit_id=DENIED.visit_id)
        inside = "Somebody who may be on a list, was here."
        tell(session, NoticeKind.WAS_HERE, inside, lately, about="4", visit_id=INSIDE.visit_id)
    with hub.begin() as session:
        session.execute(text("UPDATE webhook_message SET refused = '400'"))

    retention.forget_old_visits(hub, A_YEAR_ON, is_kiosk=False)

    with hub.read() as session:
        bodies = session.scalars(text("SELECT body FROM webhook_message ORDER BY place"))
        left = [json.loads(body) for body in bodies]
    assert [(told["data"]["kind"], told["data"].get("visit_id")) for told in left] == [
        ("list_outdated", None),
        ("was_here", str(INSIDE.visit_id)),
    ]
    assert {datetime.fromisoformat(told["timestamp"]) for told in left} == {lately}


def test_hub_that_forgets_visits_forgets_old_notices_too(hub: Database) -> None:
    with hub.begin() as session:
        tell(session, NoticeKind.LIST_OUTDATED, "The list is old.", NINE, about="1")
    for day in range(0, 367, 3):
        retention.forget_when_certain(hub, NINE + timedelta(days=day), is_kiosk=False)

    with hub.read() as session:
        assert page(session, A_YEAR_ON, sees_all=True).notices == ()
