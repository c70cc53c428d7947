"""A hub goes on from one encrypted file, and its kiosks bring what the file lacks."""

import io
import math
import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from admin_console.hub import backup_keys, entry_photos, health_routes, upkeep
from admin_console.hub.__main__ import main
from admin_console.hub.context import Context
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import (
    audit,
    backup,
    chain,
    encryption,
    key_store,
    log,
    notices,
    photos,
    sealed_stream,
    watchlists,
)
from db.domain.audit import Deed
from db.domain.errors import ConfigError, StorageError
from db.domain.notice import NoticeKind
from db.engine import open_database
from db.models import VisitRow
from kiosk.sync import exchange, trust
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.makers import NINE
from tests.raw import text_in
from tests.signed_log import signing_kiosk, went_on
from tests.sync_of_tests import decide, import_list

JPEG = b"\xff\xd8\xff face \xff\xd9"
NAME = sha256(JPEG).hexdigest()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/hub/hub.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick" / "one.backup"


def key_words(url: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["backup", "--show-key", "--database", url]) == 0
    return capsys.readouterr().out


def visits_of(hub: HubOfTests) -> set[UUID]:
    with hub.database.read() as session:
        return set(session.scalars(select(VisitRow.visit_id)))


def is_good(hub: HubOfTests) -> bool:
    with hub.database.read() as session:
        return (
            all(v.is_good for v in log.verify_log(session))
            and not log.verify_signatures(session)
            and not log.verify_tree(session)
        )


def test_restored_hub_is_refilled_by_its_kiosk_which_learns_of_the_new_log(
    url: str, file: Path, tmp_path: Path
) -> None:
    with hub_at(url, tmp_path / "hub") as hub, signing_kiosk(hub, tmp_path / "kiosk") as before:
        import_list(hub, "Kept")
        held = before.visitor_comes(held=True)
        before.push()
        for part in ("", entry_photos.FOLDER):
            photos.keep(hub.photos, JPEG, part)
        assert main(["backup", "--to", str(file), "--database", url]) == 0
        import_list(hub, "Lost")
        decide(hub, held)
        later = before.visitor_comes()
        before.push()
        before.pull_all()

    assert main(["restore", str(file), "--database", url]) == 0

    with hub_at(url, tmp_path / "hub") as hub, went_on(hub, tmp_path / "kiosk", before) as kiosk:
        assert photos.read(hub.photos, NAME) == entry_photos.read(hub.photos, NAME) == JPEG
        assert later not in visits_of(hub)
        kiosk.push()
        decide(hub, held)
        kiosk.pull_all()

        assert exchange.pull(kiosk.database, kiosk.hub, 0) == ""
        with kiosk.database.read() as session:
            assert trust.new_log_at(session) is not None
        assert kiosk.lists() == ["Kept"]
        assert visits_of(hub) >= {held, later}
        assert is_good(hub)
        with hub.database.read() as session:
            epochs = {v.epoch for v in log.verify_log(session) if v.device_id == chain.HUB}
            deeds = [line.deed for line in audit.every_line(session)]
    assert len(epochs) == 2
    assert Deed.HUB_RESTORED in deeds


