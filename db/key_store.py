"""Keys of 32 random bytes that open what lies encrypted on this computer's disk, by name.

A name's keys are in ``keys/NAME.key`` beside what they open (a file of mode 0600 in a folder of
mode 0700), or in the operating system's keyring, and then that file says under which id. So a look
at the file always tells where the keys are, whatever was asked for when they were made.
The newest key encrypts; older ones stay until nothing needs them (see `keep_only`). What a keyring
may hold beside that is in ``keys/NAME.ring`` until it is gone, so that a crash leaves no key there
that nobody knows of.
"""

import os
import secrets
import sqlite3
import sys
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from db import own_files, private_files
from db.domain.errors import StorageError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

FOLDER = own_files.KEYS
DATABASE, PHOTOS, LISTS, BACKUP = "database", "photos", "lists", "backup"
KEY_BYTES = 32
_SERVICE = "Vestibule"
_IN_KEYRING = "keyring "
_WAIT_SECONDS = 60.0
_UNUSABLE = "The folder for keys, {}, cannot be used ({}). Nothing was changed."


class Place(StrEnum):
    """Where new keys are kept.

    AUTO is the keyring on Windows and macOS, where it opens with the account. On Linux it is the
    file: there the keyring asks for a password after a start without one, and a kiosk that starts
    by itself after a power cut has nobody to type it.
    """

    AUTO = "auto"
    KEYRING = "keyring"
    FILE = "file"


def keys(folder: Path, name: str) -> tuple[bytes, ...]:
    """The name's keys, newest first; none when none was made.

    `folder` is the one that holds what they open. Raises `StorageError` in words when the keys
    are there and cannot be read.
    """
    path = _path(folder, name)
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"The key in {path} cannot be read. Nothing was changed.") from error
    try:
        found = tuple(bytes.fromhex(line) for line in _told(text).split())
    except ValueError as error:
        raise StorageError(f"{path} holds no key. Put the right one back.") from error
    if not found or any(len(key) != KEY_BYTES for key in found):
        raise StorageError(f"{path} holds no key. Put the right one back.")
    return found


def place(folder: Path, name: str) -> Place | None:
    """Where the name's keys are; None when there are none."""
    path = _path(folder, name)
    if not path.is_file():
        return None
    is_in_keyring = path.read_text(encoding="ascii", errors="replace").startswith(_IN_KEYRING)
    return Place.KEYRING if is_in_keyring else Place.FILE


def newest(folder: Path, name: str, wanted: Place = Place.AUTO) -> bytes:
    """The key to encrypt with; made when there is none, and then kept where it is `wanted`.

    Raises `StorageError` in words.
    """
    known = keys(folder, name)
    if known:
        return known[0]
    with exclusive(folder):
        return settle(folder, name, wanted)


def settle(folder: Path, name: str, wanted: Place) -> bytes:
    """As `newest`, for who is within `exclusive`."""
    known = keys(folder, name)
    if not known:
        known = (secrets.token_bytes(KEY_BYTES),)
        _keep(folder, name, known, _settled(folder, wanted))
    return known[0]


def add(folder: Path, name: str) -> bytes:
    """A new key before the old ones, which stay. For who is within `exclusive`."""
    known = (secrets.token_bytes(KEY_BYTES), *keys(folder, name))
    _keep(folder, name, known, place(folder, name) or _settled(folder, Place.AUTO))
    return known[0]


def take(folder: Path, name: str, known: tuple[bytes, ...]) -> None:
    """Keep keys that were made elsewhere, in place of those that are here."""
    with exclusive(folder):
        _keep(folder, name, known, place(folder, name) or _settled(folder, Place.AUTO))


def has_old(folder: Path, name: str) -> bool:
    """Whether older keys are kept beside the newest one, or may lie in a keyring yet."""
    return len(keys(folder, name)) > 1 or _ring_note(folder, name).exists()


def drop_old(folder: Path, name: str) -> None:
    """Forget all but the newest key: nothing needs the others. For who is within `exclusive`."""
    keep_only(folder, name, ())


def keep_only(folder: Path, name: str, needed: Collection[bytes]) -> None:
    """Forget older keys but those that are needed. For who is within `exclusive`."""
    newest, *older = keys(folder, name)
    known = (newest, *(key for key in older if key in needed))
    _keep(folder, name, known, place(folder, name) or Place.FILE)


def move(folder: Path, name: str, wanted: Place) -> None:
    """Keep the same keys elsewhere (in the keyring or in the file), if there are any."""
    with exclusive(folder):
        known = keys(folder, name)
        if known and place(folder, name) is not wanted:
            _keep(folder, name, known, wanted)


