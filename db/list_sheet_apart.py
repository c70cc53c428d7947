"""Spreadsheets are read one at a time, each by a program of its own that may die of it.

Its rows are laid in a file without a name, so that they are there more than once and in no memory.
"""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, BinaryIO

import msgspec

from db.domain.errors import ImportRefusedError
from db.list_sheet_reading import LENGTH_BYTES, REFUSED, Line, Start

Wait = Callable[[], object]
"""Is called a few times a second while a spreadsheet is opened; may raise to stop."""

_ONE = Lock()
_SECONDS = 0.2
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from db.list_sheet_reading import main; sys.exit(main())"
)
_ROOT = Path(__file__).parents[1]
_KEPT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
"""What a program needs of its surroundings to begin. Others may be secrets."""


class SheetRows:
    """The first sheet's lines, which may be asked for again and again."""

    def __init__(self, file: BinaryIO, wait: Wait) -> None:
        """Raises `ImportRefusedError` for no spreadsheet that can be read, in words."""
        self._laid: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by `__del__`
        with _as_input(file) as given, _turn(wait):
            _read(given, self._laid, wait)
        self._laid.seek(0)
        self.line_count, self.sheet_names = msgspec.msgpack.decode(self._frame(), type=Start)
        self._begin = self._laid.tell()

    def __iter__(self) -> Iterator[Line]:
        decode, at = msgspec.msgpack.Decoder(list[Line]).decode, self._begin
        while True:
            self._laid.seek(at)
            frame = self._frame()
            if not frame:
                return
            at = self._laid.tell()
            yield from decode(frame)

    def _frame(self) -> bytes:
        length = self._laid.read(LENGTH_BYTES)
        return self._laid.read(int.from_bytes(length, "big"))

    def __del__(self) -> None:
        self._laid.close()


def _read(given: IO[bytes], laid: IO[bytes], wait: Wait) -> None:
    reader = subprocess.Popen(  # noqa: S603  this program, with what is said above
        [sys.executable, "-P", "-c", _PROGRAM, str(_ROOT)],
        stdin=given,
        stdout=laid,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows' black one
    )
    try:
        while True:
            try:
                ended = reader.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                wait()
            else:
                break
    finally:
        reader.kill()
        reader.wait()
    if ended == REFUSED:
        laid.seek(0)
        raise ImportRefusedError(laid.read().decode())
    if ended:
        raise ImportRefusedError(
            "This spreadsheet takes more memory or time to read than a list does. Save it as CSV, "
            "then import that. Nothing was changed."
        )


@contextmanager
def _turn(wait: Wait) -> Iterator[None]:
    while not _ONE.acquire(timeout=_SECONDS):
        wait()
    try:
        yield
    finally:
        _ONE.release()


@contextmanager
def _as_input(file: BinaryIO) -> Iterator[IO[bytes]]:
    """A file that another program can read, from its beginning."""
    file.seek(0)
    try:
        file.fileno()
    except io.UnsupportedOperation:
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(file, copy)
            copy.seek(0)
            yield copy
    else:
        file.flush()
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        yield file
