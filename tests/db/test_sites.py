"""The school of an older hub becomes the first site of its district; a kiosk's file stays."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, Table, insert, select

from admin_console.hub import site as hub_site
from db import list_import, settings, sites, staff
from db.domain.desk import Role, Site
from db.domain.errors import ConfigError
from db.domain.sites import SiteDraft
from db.engine import Database, open_database
from db.schema import alembic_config
from tests.db.test_engine import migrate
from tests.makers import NINE
from tests.postgres import PostgresServer
from tests.raw import raw_engine

DISTRICT, LINCOLN = UUID(int=0xD15), "019378a0-0000-7000-8000-000000000001"
SCHOOL = {
    "district_id": "019378a0-0000-7000-8000-0000000000d1",  # that of the rows is another
    "district_name": "Marlow Unified",
    "site_id": LINCOLN,
    "name": "Lincoln Elementary School",
    "time_zone": "America/Chicago",
}
PEOPLE = {
    "dwhitlock": (UUID(int=1), Role.ADMINISTRATOR),
    "rbegaye": (UUID(int=2), Role.FRONT_DESK),
    "mdistrict": (UUID(int=3), Role.DISTRICT),
}
COLUMNS = {"Custody orders": {"PARENT": "family"}}
"""Which columns the school's files have."""
AT = {"at": NINE, "imported_at": NINE, "paired_at": NINE, "created_at": NINE}


def before_there_were_sites(url: str, *, is_hub: bool) -> None:
    """A database of the version before, with a school that a setting names."""
    migrate(url, "head")
    _down(url)
    engine = raw_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM district")
        _put(connection, "district")
        _put(connection, "setting", name="site", value=json.dumps(SCHOOL))
        if is_hub:
            _put(connection, "setting", name="hosts", value="[]")
            _put(connection, "setting", name="lists.columns", value=json.dumps(COLUMNS))
            _put(connection, "feed", feed_id=1, version=1)
            _put(connection, "change", version=1, kind="site", body=json.dumps(SCHOOL))
            _put(connection, "device", device_id="front", name="Front", epoch=1, token_hash="")
            for name, (staff_id, role) in PEOPLE.items():
                _put(
                    connection, "staff", staff_id=staff_id, name=name, display_name=name,
                    role=role.value, password_hash="",
                )  # fmt: skip
    engine.dispose()


def _put(connection: Connection, into: str, **values: object) -> None:
    """Add a row of the district; SQLite keeps an id as text without dashes."""
    table = Table(into, MetaData(), autoload_with=connection)
    row = {"district_id": DISTRICT} | {k: v for k, v in AT.items() if k in table.c} | values
    if connection.dialect.name == "sqlite":
        row = {k: v.hex if isinstance(v, UUID) else v for k, v in row.items()}
    connection.execute(insert(table).values(row))


