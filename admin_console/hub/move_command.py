"""``vestibule-hub move``: from one PC's file to a district's server."""

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from admin_console.hub import folders

Add = Callable[..., argparse.ArgumentParser]
FOLDERS = "photos, tls and keys"


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """Add the command; `add` makes one that has ``--database``."""
    moved = add(
        commands, "move", "copy everything to another database and check it by the log", _move
    )
    moved.set_defaults(
        stopped="The move was stopped. Nothing is lost: run it again, as it was run before, and it "
        "begins anew or goes on. A hub that is started with the old database meanwhile says if it "
        "may not serve any more."
    )
    moved.add_argument(
        "--to", required=True, metavar="URL", help="an empty one: postgresql+psycopg://host/name"
    )
    folders.add_to(moved)


def _move(arguments: argparse.Namespace) -> int:
    from db import move

    here = folders.beside(arguments.database)
    there = folders.beside(arguments.to, arguments.data_folder)
    unsaid = [f"Afterwards the folders {FOLDERS} go from {here} to {there}.\n"]
    if here == there:
        unsaid.clear()

    def watch(table: str, rows: int) -> None:
        while unsaid:  # once nothing stands against it any more
            sys.stderr.write(unsaid.pop())
        if rows:
            sys.stderr.write(f"{table}: {rows:,}\n")

    done = move.move(arguments.database, arguments.to, datetime.now(UTC), watch)
    root = done.root.hex()
    lines = [
        f"{done.rows:,} rows were copied. The log is whole: {done.events:,} events, root {root}."
    ]
    if done.cut:
        lines.append(
            f"In {done.cut:,} rows a text that PostgreSQL cannot hold was cut or lost zero bytes, "
            "or a number was limited. The log itself was not changed."
        )
    option = "" if arguments.data_folder is None else f" and --data-folder {there}"
    if here != there:
        lines.append(f"Move the folders {FOLDERS} from {here} to {there}.")
    lines.append(
        f"Then start the hub with the new --database{option}. With the old one it no longer starts."
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0
