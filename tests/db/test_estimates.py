"""SQLite goes by the index that leads to few rows, although a district leads every key."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import event
from sqlalchemy.orm import Session

from db import encryption, history, outbox, story
from db.engine import Database, open_database
from db.history import Filters
from db.ids import new_id
from db.schema import alembic_config
from tests.makers import KIOSK, NINE, make_screened
from tests.raw import raw_engine

ZONE = ZoneInfo("America/Chicago")
DAY = date(2026, 11, 23)
Asked = Callable[[Session], object]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/hub.db")
    yield database
    database.close()


def page(**filters: Any) -> Asked:
    return lambda session: history.page(session, Filters(**filters), ZONE, NINE)


def next_page(session: Session) -> object:
    after = history.Mark(NINE, new_id(NINE)).written()
    return history.page(session, Filters(), ZONE, NINE, after=after)


def plans_of(database: Database, ask: Asked) -> list[str]:
    """How SQLite goes through the large tables for what is asked."""
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.read() as session:
        ask(session)
    event.remove(database.engine, "before_cursor_execute", note)
    with database.engine.connect() as connection:
        return [
            row[-1]
            for statement, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]


@pytest.mark.parametrize(
    "ask",
    [
        page(),
        page(state="departed"),
        page(first_day=DAY),
        page(last_day=DAY),
        page(first_day=DAY, last_day=DAY, visitor_type="parent"),
        next_page,
    ],
    ids=("all", "of a state", "since a day", "until a day", "a day's parents", "the next page"),
)
@pytest.mark.parametrize("sites", [None, frozenset({"north"})], ids=("every school", "one school"))
def test_newest_visits_are_read_in_their_order(
    hub: Database, ask: Asked, sites: frozenset[str] | None
) -> None:
    plans = plans_of(hub.within(sites), ask)

    assert any("_started_at_visit_id (" in plan for plan in plans)
    assert not [plan for plan in plans if "TEMP B-TREE" in plan or plan == "SCAN visit"]


def test_visits_of_many_schools_are_read_in_their_order_too(hub: Database) -> None:
    schools = hub.within(frozenset(f"school {n}" for n in range(30)))

    plans = plans_of(schools, page())

    assert "TEMP B-TREE" not in " ".join(plans)


def test_all_visits_are_counted_by_their_keys_alone(hub: Database) -> None:
    with hub.begin() as session:
        for visit_id in (new_id(NINE), new_id(NINE)):
            screened = make_screened(visit_id=visit_id)
            outbox.add(session, KIOSK, screened, NINE, actor="visitor", visit_id=visit_id)

    plans = plans_of(hub, lambda s: history.page(s, Filters(), ZONE, NINE, limit=1))

    assert any("COVERING INDEX sqlite_autoindex_visit_1" in plan for plan in plans)


def test_desk_reads_neither_all_visits_nor_all_events(hub: Database) -> None:
    plans = plans_of(hub, lambda session: history.desk(session, ZONE, NINE))

    assert "SCAN visit" not in plans
    assert "SCAN event" not in plans
    assert "SEARCH visit USING INDEX sqlite_autoindex_visit_1 (district_id=?)" not in plans


def test_story_of_a_visit_is_found_by_the_visit(hub: Database) -> None:
    screened = make_screened(visit_id=new_id(NINE))
    with hub.begin() as session:
        visit_id = screened.visit_id
        outbox.add(session, KIOSK, screened, NINE, actor="visitor", visit_id=visit_id)

    plans = plans_of(hub, lambda session: story.story(session, visit_id))

    assert "SEARCH event USING INDEX ix_event_visit_id (visit_id=?)" in plans


def estimates_of(path: Path) -> list[tuple[str, ...]]:
    engine = raw_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        read = connection.exec_driver_sql("SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY 1, 2")
        found = [tuple(row) for row in read]
    engine.dispose()
    return found


def test_file_of_a_version_before_is_told_the_same_as_a_new_one(tmp_path: Path) -> None:
    new, old = tmp_path / "new" / "hub.db", tmp_path / "old" / "hub.db"
    for path in (new, old):
        open_database(f"sqlite:///{path}").close()
    engine, config = raw_engine(f"sqlite:///{old}"), alembic_config()
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE sqlite_stat1")
        config.attributes["connection"] = connection
        command.downgrade(config, "0020")
    engine.dispose()

    open_database(f"sqlite:///{old}").close()

    assert estimates_of(old) == estimates_of(new) != []


def test_file_with_a_new_key_knows_as_much(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    open_database(f"sqlite:///{path}").close()
    before = estimates_of(path)

    encryption.rekey(path)

    assert estimates_of(path) == before