def refuse_root(folder: Path) -> None:
    """Raise `StorageError` for root, where the keys are of the account that runs with them.

    That account could open nothing of what root writes: neither new keys nor what has them.
    """
    where = folder / FOLDER
    if os.name != "posix" or os.geteuid() != 0 or not where.exists():
        return
    owner = where.stat().st_uid
    if owner != 0:
        raise StorageError(
            f"{where} belongs to another account, which could not open what root writes there. "
            f"Nothing was changed. Run this as that account: sudo -u '#{owner}' and the command."
        )


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Nobody else makes or changes keys here meanwhile, in this process or in another one.

    An empty SQLite database is the lock: it works on every platform and ends with its process.
    """
    where = folder / FOLDER
    try:
        private_files.make_private_folder(where)
        lock = sqlite3.connect(where / "lock", _WAIT_SECONDS, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(_UNUSABLE.format(where, error)) from error
    with closing(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise StorageError(_UNUSABLE.format(where, error)) from error
        yield


def _path(folder: Path, name: str) -> Path:
    return folder / FOLDER / f"{name}.key"


def _ring_note(folder: Path, name: str) -> Path:
    return folder / FOLDER / f"{name}.ring"


def _told(text: str) -> str:
    """The keys in hex, one a line, from where the file says that they are."""
    if not text.startswith(_IN_KEYRING):
        return text
    ring = _keyring()
    try:
        kept = ring and ring.get_password(_SERVICE, text.removeprefix(_IN_KEYRING))
    except Exception as error:  # each keyring has errors of its own
        raise StorageError(_NO_KEYRING) from error
    if not kept:
        raise StorageError(_NO_KEYRING)
    return kept


_NO_KEYRING = (
    "The key of what is kept here is in a keyring that does not open, or does not hold it any "
    "more. Nothing was changed. Sign in as the account that made it, unlock its keyring, then try "
    "again."
)


def _keep(folder: Path, name: str, known: tuple[bytes, ...], where: Place) -> None:
    """Write the keys; what a keyring held of them before is removed when the new ones are safe."""
    path, note = _path(folder, name), _ring_note(folder, name)
    text = "".join(f"{key.hex()}\n" for key in known)
    try:
        for unfinished in private_files.parts_of(path):
            private_files.erase(unfinished)
        in_ring = _in_ring(path, note)
        marker = secrets.token_hex(16) if where is Place.KEYRING else ""
        if marker:
            _needed_keyring()  # before it is noted that something may lie there
        if marker or in_ring:
            private_files.write(note, _lines({*in_ring, marker} - {""}))
        if marker:
            _into_keyring(marker, text)
            text = f"{_IN_KEYRING}{marker}\n"
        private_files.write(path, text.encode())
        if left := {one for one in in_ring if not _is_forgotten(one)}:
            private_files.write(note, _lines(left))
        elif note.exists():
            note.unlink()
            private_files.sync_folder(note.parent)
    except OSError as error:
        raise StorageError(_UNUSABLE.format(folder / FOLDER, error.strerror)) from error


def _in_ring(path: Path, note: Path) -> set[str]:
    """By which markers a keyring may hold keys of this name: now, or since a change was ended."""
    noted = set(note.read_text(encoding="ascii").split()) if note.exists() else set()
    before = path.read_text(encoding="ascii").strip() if path.exists() else ""
    return noted | ({before.removeprefix(_IN_KEYRING)} if before.startswith(_IN_KEYRING) else set())


def _lines(markers: set[str]) -> bytes:
    return "".join(f"{marker}\n" for marker in sorted(markers)).encode()


def _into_keyring(marker: str, text: str) -> None:
    ring = _needed_keyring()
    try:
        ring.set_password(_SERVICE, marker, text)
        is_kept = ring.get_password(_SERVICE, marker) == text
    except Exception as error:  # each keyring has errors of its own
        raise StorageError(_NO_KEYRING) from error
    if not is_kept:
        raise StorageError(_NO_KEYRING)


def _is_forgotten(marker: str) -> bool:
    """Remove an entry of the keyring; False when it may be there still, and is tried again."""
    ring = _keyring()
    with suppress(Exception):  # each keyring has errors of its own, also for what is not there
        if ring is not None:
            ring.delete_password(_SERVICE, marker)
    with suppress(Exception):
        return ring is not None and ring.get_password(_SERVICE, marker) is None
    return False


def _settled(folder: Path, wanted: Place) -> Place:
    if wanted is not Place.AUTO:
        return wanted
    if (beside := place(folder, DATABASE)) is not None:  # what was said once holds for all keys
        return beside
    opens_by_itself = sys.platform in ("win32", "darwin")
    return Place.KEYRING if opens_by_itself and _keyring() is not None else Place.FILE


def _needed_keyring() -> "KeyringBackend":
    ring = _keyring()
    if ring is None:
        raise StorageError(
            "This computer has no keyring that can be used here. Nothing was changed. Keep keys in "
            "a file instead: say file where it says keyring."
        )
    return ring


def _keyring() -> "KeyringBackend | None":
    """This account's keyring; None when there is none but in clear text or in name."""
    import keyring  # slow to load, and most never need it

    backend = keyring.get_keyring()
    known = getattr(backend, "backends", [backend])  # several: one behind the other
    # keyring's own measure: below 1 are those that refuse, forget, or keep clear text.
    return next((ring for ring in known if ring.priority >= 1), None)