@pytest.fixture(scope="module")
def sqlite_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a hub that came from the version before. Tests have copies of it."""
    folder = tmp_path_factory.mktemp("hub")
    before_there_were_sites(f"sqlite:///{folder}/hub.db", is_hub=True)
    open_database(f"sqlite:///{folder}/hub.db").close()
    return folder


@pytest.fixture(scope="module")
def postgres_hub(postgres: PostgresServer) -> Iterator[str]:
    """The same in PostgreSQL: the name of its database."""
    with postgres.new_database() as url:
        before_there_were_sites(url, is_hub=True)
        open_database(url).close()
        yield url.rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    with ExitStack() as ends:
        if request.param == "sqlite":
            shutil.copytree(request.getfixturevalue("sqlite_hub"), tmp_path / "hub")
            url = f"sqlite:///{tmp_path}/hub/hub.db"
        else:
            postgres: PostgresServer = request.getfixturevalue("postgres")
            name = request.getfixturevalue("postgres_hub")
            url = ends.enter_context(postgres.new_database(name))
        yield ends.enter_context(closing(open_database(url)))


def test_school_of_an_older_hub_is_its_first_site_with_all_that_there_is(hub: Database) -> None:
    with hub.read() as session:
        (site,) = sites.everyone(session)
        as_told = hub_site.of(session)
        given = {m.name: sites.given_to(session, m.staff_id) for m in staff.everybody(session)}
        limits = [sites.of_staff(session, m) for m in staff.everybody(session)]
        is_there = settings.read(session, "site", Site), settings.read(session, "hosts", list[str])
        hosts = settings.read(session, f"hosts {LINCOLN}", list[str])
        columns = list_import.columns_for(session, "Custody orders", LINCOLN)
        owned = {
            table.name: set(session.execute(select(table.c.site_id)).scalars())
            for table in (_table(hub, name) for name in ("device", "change"))
        }

    assert as_told == Site(**SCHOOL), "else what kiosks send would be of another district"
    assert (site.site_id, site.name, site.time_zone) == (
        LINCOLN, SCHOOL["name"], SCHOOL["time_zone"],
    )  # fmt: skip
    assert {name: [s.site_id for s in theirs] for name, theirs in given.items()} == {
        "dwhitlock": [LINCOLN], "rbegaye": [LINCOLN], "mdistrict": [],
    }  # fmt: skip
    assert limits == [None, None, None], "with one site nobody is limited"
    assert (is_there, hosts, columns) == ((None, None), [], COLUMNS["Custody orders"])
    assert owned == {"device": {LINCOLN}, "change": {LINCOLN}}


def _table(database: Database, name: str) -> Table:
    return Table(name, MetaData(), autoload_with=database.engine)


def test_second_site_limits_who_was_there_to_the_first(hub: Database) -> None:
    with hub.begin() as session:
        sites.add(session, SiteDraft("Roosevelt Middle School", "America/Denver"), NINE)
        limits: Mapping[str, frozenset[str] | None] = {
            m.name: sites.of_staff(session, m) for m in staff.everybody(session)
        }

    only = frozenset({LINCOLN})
    assert limits == {"dwhitlock": only, "rbegaye": only, "mdistrict": None}


def test_who_came_while_there_was_one_site_keeps_it_when_a_second_opens(hub: Database) -> None:
    """The first administrator comes with the set-up code, and is given nothing."""
    with hub.begin() as session:
        member = staff.add(
            session, "nquist", staff.hashed("invented pass phrase"), display_name="Nils Quist",
            role=Role.ADMINISTRATOR, now=NINE,
        )  # fmt: skip
        sites.add(session, SiteDraft("Roosevelt Middle School", "America/Denver"), NINE)
        limits = sites.of_staff(session, member)
        sites.add(session, SiteDraft("Lakeside School", "America/Denver"), NINE)

        assert limits == sites.of_staff(session, member) == frozenset({LINCOLN})


def test_older_version_gets_its_school_back_but_never_two(any_url: str) -> None:
    before_there_were_sites(any_url, is_hub=True)
    migrate(any_url, "head")
    _down(any_url)
    engine = raw_engine(any_url)
    with engine.connect() as connection:
        table = Table("setting", MetaData(), autoload_with=connection)
        kept = {row.name: row.value for row in connection.execute(select(table))}
    engine.dispose()
    assert json.loads(kept["site"]) == SCHOOL
    assert kept["hosts"] == "[]"
    assert json.loads(kept["lists.columns"]) == COLUMNS

    hub = open_database(any_url)
    with hub.begin() as session:
        sites.add(session, SiteDraft("Roosevelt", "America/Denver"), NINE)
    hub.close()
    with pytest.raises(NotImplementedError, match="several sites"):
        _down(any_url)


def _down(url: str) -> None:
    engine, config = raw_engine(url), alembic_config()
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.downgrade(config, "0015")
    finally:
        engine.dispose()


def test_kiosk_keeps_the_school_that_it_was_told(any_url: str) -> None:
    before_there_were_sites(any_url, is_hub=False)

    kiosk = open_database(any_url)
    with kiosk.read() as session:
        told = settings.read(session, "site", Site)
        found = sites.everyone(session)
    kiosk.close()

    assert told == Site(**SCHOOL)
    assert found == []


@pytest.mark.parametrize("name", ["", "  ", "lincoln elementary school", "x" * 201])
def test_site_needs_a_name_that_no_other_has(hub: Database, name: str) -> None:
    with hub.begin() as session, pytest.raises(ConfigError, match="Nothing was changed"):
        sites.add(session, SiteDraft(name, "America/Chicago"), NINE)


def test_site_may_be_written_otherwise(hub: Database) -> None:
    with hub.begin() as session:
        changed = sites.change(session, LINCOLN, SiteDraft("LINCOLN Elementary School"))

    assert changed.name == "LINCOLN Elementary School"


def test_first_site_is_the_first_that_was_opened_whatever_it_is_called(hub: Database) -> None:
    with hub.begin() as session:
        opened = [sites.add(session, SiteDraft(n, "America/Denver"), NINE) for n in ("Z", "M")]
        sites.close(session, LINCOLN, NINE)

    with hub.begin() as session:
        sites.change(session, opened[1].site_id, SiteDraft("A"))
        first = sites.first(session)

    assert first is not None
    assert first.site_id == opened[0].site_id


def test_last_open_site_is_not_closed(hub: Database) -> None:
    with hub.begin() as session:
        second = sites.add(session, SiteDraft("Roosevelt", "America/Denver"), NINE)
        closed = sites.close(session, LINCOLN, NINE)
        with pytest.raises(ConfigError, match="only site that is open"):
            sites.close(session, second.site_id, NINE)

    assert closed.closed_at == NINE
