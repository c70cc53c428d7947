"""From one PC's file to a district's server: everything, checked by the log, or nothing."""

import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from admin_console.hub import serving
from admin_console.hub.__main__ import main
from db import move, outbox, partitions
from db.columns import Base
from db.domain.errors import StorageError
from db.engine import Database, open_database, open_existing
from db.ids import new_id
from db.log_models import EventRow
from db.models import DistrictRow, VisitRow
from db.outbox import Device
from kiosk.sync.http import HttpHub
from tests.hub_of_tests import Clock, HubOfTests, hub_at, known_hub, running
from tests.makers import NINE, make_screened
from tests.postgres import PostgresServer
from tests.sync_of_tests import KioskOfTests, decide, device_of, import_list

ROOT = Path(__file__).parents[2]
HUB = Device("district", "lincoln", "hub")


def kiosk_of(hub: HubOfTests, folder: Path) -> KioskOfTests:
    database = open_database(f"sqlite:///{folder}/kiosk.db")
    given = hub.pair()
    token = hub.own_token(given)
    line = HttpHub(hub.client, token, known_hub(given))
    return KioskOfTests(database, line, device_of(given), token)


@pytest.fixture
def old(tmp_path: Path) -> str:
    """A hub's database after a busy morning."""
    return f"sqlite:///{tmp_path}/hub/hub.db"


@pytest.fixture
def kiosk(old: str, tmp_path: Path) -> KioskOfTests:
    with hub_at(old, tmp_path / "hub") as hub:
        kiosk = kiosk_of(hub, tmp_path)
        import_list(hub, "No trespass")
        held = kiosk.visitor_comes(held=True)
        kiosk.visitor_comes()
        kiosk.push()
        decide(hub, held)
    return kiosk


def rows_of(url: str) -> dict[str, list[dict[str, Any]]]:
    database = open_existing(url)
    with database.engine.connect() as connection:
        found = {
            table.name: sorted(
                (dict(row) for row in connection.execute(select(table)).mappings()), key=str
            )
            for table in Base.metadata.sorted_tables
        }
    database.close()
    return found


def is_empty(url: str) -> bool:
    rows = rows_of(url)
    return not any(found for table, found in rows.items() if table != "district")


