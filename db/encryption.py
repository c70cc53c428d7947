"""SQLite files that only their key opens (SQLCipher 4: AES-256 and an HMAC for each page).

Keys are raw (32 random bytes), so no time goes into deriving them from a password.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from db import key_store, private_files
from db.domain.errors import StorageError
from db.in_use import IN_USE
from db.key_store import DATABASE, Place

DBAPI = dbapi2
Connection, Error = dbapi2.Connection, dbapi2.Error
_NO_DATABASE = "not a database"
"""What SQLite says of a file that does not begin as one in clear does."""
_BUSY_SECONDS = 5.0
NO_KEY = (
    "The key of this database is not here ({keys}), or the file is damaged. It was not changed. "
    "Put the folder of keys that belongs to it back, or restore the newest backup."
)
DAMAGED = (
    "The database's file is damaged. It was not changed. Put it aside and restore the newest "
    "backup."
)


def connect(path: Path | str, key: bytes | None) -> Any:
    """A connection of SQLCipher's DB-API module, in autocommit; None opens a file in clear.

    Whether the key is the right one shows only when something is read.
    """
    connection = dbapi2.connect(str(path), timeout=_BUSY_SECONDS, check_same_thread=False)
    connection.isolation_level = None
    connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to standard error
    if key is not None:
        connection.execute(f"PRAGMA key = {_quoted(key)}")
    return connection


def is_plain(path: Path) -> bool:
    """Whether this is a SQLite file in clear, as versions before this one wrote it.

    SQLite itself looks: a process that has the database open loses SQLite's locks on it when
    anything else closes the file, and then others write into it, or replace it, as if it were free.
    """
    unlocked = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(dbapi2.connect(unlocked, uri=True)) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except dbapi2.OperationalError:
            raise
        except dbapi2.DatabaseError as error:
            return _NO_DATABASE not in str(error)
    return True


def key_to_open(path: Path) -> bytes | None:
    """The key of a file that is there; None when it is in clear or empty.

    Raises `StorageError` when its key is not here.
    """
    if path.stat().st_size == 0 or is_plain(path):
        return None
    key = _fitting(path, key_store.keys(path.parent, DATABASE))
    if key is None:
        raise StorageError(NO_KEY.format(keys=path.parent / key_store.FOLDER))
    return key


def key_to_write(path: Path, wanted: Place) -> bytes:
    """The key of a file that is there or will be: a new file gets one, one in clear is encrypted.

    Raises `StorageError` in words; then what was there is still there.
    """
    is_settled = not is_halfway(path) and path.exists() and path.stat().st_size > 0
    key = key_to_open(path) if is_settled else None
    if key is not None:
        _drop_what_a_crash_left(path)
        return key
    with key_store.exclusive(path.parent):
        _finish(path)
        if not path.exists() or path.stat().st_size == 0:
            return key_store.settle(path.parent, DATABASE, wanted)
        if is_plain(path):
            _rewrite(path, None, lambda: key_store.settle(path.parent, DATABASE, wanted))
        key = key_to_open(path) or key_store.settle(path.parent, DATABASE, wanted)
    _drop_what_a_crash_left(path)
    return key


def is_halfway(path: Path) -> bool:
    """Whether a crash left something to do to who next opens the database to write."""
    return any(left.exists() for left in _beside(path))


def is_lost(path: Path) -> bool:
    """Whether there is no database, nor what a change of its key left to be put in its place."""
    if path.exists() and path.stat().st_size > 0:
        return False
    aside, sealed = _beside(path)
    try:
        return not aside.exists() and not (sealed.exists() and _is_ours(sealed))
    except dbapi2.OperationalError:
        return False  # busy, or the disk: who opens it is told


def rekey(path: Path) -> tuple[Path, ...]:
    """Encrypt a database with a new key. Nobody else may have it open.

    The new key is kept before it is used, and the old one until it is not needed any more: a
    crash leaves a database that one of the two opens. Returns the other databases beside it that
    had the same key, which stays for them. Raises `StorageError` in words.
    """
    old = key_to_write(path, Place.AUTO)
    with key_store.exclusive(path.parent):
        _rewrite(path, old, lambda: key_store.add(path.parent, DATABASE))
        needing = _drop_old(path)
    return tuple(sorted(other for other, needed in needing.items() if old in needed))


def _drop_old(path: Path) -> dict[Path, tuple[bytes, ...]]:
    """Forget the keys that no database here needs; returns which ones the others may need."""
    known = key_store.keys(path.parent, DATABASE)
    needing = dict.fromkeys(_others_halfway(path), known)
    for other in _neighbours(path):
        try:
            key = _fitting(other, known)
            needing[other] = (key,) if key is not None else ()
        except dbapi2.OperationalError:  # busy just now: any of them may be its own
            needing[other] = known
    key_store.keep_only(path.parent, DATABASE, {key for some in needing.values() for key in some})
    return needing


def _drop_what_a_crash_left(path: Path) -> None:
    """Forget older keys, as who changed the key would have; nobody is kept waiting if not."""
    if not key_store.has_old(path.parent, DATABASE):
        return
    with suppress(StorageError, dbapi2.Error), key_store.exclusive(path.parent):
        if _opens(path, key_store.keys(path.parent, DATABASE)[0]):
            _drop_old(path)


def snapshot(path: Path, copy: Path) -> dict[str, int]:
    """Copy a database that may be in use, as it is at one moment, with its own key.

    Returns how many rows each table of the copy has. Raises `StorageError` in words or `Error`.
    """
    key = key_to_open(path)
    if key is None:
        raise StorageError("The database is not encrypted yet: start the hub once, then try again.")
    private_files.make_empty(copy)
    with closing(connect(path, key)) as source, closing(connect(copy, key)) as target:
        source.backup(target)
        if not _is_whole(target, "main"):
            raise StorageError("The database's file is damaged: there is no backup of it as it is.")
        return {table: _count(target, "main", table) for table in _tables(target)}


def refuse_in_use(path: Path) -> None:
    """Raise `StorageError` when another program has the database open, one of before too.

    Raises it too when that cannot be told, since the file is damaged or its disk cannot be read.
    (Who holds it for as long as it runs is told by `db.in_use`.)
    """
    if path.stat().st_size == 0:
        return  # SQLite would write into it, and drop the log beside it
    try:
        with closing(connect(path, key_to_open(path))) as connection:
            _take_alone(connection)
    except dbapi2.DatabaseError as error:
        raise StorageError(_why_not_alone(path, str(error))) from error


def _why_not_alone(path: Path, text: str) -> str:
    if "lock" in text:
        return IN_USE
    if _NO_DATABASE in text:
        return NO_KEY.format(keys=path.parent / key_store.FOLDER)
    return DAMAGED if "malformed" in text else _UNUSABLE.format(text)


_UNUSABLE = "The database cannot be used ({}). It was not changed."


def _rewrite(path: Path, old: bytes | None, new_key: Callable[[], bytes]) -> None:
    """Put a copy that the new key opens in the place of a file, which is overwritten and removed.

    The copy is whole and on the disk before anything is renamed. Until then a crash leaves the
    old file, and the next start begins anew; after that `_finish` goes on.
    """
    aside, sealed = _beside(path)
    _erase_copy(sealed)
    try:
        with closing(connect(path, old)) as connection:
            # Fails while anybody else has the file open, who would go on writing into the old one.
            _take_alone(connection)
            key = new_key()
            private_files.make_empty(sealed)
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute(f"ATTACH DATABASE ? AS sealed KEY {_quoted(key)}", (str(sealed),))
            connection.execute("SELECT sqlcipher_export('sealed')")
            _compare(connection)
            if not _is_whole(connection, "sealed"):
                raise StorageError(_NOT_DONE.format("the copy is not whole"))
            connection.execute("DETACH DATABASE sealed")
            private_files.sync_file(sealed)
            if _MAY_MOVE_WHAT_IS_OPEN:
                # Who waits for the lock finds that the file was moved, and writes nothing into it.
                path.replace(aside)
        if not _MAY_MOVE_WHAT_IS_OPEN:  # neither may who waits have it open, so that this fails
            path.replace(aside)
    except (dbapi2.Error, OSError, StorageError) as error:
        _erase_copy(sealed)
        if isinstance(error, StorageError):
            raise
        is_held = "locked" in str(error) or isinstance(error, PermissionError)
        raise StorageError(IN_USE if is_held else _NOT_DONE.format(error)) from error
    _put_in_place(sealed, path)
    _erase_copy(sealed)
    private_files.erase(aside)


_MAY_MOVE_WHAT_IS_OPEN = os.name == "posix"
_NOT_DONE = "The database could not be encrypted ({}). It stays as it was; try again."


def _finish(path: Path) -> None:
    """What is left to do once a file was put aside; a copy that was not finished is removed.

    The file that was put aside goes last, and only once what stands in its place is whole and
    opens with a key of ours. Raises `StorageError` in words; then all that is there stays.
    """
    aside, sealed = _beside(path)
    if not path.exists() or path.stat().st_size == 0:  # as another program makes one by opening it
        if sealed.exists() and _is_ours(sealed):
            _put_in_place(sealed, path)
        elif aside.exists():
            _put_in_place(aside, path)
    if aside.exists():
        if sealed.exists() or not _is_ours(path):
            raise StorageError(_UNKNOWN.format(path=path.name, folder=path.parent))
        private_files.erase(aside)
    _erase_copy(sealed)


_UNKNOWN = (
    "A change of the key of {path} did not come to its end, and what lies there now is not what "
    "that change wrote. Nothing was changed. One of {path}, {path}.encrypted and {path}.aside in "
    "{folder} is the database: make a copy of all three and of the folder keys, then move {path} "
    "away and try again."
)


def _put_in_place(left: Path, path: Path) -> None:
    left.replace(path)
    private_files.sync_folder(path.parent)


def _is_ours(path: Path) -> bool:
    """Whether a key that is here opens the file, and all of it is whole."""
    key = next((key for key in key_store.keys(path.parent, DATABASE) if _opens(path, key)), None)
    if key is None or path.stat().st_size == 0:
        return False
    with closing(connect(path, key)) as connection:
        try:
            return _is_whole(connection, "main")
        except dbapi2.OperationalError:
            raise  # busy, or the disk: says nothing of the file
        except dbapi2.DatabaseError:
            return False


def _erase_copy(sealed: Path) -> None:
    """Remove a copy that was not finished, and what SQLite keeps beside it while it is written."""
    private_files.erase(sealed)
    private_files.erase(sealed.with_name(f"{sealed.name}-journal"))


def _beside(path: Path) -> tuple[Path, Path]:
    """Where the old file is put aside, and where its encrypted copy is made."""
    return path.with_name(f"{path.name}.aside"), path.with_name(f"{path.name}.encrypted")


def _take_alone(connection: Any) -> None:
    """Empty the write-ahead log into the file and keep everybody else out until it is closed."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        raise dbapi2.OperationalError("database is locked")
    connection.execute("BEGIN EXCLUSIVE")
    connection.execute("COMMIT")


