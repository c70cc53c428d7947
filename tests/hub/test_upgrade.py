"""A hub of a newer version changes the tables while an older hub runs and kiosks send."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.engine.interfaces import ReflectedColumn

from admin_console.hub import log_command
from db import schema
from db.domain.errors import StorageError
from db.engine import open_database
from db.log_models import EventRow
from tests import quick
from tests.hub_of_tests import hub_at
from tests.raw import raw_engine
from tests.signed_log import signing_kiosk
from tests.sync_of_tests import acked, until, visitors_coming

BEFORE = "0021"
"""An older revision that today's hub can work with, as a hub of that version would: what came
after it are columns of webhooks, of which there are none here."""


@pytest.fixture(autouse=True)
def _migrates_really(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "bring_up_to_date", quick.BRING_UP_TO_DATE)


def go_back(url: str) -> None:
    """Make the database one of the version before."""
    engine, config = raw_engine(url), schema.alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)
    engine.dispose()


def revision(url: str) -> str | None:
    engine = raw_engine(url)
    with engine.connect() as connection:
        found = schema.revision_of(connection)
    engine.dispose()
    return found


@contextmanager
def somebody_reads_webhooks(url: str) -> Iterator[Connection]:
    """A transaction that has looked at a table which is to be changed, and goes on."""
    engine = raw_engine(url)
    with engine.connect() as connection:
        connection.execute(text("SET statement_timeout = '10s'"))
        connection.execute(text("SELECT count(*) FROM webhook"))
        yield connection
    engine.dispose()


def test_nothing_is_lost_of_what_kiosks_send_during_an_upgrade(
    any_url: str, tmp_path: Path
) -> None:
    with hub_at(any_url, tmp_path) as hub, signing_kiosk(hub, tmp_path / "kiosk") as kiosk:
        go_back(any_url)
        with visitors_coming(kiosk) as confirmed:
            until(confirmed, 5)
            open_database(any_url).close()
            until(confirmed, 5)
        kiosk.push()

        assert revision(any_url) == schema.HEAD
        with hub.database.read() as session:
            kept = session.scalars(
                select(EventRow.seq)
                .where(EventRow.device_id == kiosk.device.kiosk_id)
                .order_by(EventRow.seq)
            ).all()
        assert list(kept) == list(range(1, acked(kiosk.database) + 1))
        assert kiosk.waiting() == 0
        said, is_good = log_command.verify_log(any_url, as_json=False)
        assert is_good, said


def test_upgrade_that_waits_for_a_table_lets_others_pass(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "LOCK_SECONDS", 0.3)
    monkeypatch.setattr(schema, "LOCK_PAUSE_SECONDS", 0.3)
    go_back(postgres_url)
    upgrade = threading.Thread(target=lambda: open_database(postgres_url).close())

    with somebody_reads_webhooks(postgres_url) as first:
        upgrade.start()
        waits_for_lock(first)
        with somebody_reads_webhooks(postgres_url):  # comes behind, and passes all the same
            assert revision(postgres_url) == BEFORE
            assert upgrade.is_alive()

    upgrade.join(30)
    assert revision(postgres_url) == schema.HEAD


def waits_for_lock(connection: Connection) -> None:
    ends = time.monotonic() + 30
    question = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    while not connection.scalar(question):
        assert time.monotonic() < ends, "nobody waits"
        time.sleep(0.01)


def test_upgrade_that_never_gets_its_table_says_so_and_changes_nothing(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "LOCK_SECONDS", 0.1)
    monkeypatch.setattr(schema, "LOCK_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(schema, "LOCK_TRIES", 2)
    go_back(postgres_url)

    with (
        somebody_reads_webhooks(postgres_url),
        pytest.raises(StorageError, match="has used its tables for minutes"),
    ):
        open_database(postgres_url)

    assert revision(postgres_url) == BEFORE


def test_older_hub_that_still_runs_can_write_rows_without_the_newer_columns(
    postgres_url: str,
) -> None:
    newer = columns(postgres_url)
    go_back(postgres_url)
    older = columns(postgres_url)

    assert older.keys() <= newer.keys()
    for table, before in older.items():
        assert before.keys() <= newer[table].keys()
        for name in newer[table].keys() - before.keys():
            column = newer[table][name]
            assert column["nullable"] or column["default"] is not None, (table, name)


def columns(url: str) -> dict[str, dict[str, ReflectedColumn]]:
    engine = raw_engine(url)
    found = inspect(engine)
    known = {
        table: {column["name"]: column for column in found.get_columns(table)}
        for table in found.get_table_names()
    }
    engine.dispose()
    return known