def test_every_row_is_there_and_the_kiosk_goes_on_where_it_was(
    old: str, kiosk: KioskOfTests, postgres_url: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    before = rows_of(old)

    assert main(["move", "--database", old, "--to", postgres_url]) == 0

    said = capsys.readouterr().out
    assert "The log is whole: 4 events" in said
    assert rows_of(postgres_url) == before
    assert main(["verify-log", "--database", postgres_url]) == 0
    there = open_database(postgres_url)
    with there.read() as session:
        school = serving.hub_site.of(session)
    assert school is not None
    with running(there, tmp_path / "hub", Clock(), school) as hub:
        kiosk.hub = type(kiosk.hub)(hub.client, kiosk.token)
        kiosk.visitor_comes()
        assert kiosk.push().sent == 1
        assert kiosk.waiting() == 0
        assert hub.client.get("/v1/desk", headers=hub.sign_in()).status_code == 200
    kiosk.database.close()


def test_database_of_a_server_is_not_moved(
    postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    open_database(postgres_url).close()

    assert main(["move", "--database", postgres_url, "--to", f"{postgres_url}_new"]) == 1

    assert "PostgreSQL's own tools while the hub is stopped" in capsys.readouterr().err


def test_what_is_of_months_before_lies_in_their_pieces(tmp_path: Path, postgres_url: str) -> None:
    old = f"sqlite:///{tmp_path}/hub.db"
    with closing(open_database(old)) as database:
        for at in (NINE - timedelta(days=500), NINE, datetime(2001, 1, 1, tzinfo=UTC)):
            screened = make_screened(visit_id=new_id(at), now=at)
            with database.begin() as session:
                outbox.add(session, HUB, screened, at, actor="x", visit_id=screened.visit_id)

    move.move(old, postgres_url, NINE)

    with closing(open_database(postgres_url)) as there, there.read() as session:
        for table in partitions.TABLES:
            query = text(f"SELECT tableoid::regclass::text FROM {table} ORDER BY 1")  # noqa: S608
            months = ("2025_07", "2026_11", "default")
            assert list(session.scalars(query)) == [f"{table}_{month}" for month in months]


def test_old_database_serves_nobody_any_more(
    old: str, kiosk: KioskOfTests, postgres_url: str
) -> None:
    kiosk.database.close()
    move.move(old, postgres_url, NINE)

    database = open_existing(old)
    with database.read() as session, pytest.raises(StorageError, match="was moved to another"):
        move.refuse_moved(session)
    database.close()
    with pytest.raises(StorageError, match="moved before"):
        move.move(old, postgres_url, NINE)


def test_database_that_a_hub_has_open_is_not_moved(
    old: str, kiosk: KioskOfTests, postgres_url: str
) -> None:
    kiosk.database.close()
    hub: Database = open_existing(old)
    with hub.read() as session:
        session.execute(text("SELECT 1 FROM event LIMIT 1")).all()
        with pytest.raises(StorageError, match="in use by another program"):
            move.move(old, postgres_url, NINE)
    hub.close()

    assert is_empty(postgres_url)


def test_only_an_empty_database_is_moved_to(
    old: str, kiosk: KioskOfTests, postgres_url: str, tmp_path: Path
) -> None:
    kiosk.database.close()
    with hub_at(postgres_url, tmp_path / "other"):
        pass
    there = rows_of(postgres_url)

    with pytest.raises(StorageError, match="not empty"):
        move.move(old, postgres_url, NINE)

    assert rows_of(postgres_url) == there


def cut_off(old: str, new: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy is there, and the old database does not say so yet."""
    with monkeypatch.context() as patch:
        patch.setattr(move, "_mark_old", ended)
        with pytest.raises(KeyboardInterrupt):
            move.move(old, new, NINE)


def ended(*_: object) -> None:
    raise KeyboardInterrupt


def test_copy_serves_nobody_before_the_old_database_says_that_it_was_moved(
    old: str, kiosk: KioskOfTests, postgres_url: str, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    kiosk.database.close()
    cut_off(old, postgres_url, monkeypatch)

    assert main(["sites", "add", "Other", "--database", postgres_url]) == 1
    assert main(["serve", "--listen", "127.0.0.1:0", "--database", postgres_url]) == 1

    assert capsys.readouterr().err.count("Run vestibule-hub move again") == 2
    assert main(["sites", "add", "Other", "--database", old]) == 0


def test_move_that_was_cut_off_takes_what_the_old_hub_did_since_when_it_is_run_again(
    old: str, kiosk: KioskOfTests, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk.database.close()
    cut_off(old, postgres_url, monkeypatch)
    assert main(["sites", "add", "Other", "--database", old]) == 0
    before = rows_of(old)

    move.move(old, postgres_url, NINE)

    assert rows_of(postgres_url) == before


def test_move_that_was_cut_off_is_not_begun_by_the_copy_of_another_hub(
    old: str, kiosk: KioskOfTests, postgres_url: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    kiosk.database.close()
    cut_off(old, postgres_url, monkeypatch)
    there = rows_of(postgres_url)
    other = f"sqlite:///{tmp_path}/other/hub.db"
    with closing(open_database(other)) as database, database.engine.begin() as connection:
        connection.execute(update(DistrictRow).values(district_id=uuid4()))

    with pytest.raises(StorageError, match="not empty"):
        move.move(other, postgres_url, NINE)

    assert rows_of(postgres_url) == there


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_move_that_is_killed_anywhere_leaves_one_hub_at_most_and_goes_on(
    kiosk: KioskOfTests, postgres: PostgresServer, migrated: str, tmp_path: Path
) -> None:
    kiosk.database.close()
    (tmp_path / "work").mkdir()

    done = subprocess.run(
        [sys.executable, "-m", "tests.killed_move", str(tmp_path / "hub"), str(tmp_path / "work"),
         str(postgres.port), migrated],
        check=False, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[-2]) > 5


@pytest.mark.parametrize("what", ["line", "visit", "type"])
def test_database_that_differs_from_its_log_is_not_moved(
    old: str, kiosk: KioskOfTests, postgres_url: str, what: str
) -> None:
    kiosk.database.close()
    database = open_database(old)
    with database.begin() as session:
        if what == "line":
            session.execute(update(EventRow).values(line=b"{}"))
        elif what == "type":  # SQLite keeps any value in any column
            session.execute(text("UPDATE event SET line = 12"))
        else:
            session.execute(update(VisitRow).values(given_name="Somebody"))
    database.close()
    before = rows_of(old)

    words = "was not moved" if what == "type" else "does not agree with the log"
    with pytest.raises(StorageError, match=words):
        move.move(old, postgres_url, NINE)

    assert is_empty(postgres_url)
    assert rows_of(old) == before
