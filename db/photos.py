"""Badge photos: encrypted files named by their hash beside the database, and which the hub has.

A file is ``VPH1``, the first 8 bytes of its key's SHA-256, a nonce of 12 bytes, and the JPEG as
AES-256-GCM encrypts it with its name as associated data, so that no photo passes for another one.
Its name is the SHA-256 of the JPEG as it was taken, which events name too: it tells nothing to who
does not have the very photo. The key is the one named `photos` of `db.key_store`.
"""

import hashlib
import logging
import os
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from db import clock_doubt, districts, key_store, private_files, settings, wrong_times
from db.domain.errors import PhotoError, StorageError
from db.models import PhotoRow, VisitRow
from db.wrong_times import Span

LOG = logging.getLogger(__name__)

LOST = "photos.lost"
"""The setting that names the photos whose files are gone or damaged."""
LARGEST_BYTES = 2 * 1024 * 1024
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
_MARK, _KEY_ID_BYTES, _NONCE_BYTES = b"VPH1", 8, 12
_HEAD_BYTES = len(_MARK) + _KEY_ID_BYTES + _NONCE_BYTES
_SUFFIX, _PLAIN_SUFFIX = ".photo", ".jpg"


def keep(folder: Path, jpeg: bytes, part: str = "", *, taken_at: datetime | None = None) -> str:
    """Write a photo durably and return its SHA-256 in hex. The same photo is kept once.

    `part` names a folder inside `folder` for photos of another kind. Its days begin when it was
    taken, or with the file.

    Raises `PhotoError` when the bytes are no JPEG or more than 2 MiB, and `StorageError` when
    they cannot be written.
    """
    if not (jpeg.startswith(_JPEG_START) and jpeg.rstrip(b"\0").endswith(_JPEG_END)):
        raise PhotoError("That is not a photo, so none was kept. Take it again, or go on without.")
    if len(jpeg) > LARGEST_BYTES:
        raise PhotoError("That photo is too large, so none was kept. Take it again.")
    name = hashlib.sha256(jpeg).hexdigest()
    try:
        private_files.make_private_folder(folder)
        private_files.make_private_folder(folder / part)
        sealed = _sealed(key_store.newest(folder.parent, key_store.PHOTOS), name, jpeg)
        private_files.write(path_of(folder, name, part), sealed)
        if taken_at is not None:
            seconds = taken_at.timestamp()
            os.utime(path_of(folder, name, part), (seconds, seconds))
    except OSError as error:
        raise StorageError(
            f"The photo could not be kept ({error.strerror}). Nothing else was lost: go on without."
        ) from error
    return name


def path_of(folder: Path, sha256: str, part: str = "") -> Path:
    """Where a photo lies. `sha256` must be 64 hex digits, so that no name leads elsewhere."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):  # SHA-256
        raise PhotoError("That is not the name of a photo.")
    return folder / part / f"{sha256}{_SUFFIX}"


def is_kept(folder: Path, sha256: str, part: str = "") -> bool:
    """Whether there is a file of the photo, be it whole or not."""
    path = path_of(folder, sha256, part)
    return path.exists() or path.with_suffix(_PLAIN_SUFFIX).exists()


def encrypt_old(folder: Path, part: str = "") -> int:
    """Encrypt the photos that versions before this one wrote in clear, and those of an old key.

    They keep the age that they had. Returns how many; what fails is told in the log and tried
    again the next time.
    """
    return sum(_encrypt_anew(folder, path, part) for path in of_an_old_key(folder, part))


def renew(folder: Path, parts: Sequence[str] = ("",)) -> tuple[int, int]:
    """Encrypt anew what the newest key does not open, and forget older keys that nothing needs.

    Returns how many photos that were, and how many failed, for which older keys stay.
    Raises `StorageError` in words.
    """
    done = sum(encrypt_old(folder, part) for part in parts)
    if not key_store.has_old(folder.parent, key_store.PHOTOS):
        return done, sum(len(of_an_old_key(folder, part)) for part in parts)
    with key_store.exclusive(folder.parent):
        left = sum(len(of_an_old_key(folder, part)) for part in parts)
        if not left:
            key_store.drop_old(folder.parent, key_store.PHOTOS)
    return done, left


def of_an_old_key(folder: Path, part: str = "") -> list[Path]:
    """The photos' files that are in clear, or that another key than the newest opens."""
    where = folder / part
    old = list(where.glob(f"*{_PLAIN_SUFFIX}"))
    if sealed := list(where.glob(f"*{_SUFFIX}")):
        start = _MARK + _id_of(key_store.newest(folder.parent, key_store.PHOTOS))
        old += [path for path in sealed if _start_of(path, len(start)) != start]
    return old


def _start_of(path: Path, count: int) -> bytes:
    with path.open("rb") as file:
        return file.read(count)


def _encrypt_anew(folder: Path, path: Path, part: str) -> bool:
    try:
        jpeg, taken = read(folder, path.stem, part), path.stat()
        if jpeg is None:
            return False
        keep(folder, jpeg, part)
        os.utime(path_of(folder, path.stem, part), ns=(taken.st_atime_ns, taken.st_mtime_ns))
        if path.suffix == _PLAIN_SUFFIX:
            private_files.erase(path)
    except (OSError, PhotoError, StorageError) as error:
        LOG.warning("a photo was not encrypted anew (%s); it is tried again", type(error).__name__)
        return False
    return True


