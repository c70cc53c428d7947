"""A program that changes a kiosk's keys, is killed at each step in turn, and looks what is left.

``python -m tests.killed_keys KIOSK WORK VISITS FIRST EVERY``: KIOSK is a folder with a kiosk's data
and so many visits, ``ring.json`` in it a keyring; WORK gets copies. A step is a file that is made
durable, renamed or removed, a key that goes into or out of the keyring, a statement of the
database, and a few thousand instructions within one. From the first on, at every so many-th (1:
all, some two hundred), a process runs the real command until it gets SIGKILL there. Prints what was
wrong afterwards, a line each, and then how many were killed.
"""

import contextlib
import io
import itertools
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import keyring
from keyring.backend import KeyringBackend

from db import encryption, key_store, log, photos
from db.engine import open_database
from db.models import VisitRow
from kiosk.__main__ import main

INSTRUCTIONS = 4000
NAMES = (key_store.DATABASE, key_store.PHOTOS, key_store.LISTS)
FAILED = 70


class FileRing(KeyringBackend):
    """A keyring that outlives who uses it. `step` is called before and after each change."""

    priority = 5

    def __init__(self, path: Path, step: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self._path, self._step = path, step

    def kept(self) -> dict[str, str]:
        return dict(json.loads(self._path.read_text())) if self._path.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write({**self.kept(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self.kept()
        del kept[f"{service} {username}"]
        self._write(kept)

    def _write(self, kept: dict[str, str]) -> None:
        self._step()
        self._path.write_text(json.dumps(kept))
        self._step()


def in_a_process(work: Callable[[], int]) -> int:
    """What it returned; minus the signal's number when it was killed."""
    child = os.fork()
    if child == 0:
        status = FAILED
        try:
            status = work()
        finally:
            sys.stdout.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(count: int) -> Callable[[], None]:
    """Called at each step; at the one of that number nothing of this process runs any more."""
    left = count

    def step() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


def count_on_disk(step: Callable[[], None], *more: str) -> None:
    """Have it called before files are made durable, renamed or removed, and before `more` of os."""

    def before(call: Callable[..., Any]) -> Callable[..., Any]:
        def stepping(*arguments: Any, **named: Any) -> Any:
            step()
            return call(*arguments, **named)

        return stepping

    for name in ("fsync", "replace", "rename", "unlink", *more):
        setattr(os, name, before(getattr(os, name)))


def count_steps(step: Callable[[], None]) -> None:
    """Have it called before all that reaches a disk."""
    count_on_disk(step)
    connect = encryption.connect

    def connected(path: Path | str, key: bytes | None) -> Any:
        connection = connect(path, key)
        connection.set_trace_callback(lambda _: step())
        connection.set_progress_handler(step, INSTRUCTIONS)
        return connection

    vars(encryption)["connect"] = connected


def rotate(folder: Path, step: Callable[[], None] | None) -> int:
    """The command, as somebody types it."""
    settings = folder.with_suffix(".toml")
    settings.write_text(f'[kiosk]\nname = "Front kiosk"\ndata_folder = "{folder}"\n')
    keyring.set_keyring(FileRing(folder / "ring.json", step or (lambda: None)))
    if step is not None:
        count_steps(step)
    with contextlib.redirect_stdout(io.StringIO()):
        return main(["--config", str(settings), "keys", "rotate"])


def wrong_at_a_start(folder: Path, visits: int) -> Iterator[str]:
    """What a kiosk that starts then does not find."""
    keyring.set_keyring(FileRing(folder / "ring.json"))
    url = f"sqlite:///{folder}/kiosk.db"
    with closing(open_database(url)) as database, database.read() as session:
        if session.query(VisitRow).count() != visits:
            yield "visits are missing"
        if [chain.is_good for chain in log.verify_log(session)] != [True]:
            yield "the log is not whole"
    yield from (f"{path.name} was left" for path in folder.glob("kiosk.db.*"))
    for path in (folder / "photos").iterdir():
        if path.suffix == ".photo" and photos.read(folder / "photos", path.stem) is None:
            yield f"{path.name} does not open"


def wrong_in_the_end(folder: Path, kiosk: Path, old: Iterable[bytes]) -> Iterator[str]:
    """What is left of the old keys, and of what was on its way."""
    keyring.set_keyring(FileRing(folder / "ring.json"))
    files = {path.relative_to(folder): path.read_bytes() for path in files_in(folder)}
    for key in old:
        yield from (f"an old key is in {path}" for path, text in files.items() if key in text)
    there = {path.relative_to(kiosk) for path in files_in(kiosk)}
    yield from (f"{path} was left" for path in files.keys() - there)
    yield from (f"{path} is gone" for path in there - files.keys())
    yield from (f"{n} has older keys" for n in NAMES if len(key_store.keys(folder, n)) != 1)


def files_in(folder: Path) -> Iterator[Path]:
    """But those that come and go with who has the database open."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return (path for path in found if not path.name.endswith(("-wal", "-shm", "-in-use")))


def told(step: int, what: Callable[[], Iterator[str]]) -> int:
    """Print what was wrong; for a process of its own, so that what stays open stays nowhere."""
    found = list(what())
    for one in found:
        sys.stdout.write(f"step {step}: {one}\n")
    return len(found)


def run(kiosk: Path, work: Path, visits: int, first: int, every: int) -> int:
    """Kill the command at its steps, until there is none left."""
    keyring.set_keyring(FileRing(kiosk / "ring.json"))
    old = [key.hex().encode() for name in NAMES for key in key_store.keys(kiosk, name)]
    warm = shutil.copytree(kiosk, work / "warm")
    list(wrong_at_a_start(warm, visits))  # what a process learns once, its children know
    wrong = killed = 0
    for step in itertools.count(first, every):
        folder = work / f"{step}"
        shutil.copytree(kiosk, folder)
        status = in_a_process(partial(rotate, folder, killed_at(step)))
        start = partial(told, step, partial(wrong_at_a_start, folder, visits))
        if killed % 2:  # else somebody asks for it again at once
            wrong += in_a_process(start)
        wrong += in_a_process(partial(rotate, folder, None))
        wrong += in_a_process(start)
        wrong += told(step, partial(wrong_in_the_end, folder, kiosk, old))
        shutil.rmtree(folder)
        if status != -signal.SIGKILL:
            break
        killed += 1
    sys.stdout.write(f"killed {killed} times\n")
    return 1 if wrong or status else 0


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:])))
