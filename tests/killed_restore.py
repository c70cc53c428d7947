"""A program that restores a hub, is killed at each step in turn, and looks what is left.

``python -m tests.killed_restore HUB BACKUP WORK FIRST EVERY``: HUB is a folder with a hub's data,
BACKUP a file of it whose key is there; WORK gets copies. A step is a file that is made durable,
renamed or removed, and a folder that is made or removed. From the first on, at every so many-th, a
process runs the real command until it gets SIGKILL there. Then, in turn, the hub is started, or
somebody restores again. Prints what was wrong afterwards, a line each, and then how many were
killed.
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

from admin_console.hub import authority
from admin_console.hub.__main__ import main
from db import photos, restoring, watchlists
from db.domain.errors import StorageError
from db.engine import open_database
from tests.killed_keys import count_on_disk, in_a_process, killed_at, told

BEFORE, RESTORED = ["Kept", "Since then"], ["Kept"]
"""The lists that the hub has, and those that the backup has."""


def restore(folder: Path, file: Path, step: Callable[[], None] | None) -> int:
    if step is not None:
        count_on_disk(step, "mkdir", "rmdir")
    with contextlib.redirect_stdout(io.StringIO()):
        return main(["restore", str(file), "--database", f"sqlite:///{folder}/hub.db"])


def lists_of(folder: Path) -> list[str]:
    url = f"sqlite:///{folder}/hub.db"
    with closing(open_database(url)) as database, database.read() as session:
        return [known.name for known in watchlists.all_lists(session)]


def wrong_at_once(folder: Path) -> Iterator[str]:
    """What whoever opens the database then finds, before anybody goes on."""
    try:
        found = lists_of(folder)
    except StorageError as error:
        if "did not come to its end" not in str(error):
            yield str(error)
        return
    if found not in (BEFORE, RESTORED):
        yield f"a hub with the lists {found}"


def wrong_at_a_start(folder: Path, ca: str, *, is_asked_again: bool) -> Iterator[str]:
    """What a hub that starts then does not find, or what nobody needs any more."""
    restoring.go_on(folder / "hub.db")
    found = lists_of(folder)
    if found != RESTORED and (is_asked_again or found != BEFORE):
        yield f"a hub with the lists {found}"
    if (folder / "restore-ready").exists():
        yield "what was restored from is there still"
    kept = [lists_of(aside) for aside in folder.glob("before-restore-*")]
    if BEFORE not in [found, *kept]:
        yield "what was there before is gone"
    for path in (folder / "photos").iterdir():
        if path.suffix == ".photo" and photos.read(folder / "photos", path.stem) is None:
            yield f"{path.name} does not open"
    if not list((folder / "photos").glob("*.photo")):
        yield "there are no photos"
    own = authority.in_use(folder / authority.FOLDER)
    if own is None or own.pem() != ca:
        yield "it is not known by its authority any more"


def run(hub: Path, file: Path, work: Path, first: int, every: int) -> int:
    """Kill the command at its steps, until there is none left."""
    own = authority.in_use(hub / authority.FOLDER)
    assert own is not None
    ca = own.pem()
    lists_of(shutil.copytree(hub, work / "warm"))  # what a process learns, its children know
    wrong = killed = 0
    for step in itertools.count(first, every):
        folder = work / f"{step}"
        shutil.copytree(hub, folder)
        status = in_a_process(partial(restore, folder, file, killed_at(step)))
        wrong += in_a_process(partial(told, step, partial(wrong_at_once, folder)))
        is_asked_again = killed % 2 == 1 or status == 0
        if is_asked_again and status != 0:
            wrong += in_a_process(partial(restore, folder, file, None))
        looks = partial(wrong_at_a_start, folder, ca, is_asked_again=is_asked_again)
        wrong += in_a_process(partial(told, step, looks))
        shutil.rmtree(folder)
        if status != -signal.SIGKILL:
            break
        killed += 1
    sys.stdout.write(f"killed {killed} times\n")
    return 1 if wrong or status else 0


if __name__ == "__main__":
    sys.exit(run(*map(Path, sys.argv[1:4]), *map(int, sys.argv[4:])))
