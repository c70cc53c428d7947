"""A hub in one encrypted file, and back out of it: its database, its photos, and their keys.

The file is a tar archive as `db.sealed_stream` encrypts it: ``about.json``, ``keys/NAME.key``,
``hub.db`` (which stays encrypted with its own key, so that it is never in clear on a disk),
``tls/authority.pem``, by which kiosks and consoles know the hub, with the one that will follow, and
``photos/``. Whoever has the backup's key has everything. No PostgreSQL: it has tools of its own.
"""

import hashlib
import io
import os
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec

from db import codec, encryption, key_store, own_files, private_files
from db.domain.errors import StorageError
from db.sealed_stream import Opening, SealedStreamError, Sealing

ABOUT, DATABASE, PHOTOS = "about.json", "hub.db", own_files.PHOTOS
AUTHORITIES = ("tls/authority-next.pem", "tls/authority.pem")
"""In this order: one that takes the other's place meanwhile is not left out."""
_NAMES = re.compile(
    rf"keys/({key_store.DATABASE}|{key_store.PHOTOS})\.key|hub\.db"
    r"|tls/authority(-next)?\.pem|photos/([a-z]+/)?[0-9a-f]{64}\.(photo|jpg)"
)
_COUNTED = ("event", "visit", "watchlist_entry")


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself. `rows` counts some tables."""

    made_at: datetime
    rows: dict[str, int]
    photos: int
    left_out: int = 0
    """So many files among the photos have names that no hub gives."""
    hub: str = ""
    """Which hub's it is: its district's id. Empty in those of a version before."""


def make(  # noqa: PLR0917
    database: Path, folder: Path, to: Path, key: bytes, now: datetime, hub: str
) -> About:
    """Write a backup of a hub that may be running, and read it again to the end.

    `folder` has the photos, `hub` says whose it is. What stands at `to` is replaced once the new
    one was read again. No folder is made but the hub's own: else a stick that is not in would seem
    to hold the backup. Raises `StorageError` in words; then there is no new file.
    """
    own_files.refuse(to, folder.parent, database)
    is_own = to.parent == database.parent / own_files.BACKUPS
    if not is_own and not to.parent.is_dir():
        raise StorageError(
            f"There is no folder {to.parent}; is the stick in? No backup was made. Put it in, or "
            "make the folder, then try again."
        )
    part = to.with_name(f"{to.name}{_PART}")
    try:
        if is_own:
            private_files.make_private_folder(to.parent)
        _drop_what_a_crash_left(database.parent, to.parent, now)
        keys = _keys_beside(folder)
        with tempfile.TemporaryDirectory(dir=database.parent, prefix=_WORK) as work:
            snapshot = Path(work) / DATABASE
            counts = encryption.snapshot(database, snapshot)
            rows = {name: counts[name] for name in _COUNTED}
            found, left_out = _photos_in(folder)
            with open(part, "wb", opener=private_files.private) as file:
                about = About(now, rows, 0, hub=hub)
                written = _write(Sealing(file, key), about, snapshot, folder, found)
            private_files.sync_file(part)
        if _read(part, key) != written:
            raise StorageError(_NOT_MADE.format("it does not read as it was written"))
        if _keys_beside(folder) != keys:  # else it might hold what none of its keys opens
            raise StorageError(_NOT_MADE.format("keys were changed meanwhile"))
        part.replace(to)
        private_files.sync_folder(to.parent)
    except (OSError, encryption.Error, SealedStreamError, tarfile.TarError) as error:
        raise StorageError(_NOT_MADE.format(error)) from error
    finally:
        part.unlink(missing_ok=True)
    count = sum(name.startswith(PHOTOS) for name in written)
    return replace(about, photos=count, left_out=left_out)


def _photos_in(folder: Path) -> tuple[list[Path], int]:
    """The photos, by name, and how many other files there are that are whole."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != private_files.PART]
    found = [p for p in files if _NAMES.fullmatch(p.relative_to(folder.parent).as_posix())]
    return found, len(files) - len(found)


_NOT_MADE = "The backup could not be made ({}). Nothing was changed; what was there is still there."


_WORK, _PART = "unfinished-backup-", ".part"


def _drop_what_a_crash_left(folder: Path, backups: Path, now: datetime) -> None:
    """Remove what was begun a day ago or more: another program may make a backup just now."""
    began_before = now.timestamp() - _DAY_SECONDS
    for left in (*folder.glob(f"{_WORK}*"), *backups.glob(f"{_PATTERN}{_PART}")):
        with suppress(FileNotFoundError):  # that other program has just ended
            if left.stat().st_mtime >= began_before:
                continue
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()


_DAY_SECONDS = 24 * 3600


def unpack(path: Path, key: bytes, folder: Path) -> About:
    """Write what a backup holds into a folder, which is made.

    Raises `StorageError` in words, when its key is another one or it is not whole as well; what was
    written until then stays in the folder.
    """
    about = None
    try:
        folder.mkdir(mode=0o700)
        for member, content in _members(path, key):
            name = member.name
            if name == ABOUT:
                about = codec.from_json(content.read(), About)
                continue
            for parent in reversed((folder / name).relative_to(folder).parents[:-1]):
                (folder / parent).mkdir(mode=0o700, exist_ok=True)
            with open(folder / name, "xb", opener=private_files.private) as file:
                while piece := content.read(_PIECE):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            if name.startswith(PHOTOS) and member.mtime:  # by which a hub knows how old it is
                os.utime(folder / name, (member.mtime, member.mtime))
        if about is None:
            raise SealedStreamError("it says nothing of itself")
        for parent in (folder, *filter(Path.is_dir, folder.rglob("*"))):
            private_files.sync_folder(parent)
    except (OSError, SealedStreamError, tarfile.TarError, msgspec.MsgspecError) as error:
        raise StorageError(
            f"That backup cannot be read ({error}). Nothing was changed. Try an older one, and "
            "check that the key is the one that was written down."
        ) from error
    return about