def remember(session: Session, sha256: str, now: datetime) -> None:
    """Note that the photo exists and that the hub does not have it yet."""
    if districts.get(session, PhotoRow, sha256) is None:
        session.add(PhotoRow(sha256=sha256, taken_at=now, sent_at=None))
        session.flush()


def read(folder: Path, sha256: str, part: str = "") -> bytes | None:
    """The photo as it was taken; None when its file is gone or damaged.

    Raises `StorageError` when the file, or its key, cannot be read just now.
    """
    path = path_of(folder, sha256, part)
    try:
        jpeg = _opened(folder, sha256, path.read_bytes()) if path.exists() else None
        plain = path.with_suffix(_PLAIN_SUFFIX)
        if jpeg is None and plain.exists():  # of a version before, and not encrypted yet
            jpeg = plain.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(
            f"A photo cannot be read ({error.strerror}). It is kept and tried again later."
        ) from error
    return jpeg if jpeg is not None and hashlib.sha256(jpeg).hexdigest() == sha256 else None


def _sealed(key: bytes, name: str, jpeg: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _MARK + _id_of(key) + nonce + AESGCM(key).encrypt(nonce, jpeg, name.encode())


def _opened(folder: Path, name: str, sealed: bytes) -> bytes | None:
    """The JPEG of an encrypted file; None when it is damaged.

    Raises `StorageError` when its key is not here: the photo is whole all the same.
    """
    if not sealed.startswith(_MARK) or len(sealed) < _HEAD_BYTES:
        return None
    key_id, nonce = sealed[len(_MARK) :][:_KEY_ID_BYTES], sealed[:_HEAD_BYTES][-_NONCE_BYTES:]
    known = key_store.keys(folder.parent, key_store.PHOTOS)
    key = next((key for key in known if _id_of(key) == key_id), None)
    if key is None:
        raise StorageError(
            f"The key of the photos is not here ({folder.parent / key_store.FOLDER}). They are "
            "kept. Put the folder of keys that belongs to them back."
        )
    try:
        return AESGCM(key).decrypt(nonce, sealed[_HEAD_BYTES:], name.encode())
    except InvalidTag:
        return None


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:_KEY_ID_BYTES]


def unsent(session: Session, kiosk_id: str) -> list[str]:
    """The photos that the hub lacks and that are not lost, oldest first.

    Those of this kiosk's visits alone, as with events: under another id it was another school's,
    and its faces are nothing for this one.
    """
    is_own = exists().where(VisitRow.photo == PhotoRow.sha256, VisitRow.kiosk_id == kiosk_id)
    query = select(PhotoRow.sha256).where(PhotoRow.sent_at.is_(None), is_own)
    query = query.order_by(PhotoRow.taken_at)
    gone = set(lost(session))
    return [name for name in session.scalars(query) if name not in gone]


def taken_at(session: Session, sha256: str) -> datetime | None:
    """When its days began, as far as it was noted: not by a clock that was, or is, far behind."""
    row = districts.get(session, PhotoRow, sha256)
    if row is None or clock_doubt.is_of_set_back(session, row.taken_at):
        return None
    return _counts_from(wrong_times.spans(session), row.taken_at, None)


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


def purge(session: Session, folder: Path, before: datetime, now: datetime | None = None) -> int:
    """Delete the photos taken before then, sent or not. Returns how many files were deleted.

    What a clock dated that was years behind is dated anew first, by the moment it was mended; what
    one dated that was ahead, by `now`, which is given when the clock is in no doubt.

    A file that nobody noted (all of them on the hub; on a kiosk one whose check-in failed) is as
    old as the file is. A file that cannot be deleted keeps its row and is tried again.
    """
    spans = wrong_times.spans(session)
    taken = _taken(session, spans, now)
    old = {sha256 for sha256, taken_at in taken.items() if taken_at < before}
    deleted = 0
    for path in files(folder):
        try:
            if (taken.get(path.stem) or _written(path, spans, now)) < before:
                path.unlink()
                deleted += 1
        except OSError as error:
            LOG.warning("an old photo cannot be deleted (%s); it is tried again", error.strerror)
            old.discard(path.stem)
    for sha256 in old:
        session.execute(delete(PhotoRow).where(PhotoRow.sha256 == sha256))
    settings.write(session, LOST, tuple(name for name in lost(session) if name not in old))
    return deleted


def _taken(session: Session, spans: tuple[Span, ...], now: datetime | None) -> dict[str, datetime]:
    taken = dict[str, datetime]()
    for row in session.scalars(select(PhotoRow)):
        row.taken_at = taken[row.sha256] = _counts_from(spans, row.taken_at, now)
    session.flush()
    return taken


def _written(path: Path, spans: tuple[Span, ...], now: datetime | None) -> datetime:
    at = _changed_at(path)
    counts_from = _counts_from(spans, at, now)
    if counts_from != at:
        os.utime(path, (counts_from.timestamp(), counts_from.timestamp()))
    return counts_from


def _counts_from(spans: tuple[Span, ...], noted_at: datetime, now: datetime | None) -> datetime:
    if now is not None and wrong_times.is_ahead(noted_at, now):
        return now
    return wrong_times.counts_from(spans, noted_at)


def files(folder: Path) -> Iterator[Path]:
    """All that was written there: encrypted, in clear by a version before, or not to its end."""
    for suffix in (_SUFFIX, _PLAIN_SUFFIX, private_files.PART):
        yield from folder.glob(f"*{suffix}")


def _changed_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
