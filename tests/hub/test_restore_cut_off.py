"""A restore that fails or is ended anywhere leaves the hub of before or the one of the backup."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from admin_console.hub.__main__ import main
from admin_console.hub.authority import FOLDER, open_authority
from admin_console.hub.backup_keys import file_of
from db import encryption, photos, watchlists
from db.engine import open_database
from tests.hub_of_tests import hub_at
from tests.makers import NINE
from tests.sync_of_tests import import_list

ROOT = Path(__file__).parents[2]
EVERY = 11
"""Each step would take minutes: by name, and with 1 for the last word (`tests.killed_restore`)."""
JPEG = b"\xff\xd8\xff face \xff\xd9"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick" / "one.backup"


@pytest.fixture
def url(folder: Path, file: Path) -> str:
    """A hub of which there is a backup, and which went on since."""
    url = f"sqlite:///{folder}/hub.db"
    with hub_at(url, folder) as hub:
        open_authority(folder / FOLDER, NINE)
        photos.keep(hub.photos, JPEG)
        import_list(hub, "Kept")
        assert main(["backup", "--to", str(file), "--database", url]) == 0
        import_list(hub, "Since then")
    return url


def lists_of(folder: Path) -> list[str]:
    url = f"sqlite:///{folder}/hub.db"
    with closing(open_database(url)) as database, database.read() as session:
        return [known.name for known in watchlists.all_lists(session)]


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"hub.db-in-use"}


def refuse(patch: pytest.MonkeyPatch, is_refused: Callable[[Path, Path], bool]) -> None:
    rename = os.rename

    def renamed(source: Any, target: Any, **named: Any) -> None:
        if is_refused(Path(source), Path(target)):
            raise PermissionError(13, "Permission denied", str(source))
        rename(source, target, **named)

    patch.setattr(os, "rename", renamed)


@pytest.mark.parametrize("name", ["hub.db", "photos", "tls", "keys"])
def test_restore_that_cannot_put_something_in_place_leaves_the_hub_as_it_was(
    url: str, file: Path, name: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = file_of(url).parent
    before = names_in(folder)

    def is_new(source: Path, target: Path) -> bool:
        return target == folder / name and source.parent.name.startswith("restor")

    with monkeypatch.context() as patch:
        refuse(patch, is_new)
        assert main(["restore", str(file), "--database", url]) == 1

    assert "Nothing was changed" in capsys.readouterr().err
    assert names_in(folder) == before
    assert lists_of(folder) == ["Kept", "Since then"]


def test_restore_that_can_neither_go_on_nor_back_is_gone_on_with_by_the_hub_s_next_start(
    url: str,
    folder: Path,
    file: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def is_stuck(_: Path, target: Path) -> bool:
        return target in (folder / "keys", folder / "hub.db")

    with monkeypatch.context() as patch:
        refuse(patch, is_stuck)
        assert main(["restore", str(file), "--database", url]) == 1
    (aside,) = folder.glob("before-restore-*")
    assert f"what was here before is in {aside}" in capsys.readouterr().err
    for command in (["staff", "list"], ["pair"], ["backup"], ["fingerprint"]):
        assert main([*command, "--database", url]) == 1
        assert "start the hub, or restore again" in capsys.readouterr().err
    assert not (folder / "hub.db").exists()

    assert first_line_of_a_hub(url).startswith("The hub of ")

    assert lists_of(folder) == ["Kept"]
    assert lists_of(aside) == ["Kept", "Since then"]
    assert not (folder / "restore-ready").exists()


def first_line_of_a_hub(url: str) -> str:
    with subprocess.Popen(
        [sys.executable, "-m", "admin_console.hub", "serve", "--listen", "127.0.0.1:0",
         "--backups-kept", "0", "--database", url],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
    ) as program:  # fmt: skip
        try:
            assert program.stdout is not None
            return program.stdout.readline()
        finally:
            program.kill()


def test_restore_keeps_what_a_change_of_the_key_that_was_cut_off_left(
    url: str, folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(encryption, "_put_in_place", lambda *_: sys.exit(1))
        with pytest.raises(SystemExit):
            encryption.rekey(folder / "hub.db")
    assert not (folder / "hub.db").exists()

    assert main(["restore", str(file), "--database", url]) == 0

    (aside,) = folder.glob("before-restore-*")
    assert lists_of(folder) == ["Kept"]
    assert lists_of(aside) == ["Kept", "Since then"]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_restore_that_is_killed_anywhere_loses_neither_hub(
    url: str, file: Path, tmp_path: Path
) -> None:
    folder, work = file_of(url).parent, tmp_path / "work"
    work.mkdir()

    done = subprocess.run(
        [sys.executable, "-m", "tests.killed_restore", str(folder), str(file), str(work),
         "1", str(EVERY)],
        check=False, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[-2]) > 3
