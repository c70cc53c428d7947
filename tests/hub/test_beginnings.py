"""A hub begins once: where its database is gone, none begins anew beside what is left of it."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from uuid import uuid4

import pytest
from sqlalchemy import update

from admin_console.hub import backup_keys, health_routes, upkeep
from admin_console.hub.__main__ import main
from admin_console.hub.context import Context
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import backup, key_store, watchlists
from db.engine import open_database
from db.models import DistrictRow
from tests.hub.test_moved import THAT_WRITE
from tests.hub_of_tests import Clock, hub_at
from tests.makers import NINE
from tests.sync_of_tests import import_list

ROOT = Path(__file__).parents[2]
BEGIN = {
    "serve": ["serve", "--listen", "127.0.0.1:0"],
    "staff add": ["staff", "add", "dana", "--secrets-stdin"],
}
LOST: dict[str, Callable[[Path], object]] = {
    "missing": lambda folder: (folder / "hub.db").unlink(),
    "empty": lambda folder: (folder / "hub.db").write_bytes(b""),
    "missing with its keys": lambda folder: (
        (folder / "hub.db").unlink(), rmtree(folder / "keys")
    ),
    "missing with its backups": lambda folder: (
        (folder / "hub.db").unlink(), rmtree(folder / "backups")
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def url(folder: Path) -> str:
    return f"sqlite:///{folder}/hub.db"


@pytest.fixture
def hub(url: str, folder: Path) -> str:
    """One that was backed up, and has ended."""
    with hub_at(url, folder) as hub:
        import_list(hub, "Kept")
    assert main(["backup", "--database", url]) == 0
    return url


@pytest.fixture(autouse=True)
def _typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough sentence\n\n"))


def content(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(p): p.read_bytes() for p in files if not p.name.endswith("-in-use")}


@pytest.mark.parametrize("begin", BEGIN)
@pytest.mark.parametrize("how", LOST)
def test_no_hub_begins_beside_what_is_left_of_one(
    hub: str, folder: Path, how: str, begin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    LOST[how](folder)
    before = content(folder)

    assert main([*BEGIN[begin], "--database", hub]) == 1

    said = capsys.readouterr().err
    assert "There was a hub here" in said
    assert "restore" in said
    assert content(folder) == before


@pytest.mark.parametrize("how", ["missing", "empty"])
def test_hub_whose_database_is_gone_goes_on_from_its_backup(
    hub: str, folder: Path, how: str
) -> None:
    LOST[how](folder)
    (made,) = (folder / backup_keys.FOLDER).iterdir()

    assert main(["restore", str(made), "--database", hub]) == 0

    assert main([*BEGIN["staff add"], "--database", hub]) == 0
    with closing(open_database(hub)) as database, database.read() as session:
        assert [w.name for w in watchlists.all_lists(session)] == ["Kept"]


def test_hub_whose_key_was_being_changed_goes_on_with_what_was_put_aside(
    hub: str, folder: Path
) -> None:
    (folder / "hub.db").rename(folder / "hub.db.aside")

    assert main([*BEGIN["staff add"], "--database", hub]) == 0

    with closing(open_database(hub)) as database, database.read() as session:
        assert [w.name for w in watchlists.all_lists(session)] == ["Kept"]


def test_hub_that_was_being_restored_is_not_told_that_it_is_gone(
    hub: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "restore-ready").mkdir()
    (folder / "hub.db").rename(folder / "restore-ready" / "hub.db")

    assert main([*BEGIN["staff add"], "--database", hub]) == 1

    assert "A restore into" in capsys.readouterr().err


MADE_NOTHING = (
    *(command for command in THAT_WRITE if not command.startswith(tuple(BEGIN))),
    "backup --show-key", "fingerprint", "lists rules", "policy", "audit", "keys show",
)  # fmt: skip


@pytest.mark.parametrize("command", MADE_NOTHING)
def test_command_for_a_hub_that_is_not_there_makes_none(
    command: str, url: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file.csv").write_text("name,family,given\nDana,Whitfield,Dana\n")
    words = command.format(file=tmp_path / "file.csv").split()

    is_done = main([*words, "--database", url]) == 0

    assert is_done is (command == "keys show")  # it says of each key that there is none
    assert not folder.exists() or list(folder.rglob("*")) in ([], [folder / "hub.db-in-use"])
    said = capsys.readouterr()
    assert is_done or not said.out
    assert is_done or said.err


@pytest.mark.parametrize("command", ["verify-log", "export --csv -", "staff list", "lists show"])
def test_command_that_looks_makes_no_database(
    command: str, url: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command.split(), "--database", url]) == 1

    assert "There is no database at" in capsys.readouterr().err
    assert not folder.exists()


@pytest.mark.parametrize("begin", BEGIN)
def test_whoever_begins_a_hub_reads_where(url: str, folder: Path, begin: str) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "admin_console.hub", *BEGIN[begin], "--database", url],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        cwd=ROOT,
    )  # fmt: skip
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write("a long enough sentence\n\n")
    program.stdin.close()

    late = threading.Timer(20, program.kill)
    late.start()

    said = next((line for line in program.stdout if "A new hub is begun" in line), "")

    late.cancel()
    program.terminate()
    program.wait(10)
    program.stdout.close()
    assert str(folder / "hub.db") in said


def test_key_of_the_backups_is_shown_once_a_backup_has_made_it(
    url: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub_at(url, folder):
        assert main(["backup", "--show-key", "--database", url]) == 1
    assert "vestibule-hub backup" in capsys.readouterr().err
    assert key_store.place(folder, key_store.BACKUP) is None

    assert main(["backup", "--database", url]) == 0

    assert main(["backup", "--show-key", "--database", url]) == 0
    assert len(capsys.readouterr().out.splitlines()[-2].replace("-", "")) == 64


KILLED = """
import os, signal, sys
from admin_console.hub.__main__ import main
from db import engine, key_store, schema
def end(*_): os.kill(os.getpid(), signal.SIGKILL)
step = sys.argv.pop(1)
if step == "key":
    settle = key_store.settle
    key_store.settle = lambda *all: (settle(*all), end())
