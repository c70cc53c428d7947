"""Files and folders that only this account can open, written so that a power cut loses nothing.

On Windows, folders below a person's profile are private already.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

_PIECE, PART = 1024 * 1024, ".part"


def make_private_folder(folder: Path) -> None:
    """Make a folder that only this account can open. One that is there stays as it is.

    (Somebody may keep the database in a folder that others need as well.)
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def make_empty(path: Path) -> None:
    """Make a file that only this account can open; one that is there stays as it is."""
    # One that is there is not even opened: see `db.encryption.is_plain`.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def write(path: Path, content: bytes) -> None:
    """Write a file that only this account can read: whole or not at all, and durably.

    Several may write the same file at once. Raises `OSError`; what was there before then stays.
    """
    partial = path.with_name(f"{path.stem}.{uuid4().hex}{PART}")
    try:
        with open(partial, "xb", opener=private) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def parts_of(path: Path) -> Iterator[Path]:
    """What was written of a file by who was killed, or by who writes it just now."""
    of_a_version_before = path.with_suffix(PART)
    if of_a_version_before.exists():
        yield of_a_version_before
    yield from path.parent.glob(f"{path.stem}.*{PART}")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder as durable as the files' bytes; Windows does that by itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def erase(path: Path) -> None:
    """Overwrite a file with zeros and remove it; nothing when it is not there.

    A disk that writes elsewhere each time (flash, a journal) may keep the old blocks: this is the
    best that a program can do.
    """
    with suppress(FileNotFoundError):
        with path.open("rb+") as file:
            left = os.fstat(file.fileno()).st_size
            while left > 0:
                left -= file.write(bytes(min(left, _PIECE)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)


def private(path: str, flags: int) -> int:
    """Open a new file for this account alone."""
    return os.open(path, flags, 0o600)
