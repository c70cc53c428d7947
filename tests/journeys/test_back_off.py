"""How often a kiosk tries a hub that does not answer: less and less, and not all kiosks at once."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from db.domain.errors import HubAwayError
from db.engine import Database
from kiosk.sync import worker
from kiosk.sync.client import HubHead, NoLineError
from kiosk.sync.worker import SyncWorker
from tests.makers import KIOSK

FIRST, LONGEST = 0.05, 0.4
EXPECTED = (0.05, 0.1, 0.2, 0.4, 0.4)
LEAST_SHARE = 0.7


@dataclass
class AwayHub:
    """The port to a hub that is away, and when it was asked for its head."""

    asked: list[float] = field(default_factory=list)
    answers_at: int = -1
    """Which try of a push it answers."""

    def head(self, epoch: int) -> HubHead:
        self.asked.append(time.monotonic())
        if len(self.asked) - 1 == self.answers_at:
            return HubHead(epoch, 0, "00" * 32)
        raise HubAwayError("The hub does not answer.")

    def __getattr__(self, name: str) -> object:
        def away(*_: object, **__: object) -> None:
            raise NoLineError("no line") if name == "open_line" else HubAwayError("away")

        return (lambda: None) if name == "close" else away


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "FIRST_PAUSE_SECONDS", FIRST)
    monkeypatch.setattr(worker, "LONGEST_PAUSE_SECONDS", LONGEST)


def start(database: Database, hub: AwayHub, folder: Path) -> SyncWorker:
    started = SyncWorker(
        database,
        KIOSK,
        connect=lambda: hub,  # type: ignore[arg-type, return-value]  it has no more than it needs
        photos=folder / "photos",
        learned=lambda _: None,
        state_changed=lambda _: None,
    )
    started.start()
    return started


@pytest.fixture
def stopping() -> Iterator[list[SyncWorker]]:
    started: list[SyncWorker] = []
    yield started
    for each in started:
        with suppress(RuntimeError):
            each.stop()


def gaps(hub: AwayHub) -> list[float]:
    return [after - before for before, after in zip(hub.asked, hub.asked[1:], strict=False)]


def test_tries_come_at_longer_and_longer_pauses_up_to_the_longest(
    database: Database, tmp_path: Path, qtbot: QtBot, stopping: list[SyncWorker]
) -> None:
    hub = AwayHub()

    stopping.append(start(database, hub, tmp_path))
    qtbot.waitUntil(lambda: len(hub.asked) > len(EXPECTED), timeout=20_000)

    for gap, pause in zip(gaps(hub), EXPECTED, strict=False):
        assert gap >= pause * LEAST_SHARE


def test_kiosks_that_lost_their_hub_together_do_not_try_together(
    database: Database, tmp_path: Path, qtbot: QtBot, stopping: list[SyncWorker]
) -> None:
    hubs = [AwayHub() for _ in range(3)]
    stopping.extend(start(database, hub, tmp_path) for hub in hubs)
    qtbot.waitUntil(lambda: all(len(hub.asked) > 9 for hub in hubs), timeout=20_000)

    at_their_longest = [gap for hub in hubs for gap in gaps(hub)[3:9]]

    assert min(at_their_longest) < LONGEST < max(at_their_longest)


def test_pauses_begin_anew_once_the_hub_answered(
    database: Database, tmp_path: Path, qtbot: QtBot, stopping: list[SyncWorker]
) -> None:
    hub = AwayHub(answers_at=5)

    stopping.append(start(database, hub, tmp_path))
    qtbot.waitUntil(lambda: len(hub.asked) > 5, timeout=20_000)
    stopping[0].wake()
    qtbot.waitUntil(lambda: len(hub.asked) > 8, timeout=20_000)

    assert gaps(hub)[4] >= LONGEST * LEAST_SHARE
    assert gaps(hub)[6] < LONGEST * LEAST_SHARE
