"""A hub at a time that the test moves, on each server that we support, and a kiosk of it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db.engine import open_database
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.receivers import Receiver
from tests.sync_of_tests import KioskOfTests, device_of


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(any_url: str, tmp_path: Path, clock: Clock) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub", clock) as running:
        yield running


@pytest.fixture
def kiosk(hub: HubOfTests, tmp_path: Path) -> Iterator[KioskOfTests]:
    given = hub.pair()
    with closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as database:
        yield KioskOfTests(database, hub.kiosk(given), device_of(given))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.close()