def test_hub_goes_on_at_another_computer_with_the_key_that_was_written_down(
    url: str,
    file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with hub_at(url, tmp_path / "hub") as hub:
        import_list(hub, "Kept")
    assert main(["backup", "--to", str(file), "--database", url]) == 0
    key = key_words(url, capsys)
    there = f"sqlite:///{tmp_path}/other/office.db"
    restoring = ["restore", str(file), "--secrets-stdin", "--database", there]

    monkeypatch.setattr("sys.stdin", io.StringIO("ab" * 32))
    assert main(restoring) == 1
    assert "check that the key" in capsys.readouterr().err
    assert not (tmp_path / "other" / "office.db").exists()
    monkeypatch.setattr("sys.stdin", io.StringIO(key))
    assert main(restoring) == 0

    assert key_words(there, capsys) == key
    with closing(open_database(there)) as database, database.read() as session:
        assert [w.name for w in watchlists.all_lists(session)] == ["Kept"]


def test_what_was_there_before_a_restore_is_kept_aside(
    url: str, file: Path, tmp_path: Path
) -> None:
    with hub_at(url, tmp_path / "hub") as hub:
        assert main(["backup", "--to", str(file), "--database", url]) == 0
        import_list(hub, "Since then")

    assert main(["restore", str(file), "--database", url]) == 0

    (aside,) = (tmp_path / "hub").glob("before-restore-*")
    before = f"sqlite:///{aside}/hub.db"
    with closing(open_database(before)) as database, database.read() as session:
        assert [w.name for w in watchlists.all_lists(session)] == ["Since then"]


def test_nothing_is_in_clear_in_a_backup(url: str, file: Path, tmp_path: Path) -> None:
    with hub_at(url, tmp_path / "hub") as hub:
        import_list(hub, "Trespass")
        photos.keep(hub.photos, JPEG)

    assert main(["backup", "--to", str(file), "--database", url]) == 0

    keys = key_store.keys(tmp_path / "hub", key_store.DATABASE)
    for text in ("Quillfeather", "hub.db", NAME, keys[0].hex()):
        assert text_in(file.parent, text) == []
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("damage", ["cut", "a piece less", "one bit", "longer", "empty"])
def test_damaged_backup_changes_nothing(
    url: str, file: Path, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub_at(url, tmp_path / "hub") as hub:
        for number in range(3):
            photos.keep(hub.photos, JPEG[:3] + bytes([number]) * 900_000 + JPEG[-2:])
    assert main(["backup", "--to", str(file), "--database", url]) == 0
    whole, there = file.read_bytes(), (tmp_path / "hub" / "hub.db").stat().st_ino
    piece = sealed_stream.PIECE + 16
    file.write_bytes(
        {
            "cut": whole[:-1],
            "a piece less": whole[: 19 + 2 * piece],
            "one bit": whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:],
            "longer": whole + b"?",
            "empty": b"",
        }[damage]
    )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO("ab" * 32))
        assert main(["restore", str(file), "--secrets-stdin", "--database", url]) == 1

    assert "Nothing was changed" in capsys.readouterr().err
    assert (tmp_path / "hub" / "hub.db").stat().st_ino == there
    open_database(url).close()
    assert not list((tmp_path / "hub").glob("*restor*"))


def test_running_hub_is_not_restored_over(
    url: str,
    file: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encryption, "_BUSY_SECONDS", 0.1)
    with hub_at(url, tmp_path / "hub") as hub:
        assert main(["backup", "--to", str(file), "--database", url]) == 0
        with hub.database.read() as session:
            assert log.count(session) == 0
            assert main(["restore", str(file), "--database", url]) == 1

    assert "in use by another program" in capsys.readouterr().err


def test_backup_without_a_database_is_refused(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "--database", url]) == 1
    assert main(["backup", "--database", "postgresql://nowhere/hub"]) == 1

    said = capsys.readouterr().err
    assert "There is no database" in said
    assert "PostgreSQL has tools of its own" in said


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "ab" * 33])
def test_what_is_no_key_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ConfigError, match="not the key of a backup"):
        backup_keys.typed(text)


def test_running_hub_makes_a_backup_a_day_and_keeps_some(url: str, tmp_path: Path) -> None:
    clock = Clock()
    with hub_at(url, tmp_path / "hub", clock) as hub:
        context = Context(hub.database, hub.photos, clock, Wake(), Throttle())

        made = []
        for _ in range(9):
            made.append(upkeep.back_up(context, kept=2))
            clock.at += timedelta(hours=8)

    assert [path is not None for path in made] == [True, False, False] * 3
    there = sorted(path.name for path in (tmp_path / "hub" / "backups").iterdir())
    assert there == [backup.name_at(NINE + timedelta(days=day)) for day in (1, 2)]


def test_administrators_hear_once_of_backups_that_fail_for_two_days(
    url: str, tmp_path: Path
) -> None:
    clock = Clock()
    with hub_at(url, tmp_path / "hub", clock) as hub:
        context = Context(hub.database, hub.photos, clock, Wake(), Throttle())
        key = tmp_path / "hub" / "keys" / "backup.key"

        def told(days: int) -> list[str]:
            clock.at = NINE + timedelta(days=days)
            whole = key.read_bytes()
            key.write_bytes(b"no key")
            with pytest.raises(StorageError):
                upkeep.back_up_or_tell(context, kept=2)
            key.write_bytes(whole)
            with hub.database.read() as session:
                found = notices.page(session, clock.at, sees_all=True).notices
            return [notice.text for notice in found if notice.kind is NoticeKind.NO_BACKUP]

        upkeep.back_up_or_tell(context, kept=2)
        assert told(2) == []
        (first,) = told(3)
        assert told(5) == [first]
        assert "since November 23" in first
        assert upkeep.back_up_or_tell(context, kept=2) is not None

        assert len(told(8)) == 2


