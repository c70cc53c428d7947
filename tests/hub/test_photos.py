"""Photos go when their days are over, at the hub too, and everything else stays."""

import asyncio
import os
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from admin_console.hub.upkeep import delete_old_photos
from db import photos
from db.engine import Database
from tests.hub_of_tests import Clock, hub_at
from tests.makers import NINE


def photo(folder: Path, text: bytes, days_ago: int = 0) -> Path:
    path = photos.path_of(folder, photos.keep(folder, b"\xff\xd8\xff" + text + b"\xff\xd9"))
    taken = (NINE - timedelta(days=days_ago)).timestamp()
    os.utime(path, (taken, taken))
    return path


def until_gone(path: Path) -> None:
    deadline = time.monotonic() + 10
    while path.exists():
        assert time.monotonic() < deadline, "the photo is still here"


async def deleting(database: Database, folder: Path, clock: Clock, *paths: Path) -> None:
    """Let a hub delete until these are gone; its days pass as soon as they are."""
    work = delete_old_photos(database, folder, timedelta(days=30), clock, every_seconds=0)
    task = asyncio.create_task(work)
    for path in paths:
        await asyncio.to_thread(until_gone, path)
        clock.at += timedelta(days=1)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_photo_of_thirty_one_days_is_deleted_when_the_hub_starts(
    database: Database, tmp_path: Path
) -> None:
    old, new = photo(tmp_path, b"old", days_ago=31), photo(tmp_path, b"new")

    asyncio.run(deleting(database, tmp_path, Clock(), old))

    assert new.exists()


def test_photo_goes_on_its_day_while_the_hub_runs(database: Database, tmp_path: Path) -> None:
    first, second = photo(tmp_path, b"first", days_ago=31), photo(tmp_path, b"second", days_ago=30)

    asyncio.run(deleting(database, tmp_path, Clock(), first, second))

    assert not second.exists()


def test_running_hub_answers_that_an_old_photo_is_not_here(tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "photos"
    old, new = photo(folder, b"old", days_ago=31), photo(folder, b"new")

    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub") as hub:
        dana = hub.sign_in()
        until_gone(old)
        answers = [hub.client.get(f"/v1/blobs/{p.stem}", headers=dana) for p in (old, new)]

    assert [a.status_code for a in answers] == [404, 200]
