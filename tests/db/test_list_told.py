"""What older hubs wrote of people into the feed goes once, also where several hubs do it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from db import changes, list_told
from db.changes import Change
from db.domain.watchlist import EntryDelta
from db.engine import Database, open_database
from tests.makers import make_entry, make_watchlist

GONE = UUID(int=7)


@pytest.fixture
def both(any_url: str) -> Iterator[tuple[Database, Database]]:
    """Two hubs at one database."""
    first, second = open_database(any_url), open_database(any_url)
    yield first, second
    second.close()
    first.close()


def feed_of(database: Database) -> list[Change]:
    with database.read() as session:
        return changes.since(session, 0)


def forget(database: Database) -> None:
    with database.begin() as session:
        list_told.forget_people(session)


def test_places_in_the_feed_are_known_by_the_marks_of_before(
    both: tuple[Database, Database],
) -> None:
    told = {"list_id": make_watchlist().list_id, "version": 2, "name": 'Says "delta": too'}
    entry = make_entry("Quentina", "Zebrafinch")
    with both[0].begin() as session:
        for delta in (EntryDelta(put=entry), EntryDelta(drop=GONE)):
            changes.add(session, changes.LIST, told | {"delta": delta})
        changes.add(session, changes.LIST, told)
    before = feed_of(both[0])
    assert "Zebrafinch" in before[0].body

    with ThreadPoolExecutor(2) as hubs:
        list(hubs.map(forget, both))
    once = feed_of(both[0])
    forget(both[1])

    assert [change.mark for change in once] == [change.mark for change in before]
    assert "Zebrafinch" not in "".join(change.body for change in once)
    assert str(entry.entry_id) in once[0].body
    assert str(GONE) in once[1].body
    assert once[2] == before[2]
    assert feed_of(both[1]) == once
