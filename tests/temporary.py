"""Where tests write: in memory where there is room, and gone when they have ended.

On a disk, SQLite would wait for it at each transaction, and PostgreSQL makes a thousand files for
each new database.
"""

import os
import shutil
import tempfile
from pathlib import Path

import psutil
import pytest

IN_MEMORY = Path("/dev/shm")  # noqa: S108  each run makes a folder of its own there
ROOM_BYTES = 1024**3
_NAME = "vestibule-tests-"
"""The number of the run's process follows."""
_FOLDER = pytest.StashKey[Path]()
_KEEP = pytest.StashKey[bool]()


def begin(config: pytest.Config) -> None:
    """All temporary folders, those of other programs too, are in one. Workers inherit it."""
    if hasattr(config, "workerinput"):
        return
    place = _memory()
    _remove_those_of_runs_that_were_killed(place or Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=f"{_NAME}{os.getpid()}-", dir=place))
    folder.chmod(0o711)  # PostgreSQL runs as another user when tests run as root
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    config.stash[_FOLDER] = folder


def keep_what_failed(session: pytest.Session) -> None:
    session.config.stash[_KEEP] = session.exitstatus == pytest.ExitCode.TESTS_FAILED


def end(config: pytest.Config) -> None:
    """Remove the folder, also after Ctrl-C.

    If tests failed, what they wrote can be looked at until the next run begins.
    """
    folder = config.stash.get(_FOLDER, None)
    if folder is None:
        return
    os.environ.pop("TMPDIR")
    tempfile.tempdir = None
    if not config.stash.get(_KEEP, False):
        shutil.rmtree(folder, ignore_errors=True)


def _remove_those_of_runs_that_were_killed(place: Path) -> None:
    """A PostgreSQL server that was left in one ends itself within a minute."""
    for folder in place.glob(f"{_NAME}*-*"):
        process = folder.name.removeprefix(_NAME).partition("-")[0]
        if process.isdecimal() and not psutil.pid_exists(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    if not os.access(IN_MEMORY, os.W_OK):
        return None
    runs_programs = not os.statvfs(IN_MEMORY).f_flag & os.ST_NOEXEC
    return IN_MEMORY if runs_programs and shutil.disk_usage(IN_MEMORY).free > ROOM_BYTES else None
