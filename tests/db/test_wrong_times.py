"""What a clock noted that was years behind is kept for its days all the same, and then goes."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from db import (
    audit,
    changes,
    clock_doubt,
    inbox,
    notices,
    outbox,
    photos,
    policy,
    retention,
)
from db.clock_doubt import Found
from db.domain.audit import Deed
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.notice import NoticeKind
from db.domain.policy import DeskPolicy
from db.engine import Database, open_database
from db.hub_models import ChangeRow
from db.ids import new_id
from db.outbox import Device
from tests.makers import NINE, make_identity, make_screened

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
DEAD = datetime(2000, 1, 1, tzinfo=UTC)
"""Where a clock begins whose battery is dead."""
LATER = datetime(2031, 1, 1, tzinfo=UTC)
KEEP = 365
Look = Callable[[datetime], Found]


@pytest.fixture
def look(any_database: Database) -> Look:
    def at(now: datetime) -> Found:
        with any_database.begin() as session:
            return clock_doubt.look(session, now)

    return at


def receive(
    database: Database, device: Device, tmp_path: Path, said_at: datetime, at: datetime
) -> None:
    """A visitor whom a kiosk holds by its clock, and the hub takes in by its own."""
    with closing(open_database(f"sqlite:///{tmp_path}/{device.kiosk_id}.db")) as kiosk:
        came = make_screened(number=1, held=True, identity=make_identity("Maeve", "Okonkwo"))
        with kiosk.begin() as session:
            outbox.add(session, device, came, said_at, actor="visitor", visit_id=came.visit_id)
            sent = outbox.pending(session, device, 0, 10)
    with database.begin() as session:
        inbox.receive(session, device.kiosk_id, device.epoch, sent, at)


def names(database: Database) -> list[str]:
    with database.read() as session:
        rows = session.connection().exec_driver_sql("SELECT family_name FROM visit").all()
    return [name for (name,) in rows if name]


def forget(database: Database, at: datetime) -> None:
    retention.forget_when_certain(database, at, is_kiosk=False)


def test_what_a_hub_noted_while_its_clock_was_dead_is_kept_for_its_days_from_when_it_is_mended(
    any_database: Database, tmp_path: Path
) -> None:
    with any_database.begin() as session:
        policy.keep(session, DeskPolicy(audit_keep_days=KEEP))
    forget(any_database, NINE)
    for day in range(21):
        forget(any_database, DEAD + day * DAY)
    noted_at = DEAD + 9 * DAY + 3 * HOUR
    receive(any_database, Device("district", "lincoln", "front"), tmp_path, noted_at, noted_at)
    with any_database.begin() as session:
        audit.note(session, audit.TERMINAL, Deed.SITE_CHANGED, noted_at)
    mended_at = NINE + 22 * DAY

    kept = list[tuple[int, int]]()
    for day in (0, 1, 2, KEEP, KEEP + 1 + retention.OPEN_FOR.days):
        for week in range(0, day, 7):
            clock_believed_at(any_database, mended_at + week * DAY)
        forget(any_database, mended_at + day * DAY)
        with any_database.read() as session:
            kept.append((len(names(any_database)), len(list(audit.every_line(session)))))

    assert kept == [(1, 1)] * 4 + [(0, 0)]


def clock_believed_at(database: Database, at: datetime) -> None:
    with database.begin() as session:
        clock_doubt.look(session, at)


def test_visitor_whom_a_kiosk_with_a_dead_clock_held_is_kept_for_their_days_from_when_the_hub_heard(
    any_database: Database, tmp_path: Path
) -> None:
    receive(any_database, Device("district", "lincoln", "front"), tmp_path, DEAD, NINE)

    forget_all = retention.forget_old_visits
    kept = [
        forget_all(any_database, NINE + day * DAY, is_kiosk=False) for day in (1, KEEP, KEEP + 1)
    ]

    assert kept == [0, 0, 1]


def test_what_a_new_hub_notes_before_its_clock_is_first_right_is_kept_too(
    any_database: Database,
) -> None:
    with any_database.begin() as session:
        policy.keep(session, DeskPolicy(audit_keep_days=KEEP))
    forget(any_database, DEAD)
    with any_database.begin() as session:
        audit.note(session, audit.TERMINAL, Deed.SITE_CHANGED, DEAD + HOUR)

    for at in (DEAD + 2 * HOUR, NINE, NINE + DAY, NINE + 2 * DAY):
        forget(any_database, at)

    with any_database.read() as session:
        assert len(list(audit.every_line(session))) == 1


@pytest.mark.parametrize("lows", [[NINE - 400 * DAY, DEAD], [DEAD + 90 * DAY, DEAD], [DEAD, DEAD]])
def test_clock_that_is_set_back_once_more_is_told_of_and_keeps_what_it_notes(
    any_database: Database, lows: list[datetime]
) -> None:
    with any_database.begin() as session:
        policy.keep(session, DeskPolicy(audit_keep_days=KEEP))
    forget(any_database, NINE)
    for low in lows:
        for day in range(21):
            forget(any_database, low + day * DAY)
        with any_database.begin() as session:
            audit.note(session, audit.TERMINAL, Deed.SITE_CHANGED, low + 3 * DAY)

    for day in range(40, 43):
        forget(any_database, NINE + day * DAY)

    with any_database.read() as session:
        assert len(list(audit.every_line(session))) == 2
        told = [n.text for n in notices.page(session, NINE, sees_all=True).notices]
    assert sum("before it last ran" in text for text in told) == 2


def test_clock_that_dies_after_it_was_ahead_keeps_what_it_notes(any_database: Database) -> None:
    with any_database.begin() as session:
        policy.keep(session, DeskPolicy(audit_keep_days=KEEP))
    forget(any_database, NINE + 400 * DAY)
    for day in range(9):
        forget(any_database, NINE + day * DAY)
    forget(any_database, DEAD)
    with any_database.begin() as session:
        audit.note(session, audit.TERMINAL, Deed.SITE_CHANGED, DEAD + HOUR)

    for day in (9, 10, 11):
        forget(any_database, NINE + day * DAY)

    with any_database.read() as session:
        assert len(list(audit.every_line(session))) == 1


@pytest.mark.parametrize("begins", [DEAD, datetime(2027, 3, 1, tzinfo=UTC)])
def test_clock_that_begins_anew_each_morning_is_believed_once_it_was_mended_for_a_day(
    look: Look, begins: datetime
) -> None:
    """Its battery is dead and it is off at night; within the hour it hears the time."""
    found = list[tuple[bool, bool]]()
    for day in range(4):
        morning = look(begins + day % 3 * MINUTE)
        assert not morning.is_certain
        mended = look(LATER + day * DAY)
        found.append((mended.is_believed, mended.is_certain))

    assert found == [(False, False), (True, True), (True, True), (True, True)]


def test_holiday_of_a_computer_with_a_dead_battery_ends_a_day_late(look: Look) -> None:
    look(NINE)

    found = [(look(DEAD), look(NINE + (60 + day) * DAY))[1].is_believed for day in range(3)]

    assert found == [False, True, True]


def test_clock_that_is_a_year_ahead_each_morning_is_never_believed(look: Look) -> None:
    look(NINE)
    for day in range(1, 9):
        assert not look(NINE + (366 + day) * DAY).is_believed
        for hour in (1, 2, 9):
            assert look(NINE + day * DAY + hour * HOUR).is_believed


def test_clock_that_was_ahead_and_is_right_now_is_looked_at_daily_again(look: Look) -> None:
    look(NINE + 400 * DAY)
    set_back, soon, settled, after = (look(NINE + at) for at in (0 * DAY, 5 * HOUR, DAY, 2 * DAY))

    assert (set_back.set_back_from, set_back.is_certain) == (NINE + 400 * DAY, False)
    assert (soon.set_back_from, soon.is_certain) == (None, False)
    assert [f.is_certain for f in (settled, after)] == [True, True]
    assert not look(NINE + 300 * DAY).is_believed


def test_administrators_hear_once_a_week_of_a_clock_that_begins_anew_each_morning(
    any_database: Database,
) -> None:
    forget(any_database, NINE)
    for day in range(1, 15):
        forget(any_database, DEAD)
        forget(any_database, NINE + day * DAY)

    with any_database.read() as session:
        told = notices.page(session, NINE + 14 * DAY, sees_all=True).notices
    assert 2 <= len(told) <= 3
    assert {n.kind for n in told} == {NoticeKind.CLOCK_LEAPT}


def test_what_kiosks_were_told_while_the_clock_was_ahead_keeps_nothing_else(
    any_database: Database,
) -> None:
    def told() -> list[str]:
        with any_database.read() as session:
            return [row.body for row in session.scalars(select(ChangeRow)) if "Order" in row.body]

    for at in (NINE + 800 * DAY, NINE):
        decision = Decision(
            new_id(at), new_id(at), Verdict.DENY, f"Order {at.year}", "Dana", at, DecidedAt.CONSOLE
        )
        with any_database.begin() as session:
            changes.add(session, "decision", {"decision": decision})
    assert len(told()) == 2

    retention.forget_old_visits(any_database, NINE + (KEEP + 1) * DAY, is_kiosk=False)

    (left,) = told()
    assert "Order 2029" in left


def test_photo_of_a_morning_on_which_the_clock_was_dead_goes_after_its_days(
    tmp_path: Path,
) -> None:
    folder, jpeg = tmp_path / "photos", b"\xff\xd8\xff\xe0\xff\xd9"
    with closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as database:

        def kept_on(day: int) -> bool:
            for at in (DEAD, NINE + day * DAY):
                with database.begin() as session:
                    if clock_doubt.look(session, at).is_believed:
                        photos.purge(session, folder, at - 30 * DAY)
            return photos.is_kept(folder, name)

        with database.begin() as session:
            clock_doubt.look(session, NINE)
            name = photos.keep(folder, jpeg)
            photos.remember(session, name, DEAD + MINUTE)

        days = [day for day in range(1, 40) if kept_on(day)]

    assert days == list(range(1, 32))
