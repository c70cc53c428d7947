"""``vestibule-hub keys``: where the keys are of what the hub keeps, and new ones in their place."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from admin_console.hub import authority_command, folders
from db.key_store import Place

Command = Callable[..., argparse.ArgumentParser]


def add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keys",
        choices=list(Place),
        default=Place.AUTO,
        help="where keys are put that are not made yet: in this account's keyring or in a file "
        "that only this account can read; auto is the keyring on Windows and macOS, else the file",
    )


def add_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", command: Command
) -> None:
    of_keys = commands.add_parser("keys", help="the keys of what the hub keeps").add_subparsers(
        required=True, metavar="COMMAND"
    )
    shown = command(of_keys, "show", "say where the keys are, not what they are", _show)
    rotated = command(
        of_keys, "rotate", "encrypt everything with new keys; the hub must be stopped", _rotate
    )
    command(
        of_keys,
        "rotate-numbers",
        "hash ID numbers with a new key, as after a kiosk was stolen and revoked",
        _rotate_numbers,
    )
    command(
        of_keys,
        "rotate-signing",
        "sign receipts, heads of the log and answers to kiosks with a new key; the hub may run",
        _rotate_signing,
    )
    authority_command.add_to(of_keys, command)
    moved = command(of_keys, "move", "keep the same keys elsewhere", _move)
    moved.add_argument("--to", required=True, choices=[Place.KEYRING, Place.FILE], type=Place)
    rotated.set_defaults(
        stopped="The change of keys was stopped. Nothing is lost: old and new keys are kept until "
        "nothing needs the old ones. Give it again, and it goes on."
    )
    for one in (shown, rotated, moved):
        folders.add_to(one)


def _show(arguments: argparse.Namespace) -> int:
    from db import disk_keys

    folder, _ = _of(arguments)
    for line in disk_keys.shown(folder):
        _say(line)
    for line in _said_of_those_inside(arguments.database):
        _say(line)
    for line in authority_command.shown(arguments.database, folder):
        _say(line)
    return 0


_INSIDE = ("The key for ID numbers", "The key that the hub signs with")


def _said_of_those_inside(url: str) -> Iterator[str]:
    """A line for each key that is in the database."""
    from admin_console.hub.commands import existing
    from db import hub_keys, number_keys
    from db.domain.errors import StorageError

    try:
        with existing(url) as database, database.read() as session:
            later, named = number_keys.later(session), hub_keys.known(session)
    except StorageError:
        yield from (f"{what}: in the database, which cannot be read now." for what in _INSIDE)
        return
    changed = (
        [(number_keys.id_of(key), key.made_at) for key in later],
        [(change.new_key, change.at) for change in named],
    )
    for what, ones in zip(_INSIDE, changed, strict=True):
        if not ones:
            yield f"{what}: in the database, and never changed."
            continue
        name, at = ones[-1]
        times = "once" if len(ones) == 1 else f"{len(ones)} times"
        yield f"{what}: in the database, {name}, changed {times}, last on {at:%Y-%m-%d}."


def _move(arguments: argparse.Namespace) -> int:
    from db import disk_keys

    folder, _ = _of(arguments)
    disk_keys.move(folder, arguments.to)
    return _show(arguments)


def _rotate(arguments: argparse.Namespace) -> int:
    from admin_console.hub import entry_photos
    from db import disk_keys, move

    folder, path = _of(arguments)
    if path is not None and path.is_file():
        move.refuse_moved_file(arguments.database)
    return 0 if disk_keys.rotate(folder, path, ("", entry_photos.FOLDER), _say) else 1


def _rotate_numbers(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from admin_console.hub.commands import set_up
    from db import audit, changes, number_keys, number_lifting
    from db.domain.audit import Deed

    now = datetime.now(UTC)
    with set_up(arguments.database) as database:
        number_lifting.lift_all(database)  # what an earlier change, which was ended, left to do
        with database.begin() as session:
            number_keys.add(session, now)
            changes.add(session, "number_keys", number_keys.sealed(session))
            key_id = number_keys.newest_id(number_keys.later(session))
            audit.note(session, audit.TERMINAL, Deed.NUMBER_KEY_CHANGED, now, detail=key_id)
            count = number_keys.waiting(session)  # a hub that runs takes its share of them
        number_lifting.lift_all(database)
    _say(
        f"ID numbers have a new key, {key_id}. The hashes of {count} visits were made anew with "
        "it, so everybody is recognised as before. Kiosks learn the key when they next reach the "
        "hub. The log and older backups hold the hashes of before until retention ends them."
    )
    return 0


def _rotate_signing(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from admin_console.hub import backup_command
    from admin_console.hub import site as hub_site
    from admin_console.hub.commands import set_up
    from db import key_store
    from db.engine import database_file

    now, file = datetime.now(UTC), database_file(arguments.database)
    if file is not None:  # the backup has to be the account's that runs the hub, too
        key_store.refuse_root(file.parent)
    with set_up(arguments.database) as database, database.begin() as session:
        change = hub_site.change_signing_key(session, now)
    _say(
        f"The hub signs with a new key: {change.new_key}\n"
        f"Its old one, {change.old_key}, has signed that, and is gone. Kiosks follow when they "
        "next ask the hub; one of a version before has to be updated first. Whoever has written "
        "the old key down can go on with it: an exported log leads from it to the new one."
    )
    if file is not None:
        path, _ = backup_command.make(arguments.database, None, datetime.now(UTC))
        _say(f"A hub that is restored from before has the old key. A backup with the new: {path}")
    return 0


def _of(arguments: argparse.Namespace) -> tuple[Path, Path | None]:
    """The folder that holds what the keys open, and the database's file if there is one."""
    from db.engine import database_file

    folder = folders.beside(arguments.database, arguments.data_folder)
    return folder, database_file(arguments.database)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
