"""The keys of what a hub or a kiosk keeps on its disk: where each is, and new ones in their place.

What ``vestibule-hub keys`` and ``vestibule-kiosk keys`` do alike. A change may be ended anywhere,
by SIGKILL or a power cut: what is kept opens afterwards, and what was left to do is done at the
next start, by the daily work on photos, or when it is asked for again.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from db import encryption, in_use, key_store, photos
from db.domain.errors import StorageError
from db.key_store import Place

PHOTOS = "photos"
"""The photos' folder, in the folder that has the keys too."""
_WHAT = {
    key_store.DATABASE: "database",
    key_store.PHOTOS: "photos",
    key_store.LISTS: "saved index of the lists",
    key_store.BACKUP: "backups",
}
_MAY_BE_NONE = (key_store.BACKUP,)
"""A kiosk has none, nor a hub on a server."""
_WHERE = {
    None: "none yet.",
    Place.FILE: "in a file that only this account can read, in {}.",
    Place.KEYRING: "in this account's keyring.",
}
_OLDER = " An older one is kept too, until nothing needs it."


def shown(folder: Path) -> Iterator[str]:
    """A line for each key: where it is, not what it is."""
    for name, what in _WHAT.items():
        place = key_store.place(folder, name)
        if place is None and name in _MAY_BE_NONE:
            continue
        where = _WHERE[place].format(folder / key_store.FOLDER)
        older = _OLDER if name in with_older(folder) else ""
        yield f"The key of the {what}: {where}{older}"


def with_older(folder: Path) -> tuple[str, ...]:
    """The names of which older keys are kept, as far as can be told now."""

    def has_old(name: str) -> bool:
        try:
            return key_store.has_old(folder, name)
        except StorageError:  # a keyring that is locked
            return False

    return tuple(name for name in _WHAT if has_old(name))


def move(folder: Path, wanted: Place) -> None:
    """Keep the same keys elsewhere. Raises `StorageError` in words."""
    if all(key_store.place(folder, name) is None for name in _WHAT):
        raise StorageError(
            f"There are no keys in {folder / key_store.FOLDER}, and nothing was moved. Check what "
            "--database or --config says."
        )
    key_store.refuse_root(folder)
    for name in _WHAT:
        key_store.move(folder, name, wanted)


def rotate(
    folder: Path, database: Path | None, parts: Sequence[str], say: Callable[[str], None]
) -> bool:
    """Encrypt everything with new keys, while nobody else has it in use, and say what was done.

    `database` is None where a server has it; `parts` are the folders with photos in `photos`.
    Returns whether the old keys are gone. Raises `StorageError` in words.
    """
    if database is not None and not (database.is_file() or encryption.is_halfway(database)):
        raise StorageError(f"There is no database at {database}, and none was made.")
    key_store.refuse_root(folder)
    with in_use.hold(database):
        others = encryption.rekey(database) if database is not None else ()
        if database is not None:
            say("The database has a new key.")
        if others:
            names = ", ".join(other.name for other in others)
            say(f"The old key stays for {names} beside it: change the key of that too.")
        with key_store.exclusive(folder):
            key_store.add(folder, key_store.PHOTOS)
            # What the old key opened is made anew from the database when it is needed.
            key_store.add(folder, key_store.LISTS)
            key_store.drop_old(folder, key_store.LISTS)
        done, left = photos.renew(folder / PHOTOS, parts)
    more = f" {left} others cannot be read: the old key stays for them." if left else ""
    say(f"{done} photos have a new key.{more}")
    return not others and not left
