"""Photos of list entries: only what can be seen of a picture is kept, and only while it is needed.

They lie beside the visitors' photos and are not deleted with them. No kiosk asks for them: who is
compared with a photo is decided at the desk.
"""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import list_asking, photos
from db.domain.errors import PhotoError
from db.models import WatchlistEntryRow

LOG = logging.getLogger(__name__)

FOLDER = "lists"
"""Its name inside the folder of photos."""
LARGEST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 640
"""px; the desk shows 80 x 100, twice that on a fine screen."""
UNUSED = timedelta(days=1)
"""For so long a photo may wait for its entry to be saved."""
_QUALITY = 88
_JPEG_START, _PNG_START = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_NO_FRAME = frozenset((0xC4, 0xC8, 0xCC))
"""JPEG markers from C0 to CF that begin no frame (ITU-T T.81, table B.1)."""
_UNREADABLE = "This picture is damaged or not whole, so none was kept. Choose another."


def take(folder: Path, content: bytes) -> str:
    """Keep a JPEG or PNG as a small JPEG without anything but its pixels; returns its SHA-256.

    Raises `PhotoError` in words when the content is no such picture, and `StorageError`.
    """
    if not content.startswith((_JPEG_START, _PNG_START)):
        raise PhotoError("That is neither a JPEG nor a PNG picture, so none was kept.")
    width, height = _size_of(content)
    if width * height > MOST_PIXELS:
        raise PhotoError(
            f"That picture has {width} x {height} pixels, which is too many. Make it smaller."
        )
    try:
        # Turns the picture as its EXIF data says; what is encoded anew has no such data.
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise PhotoError(_UNREADABLE)
    scale = LONGEST_SIDE / max(pixels.shape[:2])
    if scale < 1:
        size = [max(1, round(side * scale)) for side in pixels.shape[1::-1]]
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return photos.keep(folder, jpeg.tobytes(), FOLDER)


def read(folder: Path, sha256: str) -> bytes | None:
    """An entry's photo; None when there is none. Raises `PhotoError` for what names none."""
    return photos.read(folder, sha256, FOLDER)


def is_kept(folder: Path, sha256: str) -> bool:
    """Whether an entry's photo is here. Raises `PhotoError` for what names none."""
    return photos.is_kept(folder, sha256, FOLDER)


def sweep(session: Session, folder: Path, now: datetime) -> int:
    """Delete the photos that no entry has (any more), nor is to have; returns how many."""
    used = list_asking.photos(session).union(
        session.scalars(select(WatchlistEntryRow.photo).where(WatchlistEntryRow.photo != ""))
    )
    deleted = 0
    for path in photos.files(folder / FOLDER):
        try:
            changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if path.stem not in used and changed_at < now - UNUSED:
                path.unlink()
                deleted += 1
        except FileNotFoundError:
            continue  # another hub with this folder was faster
        except OSError as error:
            LOG.warning("a photo of a list cannot be deleted (%s)", error.strerror)
    return deleted


def _size_of(content: bytes) -> tuple[int, int]:
    """Width and height as the picture's own head has them, before anything is unpacked."""
    if content.startswith(_PNG_START):
        if content[12:16] != b"IHDR" or len(content) < 24:
            raise PhotoError(_UNREADABLE)
        return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a byte that only fills
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(
                content[at + 5 : at + 7]
            )
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
    raise PhotoError(_UNREADABLE)