def _compare(connection: Any) -> None:
    """Raise unless every table has as many rows in the copy."""
    for table in _tables(connection):
        if _count(connection, "main", table) != _count(connection, "sealed", table):
            raise StorageError(_NOT_DONE.format("the copy is not whole"))


def _tables(connection: Any) -> list[str]:
    # The rows of a virtual table are those of tables beside it.
    found = connection.execute(
        "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " AND sql NOT LIKE 'CREATE VIRTUAL TABLE%'"
    )
    return [name for (name,) in found]


def _count(connection: Any, schema: str, table: str) -> int:
    (count,) = connection.execute(f'SELECT count(*) FROM {schema}."{table}"').fetchone()  # noqa: S608
    return int(count)


def _is_whole(connection: Any, schema: str) -> bool:
    """Whether every page is whole, by SQLite's measure and by its HMAC."""
    found = connection.execute(f"PRAGMA {schema}.integrity_check").fetchall()
    broken = connection.execute(f"PRAGMA {schema}.cipher_integrity_check").fetchall()
    return found == [("ok",)] and not broken


def _fitting(path: Path, known: Sequence[bytes]) -> bytes | None:
    """The first key that opens the file; the newest without trying when there is one only."""
    if len(known) == 1:
        return known[0]
    return next((key for key in known if _opens(path, key)), None)


def _opens(path: Path, key: bytes) -> bool:
    with closing(connect(path, key)) as connection:
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except dbapi2.OperationalError:
            raise  # busy, or the disk: says nothing of the key
        except dbapi2.DatabaseError:
            return False
    return True


def _neighbours(path: Path) -> list[Path]:
    """Other databases of this folder, which have the same keys."""
    return [
        other
        for other in path.parent.iterdir()
        if other.suffix == path.suffix and other != path and other.is_file()
    ]


def _others_halfway(path: Path) -> tuple[Path, ...]:
    """What a crash left of other databases of this folder, which may need any of the keys."""
    ours = _beside(path)
    endings = {one.suffix for one in ours}
    found = (other for other in path.parent.iterdir() if other.suffix in endings)
    return tuple(sorted(other for other in found if other not in ours))


def _quoted(key: bytes) -> str:
    """A raw key as SQLCipher wants it; its digits cannot end the quotes."""
    return f"\"x'{key.hex()}'\""
