"""Badge photos: files named by their hash beside the database, and which of them the hub has."""

import hashlib
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db import districts, settings
from db.domain.errors import PhotoError, StorageError
from db.engine import make_private_folder
from db.models import PhotoRow

LOG = logging.getLogger(__name__)

LOST = "photos.lost"
"""The setting that names the photos whose files are gone or damaged."""
KEEP_DAYS = 30
"""How long photos are kept where nobody says otherwise."""
LARGEST_BYTES = 2 * 1024 * 1024
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"


def keep(folder: Path, jpeg: bytes) -> str:
    """Write a photo durably and return its SHA-256 in hex. The same photo is kept once.

    Raises `PhotoError` when the bytes are no JPEG or more than 2 MiB, and `StorageError` when
    they cannot be written.
    """
    if not (jpeg.startswith(_JPEG_START) and jpeg.rstrip(b"\0").endswith(_JPEG_END)):
        raise PhotoError("That is not a photo, so none was kept. Take it again, or go on without.")
    if len(jpeg) > LARGEST_BYTES:
        raise PhotoError("That photo is too large, so none was kept. Take it again.")
    name = hashlib.sha256(jpeg).hexdigest()
    path = path_of(folder, name)
    try:
        make_private_folder(folder)
        partial = path.with_suffix(".part")
        with open(partial, "wb", opener=_private) as file:
            file.write(jpeg)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_folder(folder)
    except OSError as error:
        raise StorageError(
            f"The photo could not be kept ({error.strerror}). Nothing else was lost: go on without."
        ) from error
    return name


def path_of(folder: Path, sha256: str) -> Path:
    """Where a photo lies. `sha256` must be 64 hex digits, so that no name leads elsewhere."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):  # SHA-256
        raise PhotoError("That is not the name of a photo.")
    return folder / f"{sha256}.jpg"


def remember(session: Session, sha256: str, now: datetime) -> None:
    """Note that the photo exists and that the hub does not have it yet."""
    if districts.get(session, PhotoRow, sha256) is None:
        session.add(PhotoRow(sha256=sha256, taken_at=now, sent_at=None))
        session.flush()


def read(folder: Path, sha256: str) -> bytes | None:
    """The photo as it was taken; None when its file is gone or damaged.

    Raises `StorageError` when the file cannot be read just now.
    """
    try:
        jpeg = path_of(folder, sha256).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(
            f"A photo cannot be read ({error.strerror}). It is kept and tried again later."
        ) from error
    return jpeg if hashlib.sha256(jpeg).hexdigest() == sha256 else None


def unsent(session: Session) -> list[str]:
    """The photos that the hub lacks and that are not lost, oldest first."""
    query = select(PhotoRow.sha256).where(PhotoRow.sent_at.is_(None)).order_by(PhotoRow.taken_at)
    gone = set(lost(session))
    return [name for name in session.scalars(query) if name not in gone]


def mark_lost(session: Session, sha256: str) -> None:
    """Remember that the photo cannot be sent any more: it was not sent, and is not tried again."""
    settings.write(session, LOST, (*lost(session), sha256))


def lost(session: Session) -> tuple[str, ...]:
    """The photos whose files were gone or damaged before the hub had them."""
    return settings.read(session, LOST, tuple[str, ...]) or ()


def mark_sent(session: Session, sha256: str, now: datetime) -> None:
    row = districts.get(session, PhotoRow, sha256)
    if row is not None:
        row.sent_at = now


def purge(session: Session, folder: Path, before: datetime) -> int:
    """Delete the photos taken before then, sent or not. Returns how many files were deleted.

    A file that nobody noted (all of them on the hub; on a kiosk one whose check-in failed) is as
    old as the file is. A file that cannot be deleted keeps its row and is tried again.
    """
    noted = session.execute(select(PhotoRow.sha256, PhotoRow.taken_at))
    taken: dict[str, datetime] = {row.sha256: row.taken_at for row in noted}
    old = {sha256 for sha256, taken_at in taken.items() if taken_at < before}
    deleted = 0
    for path in _files(folder):
        try:
            if taken.get(path.stem, _changed_at(path)) < before:
                path.unlink()
                deleted += 1
        except OSError as error:
            LOG.warning("an old photo cannot be deleted (%s); it is tried again", error.strerror)
            old.discard(path.stem)
    for sha256 in old:
        session.execute(delete(PhotoRow).where(PhotoRow.sha256 == sha256))
    settings.write(session, LOST, tuple(name for name in lost(session) if name not in old))
    return deleted


def _private(path: str, flags: int) -> int:
    """Open a new file for this account alone."""
    return os.open(path, flags, 0o600)


def _files(folder: Path) -> Iterator[Path]:
    yield from folder.glob("*.jpg")
    yield from folder.glob("*.part")


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _sync_folder(folder: Path) -> None:
    """Make the file's name as durable as its bytes; Windows does that by itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
