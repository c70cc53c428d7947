"""A change of a database's key that is cut off anywhere costs nothing, whatever is left there."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from db import encryption
from db.domain.errors import StorageError
from db.key_store import Place
from tests.raw import text_in


class PowerCutError(BaseException):
    """The power goes: nothing of ours runs any more."""


@contextmanager
def power_until(patch: pytest.MonkeyPatch, step: int) -> Iterator[None]:
    """The power goes at the step-th time that files are synced, renamed or removed."""
    left = step

    def counted(call: Callable[..., None]) -> Callable[..., None]:
        def counting(*arguments: object, **named: object) -> None:
            nonlocal left
            left -= 1
            if left < 1:
                raise PowerCutError
            call(*arguments, **named)

        return counting

    with patch.context() as context, suppress(PowerCutError):
        for name in ("fsync", "replace", "unlink"):
            context.setattr(os, name, counted(getattr(os, name)))
        yield


def small_in_clear(folder: Path) -> Path:
    """A file in clear with one row, not closed: with a write-ahead log."""
    folder.mkdir()
    path = folder / "kiosk.db"
    with closing(sqlite3.connect(folder / "clear.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE visit (family_name TEXT)")
        connection.execute("INSERT INTO visit VALUES ('Raghunathan')")
        for suffix in ("", "-wal"):
            shutil.copy(folder / f"clear.db{suffix}", folder / f"{path.name}{suffix}")
    for left in folder.glob("clear.db*"):
        left.unlink()
    return path


def names_after_the_next_start(path: Path) -> list[tuple[str]]:
    key = encryption.key_to_write(path, Place.FILE)
    with closing(encryption.connect(path, key)) as connection:
        return list(connection.execute("SELECT family_name FROM visit"))


# Encryption knows files and not our tables: a small file tells as much, a hundred times as fast.


@pytest.mark.parametrize("step", range(1, 21))
def test_encryption_that_is_cut_off_anywhere_goes_on_at_the_next_start(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_in_clear(tmp_path / "kiosk")
    with power_until(monkeypatch, step):
        encryption.key_to_write(path, Place.FILE)

    assert names_after_the_next_start(path) == [("Raghunathan",)]
    assert text_in(path.parent, "Raghunathan") == []
    assert not list(path.parent.glob("kiosk.db.*"))


@pytest.mark.parametrize("step", range(1, 26))
def test_new_key_that_is_cut_off_anywhere_leaves_a_database_that_opens(
    tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_in_clear(tmp_path / "kiosk")
    encryption.key_to_write(path, Place.FILE)

    with power_until(monkeypatch, step):
        encryption.rekey(path)

    assert names_after_the_next_start(path) == [("Raghunathan",)]
    assert not list(path.parent.glob("kiosk.db.*"))


def cut_off_once_put_aside(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Where the old file and its whole copy lie after that; at the file's own place is nothing."""
    aside, sealed = (path.with_name(f"{path.name}.{end}") for end in ("aside", "encrypted"))
    encryption.key_to_write(path, Place.FILE)
    replace = os.replace

    def until_the_copy(source: Path, target: Path) -> None:
        if Path(source) == sealed:
            raise PowerCutError
        replace(source, target)

    with monkeypatch.context() as patch, suppress(PowerCutError):
        patch.setattr(os, "replace", until_the_copy)
        encryption.rekey(path)
    return aside, sealed


@pytest.mark.parametrize("is_copy_there", [True, False])
def test_empty_file_at_a_databases_place_costs_nothing_of_what_lies_beside_it(
    tmp_path: Path, is_copy_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_in_clear(tmp_path / "kiosk")
    _, sealed = cut_off_once_put_aside(path, monkeypatch)
    path.touch()
    if not is_copy_there:
        sealed.unlink()

    assert names_after_the_next_start(path) == [("Raghunathan",)]
    assert not list(path.parent.glob("kiosk.db.*"))


@pytest.mark.parametrize("how", ["another's", "damaged", "a copy of it"])
def test_database_that_was_put_aside_stays_while_another_stands_in_its_place(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_in_clear(tmp_path / "kiosk")
    aside, sealed = cut_off_once_put_aside(path, monkeypatch)
    before = aside.read_bytes()
    if how == "another's":
        path.write_bytes(os.urandom(8192))
    elif how == "damaged":
        whole = sealed.read_bytes()
        path.write_bytes(whole[:5000] + b"?" + whole[5001:])
        sealed.unlink()
    else:
        shutil.copy(sealed, path)

    with pytest.raises(StorageError, match=r"One of kiosk\.db, .* is the database"):
        encryption.key_to_write(path, Place.FILE)

    assert aside.read_bytes() == before
    path.unlink()
    assert names_after_the_next_start(path) == [("Raghunathan",)]
