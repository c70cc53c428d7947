"""Writing a file so that it is there whole, or the one before is."""

import os
import sys
from collections.abc import Generator, Iterable
from contextlib import closing, suppress
from pathlib import Path

from admin_console.hub import folders
from db import own_files
from db.domain.errors import StorageError
from db.engine import database_file

OWN = 0o600


def write_to(target: str, rows: Generator[str | bytes], url: str) -> None:
    """As `write_lines`, or to standard output for ``-``.

    Bytes: a terminal's encoding may lack letters, and Windows would add returns. Where it is not
    written to the end, `rows` ends at once, and not after the database that it reads is closed.
    """
    with closing(rows):
        lines = (row.encode() if isinstance(row, str) else row for row in rows)
        if target != "-":
            write_lines(Path(target), lines, url)
            return
        try:
            sys.stdout.buffer.writelines(lines)
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # whoever reads it has enough: see `main`
            raise
        except OSError as error:
            raise StorageError(
                f"Standard output cannot be written ({error.strerror}). What was written is not "
                "whole. Free some space, or name another place."
            ) from error


def write_lines(path: Path, lines: Iterable[bytes], url: str) -> None:
    """Write beside, then replace: an export that fails leaves the one before as it was.

    Who came and when stands in most of them: a new file is for this account alone, and one that
    was there stays open to those to whom it was. What is no file and can be written to, a pipe or
    ``/dev/null``, gets the lines as they come. What the hub lives by whose database is at `url`
    is never replaced. Raises `StorageError` in words.
    """
    beside = path.with_name(f"{path.name}.part")
    try:
        if path.is_fifo() or path.is_char_device():
            with path.open("wb") as taker:
                taker.writelines(lines)
            return
        own_files.refuse(path, folders.beside(url), database_file(url))
        try:
            _write_beside(beside, path, lines)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written ({error.strerror}). What was there before is kept. Free "
            "some space, or name another place."
        ) from error


def _write_beside(beside: Path, path: Path, lines: Iterable[bytes]) -> None:
    beside.unlink(missing_ok=True)  # of an export that was killed
    mode = path.stat().st_mode & 0o777 if path.exists() else OWN
    beside.touch(OWN, exist_ok=False)
    beside.chmod(mode)
    with beside.open("wb") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
