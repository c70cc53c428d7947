"""A program that moves a hub to PostgreSQL, is killed at each commit, and looks what is left.

``python -m tests.killed_move HUB WORK PORT TEMPLATE``: HUB is a folder with a hub's database, which
no hub runs with; WORK gets copies. PORT is that of a PostgreSQL server for tests, TEMPLATE an empty
database there. Between two commits nothing changes for anybody else, so a step is the moment before
one, here or there, and the end of the command. At each a process runs the real command until it
gets SIGKILL. Then, in turn, a hub goes on with the old database if it may, and somebody moves it
again. Prints what was wrong, a line each, and then how many were killed.
"""

import contextlib
import io
import itertools
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine.default import DefaultDialect

from admin_console.hub.__main__ import main
from db import move
from db.columns import Base
from db.domain.errors import StorageError
from db.engine import open_existing
from tests.killed_keys import in_a_process, killed_at, told
from tests.postgres import PostgresServer


def file_in(folder: Path) -> str:
    return f"sqlite:///{folder}/hub.db"


def count_commits(step: Callable[[], None]) -> None:
    """Have it called before each commit, of either database."""
    commit = DefaultDialect.do_commit

    def stepping(self: DefaultDialect, connection: Any) -> None:
        step()
        commit(self, connection)

    setattr(DefaultDialect, "do_commit", stepping)  # noqa: B010  as mypy sees it, a method stays


def move_hub(old: str, new: str, step: Callable[[], None] | None) -> int:
    if step is not None:
        count_commits(step)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        status = main(["move", "--database", old, "--to", new])
    if step is not None:
        step()
    return status


def serves(url: str) -> bool:
    """Whether a hub would start with this database."""
    with closing(open_existing(url)) as database, database.read() as session:
        try:
            move.refuse_moved(session)
        except StorageError:
            return False
    return True


def rows(url: str) -> dict[str, int]:
    with closing(open_existing(url)) as database, database.engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def wrong_at_once(old: str, new: str) -> Iterator[str]:
    """An empty database serves nobody: a hub that starts with it is another one."""
    is_there = rows(new)["event"] > 0
    if serves(old) and is_there and serves(new):
        yield "both serve"


def go_on(old: str) -> int:
    """What a hub or a command does with a database that serves."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return main(["sites", "add", "Other", "--database", old])


def move_again(old: str, new: str) -> int:
    """Unless the last thing that a move says was all that was cut off."""
    return 0 if serves(new) and not serves(old) else move_hub(old, new, None)


def wrong_in_the_end(old: str, new: str) -> Iterator[str]:
    if serves(old):
        yield "the old one serves"
    if not serves(new):
        yield "the new one does not serve"
    here = rows(old)
    if rows(new) != {**here, "setting": here["setting"] - 1}:  # the one that says it was moved
        yield "the new one is not as the old one"
    with contextlib.redirect_stdout(io.StringIO()):
        if main(["verify-log", "--database", new]) != 0:
            yield "the log is not whole"


def run(hub: Path, work: Path, port: int, template: str) -> int:
    """Kill the command at its steps, until there is none left."""
    server = PostgresServer(port, work)
    wrong = killed = 0
    for step in itertools.count(1):
        old = file_in(shutil.copytree(hub, work / f"{step}"))
        with server.new_database(template) as new:
            status = in_a_process(partial(move_hub, old, new, killed_at(step)))
            wrong += in_a_process(partial(told, step, partial(wrong_at_once, old, new)))
            if killed % 2:  # else somebody moves it again at once
                in_a_process(partial(go_on, old))
            wrong += in_a_process(partial(move_again, old, new))
            wrong += in_a_process(partial(told, step, partial(wrong_in_the_end, old, new)))
        if status != -signal.SIGKILL:
            break
        killed += 1
    sys.stdout.write(f"killed {killed} times\n")
    return 1 if wrong or status else 0


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
