"""A program that changes the key a running hub signs with, and is killed at each step in turn.

``python -m tests.killed_signing URL FIRST EVERY``: URL is the hub's database. A step is a statement
of the database and a few thousand instructions within one (SQLite), and a file that is made
durable, renamed or removed. From the first on, at every so many-th, a process runs the real command
until it gets SIGKILL there; in the end one comes through. Prints how many were killed.
"""

import itertools
import signal
import sys
from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine, event

from admin_console.hub.__main__ import main
from db.engine import open_database
from tests.killed_keys import count_steps, in_a_process, killed_at


def rotate(url: str, step: Callable[[], None]) -> int:
    """The command, as somebody types it."""
    count_steps(step)

    def before(*_: object) -> None:
        step()

    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, before)
    return main(["keys", "rotate-signing", "--database", url])


def run(url: str, first: int, every: int) -> int:
    open_database(url).close()  # what a process learns once, its children know
    for killed, step in enumerate(itertools.count(first, every)):
        status = in_a_process(partial(rotate, url, killed_at(step)))
        if status != -signal.SIGKILL:
            sys.stdout.write(f"killed {killed} times\n")
            return status
    return 1


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], *map(int, sys.argv[2:])))
