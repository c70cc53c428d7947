"""Files that people export: whole or not at all, and not for everybody."""

import os
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_console.hub.writing import write_lines
from db.domain.errors import StorageError

HUB = "sqlite:///nowhere/hub.db"
"""The hub whose own files none of these is."""
not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="rights are others there")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@not_on_windows
def test_export_is_for_who_wrote_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    seen: list[int] = []

    def lines() -> Iterator[bytes]:
        yield b"name\n"
        seen.extend(mode_of(each) for each in tmp_path.iterdir())
        yield b"Elena Marlowe\n"

    write_lines(path, lines(), HUB)

    assert path.read_bytes() == b"name\nElena Marlowe\n"
    assert seen == [0o600]
    assert mode_of(path) == 0o600


@not_on_windows
def test_export_that_others_could_read_stays_open_to_them(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes(b"of yesterday\n")
    path.chmod(0o640)

    write_lines(path, [b"of today\n"], HUB)

    assert path.read_bytes() == b"of today\n"
    assert mode_of(path) == 0o640


def test_export_that_fails_leaves_the_one_before_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes(b"of yesterday\n")
    (tmp_path / "visits.csv.part").write_bytes(b"of one that was killed\n")

    def lines() -> Iterator[bytes]:
        yield b"of to"
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match="No space left on device"):
        write_lines(path, lines(), HUB)

    assert path.read_bytes() == b"of yesterday\n"
    assert list(tmp_path.iterdir()) == [path]


@not_on_windows
def test_pipe_is_given_the_lines_as_they_come(tmp_path: Path) -> None:
    path, got = tmp_path / "pipe", list[bytes]()
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()

    write_lines(path, [b"one\n", b"two\n"], HUB)

    reader.join()
    assert got == [b"one\ntwo\n"]
    assert path.is_fifo()
