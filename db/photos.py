"""Badge photos: files named by their hash beside the database, and which of them the hub has."""

import hashlib
import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.domain.errors import PhotoError, StorageError
from db.models import PhotoRow

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
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            file.write(jpeg)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
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
    if session.get(PhotoRow, sha256) is None:
        session.add(PhotoRow(sha256=sha256, taken_at=now, sent_at=None))
        session.flush()


def unsent(session: Session) -> list[str]:
    query = select(PhotoRow.sha256).where(PhotoRow.sent_at.is_(None)).order_by(PhotoRow.taken_at)
    return list(session.scalars(query))


def mark_sent(session: Session, sha256: str, now: datetime) -> None:
    row = session.get(PhotoRow, sha256)
    if row is not None:
        row.sent_at = now
