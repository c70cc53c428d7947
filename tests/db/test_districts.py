"""Rows of several districts in one database: they never meet, and their keys begin with them."""

import subprocess
import sys
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import create_engine, inspect, text

from db import changes, districts, name_search, settings, watchlists
from db.domain.errors import StorageError
from db.engine import Database, open_database
from db.hub_models import FeedRow
from db.models import DistrictRow, SettingRow
from tests.makers import make_entry, make_watchlist

OTHER = UUID("0192f000-0000-7000-8000-00000000d157")
NOT_OF_A_DISTRICT = {"alembic_version", "district"}


@pytest.fixture
def both(any_url: str) -> Iterator[tuple[Database, Database]]:
    """Two districts in one database."""
    first = open_database(any_url)
    with first.begin() as session:
        session.add(DistrictRow(district_id=OTHER))
    second = open_database(any_url, OTHER)
    yield first, second
    first.close()
    second.close()


def test_district_leads_every_primary_and_unique_key(any_database: Database) -> None:
    found = inspect(any_database.engine)
    keys = {
        f"{table}: {', '.join(columns)}": columns[0]
        for table in set(found.get_table_names()) - NOT_OF_A_DISTRICT
        if not table.startswith(name_search.TABLE)  # only met by way of the visits
        for columns in (
            found.get_pk_constraint(table)["constrained_columns"],
            *(unique["column_names"] for unique in found.get_unique_constraints(table)),
            *(
                [str(name) for name in index["column_names"]]
                for index in found.get_indexes(table)
                if index["unique"]
            ),
        )
    }

    assert {key for key, first in keys.items() if first != "district_id"} == set()
    assert len(keys) > 25


def test_district_sees_and_changes_its_own_rows_only(both: tuple[Database, Database]) -> None:
    for database, value in zip(both, ("ours", "theirs"), strict=True):
        with database.begin() as session:
            settings.write(session, "colour", value)
    ours, theirs = both

    with ours.begin() as session:
        assert settings.read(session, "colour", str) == "ours"
        assert districts.get(session, SettingRow, "colour") is not None
        settings.remove(session, "colour")

    with theirs.read() as session:
        assert settings.read(session, "colour", str) == "theirs"


def test_statement_that_changes_many_rows_stops_at_the_district(
    both: tuple[Database, Database],
) -> None:
    for database in both:
        with database.begin() as session:
            session.add(FeedRow(feed_id=1, version=7))
    ours, theirs = both

    with ours.begin() as session:
        session.query(FeedRow).update({FeedRow.version: FeedRow.version + 1})
    with theirs.begin() as session:
        version = session.query(FeedRow).one().version
        session.query(FeedRow).delete()
    with ours.read() as session:
        left = session.query(FeedRow).one().version

    assert (version, left) == (7, 8)


def test_database_of_several_districts_asks_which_one(both: tuple[Database, Database]) -> None:
    url = both[0].engine.url.render_as_string(hide_password=False)

    with pytest.raises(StorageError, match=f"several districts.*{OTHER}"):
        open_database(url)


def test_hubs_that_start_together_bring_an_empty_database_up_to_date(postgres_url: str) -> None:
    start = "import sys; from db.engine import open_database; open_database(sys.argv[1]).close()"

    hubs = [
        subprocess.Popen([sys.executable, "-c", start, postgres_url], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    told = [hub.communicate(timeout=60)[1].decode() for hub in hubs]

    assert [hub.returncode for hub in hubs] == [0, 0, 0], told
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM district"))
    engine.dispose()
    assert count == 1


def test_lists_of_two_districts_with_one_number_of_edition_never_meet(
    both: tuple[Database, Database],
) -> None:
    """Editions are numbered in each district: both of these are in the first one."""
    for database, family_name in zip(both, ("Ours", "Theirs"), strict=True):
        with database.begin() as session:
            watchlist, entry = make_watchlist(), make_entry(family_name=family_name)
            watchlists.replace(session, watchlist, [entry])

    for database, family_name in zip(both, ("Ours", "Theirs"), strict=True):
        with database.read() as session:
            (watchlist,) = watchlists.all_lists(session)
            entries = watchlists.entries_of(session, watchlist.list_id)
        assert [e.name.family for e in entries] == [family_name]


def test_statement_that_is_kept_still_shows_each_district_its_own_rows(
    both: tuple[Database, Database],
) -> None:
    for turn in range(2):  # the second time it is at hand as it was made for the first
        for database, number in zip(both, (7, 8), strict=True):
            with database.begin() as session:
                changes.add(session, "hosts", number)

            with database.read() as session:
                told = [change.body for change in changes.since(session, 0)]

            assert told == [str(number)] * (turn + 1)


def test_statement_that_is_kept_still_shows_each_site_its_own_rows(any_database: Database) -> None:
    sites = [frozenset({"elm"}), frozenset({"oak"}), frozenset({"elm", "oak"}), None]
    with any_database.begin() as session:
        for site_id in ("elm", "oak", ""):
            changes.add(session, "hosts", site_id, site_id=site_id)

    seen = []
    for limits in (*sites, *reversed(sites)):
        with any_database.within(limits).read() as session:
            seen.append([change.version for change in changes.since(session, 0)])

    assert seen[:4] == [[1, 3], [2, 3], [1, 2, 3], [1, 2, 3]]
    assert seen[4:] == list(reversed(seen[:4]))
