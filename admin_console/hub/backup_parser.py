"""``vestibule-hub backup`` and ``restore``: what can be said. Imports little, for `--help`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from admin_console.hub.typed import secret

KEPT = 7
Command = Callable[..., argparse.ArgumentParser]


def add_kept(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backups-kept",
        type=_count,
        default=KEPT,
        metavar="N",
        help="a backup is made each day beside the database, and so many stay (default: "
        "%(default)s; 0: none is made)",
    )


def add_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", command: Command
) -> None:
    backup = command(commands, "backup", "write everything to one encrypted file", _backup)
    backup.set_defaults(
        stopped="Stopped. No backup was made, and those that were there are there still."
    )
    backup.add_argument(
        "--to",
        type=Path,
        metavar="FILE",
        help="or a folder, for a new file there; default: in backups/ beside the data",
    )
    backup.add_argument(
        "--show-key",
        action="store_true",
        help="only print the key that opens the backups, to be written down and kept elsewhere",
    )
    backup.add_argument(
        "--new-key",
        action="store_true",
        help="with a new key, which is printed, as are all that follow; those before still open",
    )
    restore = command(commands, "restore", "go on from a backup; the hub must be stopped", _restore)
    restore.set_defaults(stopped="The restore was stopped. Nothing was changed.")
    restore.add_argument("file", type=Path)
    restore.add_argument(
        "--secrets-stdin", action="store_true", help="read the backup's key from standard input"
    )


def _backup(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from admin_console.hub import backup_command, backup_keys

    if arguments.show_key:
        _say(backup_keys.words(arguments.database))
        return 0
    if arguments.new_key:
        _say(backup_command.begin_new_key(arguments.database, datetime.now(UTC)))
    path, about = backup_command.make(arguments.database, arguments.to, datetime.now(UTC))
    _say(backup_command.words_of(path, about))
    return 0


def _restore(arguments: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from admin_console.hub import backup_command, backup_keys

    backup_command.go_on(arguments.database)  # the keys may be half-way too
    backup_command.refuse_moved(arguments.database)  # before anybody looks for the key's paper
    key = backup_keys.here(arguments.database, arguments.file)
    if key is None and arguments.secrets_stdin:
        key = backup_keys.typed(sys.stdin.readline())
    elif key is None:
        key = backup_keys.typed(secret(backup_keys.question(arguments.file)))
    _say(backup_command.restore(arguments.database, arguments.file, key, datetime.now(UTC)))
    return 0


def _count(text: str) -> int:
    count = int(text)
    if not 0 <= count <= 10_000:
        raise argparse.ArgumentTypeError("a number from 0 to 10000")
    return count


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
