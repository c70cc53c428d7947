"""The feed is versioned in the order of commits: nobody reads past a change that commits late."""

import threading
from collections.abc import Iterator

import pytest

from db import changes
from db.engine import Database, open_database
from tests.db.test_number_keys import wait_until_somebody_waits


@pytest.fixture
def hubs(postgres_url: str) -> Iterator[tuple[Database, Database]]:
    """Two processes of a hub, as far as the database knows."""
    both = open_database(postgres_url), open_database(postgres_url)
    yield both
    for each in both:
        each.close()


def add(database: Database, said: str) -> None:
    with database.begin() as session:
        changes.add(session, "decision", said)


def read(database: Database, cursor: int = 0) -> list[tuple[int, str]]:
    with database.read() as session:
        return [(c.version, c.body) for c in changes.since(session, cursor)]


def test_change_that_began_later_never_comes_before_one_that_commits_late(
    hubs: tuple[Database, Database],
) -> None:
    one, other = hubs
    add(one, "first")
    later = threading.Thread(target=add, args=(other, "began later"))
    with one.begin() as session:
        changes.add(session, "decision", "commits late")
        later.start()
        wait_until_somebody_waits(other)
        seen = read(other)

    later.join(30)

    assert seen == [(1, '"first"')]
    assert read(one, seen[-1][0]) == [(2, '"commits late"'), (3, '"began later"')]


def test_change_that_came_to_nothing_leaves_no_gap(hubs: tuple[Database, Database]) -> None:
    one, other = hubs
    later = threading.Thread(target=add, args=(other, "stays"))
    with one.begin() as session:
        changes.add(session, "decision", "comes to nothing")
        later.start()
        wait_until_somebody_waits(other)
        session.rollback()
    later.join(30)

    assert read(one) == [(1, '"stays"')]
