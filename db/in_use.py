"""A database file belongs to one program: a lock beside it, for as long as that program runs.

SQLite's own locks are not enough for this: POSIX drops all that a process holds on a file as soon
as that process closes the file once, however it had opened it (fcntl(2)), and between two
transactions nothing need be locked at all. This lock is on a file of its own, which nobody else
opens, and the operating system ends it with its process: a file that stays behind blocks nobody.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db import own_files
from db.domain.errors import StorageError
from db.private_files import make_private_folder

IN_USE = (
    "The database is in use by another program. Nothing was changed. Stop the hub or the kiosk "
    "that runs with it, then try again."
)

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def hold(path: Path | None) -> Iterator[None]:
    """Have a database file for this program alone, which who runs with it or replaces it needs.

    Others may still open it, to look or to write a few rows. None, a server's database, is not
    held. Raises `StorageError` in words when another program holds it.
    """
    if path is None:
        yield
        return
    handle = _opened(path)
    try:
        try:
            _lock(handle)
        except OSError as error:
            raise StorageError(IN_USE) from error
        yield
    finally:
        os.close(handle)


def _opened(path: Path) -> int:
    path = Path(os.path.realpath(path))  # one lock, by whichever link or way it is named
    where = path.with_name(f"{path.name}{own_files.IN_USE}")
    try:
        make_private_folder(path.parent)
        handle = os.open(where, os.O_RDWR | os.O_CREAT, 0o600)
        if os.name == "posix" and os.geteuid() == 0 and path.exists():
            # Made by root, it would keep out the account that runs the hub.
            owner = path.stat()
            os.fchown(handle, owner.st_uid, owner.st_gid)
    except OSError as error:
        raise StorageError(
            f"{where}, by which programs keep out of each other's way, cannot be used "
            f"({error.strerror}). Nothing was changed. Run this as the account that runs the hub "
            "or the kiosk."
        ) from error
    return handle
