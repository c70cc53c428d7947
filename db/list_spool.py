"""A million entries put in the order of their ids, with a few thousand in memory at a time.

Entries are laid out by the first bits of their ids into files without a name, which end with the
program, however it ends. Each file is then small enough to be sorted in memory. Whoever has the
same id ends up in the same file, so that duplicates meet.
"""

import gc
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import msgspec

from db.list_rows import Values

BITS = 122
"""Two ids are of the same batch when, shifted right by this, they are the same."""
_FILES = 1 << (128 - BITS)
_IN_MEMORY = 1 << 20
"""Bytes of one file that never touch the disk: a school's own lists do not at all."""
Line = tuple[int, Values]
"""An entry with the line that it begins at in its file."""
_HELD = 4_096
"""Entries that are kept before they are laid out, together."""
_FILE_OF = {f"{first:02x}": first >> (BITS - 120) for first in range(256)}
"""By the first two digits of an id."""
_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(list[Line]).decode
_ARRAY = b"\xdd"
"""How MessagePack begins an array whose length follows in four bytes."""


class Spool:
    """Takes entries in any order and gives them back by id, and by line where ids are the same."""

    def __init__(self) -> None:
        self._files: list[IO[bytes]] = [
            tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  closed by `close`
            for _ in range(_FILES)
        ]
        self._counts = [0] * _FILES
        self._held: list[Line] = []

    def add(self, line: int, values: Values) -> None:
        """Take one entry."""
        self._held.append((line, values))
        if len(self._held) >= _HELD:
            self._lay_out()

    def _lay_out(self) -> None:
        parts: list[list[Line]] = [[] for _ in range(_FILES)]
        for line in self._held:
            parts[_FILE_OF[line[1][0][:2]]].append(line)
        for at, part in enumerate(parts):
            self._files[at].write(b"".join(map(_ENCODE, part)))
            self._counts[at] += len(part)
        self._held.clear()

    @property
    def count(self) -> int:
        """How many entries were taken."""
        return sum(self._counts) + len(self._held)

    def batches(self) -> Iterator[list[Line]]:
        """All entries, in batches that part no id: see `BITS`."""
        self._lay_out()
        for file, count in zip(self._files, self._counts, strict=True):
            file.seek(0)
            with _undisturbed():
                batch = _DECODE(_ARRAY + count.to_bytes(4, "big") + file.read())
            batch.sort(key=_by_id)  # which leaves those of one id in the order of their lines
            yield batch

    def close(self) -> None:
        """Give the space back."""
        for file in self._files:
            file.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Python would look through all new values for circles, again and again: there are none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _by_id(line: Line) -> str:
    return line[1][0]
