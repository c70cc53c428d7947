"""The authority of hubs that run is changed, with a kiosk at work, and what does it is killed."""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin_console.hub import authority
from admin_console.hub import site as hub_site
from admin_console.hub.__main__ import main
from admin_console.hub.authority import FOLDER
from db import authorities, hub_trust
from db.domain.kiosks import OwnState
from db.engine import Database, database_file, open_database
from kiosk import own_device
from kiosk.sync import http, own_state, trust
from kiosk.sync.http import HttpHub
from kiosk.sync.own_token import OwnToken
from kiosk.sync.proving import token_at
from kiosk.sync.worker import HubState, Reach
from tests.running_hubs import EVERY, ROOT, at_work, pair, running_hubs, wait_until
from tests.sync_of_tests import KioskOfTests
from tests.tls_of_tests import kiosk_config, known_to

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


@pytest.fixture
def folder(any_url: str, tmp_path: Path) -> Path:
    file = database_file(any_url)
    return tmp_path / "hub" if file is None else file.parent


@pytest.fixture
def addresses(any_url: str, folder: Path) -> Iterator[list[str]]:
    with running_hubs(any_url, folder, ("-c", SERVE)) as addresses:
        yield addresses


@pytest.fixture
def hub(any_url: str, addresses: list[str]) -> Iterator[Database]:
    assert addresses
    with closing(open_database(any_url)) as database:
        yield database


@contextmanager
def kiosk_at_work(
    hub: Database, addresses: list[str], folder: Path
) -> Iterator[tuple[KioskOfTests, list[HubState]]]:
    """One that knows its hub as its database says, each thread with another of the hubs."""
    config, turns = kiosk_config(folder / "kiosk"), itertools.cycle(addresses)
    pair(config, hub, addresses[0])
    with closing(open_database(config.database_url)) as database:
        with database.begin() as session:
            own = own_device.read(session, datetime.now(UTC))

        def ca() -> str:
            with database.read() as session:
                return own_device.ca(session)

        def says() -> OwnState:
            return own_state.read(database, own.device, datetime.now(UTC))

        def connect() -> HttpHub:
            return http.connect(next(turns), token, ca, own.known_hub, says)

        token = OwnToken(lambda: token_at(addresses[-1], own.own_key, ca()))
        with closing(http.connect(addresses[0], token, ca)) as client:
            kiosk = KioskOfTests(database, client, own.device, token)
            with at_work(kiosk, connect, folder / "photos") as states:
                yield kiosk, states


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

    with kiosk_at_work(hub, addresses, tmp_path) as (kiosk, states):
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
