"""What a hub or a kiosk keeps on its disk, by name: nobody writes a file of theirs over it."""

import os
from pathlib import Path

from db.domain.errors import StorageError

PHOTOS, TLS, KEYS, LIST_INDEX = "photos", "tls", "keys", "list-index"
"""Folders beside the database."""
BACKUPS = "backups"
"""The same, and the one of them that may be written into."""
BEGINNING = "-beginning"
"""The mark of a hub that is being begun (`db.beginnings`)."""
BESIDE = ("", "-wal", "-shm", ".aside", ".encrypted", ".encrypted-journal", BEGINNING)
"""What SQLite, and a change of the key or a beginning that was cut off, have beside a database."""
IN_USE = "-in-use"
"""The lock of who runs with it (`db.in_use`)."""


def refuse(to: Path, folder: Path, database: Path | None) -> None:
    """Raise `StorageError` for a file that would take the place of one that a hub lives by.

    A running hub would go on with what it has open, and all of that is gone when it ends. `folder`
    has the folders, `database` is None where a server has it.
    """
    where = _real(to)
    named = set[Path]()
    if database is not None:
        named = {
            one.with_name(f"{one.name}{ending}")
            for one in (_real(database.parent) / database.name, _real(database))
            for ending in (*BESIDE, IN_USE)
        }
    within = {_real(folder / name) for name in (PHOTOS, TLS, KEYS, LIST_INDEX)}
    if where in named or within & {where, *where.parents}:
        raise StorageError(
            f"{to} is of what this hub keeps its own data in. Nothing was written. Name another "
            "file."
        )
    if to.exists() and not to.is_file():
        raise StorageError(f"{to} is no file. Nothing was written. Name another file.")


def _real(path: Path) -> Path:
    """By whichever link or way it is named, and in letters of whichever size on Windows."""
    return Path(os.path.normcase(os.path.realpath(path)))
