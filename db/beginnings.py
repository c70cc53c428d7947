"""A hub begins once in its folder: where one was, none begins anew beside what that one left.

Who lost the file of the database would else have an empty hub that goes by the keys, certificates
and photos of the one before, and whose backups drive out those of that one. What is left is told
by keys and backups; a beginning that was cut off has keys too, and may go on: it has a mark beside
the database, from before its first key is made until its tables are there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db import encryption, key_store, own_files, private_files, restoring
from db.domain.errors import StorageError
from db.engine import Database, database_file

_OF_A_HUB = (key_store.DATABASE, key_store.PHOTOS, key_store.LISTS)
"""That of backups is on paper too, and tells of no database here."""


@contextmanager
def of(path: Path | None) -> Iterator[None]:
    """Around what opens a hub's database to write, and makes it where there is none.

    `path` is None where a server has it. Raises `StorageError` in words when the database that was
    here is gone or empty; nothing was made then.
    """
    if path is None:
        yield
        return
    mark = path.with_name(f"{path.name}{own_files.BEGINNING}")
    try:
        _begin(path, mark)
    except OSError as error:
        raise StorageError(
            f"The database cannot be used ({error}). Nothing was changed."
        ) from error
    yield
    mark.unlink(missing_ok=True)


def words_of(database: Database) -> str:
    """What is said once a hub was begun: whoever meant another one sees that it is not that."""
    where = database_file(database.engine.url.render_as_string(hide_password=False))
    return f"A new hub is begun at {where or database.engine.url.render_as_string()}."


def _begin(path: Path, mark: Path) -> None:
    restoring.refuse_halfway(path.parent)
    left = _left(path.parent)
    # In this order: another program that begins the hub just now has its mark before its key, and
    # its tables before its mark is gone.
    is_begun = mark.exists()
    if not encryption.is_lost(path):
        return
    if left is not None and not is_begun:
        raise StorageError(_WAS_HERE.format(left=left, path=path, folder=path.parent))
    private_files.make_private_folder(path.parent)
    private_files.make_empty(mark)
    private_files.sync_folder(path.parent)


_WAS_HERE = (
    "There was a hub here: {left} is there, and its database, {path}, is missing or empty. Nothing "
    "was changed, and no hub was begun anew. If the database is elsewhere, say where with "
    "--database. Else put it back, or restore the newest backup: vestibule-hub restore FILE. If "
    "another hub shall begin here, move {folder} away first, and keep it."
)


def _left(folder: Path) -> Path | None:
    """What only a hub can have left, None when there is nothing."""
    if any(key_store.place(folder, name) is not None for name in _OF_A_HUB):
        return folder / own_files.KEYS
    return next(iter(sorted((folder / own_files.BACKUPS).glob("*.backup"))), None)
