"""The index of the lists in force, renewed from the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import event

from db import watchlists
from db.domain.days import Days
from db.domain.people import PersonName
from db.engine import Database
from db.list_index import ListIndexes
from db.screening import calibrate
from db.screening.engine import find_matches, visitor_of
from db.screening.index import Index
from tests.makers import NINE, make_entry, make_identity, make_watchlist

CHANGED = 550  # more than are asked for at once


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def note(*about: object) -> None:
        said.append(str(about[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield said
    event.remove(database.engine, "before_cursor_execute", note)


def found(index: Index, name: PersonName) -> set[UUID]:
    visitor = visitor_of(make_identity(name.given, name.family))
    return {m.entry.entry_id for m in find_matches(visitor, index, Days.of(NINE.date()), 0.0)}


@pytest.mark.parametrize("changed", [1, CHANGED])
def test_changed_entries_are_read_some_hundred_at_a_time(
    database: Database, changed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate, "FEWEST_ROWS", 10_000)  # what chance does is not asked here
    before = [make_entry(f"Ana{n % 30}", f"Marlow{n % 70}") for n in range(12 * CHANGED)]
    after = [replace(e, name=replace(e.name, given="Tove")) for e in before[:changed]]
    watchlist = make_watchlist(entry_count=len(before))
    indexes = ListIndexes(database, None)
    with database.begin() as session:
        watchlists.replace(session, watchlist, before)
    indexes.load()
    with database.begin() as session:
        watchlists.replace(
            session, replace(watchlist, version=2), [*after, *before[changed:], make_entry()]
        )

    with statements(database) as said:
        renewed = indexes.load()

    anew = ListIndexes(database, None).load()
    assert len([s for s in said if s.startswith("SELECT")]) <= 8
    assert len(renewed.each[0].segments) == 2  # it was renewed, and not made anew
    for name in (after[-1].name, before[changed - 1].name, before[-1].name, make_entry().name):
        assert found(renewed, name) == found(anew, name)
    assert after[-1].entry_id in found(renewed, after[-1].name)
