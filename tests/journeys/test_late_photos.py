"""A photo that comes late to the hub goes with those of its day."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from db import clock_doubt, photos, wrong_times
from db.engine import Database
from kiosk.sync import sending
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.makers import NINE
from tests.photos_of_tests import sign_in_with
from tests.sync_of_tests import KioskOfTests, device_of


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(clock: Clock, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path / "hub", clock) as running:
        yield running


@pytest.fixture
def kiosk(hub: HubOfTests, database: Database) -> KioskOfTests:
    given = hub.pair()
    return KioskOfTests(database, hub.kiosk(given), device_of(given), hub.own_token(given))


def days_at_the_hub(hub: HubOfTests, name: str) -> int:
    """How many days after `NINE` the days of a photo began there; far more: only when it came."""
    written = photos.path_of(hub.photos, name).stat().st_mtime
    return (datetime.fromtimestamp(written, UTC) - NINE).days


def test_photo_that_is_sent_late_counts_its_days_at_the_hub_from_when_it_was_taken(
    hub: HubOfTests, kiosk: KioskOfTests, clock: Clock, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    name = photos.keep(folder, b"\xff\xd8\xff good \xff\xd9")
    sign_in_with(kiosk.database, kiosk.device, name, NINE + timedelta(days=2))
    clock.at += timedelta(days=22)

    sending.push_photos(kiosk.database, kiosk.device, folder, kiosk.hub, clock())

    assert days_at_the_hub(hub, name) == 2


def test_photo_that_a_dead_clock_dated_counts_its_days_from_when_that_was_mended(
    hub: HubOfTests, kiosk: KioskOfTests, clock: Clock, tmp_path: Path
) -> None:
    folder, dead = tmp_path / "photos", datetime(2015, 1, 1, tzinfo=UTC)
    name = photos.keep(folder, b"\xff\xd8\xff good \xff\xd9")
    sign_in_with(kiosk.database, kiosk.device, name, dead)
    with kiosk.database.begin() as session:
        wrong_times.add(session, dead, dead, NINE + timedelta(days=3))
    clock.at += timedelta(days=22)

    sending.push_photos(kiosk.database, kiosk.device, folder, kiosk.hub, clock())

    assert days_at_the_hub(hub, name) == 3


def test_photo_of_a_clock_that_is_behind_counts_its_days_from_when_it_comes(
    hub: HubOfTests, kiosk: KioskOfTests, clock: Clock, tmp_path: Path
) -> None:
    """As one begins each morning, until the network is there: nobody knows yet that it is over."""
    folder, behind = tmp_path / "photos", NINE - timedelta(days=90)
    with kiosk.database.begin() as session:
        clock_doubt.look(session, NINE)
        clock_doubt.look(session, behind)
    name = photos.keep(folder, b"\xff\xd8\xff good \xff\xd9")
    sign_in_with(kiosk.database, kiosk.device, name, behind + timedelta(hours=2))
    came = time.time()

    sending.push_photos(kiosk.database, kiosk.device, folder, kiosk.hub, clock())

    assert photos.path_of(hub.photos, name).stat().st_mtime >= came - 5


@pytest.mark.parametrize("said", [NINE + timedelta(days=9), datetime(2015, 1, 1, tzinfo=UTC)])
def test_photo_of_a_day_that_cannot_be_counts_its_days_from_when_it_comes(
    hub: HubOfTests, kiosk: KioskOfTests, said: datetime
) -> None:
    jpeg = b"\xff\xd8\xff good \xff\xd9"
    name = sha256(jpeg).hexdigest()
    came = time.time()

    kiosk.hub.put_photo(name, jpeg, said)

    assert photos.path_of(hub.photos, name).stat().st_mtime >= came - 5
