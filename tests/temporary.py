"""Where tests write: in memory where there is room, and gone when they have ended.

On a disk, SQLite would wait for it at each transaction, and PostgreSQL makes a thousand files for
each new database.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

IN_MEMORY = Path("/dev/shm")  # noqa: S108  each run makes a folder of its own there
ROOM_BYTES = 1024**3
_FOLDER = pytest.StashKey[Path]()
_KEEP = pytest.StashKey[bool]()


def begin(config: pytest.Config) -> None:
    """All temporary folders, those of other programs too, are in one. Workers inherit it."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="vestibule-tests-", dir=_memory()))
    folder.chmod(0o711)  # PostgreSQL runs as another user when tests run as root
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    config.stash[_FOLDER] = folder


def keep_what_failed(session: pytest.Session) -> None:
    session.config.stash[_KEEP] = session.exitstatus == pytest.ExitCode.TESTS_FAILED


def end(config: pytest.Config) -> None:
    """Remove the folder, also after Ctrl-C, unless tests failed: then theirs can be looked at."""
    folder = config.stash.get(_FOLDER, None)
    if folder is None:
        return
    os.environ.pop("TMPDIR")
    tempfile.tempdir = None
    if not config.stash.get(_KEEP, False):
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    if not os.access(IN_MEMORY, os.W_OK):
        return None
    runs_programs = not os.statvfs(IN_MEMORY).f_flag & os.ST_NOEXEC
    return IN_MEMORY if runs_programs and shutil.disk_usage(IN_MEMORY).free > ROOM_BYTES else None
