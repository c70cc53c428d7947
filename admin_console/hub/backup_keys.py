"""The keys of a hub's backups: the newest makes the next one, older ones open those before it.

An older key is kept here for as long as a backup beside the database needs it. Copies elsewhere
outlive that, and are opened with the key on paper: each says the name of the one that it needs.
"""

from pathlib import Path

from admin_console.hub import folders
from db import backup, key_store, own_files
from db.domain.errors import ConfigError, StorageError
from db.engine import Database, database_file
from db.key_store import BACKUP
from db.sealed_stream import Opening, SealedStreamError, name_needed, name_of

FOLDER = own_files.BACKUPS
_GROUP = 8


def file_of(url: str) -> Path:
    """The database's file, which backups are of. Raises `ConfigError` when a server has it."""
    path = database_file(url)
    if path is None:
        raise ConfigError(
            "Backups are of a hub with a SQLite database. PostgreSQL has tools of its own, "
            "pg_basebackup and pg_dump. With what they make belong the folders photos, tls and "
            f"keys, without which no photo opens and no kiosk knows the hub: in "
            f"{folders.beside(url)}, or where serve --data-folder says. packaging/postgresql.md "
            "says how. Nothing was changed."
        )
    return path


def words(url: str) -> str:
    """The keys of the backups, newest first, in groups that can be copied by hand."""
    file = file_of(url)
    if not file.is_file():
        raise StorageError(
            f"There is no database at {file}, and no key was made. Check what --database says, and "
            "as which account the hub runs."
        )
    known = key_store.keys(file.parent, BACKUP)
    if not known:
        raise StorageError(
            f"There is no key of backups in {file.parent / key_store.FOLDER}, and none was made: "
            "the first backup makes it. A running hub makes one within a minute of its start, and "
            "vestibule-hub backup at once."
        )
    newest, *before = known
    lines = [_written(newest), f"Its name is {name_of(newest)}."]
    for older in before:
        lines += ["", _written(older), f"Its name is {name_of(older)}; it opens backups of before."]
    return "\n".join(lines)


def words_of_new(folder: Path) -> str:
    newest, *older = key_store.keys(folder, BACKUP)
    said = (
        f"{_written(newest)}\nThat is the new key of the backups, {name_of(newest)}: write it down "
        "with its name and keep it elsewhere."
    )
    if not older:
        return said
    names = " or ".join(map(name_of, older))
    return (
        f"{said}\nBackups of before need {names}. Each key is kept here until the last of "
        f"them that needs it has gone from {FOLDER}/; keep its paper for as long as there are "
        "copies elsewhere."
    )


def _written(key: bytes) -> str:
    text = key.hex()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def typed(text: str) -> bytes:
    """A key as somebody types it. Raises `ConfigError` when it is none."""
    try:
        key = bytes.fromhex("".join(text.replace("-", " ").split()))
    except ValueError:
        key = b""
    if len(key) != key_store.KEY_BYTES:
        raise ConfigError(
            "That is not the key of a backup: 64 digits and letters from a to f, as "
            "vestibule-hub backup --show-key printed them. Nothing was changed."
        )
    return key


def here(url: str, path: Path) -> bytes | None:
    """The key of this computer that opens a backup, None when none does."""
    if not path.is_file():
        raise StorageError(f"There is no backup at {path}. Nothing was changed.")
    return next((key for key in _known(file_of(url).parent) if _opens(path, key)), None)


def question(path: Path) -> str:
    """What to ask somebody for who restores a backup that no key here opens."""
    try:
        with path.open("rb") as file:
            name = name_needed(file)
    except (OSError, SealedStreamError):
        name = None  # what is wrong with it is told by who reads it
    return f"The backup's key, named {name}: " if name else "The backup's key: "


def add(folder: Path) -> bytes:
    """A new key for the next backups; those of before still open."""
    key_store.refuse_root(folder)
    with key_store.exclusive(folder):
        return key_store.add(folder, BACKUP)


def after_restoring(folder: Path, key: bytes) -> tuple[bytes, ...]:
    """The keys of a hub that was restored with `key`, newest first.

    One that was typed is on paper, which of those here nobody knows: it makes the next backups.
    One that was known stays where it was, since somebody may have changed it on purpose.
    """
    known = _known(folder)
    return known if key in known else (key, *known)


def forget_old(folder: Path) -> None:
    """Forget older keys that no backup beside the database needs. Raises `StorageError`."""
    if not key_store.has_old(folder, BACKUP):
        return
    with key_store.exclusive(folder):
        # One that is not finished counts as well: its key was the newest when it was begun.
        made = [path for path in (folder / FOLDER).iterdir() if path.is_file()]
        known = key_store.keys(folder, BACKUP)
        needed = {key for key in known if any(_opens(path, key) for path in made)}
        key_store.keep_only(folder, BACKUP, needed)


def hub_of(database: Database) -> str:
    """Whose a backup of this database is."""
    return str(database.district_id)


def is_ours(database: Database, folder: Path, path: Path) -> bool:
    """Whether a backup is one of this hub's; its database and keys are in `folder`.

    Another hub's may lie beside them, and are neither counted nor removed: they may be all that is
    left of it. Of a file that is damaged its start still says which key made it.
    """
    try:
        known = key_store.keys(folder, BACKUP)
    except StorageError:
        return True  # no backup is made then, and none removed
    said = next(filter(None, (backup.about(path, key) for key in known)), None)
    if said is not None:
        return said.hub in ("", hub_of(database))
    try:
        with path.open("rb") as file:
            return name_needed(file) in set(map(name_of, known))
    except (OSError, SealedStreamError):
        return False


def _known(folder: Path) -> tuple[bytes, ...]:
    try:
        return key_store.keys(folder, BACKUP)
    except StorageError:
        return ()  # whoever restores may have lost the keyring too


def _opens(path: Path, key: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return bool(Opening(file, key).read(1))
    except SealedStreamError:
        return False
    except OSError as error:
        raise StorageError(f"{path} cannot be read ({error.strerror}).") from error
