"""A restored hub takes the place of what is there: all of it or nothing, wherever that is cut off.

What was unpacked lies whole in a folder of its own before anything is moved. Once that folder has
its last name, what was there is renamed into a folder that stays, and what was unpacked into its
place, the database last. Until then nobody opens the database, which would make an empty one: who
next runs the hub, or restores again, goes on with it.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from db import codec, own_files, private_files
from db.backup import DATABASE
from db.domain.errors import StorageError

UNPACKED, _READY, _PLAN = "restoring", "restore-ready", "exchange.json"
_MOVED = (own_files.PHOTOS, own_files.TLS, own_files.KEYS)
_REMADE = own_files.LIST_INDEX


@dataclass(frozen=True, slots=True)
class _Plan:
    """The database's name, and that of the folder for what was there before."""

    database: str
    aside: str


def is_left(folder: Path) -> bool:
    """Whether there is something to do for `go_on`."""
    return (folder / _READY).exists()


def refuse_halfway(folder: Path) -> None:
    """Raise `StorageError` while a restore into this folder has not come to its end."""
    if (folder / _READY / DATABASE).exists():
        raise StorageError(
            f"A restore into {folder} did not come to its end. Nothing is lost, and nothing was "
            "changed now: start the hub, or restore again, and it is gone on with."
        )


def put_in_place(place: Path, now: datetime) -> Path | None:
    """Exchange what is at `place`, and beside it, for what `UNPACKED` beside it holds.

    Returns the folder that has what was there, None when there was nothing. Nobody else may have
    the database open. Raises OSError, and then all is where it was, or `StorageError` in words.
    """
    folder = place.parent
    work, ready = folder / UNPACKED, folder / _READY
    plan = _Plan(place.name, f"before-restore-{now:%Y%m%dT%H%M%SZ}")
    for name in _MOVED:  # a folder that is not there any more was moved
        (work / name).mkdir(mode=0o700, exist_ok=True)
    private_files.write(work / _PLAN, codec.to_json(plan))
    private_files.sync_folder(work)
    _rename(work, ready)
    done: list[tuple[Path, Path]] = []
    try:
        _exchange(folder, plan, lambda *both: done.append(both))
    except BaseException as error:
        _take_back(folder, plan, done, error)
        raise
    return _ended(folder, plan)


def go_on(place: Path) -> Path | None:
    """End a restore that was cut off; None when there is none. For who holds the database.

    Returns the folder that has what was there before. Raises `StorageError` in words.
    """
    folder, ready = place.parent, place.parent / _READY
    if not is_left(folder):
        return None
    if not (ready / DATABASE).exists():
        shutil.rmtree(ready, ignore_errors=True)
        return None
    plan = None
    try:
        plan = codec.from_json((ready / _PLAN).read_bytes(), _Plan)
        _exchange(folder, plan)
    except (OSError, msgspec.MsgspecError) as error:
        raise StorageError(_halfway(folder, plan, error)) from error
    return _ended(folder, plan)


def _exchange(
    folder: Path, plan: _Plan, moved: Callable[[Path, Path], object] = lambda *_: None
) -> None:
    """Each step can be taken again; `moved` hears of each that was taken."""
    ready, aside = folder / _READY, folder / plan.aside

    def move(source: Path, target: Path) -> None:
        _rename(source, target)
        moved(source, target)

    def put_aside(name: str) -> None:
        if not (folder / name).exists():
            return
        aside.mkdir(mode=0o700, exist_ok=True)
        target, count = aside / name, 1
        while target.exists():  # somebody made another one meanwhile
            count += 1
            target = aside / f"{name}-{count}"
        move(folder / name, target)

    for name in (*(f"{plan.database}{end}" for end in own_files.BESIDE), _REMADE):
        put_aside(name)
    for name in _MOVED:
        if (ready / name).exists():
            put_aside(name)
            move(ready / name, folder / name)
    move(ready / DATABASE, folder / plan.database)


def _take_back(
    folder: Path, plan: _Plan, done: list[tuple[Path, Path]], error: BaseException
) -> None:
    """Undo the steps. Raises `StorageError` in words when that cannot be either."""
    aside = folder / plan.aside
    try:
        for source, target in reversed(done):
            _rename(target, source)
        if aside.exists():
            aside.rmdir()
        _rename(folder / _READY, folder / UNPACKED)
    except OSError as second:
        raise StorageError(_halfway(folder, plan, second)) from error


def _ended(folder: Path, plan: _Plan) -> Path | None:
    shutil.rmtree(folder / _READY, ignore_errors=True)
    aside = folder / plan.aside
    return aside if aside.exists() else None


def _halfway(folder: Path, plan: _Plan | None, error: Exception) -> str:
    aside = folder / (plan.aside if plan is not None else "before-restore-*")
    return (
        f"The restore is half-way, and cannot go on ({error}). Nothing is lost: what was here "
        f"before is in {aside}, as far as it was moved, and what takes its place in "
        f"{folder / _READY}. Mend what is in the way, then start the hub, or restore again: it is "
        "gone on with."
    )


def _rename(source: Path, target: Path) -> None:
    source.rename(target)
    for folder in {source.parent, target.parent}:
        private_files.sync_folder(folder)