def test_figures_say_how_old_the_newest_backup_is(url: str, tmp_path: Path) -> None:
    clock = Clock()
    with hub_at(url, tmp_path / "hub", clock) as hub:
        context = Context(hub.database, hub.photos, clock, Wake(), Throttle(), backups_kept=2)

        def age() -> float:
            (found,) = (g for g in health_routes._gauges(context) if "backup_age" in g.name)
            return found.value

        before = age()
        upkeep.back_up(context, kept=2)
        clock.at += timedelta(hours=30)

        assert (before, age()) == (math.inf, 30 * 3600)


def test_backup_of_a_clock_that_was_ahead_stands_in_for_none_and_drops_none(
    url: str, tmp_path: Path
) -> None:
    clock = Clock(NINE + timedelta(days=365))
    with hub_at(url, tmp_path / "hub", clock) as hub:
        context = Context(hub.database, hub.photos, clock, Wake(), Throttle())
        ahead = upkeep.back_up(context, kept=2)
        for day in range(2):
            clock.at = NINE + timedelta(days=day)
            assert upkeep.back_up(context, kept=2) is not None

    assert ahead is not None
    there = sorted(path.name for path in (tmp_path / "hub" / "backups").iterdir())
    right = [backup.name_at(NINE + timedelta(days=day)) for day in (0, 1)]
    assert there == [*right, ahead.name]


def test_backups_of_a_clock_that_was_ahead_go_in_their_turn(tmp_path: Path) -> None:
    for day in range(3):
        path = tmp_path / backup.name_at(NINE + timedelta(days=3650 + day))
        path.touch()
        made_at = (NINE + timedelta(days=3650 + day)).timestamp()
        os.utime(path, (made_at, made_at))

    for day in range(9):
        (tmp_path / backup.name_at(NINE + timedelta(days=day))).touch()
        backup.drop_all_but(tmp_path, 4, NINE + timedelta(days=day))
        if day == 2:
            assert len(list(tmp_path.iterdir())) == 6

    there = sorted(path.name for path in tmp_path.iterdir())
    assert there == [backup.name_at(NINE + timedelta(days=day)) for day in (5, 6, 7, 8)]


def test_backup_to_a_folder_is_a_new_file_there(url: str, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with hub_at(url, tmp_path / "hub"):
        assert main(["backup", "--to", str(stick), "--database", url]) == 0

    (made,) = stick.iterdir()
    assert made.match("hub-*.backup")


def test_restored_log_without_events_is_not_called_whole(
    url: str, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub_at(url, tmp_path / "hub"):
        assert main(["backup", "--to", str(file), "--database", url]) == 0

    assert main(["restore", str(file), "--database", url]) == 0

    said = capsys.readouterr().out
    assert "no events that could be checked" in said
    assert "whole" not in said


BACK_UP = """
import os, signal, sys
from admin_console.hub.__main__ import main
from db import encryption, private_files
def end(*_): os.kill(os.getpid(), signal.SIGKILL)
vars({"snapshot": encryption, "sync_file": private_files}[sys.argv[1]])[sys.argv[1]] = end
main(["backup", "--to", sys.argv[3], "--database", sys.argv[2]])
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize("step", ["snapshot", "sync_file"])
def test_what_a_backup_left_that_was_killed_is_gone_a_day_later(
    url: str, tmp_path: Path, step: str
) -> None:
    """A whole copy of the database each time, and for a file its old key, would stay for ever."""
    with hub_at(url, tmp_path / "hub"):
        pass
    before, backups = set(tmp_path.rglob("*")), tmp_path / "hub" / backup_keys.FOLDER
    done = subprocess.run(
        [sys.executable, "-c", BACK_UP, step, url, str(backups / "hub-20261123T090000Z.backup")],
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == -signal.SIGKILL
    left = [p for p in tmp_path.rglob("*") if p not in before and "backup" in p.name]
    left = [p for p in left if p.name != "backups" and p.suffix != ".key"]
    assert left

    assert main(["backup", "--database", url]) == 0
    assert all(path.exists() for path in left)  # another program may be at it just now
    for path in left:
        os.utime(path, times=(path.stat().st_atime, path.stat().st_mtime - 25 * 3600))
    assert main(["backup", "--database", url]) == 0

    assert not any(path.exists() for path in left)
