"""Rows that everybody locks are begun by the first, however many are the first."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from db import applying, changes, districts, log, tree
from db.engine import Database, open_database
from db.ids import new_id
from tests.makers import NINE
from tests.postgres import PostgresServer

COMERS = 6


def grow_the_tree(session: Session) -> int:
    taken = tree.hold_and_take(session, [b"\x07" * 32])
    districts.write(session, taken.writes)
    return taken.places.start


def tell_of_a_change(session: Session) -> int:
    return changes.add(session, "hosts", ()) - 1


def take_the_places(session: Session) -> int:
    upto = applying._locked(session)
    applying._move_to(session, upto + 1)
    return upto


def begin_a_chain(session: Session) -> int:
    return log.locked_head(session, "019378a0-0000-7000-8000-00000000f407", 1).seq


@pytest.mark.parametrize(
    ("come", "found"),
    [
        (grow_the_tree, list(range(COMERS))),
        (tell_of_a_change, list(range(COMERS))),
        (take_the_places, list(range(COMERS))),
        (begin_a_chain, [0] * COMERS),
    ],
)
def test_all_who_come_first_at_the_same_moment_are_served_one_after_the_other(
    any_database: Database, come: Callable[[Session], int], found: list[int]
) -> None:
    together = threading.Barrier(COMERS)

    def first(_: int) -> int:
        together.wait(30)
        with any_database.begin() as session:
            return come(session)

    with ThreadPoolExecutor(COMERS) as pool:
        assert sorted(pool.map(first, range(COMERS))) == found


def test_first_few_events_and_first_many_of_two_hubs_wait_for_each_other_in_one_order(
    postgres: PostgresServer, postgres_url: str
) -> None:
    one, other = (open_database(postgres_url) for _ in range(2))

    def many() -> int:
        with other.begin() as session:
            return grow_the_tree(session)

    with ThreadPoolExecutor(1) as pool:
        with one.begin() as session:
            applying.hold_order(session)
            tree.will_take(session, new_id(NINE), b"\x01" * 32)
            late = pool.submit(many)
            postgres.wait_for("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")

        assert late.result(30) == 1
    for database in (one, other):
        database.close()