_PIECE = 1024 * 1024


def _write(
    sealing: Sealing, about: About, snapshot: Path, folder: Path, found: list[Path]
) -> dict[str, str]:
    """Returns the SHA-256 of each member."""
    written: dict[str, str] = {}
    with io.BufferedWriter(sealing, _PIECE) as stream:
        with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:

            def add(name: str, file: IO[bytes], size: int, changed_at: float = 0) -> None:
                member = tarfile.TarInfo(name)
                member.size, member.mode, member.mtime = size, 0o600, changed_at
                hashing = _Hashing(file)
                tar.addfile(member, hashing)
                written[name] = hashing.hash.hexdigest()

            text = codec.to_json(about)
            add(ABOUT, io.BytesIO(text), len(text))
            for name, known in _keys_beside(folder).items():
                text = "".join(f"{one.hex()}\n" for one in known).encode()
                if known:
                    add(f"keys/{name}.key", io.BytesIO(text), len(text))
            beside = [folder.parent / name for name in AUTHORITIES]
            for path in (snapshot, *beside, *found):
                inside = path.relative_to(snapshot.parent if path == snapshot else folder.parent)
                try:
                    file = path.open("rb")
                except FileNotFoundError:
                    continue  # a photo whose days are over since, or a hub without TLS of its own
                with file:
                    about_it = os.fstat(file.fileno())
                    add(inside.as_posix(), file, about_it.st_size, about_it.st_mtime)
        stream.flush()
        sealing.finish()
    return written


def _keys_beside(folder: Path) -> dict[str, tuple[bytes, ...]]:
    """The keys of what a backup holds, by name. `folder` has the photos."""
    names = (key_store.DATABASE, key_store.PHOTOS)
    return {name: key_store.keys(folder.parent, name) for name in names}


class _Hashing:
    """A file that remembers the hash of what was read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.hash = file, hashlib.sha256()

    def read(self, count: int = -1) -> bytes:
        piece = self._file.read(count)
        self.hash.update(piece)
        return piece


def _read(path: Path, key: bytes) -> dict[str, str]:
    """The SHA-256 of each member."""
    return {
        member.name: hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
        for member, content in _members(path, key)
    }


def _members(path: Path, key: bytes) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Each file in a backup; read to the very end, since only there it shows that it is whole.

    Who has made one and reads it again refuses what whoever restores it would refuse.
    """
    with path.open("rb") as file:
        stream = io.BufferedReader(Opening(file, key), _PIECE)
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                is_known = member.name == ABOUT or _NAMES.fullmatch(member.name)
                if content is None or not is_known:
                    raise SealedStreamError("it holds what no hub keeps")
                yield member, content
        while stream.read(_PIECE):
            pass


def about(path: Path, key: bytes) -> About | None:
    """What a backup says of itself; None when that cannot be read with this key."""
    try:
        for member, content in _members(path, key):
            return codec.from_json(content.read(), About) if member.name == ABOUT else None
    except (OSError, SealedStreamError, tarfile.TarError, msgspec.MsgspecError):
        pass
    return None


def newest(
    folder: Path, now: datetime, is_ours: Callable[[Path], bool] = lambda _: True
) -> Path | None:
    """The newest backup of ours in a folder, by the name that `name_at` gave it."""
    return next(filter(is_ours, reversed(_made(folder, now))), None)


_PATTERN = "hub-*.backup"
_NAME = "hub-%Y%m%dT%H%M%SZ.backup"


def name_at(now: datetime) -> str:
    return f"{now:{_NAME}}"


def made_at(path: Path) -> datetime:
    """When a backup was made: by its name, or by the file where somebody gave it another one."""
    try:
        return datetime.strptime(path.name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def drop_all_but(
    folder: Path, count: int, now: datetime, is_ours: Callable[[Path], bool] = lambda _: True
) -> None:
    """Remove the oldest backups of ours. Raises OSError.

    One that a wrong clock dated ahead goes once so many were made after it. When it was made
    nobody knows, so from the first time on that it is seen here its file's own date says so.
    """
    ahead = set(folder.glob(_PATTERN)) - set(_made(folder, now))
    made = [path for path in _made(folder, now) if is_ours(path)]
    for path in made[:-count]:
        path.unlink()
    oldest = made[-count].name if len(made) >= count else ""
    for path in filter(is_ours, ahead):
        seen = path.stat().st_mtime
        if seen > now.timestamp():
            os.utime(path, (now.timestamp(), now.timestamp()))
        elif name_at(datetime.fromtimestamp(seen, UTC)) < oldest:
            path.unlink()


def _made(folder: Path, now: datetime) -> list[Path]:
    """The backups, oldest first, without those that a wrong clock dates after `now`.

    They neither stand in for one of today nor count among those that stay.
    """
    return sorted(path for path in folder.glob(_PATTERN) if path.name <= name_at(now))
