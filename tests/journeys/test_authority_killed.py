"""The authority of hubs that run is changed, with a kiosk at work, and what does it is killed."""

import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin_console.hub import authority
from admin_console.hub import site as hub_site
from admin_console.hub.__main__ import main
from admin_console.hub.authority import FOLDER
from db import authorities, hub_trust, pairing_requests
from db.engine import Database, database_file, open_database
from kiosk import own_device
from kiosk.pairing import pair_with_hub
from kiosk.sync import http, own_state, trust
from kiosk.sync.own_token import OwnToken
from kiosk.sync.proving import token_at
from kiosk.sync.worker import HubState, Reach, SyncWorker
from tests.sync_of_tests import KioskOfTests
from tests.tls_of_tests import kiosk_config, known_to

ROOT = Path(__file__).parents[2]
EVERY = {"sqlite": 31, "postgresql": 5}
"""At which of its steps the command is killed, so that the test ends soon; 1 takes them all."""
SERVE = """
import sys
from datetime import timedelta
from admin_console.hub import authority, authority_change, upkeep
authority.LiveCertificate.keep.__defaults__ = (0.2,)  # else it looks once a minute
upkeep.keep_authority.__defaults__ = (0.2,)
authority_change.OLD_ONE_STAYS = timedelta(seconds=2)
from admin_console.hub.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@contextmanager
def hub_program(url: str, folder: Path) -> Iterator[str]:
    """The address of a hub, as a process of its own; over TLS."""
    where = [] if database_file(url) is not None else ["--data-folder", str(folder)]
    command = [
        sys.executable, "-c", SERVE, "serve", "--listen", "127.0.0.1:0", "--database", url, *where,
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
def folder(any_url: str, tmp_path: Path) -> Path:
    file = database_file(any_url)
    return tmp_path / "hub" if file is None else file.parent


@pytest.fixture
def addresses(any_url: str, folder: Path) -> Iterator[list[str]]:
    """One hub with SQLite, two side by side with PostgreSQL, on one folder."""
    count = 1 if database_file(any_url) is not None else 2
    with ExitStack() as stack:
        yield [stack.enter_context(hub_program(any_url, folder)) for _ in range(count)]


@pytest.fixture
def hub(any_url: str, addresses: list[str]) -> Iterator[Database]:
    assert addresses
    with closing(open_database(any_url)) as database:
        yield database


@contextmanager
def at_work(
    hub: Database, addresses: list[str], folder: Path
) -> Iterator[tuple[KioskOfTests, list[HubState]]]:
    """A kiosk's own threads, each with another of the hubs, and a visitor every so often."""
    now, config = datetime.now(UTC), kiosk_config(folder / "kiosk")

    def accept(digits: str) -> None:
        with hub.begin() as session:
            for request in pairing_requests.waiting(session, now):
                assert request.short_string == digits
                pairing_requests.accept(session, request.request_id, "Dana", now, is_replaced=False)

    with hub.begin() as session:
        code = pairing_requests.new_code(session, now)
    pair_with_hub(config, addresses[0], code, now, show=accept)
    states: list[HubState] = []
    turns = itertools.cycle(addresses)
    with closing(open_database(config.database_url)) as database:
        with database.begin() as session:
            own = own_device.read(session, now)

        def ca() -> str:
            with database.read() as session:
                return own_device.ca(session)

        token = OwnToken(lambda: token_at(addresses[-1], own.own_key, ca()))
        kiosk = KioskOfTests(database, http.connect(addresses[0], token, ca), own.device, token)
        worker = SyncWorker(
            database,
            own.device,
            connect=lambda: http.connect(
                next(turns),
                token,
                ca,
                own.known_hub,
                lambda: own_state.read(database, own.device, datetime.now(UTC)),
            ),
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
            yield kiosk, states
            ends.set()
            coming.join()
            wait_until(lambda: not kiosk.waiting(), "what waits is not sent")
        finally:
            ends.set()
            coming.join()
            worker.stop()
            kiosk.hub.close()


def wait_until(is_so: Callable[[], bool], else_: str) -> None:
    until = time.monotonic() + 90
    while not is_so():
        assert time.monotonic() < until, else_
        time.sleep(0.1)


def killed(url: str, folder: Path, every: int, *option: str) -> int:
    """How often it was killed until it came through."""
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.killed_authority", url, str(folder), "1", str(every),
            *option,
        ],
        check=False, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout.split("killed ")[-1].split()[0])


def test_authority_is_changed_while_hubs_and_kiosk_run_and_wherever_that_is_killed_all_go_on(
    any_url: str, hub: Database, addresses: list[str], folder: Path, tmp_path: Path
) -> None:
    every, tls = EVERY[hub.engine.dialect.name], folder / FOLDER
    old = hub_trust.ca_of(addresses[0])

    with at_work(hub, addresses, tmp_path) as (kiosk, states):
        assert killed(any_url, folder, every, "--another") > 3
        following = authority.next_of(tls)
        assert following is not None
        new = following.pem()
        wait_until(lambda: known_to(kiosk.database) == (old, new), "the kiosk does not hear of it")
        assert hub_trust.ca_of(addresses[0]) == old

        assert killed(any_url, folder, every, "--now") > 3

        wait_until(lambda: known_to(kiosk.database) == (new,), "the kiosk does not follow")
        assert {hub_trust.ca_of(address) for address in addresses} == {new}

    assert {state.reach for state in states} == {Reach.IN_TOUCH}
    with kiosk.database.read() as session:
        assert trust.untrue(session) is None
        assert trust.trouble(session) is None
    with hub.read() as session:
        assert authorities.told(session).pems == (new,)
    assert authority.next_of(tls) is None
    assert main(["verify-log", "--database", any_url]) == 0


def test_hub_that_is_killed_while_it_goes_over_goes_on_from_what_is_left(
    any_url: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    authority.open_authority(tmp_path / FOLDER, now)
    with closing(open_database(any_url)) as database, database.begin() as session:
        hub_site.ensure(session, hub_site.SiteNames(), now)

    assert killed(any_url, tmp_path, 7) > 3
