"""The key of hubs that run is changed, with a kiosk at work, and the command for it killed."""

import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin_console.hub import site as hub_site
from admin_console.hub.__main__ import main
from db import hub_keys, hub_trust, pairing_requests, settings, signing
from db.engine import Database, database_file, open_database
from kiosk import own_device
from kiosk.own_device import HUB_KEY
from kiosk.pairing import pair_with_hub
from kiosk.sync import http, trust
from kiosk.sync.proving import own_token
from kiosk.sync.worker import HubState, Reach, SyncWorker
from tests.signed_log import kiosk_config
from tests.sync_of_tests import KioskOfTests

ROOT = Path(__file__).parents[2]
VERIFIER = ROOT / "packaging" / "verify_exported_log.py"
EVERY = {"sqlite": 31, "postgresql": 5}
"""At which of its steps the command is killed, so that the test ends soon; 1 takes them all."""


@contextmanager
def hub_program(url: str, folder: Path) -> Iterator[str]:
    """The address of a hub, as a process of its own; over TLS."""
    where = [] if database_file(url) is not None else ["--data-folder", str(folder)]
    command = [
        sys.executable, "-m", "admin_console.hub", "serve", "--listen", "127.0.0.1:0",
        "--database", url, *where,
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    ) as hub:
        assert hub.stdout is not None
        try:
            port = hub.stdout.readline().split()[-1].rsplit(":", 1)[1]
            yield f"https://127.0.0.1:{port}"
        finally:
            hub.terminate()
            hub.communicate(timeout=30)


@pytest.fixture
def addresses(any_url: str, tmp_path: Path) -> Iterator[list[str]]:
    """One hub with SQLite, two side by side with PostgreSQL, on one folder."""
    count = 1 if database_file(any_url) is not None else 2
    with ExitStack() as stack:
        yield [stack.enter_context(hub_program(any_url, tmp_path / "hub")) for _ in range(count)]


@pytest.fixture
def hub(any_url: str, addresses: list[str]) -> Iterator[Database]:
    assert addresses
    with closing(open_database(any_url)) as database:
        yield database


@pytest.fixture
def kiosk(hub: Database, addresses: list[str], tmp_path: Path) -> Iterator[KioskOfTests]:
    """Paired, and with one visitor sent."""
    now, config = datetime.now(UTC), kiosk_config(tmp_path / "kiosk")

    def accept(digits: str) -> None:
        with hub.begin() as session:
            for request in pairing_requests.waiting(session, now):
                assert request.short_string == digits
                pairing_requests.accept(session, request.request_id, "Dana", now, is_replaced=False)

    with hub.begin() as session:
        code = pairing_requests.new_code(session, now)
    pair_with_hub(config, addresses[0], code, now, show=accept)
    with closing(open_database(config.database_url)) as database:
        with database.begin() as session:
            own = own_device.read(session, now)
        ca = hub_trust.ca_of(addresses[0])
        token = own_token(addresses[0], own.own_key, ca)
        with closing(http.connect(addresses[0], token, ca, own.known_hub)) as client:
            made = KioskOfTests(database, client, own.device, token, own.own_key)
            made.visitor_comes()
            made.push()
            made.pull_all()
            yield made


@contextmanager
def at_work(kiosk: KioskOfTests, addresses: list[str], folder: Path) -> Iterator[list[HubState]]:
    """The kiosk's own threads, each with another of the hubs, and a visitor every so often."""
    states: list[HubState] = []
    ca, turns = hub_trust.ca_of(addresses[0]), itertools.cycle(addresses)
    with kiosk.database.begin() as session:
        known = own_device.read(session, datetime.now(UTC)).known_hub
    worker = SyncWorker(
        kiosk.database,
        kiosk.device,
        connect=lambda: http.connect(next(turns), kiosk.token, ca, known),
        photos=folder / "photos",
        learned=lambda _: None,
        state_changed=states.append,
        listen_seconds=0.2,
    )
    ends = threading.Event()

    def visitors_come() -> None:
        while not ends.wait(0.3):
            kiosk.visitor_comes()
            worker.wake()

    coming = threading.Thread(target=visitors_come)
    worker.start()
    coming.start()
    try:
        yield states
        ends.set()
        coming.join()
        until = time.monotonic() + 60
        while kiosk.waiting():
            assert time.monotonic() < until, "what waits is not sent"
            worker.wake()
            time.sleep(0.1)
    finally:
        ends.set()
        coming.join()
        worker.stop()


def key_at(kiosk: KioskOfTests) -> str | None:
    with kiosk.database.read() as session:
        return settings.read(session, HUB_KEY, str)


def keys_of(database: Database) -> tuple[str, ...]:
    with database.read() as session:
        return hub_site.public_keys(session)


def test_key_is_changed_while_hub_and_kiosk_run_and_wherever_that_is_killed_nothing_is_lost(
    any_url: str, hub: Database, addresses: list[str], kiosk: KioskOfTests, tmp_path: Path
) -> None:
    (first,) = keys_of(hub)
    every = EVERY[hub.engine.dialect.name]

    with at_work(kiosk, addresses, tmp_path) as states:
        done = subprocess.run(
            [sys.executable, "-m", "tests.killed_signing", any_url, "1", str(every)],
            check=False, capture_output=True, text=True, cwd=ROOT,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        killed = int(done.stdout.split()[-2])
        until = time.monotonic() + 60
        while key_at(kiosk) != keys_of(hub)[0]:
            assert time.monotonic() < until, "the kiosk does not follow"
            time.sleep(0.1)

    assert killed > 3
    assert {state.reach for state in states} == {Reach.IN_TOUCH}
    with kiosk.database.read() as session:
        assert trust.untrue(session) is None
        assert trust.trouble(session) is None
        followed = hub_keys.known(session)
    with hub.read() as session:
        assert followed == hub_keys.known(session)
        newest = signing.public_of(hub_site.signing_key(session))
        assert list(hub_keys.wrong(session, newest)) == []
        assert hub_keys.followed(bytes.fromhex(first), followed)[0] == newest
    assert main(["verify-log", "--database", any_url]) == 0
    assert main(["log", "export", str(tmp_path / "log"), "--database", any_url]) == 0
    subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(tmp_path / "log"), "--hub-key", first], check=True
    )
