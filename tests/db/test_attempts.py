"""Guessing is counted by all processes of a hub together."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select

from db import attempts
from db.engine import Database, open_database
from db.hub_models import AttemptRow
from tests.makers import NINE

WHO = "sign-in 10.0.0.7 dwhitlock"


@pytest.fixture
def both(any_url: str) -> Iterator[tuple[Database, Database]]:
    """Two processes of one hub, or as good as."""
    first, second = open_database(any_url), open_database(any_url)
    yield first, second
    second.close()
    first.close()


def count(database: Database, seconds: float, who: str = WHO) -> float:
    with database.begin() as session:
        return attempts.count_try(session, who, NINE + timedelta(seconds=seconds))


def test_tries_at_two_processes_count_together(both: tuple[Database, Database]) -> None:
    waits = [count(both[n % 2], 10 * n) for n in range(6)]

    assert waits == [0.0] * 5 + [10.0]
    assert count(both[0], 61) == 0.0


def test_of_many_at_once_no_more_are_let_through_than_of_one_after_the_other(
    postgres_url: str,
) -> None:
    """On SQLite they cannot be at once: it has one writer."""
    hubs = [open_database(postgres_url) for _ in range(3)]
    all_there = Barrier(24)

    def one(number: int) -> float:
        with hubs[number % 3].begin() as session:
            session.connection()  # each has its own, and its transaction, before any counts
            all_there.wait(30)
            return attempts.count_try(session, WHO, NINE)

    with ThreadPoolExecutor(24) as threads:
        waits = list(threads.map(one, range(24)))
    for hub in hubs:
        hub.close()

    assert waits.count(0.0) == attempts.MOST


def test_somebody_else_need_not_wait(both: tuple[Database, Database]) -> None:
    for _ in range(6):
        count(both[0], 0)

    assert count(both[1], 0, "sign-in 10.0.0.8 dwhitlock") == 0.0


def test_success_takes_the_tries_back(both: tuple[Database, Database]) -> None:
    for _ in range(5):
        count(both[0], 0)

    with both[1].begin() as session:
        attempts.succeeded(session, WHO)

    assert count(both[0], 1) == 0.0


def test_what_was_tried_is_kept_for_a_quarter_of_an_hour_and_never_in_clear(
    both: tuple[Database, Database],
) -> None:
    count(both[0], 0)
    count(both[0], 15 * 60, "another")

    with both[0].read() as session:
        kept = session.scalars(select(AttemptRow.who)).all()
    assert len(kept) == 1
    assert "another" not in kept[0]


def test_clock_that_was_set_back_holds_nothing_against_anybody(
    both: tuple[Database, Database],
) -> None:
    for _ in range(5):
        count(both[0], 3_600)

    assert count(both[0], 0) == 0.0
    with both[0].read() as session:
        assert session.scalar(select(func.count()).select_from(AttemptRow)) == 1


def test_tries_that_count_no_more_go_though_nobody_tries_again(
    both: tuple[Database, Database],
) -> None:
    count(both[0], 0)
    count(both[0], 60, "somebody else")

    def left(seconds: float) -> tuple[bool, int]:
        now = NINE + timedelta(seconds=seconds)
        with both[1].begin() as session:
            is_due = attempts.has_outdated(session, now)
            attempts.forget_outdated(session, now)
            return is_due, session.scalar(select(func.count()).select_from(AttemptRow)) or 0

    assert left(899) == (False, 2)
    assert left(900) == (True, 1)
    assert left(960) == (True, 0)
