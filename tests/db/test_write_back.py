"""SQLite's log is brought into the file while nobody waits, and nothing is lost where it is not."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from admin_console.hub import upkeep
from admin_console.hub.context import Context
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import engine, outbox, visits
from db.engine import Database, open_database
from tests.file_alone import is_in_the_file, is_known
from tests.makers import KIOSK, NINE, make_screened


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(f"sqlite:///{tmp_path}/kiosk/kiosk.db")) as database:
        yield database


def come(database: Database, number: int = 1) -> UUID:
    screened = make_screened(number=number)
    with database.begin() as session:
        outbox.add(session, KIOSK, screened, NINE, actor="visitor", visit_id=screened.visit_id)
    return screened.visit_id


def test_visit_comes_from_the_log_into_the_file(kiosk: Database) -> None:
    kiosk.write_back()
    visit_id = come(kiosk)
    assert not is_in_the_file(kiosk, visit_id)

    kiosk.write_back()

    assert is_in_the_file(kiosk, visit_id)


def test_who_reads_meanwhile_sees_their_own_moment(kiosk: Database) -> None:
    first = come(kiosk)
    with kiosk.read() as session:
        assert visits.get(session, first) is not None
        second = come(kiosk, 2)

        kiosk.write_back()

        assert visits.get(session, second) is None
    assert is_known(kiosk, second)


def test_log_stays_short_where_nobody_writes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOG_PAGES", 100)
    log = tmp_path / "alone" / "kiosk.db-wal"

    with closing(open_database(f"sqlite:///{tmp_path}/alone/kiosk.db")) as alone:
        come(alone)
        begun = log.stat().st_size
        for number in range(2, 40):
            come(alone, number)

        assert log.stat().st_size <= begun + 200 * 4120


def test_visits_stay_on_a_disk_that_has_no_room_to_write_them_back(
    kiosk: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    resource = pytest.importorskip("resource")
    visit_ids = [come(kiosk, number) for number in range(1, 40)]
    size = (tmp_path / "kiosk" / "kiosk.db").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        with caplog.at_level(logging.WARNING, engine.LOG.name):
            kiosk.write_back()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert "log stays as it is" in caplog.text
    assert all(is_known(kiosk, visit_id) for visit_id in visit_ids)
    kiosk.write_back()
    assert is_in_the_file(kiosk, visit_ids[-1])


def test_hub_writes_back_by_itself(kiosk: Database, tmp_path: Path) -> None:
    kiosk.write_back()
    visit_id = come(kiosk)
    context = Context(kiosk, tmp_path, lambda: datetime.now(UTC), Wake(), Throttle())

    async def run() -> None:
        working = asyncio.create_task(upkeep.write_back(context, 0.01))
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(is_in_the_file, kiosk, visit_id):
                pass
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    asyncio.run(run())
