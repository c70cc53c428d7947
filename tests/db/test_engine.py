"""Opening databases, and the one history of their schema on both servers."""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import StatementError

from db import districts, list_search, log, outbox, partitions, schema, visits, watchlists
from db.columns import Base
from db.domain.errors import StorageError
from db.engine import Database, open_database, open_existing
from db.hub_models import StaffSessionRow
from db.list_rows import digest_of
from db.models import SettingRow
from db.schema import HEAD, alembic_config
from tests import quick
from tests.makers import KIOSK, NINE, make_screened
from tests.postgres import PostgresServer
from tests.raw import raw_engine


@pytest.fixture(autouse=True)
def _migrates_really(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "bring_up_to_date", quick.BRING_UP_TO_DATE)


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database, as a hub finds it on its first day."""
    with postgres.new_database() as url:
        yield url


def migrate(url: str, revision: str) -> None:
    engine, config = raw_engine(url), alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
    engine.dispose()


def test_models_and_migrations_agree(any_database: Database) -> None:
    with any_database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": partitions.is_compared}
        )

        assert compare_metadata(context, Base.metadata) == []


def test_head_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_current_head() == HEAD


def test_new_file_has_the_tables_that_migrations_make(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path}/migrated.db", "head")
    open_database(f"sqlite:///{tmp_path}/made.db").close()

    migrated, made = (schema_of(tmp_path / name) for name in ("migrated.db", "made.db"))

    assert made == migrated


def schema_of(path: Path) -> dict[str, object]:
    """Tables with their columns, keys and indexes, in an order that does not matter."""
    engine = raw_engine(f"sqlite:///{path}")
    found = inspect(engine)
    tables: dict[str, object] = {
        name: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(name)),
            found.get_pk_constraint(name),
            sorted(map(str, found.get_unique_constraints(name))),
            sorted(
                (
                    str(i["name"]),
                    i["column_names"],
                    i["unique"],
                    str(i["dialect_options"].get("sqlite_where")),
                )
                for i in found.get_indexes(name)
            ),
            sorted(map(str, found.get_foreign_keys(name))),
        )
        for name in found.get_table_names()
    }
    with engine.connect() as connection:
        made = text("SELECT name FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'")
        tables["without rowid"] = set(connection.scalars(made))
        kept = text(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' OR sql LIKE '%USING%'"
        )
        tables["triggers"] = {tuple(row) for row in connection.execute(kept)}
        tables["revision"] = connection.scalar(text("SELECT version_num FROM alembic_version"))
    engine.dispose()
    return tables


def test_schema_goes_up_down_and_up_again(any_url: str) -> None:
    migrate(any_url, "head")
    migrate(any_url, "base")
    engine = raw_engine(any_url)
    left = set(inspect(engine).get_table_names()) - {"alembic_version"}
    engine.dispose()

    migrate(any_url, "head")

    assert left == set()


def test_opening_again_keeps_what_was_there(any_url: str) -> None:
    database, screened = open_database(any_url), make_screened()
    with database.begin() as session:
        outbox.add(session, KIOSK, screened, NINE, actor="visitor")
    database.close()

    database = open_database(any_url)
    with database.read() as session:
        visit = visits.get(session, screened.visit_id)
        chains = log.verify_log(session)
    database.close()

    assert visit is not None
    assert visit.started_at == NINE
    assert all(c.is_good for c in chains)


def test_naive_moment_is_refused(any_database: Database) -> None:
    row = StaffSessionRow(
        token_hash="0" * 64,
        staff_id=make_screened().visit_id,
        created_at=NINE.replace(tzinfo=None),
        expires_at=NINE,
    )

    def write() -> None:
        with any_database.begin() as session:
            session.add(row)

    with pytest.raises((StatementError, StorageError), match="naive"):
        write()


def test_sqlite_survives_a_power_cut_by_its_settings(database: Database) -> None:
    with database.engine.connect() as connection:
        modes = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert modes == ["wal", 2, 1]


def test_reader_does_not_wait_for_a_writer(database: Database) -> None:
    with database.begin() as writer:
        writer.add(SettingRow(name="open", value="1"))
        writer.flush()

        with database.read() as reader:
            assert districts.get(reader, SettingRow, "open") is None


def test_damaged_file_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "kiosk.db").write_bytes(b"this is no database at all, whatever its name says" * 99)

    with pytest.raises(StorageError, match=r"damaged.*backup"):
        open_database(f"sqlite:///{tmp_path}/kiosk.db")


def test_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file", encoding="utf-8")

    with pytest.raises(StorageError):
        open_database(f"sqlite:///{tmp_path}/data/kiosk.db")


@pytest.mark.parametrize("url", ["nonsense", "postgresql+psycopg://127.0.0.1:9/nowhere"])
def test_address_that_leads_nowhere_is_told_in_words(url: str) -> None:
    with pytest.raises(StorageError, match=r"[.]$"):
        open_database(url)


@pytest.mark.parametrize("url", ["mysql://127.0.0.1/vestibule", "postgresql+asyncpg://127.0.0.1/x"])
def test_other_kind_of_database_is_refused_with_the_kinds_that_can_be_used(url: str) -> None:
    with pytest.raises(StorageError, match=r"SQLite .* PostgreSQL"):
        open_database(url)


def test_database_of_a_newer_version_is_left_as_it_is_and_told_in_words(any_url: str) -> None:
    database = open_database(any_url)
    with database.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()

    for opens in (open_database, open_existing):
        with pytest.raises(StorageError, match=r"newer version.*Install"):
            opens(any_url)


def test_database_of_another_program_is_refused(any_url: str) -> None:
    migrate(any_url, "0001")
    engine = raw_engine(any_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()

    with pytest.raises(StorageError, match="no database of Vestibule"):
        open_existing(any_url)


def test_database_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="There is no database at"):
        open_existing(f"sqlite:///{tmp_path}/folder/hub.db")

    assert list(tmp_path.iterdir()) == []


def test_error_of_a_statement_does_not_tell_its_values(database: Database) -> None:
    def write_twice() -> None:
        with database.begin() as session:
            for _ in range(2):
                values = {"value": "Raghunathan"}
                session.execute(text("INSERT INTO setting VALUES ('00', 'x', :value)"), values)

    with pytest.raises(StorageError) as refusal:
        write_twice()

    assert "Raghunathan" not in f"{refusal.value} {refusal.value.__cause__}"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_database_is_closed_to_other_accounts(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/vestibule/hub/hub.db")
    with database.begin() as session:
        session.add(SettingRow(name="open", value="1"))

    folder = tmp_path / "vestibule" / "hub"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    database.close()

    assert modes.pop("keys") == 0o700
    assert modes == dict.fromkeys(["hub.db", "hub.db-wal", "hub.db-shm"], 0o600)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_database_that_was_open_to_others_is_closed_and_its_folder_stays(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    open_database(f"sqlite:///{tmp_path}/hub.db").close()
    (tmp_path / "hub.db").chmod(0o644)

    open_database(f"sqlite:///{tmp_path}/hub.db").close()

    assert stat.S_IMODE((tmp_path / "hub.db").stat().st_mode) == 0o600
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB, where this computer lets us have one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("this account may not mount a disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_disk_that_is_full_is_called_full(small_disk: Path) -> None:
    open_database(f"sqlite:///{small_disk}/hub.db").close()
    (small_disk / "rest").write_bytes(bytes(shutil.disk_usage(small_disk).free))

    with pytest.raises(StorageError, match="The disk is full") as refusal:
        open_database(f"sqlite:///{small_disk}/hub.db")

    assert "disk I/O error" in str(refusal.value.__cause__)


def test_database_of_an_older_version_is_left_as_it_is_by_looking(any_url: str) -> None:
    migrate(any_url, "0001")

    with pytest.raises(StorageError, match=r"older version.*start the hub"):
        open_existing(any_url)

    engine = raw_engine(any_url)
    with engine.connect() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    engine.dispose()
    assert version == "0001"


_LIST_0002 = """
INSERT INTO watchlist (list_id, name, category, version, imported_at, entry_count, content_hash)
VALUES (:list_id, 'Ours', 'trespass', 3, '2026-11-23 15:00:00+00:00', 3, '')
"""
_ENTRY_0002 = """
INSERT INTO watchlist_entry (list_id, entry_id, given_name, middle_name, family_name, suffix,
birth_date, birth_year, sex, jurisdiction, number_hash, reference, note)
VALUES (:list_id, :entry_id, 'Helena', '', 'Marlow', '', :on, :year, 'female', '', '', '', '')
"""


def test_birth_dates_of_lists_survive_the_way_up_and_down(any_url: str) -> None:
    migrate(any_url, "0002")
    engine = raw_engine(any_url)
    uuids = ["0" * 31 + digit for digit in "0123"]
    if engine.dialect.name == "postgresql":
        uuids = [str(UUID(u)) for u in uuids]
    births = [("1979-04-17", 1979), (None, 1981), (None, None)]
    with engine.begin() as connection:
        connection.execute(text(_LIST_0002), {"list_id": uuids[0]})
        for entry_id, (on, year) in zip(uuids[1:], births, strict=True):
            entry = {"list_id": uuids[0], "entry_id": entry_id, "on": on, "year": year}
            connection.execute(text(_ENTRY_0002), entry)

    engine.dispose()
    database = open_database(any_url)
    engine = raw_engine(any_url)
    with database.read() as session:
        (watchlist,) = watchlists.all_lists(session)
        entries = watchlists.entries_of(session, watchlist.list_id)
    database.close()
    assert [e.born and str(e.born) for e in entries] == ["1979-04-17", "1981", None]
    assert all(digest_of(e) == d for e, d in zip(entries, digests(engine), strict=True))

    with engine.begin() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
        query = "SELECT birth_date, birth_year FROM watchlist_entry ORDER BY entry_id"
        left = [(on and str(on), year) for on, year in connection.execute(text(query))]
    engine.dispose()
    assert left == births


_LIST_0009 = """
INSERT INTO watchlist (district_id, list_id, name, category, version, imported_at, entry_count,
content_hash, edition)
SELECT district_id, :list_id, 'Ours', 'trespass', 3, '2026-11-23 15:00:00+00:00', 1, '', 1
FROM district
"""
_ENTRY_0009 = """
INSERT INTO watchlist_entry (district_id, edition, entry_id, given_name, middle_name, family_name,
suffix, sex, aliases, jurisdiction, number_hash, reference, note, instructions, photo, version,
digest)
SELECT district_id, 1, :entry_id, 'Jürgen', '', 'Müller', '', 'male', :aliases, '', '', :number, '',
'', '', 1, :digest FROM district
"""
_ALIASES_0009 = '[{"given":"Uwe","family":"Poe","middle":"","suffix":""}]'


def test_people_of_older_lists_are_found_after_the_way_up(any_url: str) -> None:
    migrate(any_url, "0009")
    engine = raw_engine(any_url)
    with engine.begin() as connection:
        list_id, *ids = (f"{n:032x}" for n in range(1, 5_004))  # more than are filled at once
        connection.execute(text(_LIST_0009), {"list_id": list_id})
        common = {"aliases": _ALIASES_0009, "digest": b""}
        entries = [common | {"entry_id": e, "number": f"K-{n}"} for n, e in enumerate(ids)]
        connection.execute(text(_ENTRY_0009), entries)
    engine.dispose()

    database = open_database(any_url)
    with database.read() as session:
        found = [
            list_search.page(session, UUID(list_id), f"poe muller {n}", None, NINE).entries
            for n in ("5001", "77777")
        ]
    database.close()

    assert [[e.reference for e in entries] for entries in found] == [["K-5001"], []]


def digests(engine: Engine) -> list[bytes]:
    with engine.connect() as connection:
        query = text("SELECT digest FROM watchlist_entry ORDER BY entry_id")
        return [bytes(d) for d in connection.scalars(query)]
