"""``vestibule-kiosk keys``: where the keys are of what the kiosk keeps, and new ones."""

import argparse
import sys

from db.key_store import Place
from kiosk.config import KioskConfig


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    of_keys = commands.add_parser("keys", help="the keys of what the kiosk keeps").add_subparsers(
        required=True, metavar="COMMAND"
    )
    shown = of_keys.add_parser("show", help="say where the keys are, not what they are")
    shown.set_defaults(run=_show)
    rotated = of_keys.add_parser(
        "rotate", help="encrypt everything with new keys; the kiosk must be stopped"
    )
    rotated.set_defaults(run=_rotate)
    moved = of_keys.add_parser("move", help="keep the same keys elsewhere")
    moved.add_argument("--to", required=True, choices=[Place.KEYRING, Place.FILE], type=Place)
    moved.set_defaults(run=_move)


def _show(config: KioskConfig, _: argparse.Namespace) -> int:
    from db import disk_keys

    for line in disk_keys.shown(config.folder):
        _say(line)
    return 0


def _rotate(config: KioskConfig, _: argparse.Namespace) -> int:
    from db import disk_keys
    from db.engine import database_file

    path = database_file(config.database_url)
    return 0 if disk_keys.rotate(config.folder, path, ("",), _say) else 1


def _move(config: KioskConfig, arguments: argparse.Namespace) -> int:
    from db import disk_keys

    disk_keys.move(config.folder, arguments.to)
    return _show(config, arguments)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
