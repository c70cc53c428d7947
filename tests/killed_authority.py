"""A program that changes a hub's authority, and is killed at each step in turn.

``python -m tests.killed_authority URL FOLDER FIRST EVERY [OPTION]``: URL is the hub's database,
FOLDER has its data. A step is a statement of the database and a few thousand instructions within
one (SQLite), and a file that is made durable, renamed or removed. From the first on, at every
so many-th, a process runs the real command ``keys rotate-ca`` with the option until it gets SIGKILL
there; in the end one comes through. Without one it is what a hub does each minute that is killed,
with the new authority due, and then it is looked what came of it. Prints how many were killed.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, event

from admin_console.hub import authority, authority_change
from admin_console.hub.__main__ import main
from admin_console.hub.authority_change import CONSOLES_HEAR, OLD_ONE_STAYS, Step
from db import authorities
from db.engine import database_file, open_database
from tests.killed_keys import count_steps, in_a_process, killed_at

LATER = CONSOLES_HEAR + OLD_ONE_STAYS


def count(step: Callable[[], None]) -> None:
    count_steps(step)
    link = os.link

    def linked(*arguments: str, **named: bool) -> None:
        step()
        link(*arguments, **named)

    os.link = linked  # type: ignore[assignment]  # it takes what is asked of it here
    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, lambda *_: step())


def rotate(url: str, folder: Path, option: str, step: Callable[[], None]) -> int:
    """The command, as somebody types it."""
    where = [] if database_file(url) is not None else ["--data-folder", str(folder)]
    count(step)
    return main(["keys", "rotate-ca", option, "--database", url, *where])


def look(url: str, tls: Path, step: Callable[[], None]) -> int:
    """What is due at a hub a week after it was begun, with no kiosk to be waited for."""
    with closing(open_database(url)) as database:
        count(step)
        for later in (CONSOLES_HEAR, LATER):
            authority_change.look(database, tls, datetime.now(UTC) + later)
    return 0


def check(url: str, tls: Path) -> None:
    """The hub goes on from what is left, and is known by its new authority alone."""
    with closing(open_database(url)) as database:
        own = authority.open_authority(tls, datetime.now(UTC))
        following = own.next_ca
        for later in (CONSOLES_HEAR, LATER, 2 * LATER):
            authority_change.look(database, tls, datetime.now(UTC) + later)
        assert authority_change.look(database, tls, datetime.now(UTC) + 3 * LATER) is Step.NONE
        now = authority.open_authority(tls, datetime.now(UTC)).ca
        assert now == following or (not following and now == own.ca)
        with database.read() as session:
            assert authorities.told(session).pems == (now,)


def run_looks(url: str, tls: Path, first: int, every: int) -> int:
    for killed, number in enumerate(itertools.count(first, every)):
        with closing(open_database(url)) as database:
            authority_change.begin(database, tls, datetime.now(UTC), is_another=False)
        status = in_a_process(partial(look, url, tls, killed_at(number)))
        check(url, tls)
        if status != -signal.SIGKILL:
            return said(killed, status)
    return 1


def run(url: str, folder: Path, first: int, every: int, option: str) -> int:
    open_database(url).close()  # what a process learns once, its children know
    for killed, number in enumerate(itertools.count(first, every)):
        status = in_a_process(partial(rotate, url, folder, option, killed_at(number)))
        authority.open_authority(folder / authority.FOLDER, datetime.now(UTC))
        if status != -signal.SIGKILL:
            # Of one that was killed after it was done, --now finds nothing left to do.
            return said(killed, 0 if option == "--now" and status == 1 else status)
    return 1


def said(killed: int, status: int) -> int:
    sys.stdout.write(f"killed {killed} times\n")
    return status


if __name__ == "__main__":
    of, where, begin_at, step_by, *more = sys.argv[1:]
    at = (int(begin_at), int(step_by))
    if more:
        sys.exit(run(of, Path(where), *at, more[0]))
    sys.exit(run_looks(of, Path(where) / authority.FOLDER, *at))