elif step == "no key":
    key_store.settle = end
else:
    vars({"_make_private_file": engine, "bring_up_to_date": schema}[step])[step] = end
main(sys.argv[1:])
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("step", ["no key", "key", "_make_private_file", "bring_up_to_date"])
@pytest.mark.parametrize("begin", BEGIN)
def test_hub_that_was_killed_while_it_began_begins_again(
    url: str, folder: Path, step: str, begin: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, step, *BEGIN[begin], "--database", url],
        check=False, cwd=ROOT, input="a long enough sentence\n\n", text=True,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL

    assert main([*BEGIN["staff add"], "--database", url]) == 0

    (folder / "hub.db").unlink()
    assert main([*BEGIN["staff add"], "--database", url]) == 1


def test_backups_of_another_hub_neither_count_nor_go(url: str, folder: Path) -> None:
    clock = Clock()
    with hub_at(url, folder, clock) as hub:
        context = Context(hub.database, hub.photos, clock, Wake(), Throttle(), backups_kept=1)
        theirs = upkeep.back_up(context, kept=1)
        with hub.database.engine.begin() as connection:  # from now on it is another one
            connection.execute(update(DistrictRow).values(district_id=uuid4()))
    with closing(open_database(url)) as database:
        context = Context(database, folder / "photos", clock, Wake(), Throttle(), backups_kept=1)
        before = health_routes._backup_age(context, clock())
        clock.at += timedelta(hours=1)

        first = upkeep.back_up(context, kept=1)
        clock.at += timedelta(days=1)
        second = upkeep.back_up(context, kept=1)

    assert before.value == float("inf")
    assert theirs is not None
    assert first is not None
    assert second is not None
    there = sorted(path.name for path in (folder / "backups").iterdir())
    assert there == [theirs.name, second.name]
    assert theirs.name == backup.name_at(NINE)
