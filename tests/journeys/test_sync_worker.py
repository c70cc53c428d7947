"""The two threads that keep up with the hub, and what they say of it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from pytestqt.qtbot import QtBot

from admin_console.hub import backlog
from db import inbox, list_bulk, signing
from db.domain.errors import HubAwayError
from db.engine import Database, open_database
from kiosk.sync import exchange, http, sending, unread
from kiosk.sync import worker as sync_worker
from kiosk.sync.client import HubBusyError, HubUnpairedError
from kiosk.sync.exchange import Learned
from kiosk.sync.http import HttpHub
from kiosk.sync.worker import HubState, Reach, SyncWorker
from tests.hub_of_tests import HubOfTests, hub_at
from tests.sync_of_tests import KioskOfTests, decide, device_of, import_list


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub") as running:
        yield running


@pytest.fixture
def kiosk(hub: HubOfTests, database: Database) -> KioskOfTests:
    given = hub.pair()
    return KioskOfTests(database, hub.kiosk(given), device_of(given), hub.own_token(given))


@dataclass
class Watched:
    """A sync worker at work, and what it has said."""

    worker: SyncWorker
    states: list[HubState]
    learned: list[Learned]

    def is_at(self, reach: Reach) -> bool:
        return bool(self.states) and self.states[-1].reach is reach


OpenWorker = Callable[..., Watched]


@pytest.fixture
def open_worker(hub: HubOfTests, tmp_path: Path) -> Iterator[OpenWorker]:
    """Starts a worker for the kiosk; without `url` its hub is the real one."""
    opened: list[SyncWorker] = []

    def open_one(kiosk: KioskOfTests, url: str = "") -> Watched:
        states: list[HubState] = []
        learned: list[Learned] = []
        worker = SyncWorker(
            kiosk.database,
            kiosk.device,
            connect=lambda: http.connect(url or str(hub.client.base_url), kiosk.token),
            photos=tmp_path / "photos",
            learned=learned.append,
            state_changed=states.append,
            listen_seconds=0.1,
        )
        opened.append(worker)
        worker.start()
        return Watched(worker, states, learned)

    yield open_one
    for worker in opened:
        worker.stop()


def test_list_that_the_kiosk_stumbled_over_is_tried_again_while_it_runs(
    hub: HubOfTests, kiosk: KioskOfTests, open_worker: OpenWorker, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def missed() -> frozenset[str]:
        with kiosk.database.read() as session:
            return unread.kinds(session)

    import_list(hub, "District no-trespass list")
    with monkeypatch.context() as short:
        short.setattr(list_bulk, "add", no_memory)
        kiosk.pull_all()
    assert missed() == {unread.LIST}
    monkeypatch.setattr(sync_worker, "MISSED_SECONDS", 1.0)
    monkeypatch.setattr(sync_worker, "UNPOKED_SECONDS", 0.1)

    open_worker(kiosk)

    qtbot.waitUntil(lambda: not missed(), timeout=60_000)
    assert kiosk.lists() == ["District no-trespass list"]


def no_memory(*_: object) -> None:
    raise MemoryError


def test_worker_sends_what_waits_and_hears_what_is_new(
    hub: HubOfTests, kiosk: KioskOfTests, open_worker: OpenWorker, qtbot: QtBot
) -> None:
    visit_id = kiosk.visitor_comes(held=True)
    watched = open_worker(kiosk)
    qtbot.waitUntil(lambda: kiosk.waiting() == 0, timeout=10_000)

    decide(hub, visit_id)

    qtbot.waitUntil(lambda: any(each.decision for each in watched.learned), timeout=10_000)
    assert [state.reach for state in watched.states] == [Reach.IN_TOUCH]


def test_revoked_token_is_said_once_and_nothing_is_lost(
    hub: HubOfTests,
    kiosk: KioskOfTests,
    open_worker: OpenWorker,
    qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
) -> None:
    kiosk.visitor_comes()
    kiosk.token = hub.own_token(hub.pair(key=signing.new_key()))
    hub.pair(key=signing.new_key())  # somebody paired another computer under this kiosk's name

    with caplog.at_level(logging.WARNING, "kiosk.sync.worker"):
        watched = open_worker(kiosk)
        qtbot.waitUntil(lambda: watched.is_at(Reach.UNPAIRED), timeout=10_000)

    assert len(watched.states) == 1  # both threads were refused, it is one trouble
    assert "another pairing of this kiosk" in caplog.text
    assert kiosk.waiting() == 1
    with pytest.raises(HubUnpairedError):
        kiosk.push()


def test_hub_that_is_away_is_worth_a_line_in_the_log_only(
    kiosk: KioskOfTests, open_worker: OpenWorker, qtbot: QtBot
) -> None:
    kiosk.visitor_comes()

    watched = open_worker(kiosk, "http://127.0.0.1:9")

    qtbot.waitUntil(lambda: watched.is_at(Reach.AWAY), timeout=10_000)
    assert "sent when it is back" in watched.states[-1].words
    assert kiosk.waiting() == 1


def test_failure_that_nobody_expected_is_a_state_that_names_nobody(
    kiosk: KioskOfTests,
    open_worker: OpenWorker,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def stumble(*_: object) -> str:
        raise RuntimeError("Daniel Quillfeather")

    monkeypatch.setattr(exchange, "pull", stumble)

    with caplog.at_level(logging.WARNING, "kiosk.sync.worker"):
        watched = open_worker(kiosk)
        qtbot.waitUntil(lambda: watched.is_at(Reach.STUMBLED), timeout=10_000)

    assert "RuntimeError, test_sync_worker.py line" in caplog.text
    assert "Quillfeather" not in caplog.text


def test_kiosk_that_is_told_to_come_again_is_in_touch_and_sends_soon(
    kiosk: KioskOfTests, open_worker: OpenWorker, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST_AT_ONCE", 0)  # every batch counts as a backlog
    monkeypatch.setattr(backlog, "MOST_IN_LINE", 0)
    kiosk.visitor_comes()
    with pytest.raises(HubBusyError) as told:
        kiosk.push()
    assert 1 <= told.value.seconds <= 3
    watched = open_worker(kiosk)
    qtbot.waitUntil(lambda: watched.is_at(Reach.IN_TOUCH), timeout=10_000)
    assert kiosk.waiting() == 1

    monkeypatch.setattr(backlog, "MOST_IN_LINE", 1)

    qtbot.waitUntil(lambda: kiosk.waiting() == 0, timeout=10_000)
    assert {state.reach for state in watched.states} == {Reach.IN_TOUCH}


def test_forked_log_is_told_though_news_still_come(
    hub: HubOfTests,
    kiosk: KioskOfTests,
    open_worker: OpenWorker,
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    with closing(open_database(f"sqlite:///{tmp_path}/copy.db")) as copied_disk:
        KioskOfTests(copied_disk, kiosk.hub, kiosk.device).visitor_comes()
        sending.push(copied_disk, kiosk.device, kiosk.hub)
    kiosk.visitor_comes()

    watched = open_worker(kiosk)

    qtbot.waitUntil(lambda: watched.is_at(Reach.FORKED), timeout=10_000)
    told = len(watched.states)
    for name in ("First", "Second"):  # the round of the first has ended when the second comes
        import_list(hub, name)
        qtbot.waitUntil(lambda n=name: n in kiosk.lists(), timeout=10_000)

    assert len(watched.states) == told


def test_something_else_that_answers_is_no_hub(kiosk: KioskOfTests) -> None:
    def sign_in_page(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text="<html>Sign in to the school's network</html>")

    portal = httpx.Client(transport=httpx.MockTransport(sign_in_page), base_url="http://hub")
    with closing(HttpHub(portal, kiosk.token)) as hub, pytest.raises(HubAwayError, match="proxy"):
        hub.head(1)
