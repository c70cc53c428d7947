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

from db.domain.watchlist import WatchlistEntry

BITS = 122
"""Two ids are of the same batch when, shifted right by this, they are the same."""
_FILES = 1 << (128 - BITS)
_IN_MEMORY = 1 << 20
"""Bytes of one file that never touch the disk: a school's own lists do not at all."""
Line = tuple[int, WatchlistEntry]
"""An entry with the line that it begins at in its file."""
_ENCODE = msgspec.msgpack.Encoder(uuid_format="bytes").encode
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

    def add(self, line: int, entry: WatchlistEntry) -> None:
        """Take one entry."""
        at = entry.entry_id.int >> BITS
        self._files[at].write(_ENCODE((line, entry)))
        self._counts[at] += 1

    @property
    def count(self) -> int:
        """How many entries were taken."""
        return sum(self._counts)

    def batches(self) -> Iterator[list[Line]]:
        """All entries, in batches that part no id: see `BITS`."""
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


def _by_id(line: Line) -> int:
    return line[1].entry_id.int
