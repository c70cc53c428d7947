"""Who came while a clock was wrong is forgotten when the days of the rule are over all the same."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from db import clock_doubt, inbox, outbox, photos, policy, retention, wrongly_dated
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import DecisionMade
from db.domain.policy import DeskPolicy
from db.engine import Database, open_database
from db.ids import new_id
from db.models import DecisionRow, VisitRow
from tests.makers import KIOSK, NINE, make_screened

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
YEAR = 366 * DAY
DEAD = datetime(2000, 1, 1, tzinfo=UTC)
"""Where a clock begins whose battery is dead."""
KEEP = 20
RULES = DeskPolicy(visit_keep_days=KEEP, rescreen_days=0)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as database:
        with database.begin() as session:
            policy.keep(session, RULES)
        yield database


def come(kiosk: Database, at: datetime, number: int = 1) -> None:
    """Somebody whom staff turn away, and of whom the hub knows."""
    came = make_screened(number=number, held=True)
    decision = Decision(
        new_id(at), came.visit_id, Verdict.DENY, "Order", "Pia Moreno", at, DecidedAt.KIOSK
    )
    with kiosk.begin() as session:
        for event in (came, DecisionMade(decision)):
            outbox.add(session, KIOSK, event, at, actor="visitor", visit_id=came.visit_id)
        outbox.accept(session, KIOSK, 2 * number)


def forget(database: Database, at: datetime, *, is_kiosk: bool = True) -> None:
    retention.forget_when_certain(database, at, is_kiosk=is_kiosk)


def known(database: Database) -> int:
    """Of how many visits it says who came, or who decided."""
    with database.read() as session:
        named = session.scalars(select(VisitRow.visit_id).where(VisitRow.family_name != ""))
        decided = session.scalars(
            select(DecisionRow.visit_id).where(DecisionRow.decided_by != retention.ERASED)
        )
        return len({*named, *decided})


@pytest.mark.parametrize("says", [DEAD, NINE + YEAR])
def test_who_came_on_a_morning_before_the_hub_was_heard_is_forgotten_after_the_days(
    kiosk: Database, says: datetime
) -> None:
    """The battery is dead for good: each morning it begins there, until the hub is heard."""
    forget(kiosk, NINE - DAY)
    come(kiosk, says + MINUTE)

    kept = list[int]()
    for day in range(KEEP + 3):
        for at in (says, NINE + day * DAY + HOUR):
            for _ in ("photos", "visits"):  # each looks at the clock
                forget(kiosk, at)
        kept.append(known(kiosk))

    assert kept == [1] * (KEEP + 1) + [0] * 2
    with kiosk.read() as session:
        assert wrongly_dated.over(session, NINE + YEAR) == ()


def test_who_came_while_the_clock_was_ahead_for_days_is_forgotten_after_the_days(
    kiosk: Database,
) -> None:
    forget(kiosk, NINE - DAY)
    for day in range(3):
        forget(kiosk, NINE + YEAR + day * DAY)
    come(kiosk, NINE + YEAR + 3 * DAY)

    kept = list[int]()
    for day in range(4, KEEP + 9):
        forget(kiosk, NINE + day * DAY)
        kept.append(known(kiosk))

    # It was set back on the fourth day, and is in no doubt from the fifth on.
    assert kept == [1] * (KEEP + 2) + [0] * 3


def test_clock_that_is_dead_for_days_ends_nobodys_days_early(kiosk: Database) -> None:
    days = (0, 3, 6)
    for number, day in enumerate(days, 1):
        forget(kiosk, NINE + day * DAY)
        come(kiosk, NINE + day * DAY, number)
    for hours in range(0, 24 * 5, 8):
        forget(kiosk, DEAD + hours * HOUR)

    kept = list[int]()
    for day in range(12, 28):
        forget(kiosk, NINE + day * DAY)
        kept.append(known(kiosk))

    assert kept == [sum(came + KEEP >= day for came in days) for day in range(12, 28)]


def test_hub_forgets_after_the_days_whom_a_kiosk_with_a_clock_ahead_held(
    kiosk: Database, any_database: Database
) -> None:
    come(kiosk, NINE + YEAR)
    with kiosk.read() as session:
        sent = outbox.pending(session, KIOSK, 0, 10)
    with any_database.begin() as session:
        policy.keep(session, RULES)
        inbox.receive(session, KIOSK.kiosk_id, KIOSK.epoch, sent, NINE)

    kept = list[int]()
    for day in range(KEEP + 3):
        forget(any_database, NINE + day * DAY, is_kiosk=False)
        kept.append(known(any_database))

    assert kept == [1] * (KEEP + 1) + [0] * 2


def test_visit_that_is_dated_a_day_ahead_is_dated_well_enough(kiosk: Database) -> None:
    forget(kiosk, NINE)
    come(kiosk, NINE + DAY)

    forget(kiosk, NINE + HOUR)

    with kiosk.read() as session:
        assert wrongly_dated.over(session, NINE + YEAR) == ()


def test_photo_of_a_morning_on_which_the_clock_was_ahead_goes_after_its_days(
    kiosk: Database, tmp_path: Path
) -> None:
    folder, kept = tmp_path / "photos", list[bool]()
    forget(kiosk, NINE - DAY)
    with kiosk.begin() as session:
        name = photos.keep(folder, b"\xff\xd8\xff\xe0\xff\xd9")
        photos.remember(session, name, NINE + YEAR)

    for day in range(KEEP + 3):
        for at in (NINE + YEAR, NINE + day * DAY + HOUR):
            with kiosk.begin() as session:
                clock = clock_doubt.look(session, at)
                if clock.is_believed:
                    settled = at if clock.is_settled else None
                    photos.purge(session, folder, at - KEEP * DAY, settled)
        kept.append(photos.is_kept(folder, name))

    assert kept == [True] * (KEEP + 1) + [False] * 2
