"""The key of hubs that run is changed, with a kiosk at work, and the command for it killed."""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin_console.hub import site as hub_site
from admin_console.hub.__main__ import main
from db import hub_keys, hub_trust, settings, signing
from db.engine import Database, open_database
from kiosk import own_device
from kiosk.own_device import HUB_KEY
from kiosk.sync import http, trust
from kiosk.sync.http import HttpHub
from kiosk.sync.proving import own_token
from kiosk.sync.worker import Reach
from tests.running_hubs import EVERY, ROOT, at_work, pair, running_hubs, wait_until
from tests.signed_log import kiosk_config
from tests.sync_of_tests import KioskOfTests

VERIFIER = ROOT / "packaging" / "verify_exported_log.py"


@pytest.fixture
def addresses(any_url: str, tmp_path: Path) -> Iterator[list[str]]:
    with running_hubs(any_url, tmp_path / "hub") as addresses:
        yield addresses


@pytest.fixture
def hub(any_url: str, addresses: list[str]) -> Iterator[Database]:
    assert addresses
    with closing(open_database(any_url)) as database:
        yield database


@pytest.fixture
def kiosk(hub: Database, addresses: list[str], tmp_path: Path) -> Iterator[KioskOfTests]:
    """Paired, and with one visitor sent."""
    config = kiosk_config(tmp_path / "kiosk")
    pair(config, hub, addresses[0])
    with closing(open_database(config.database_url)) as database:
        with database.begin() as session:
            own = own_device.read(session, datetime.now(UTC))
        ca = hub_trust.ca_of(addresses[0])
        token = own_token(addresses[0], own.own_key, ca)
        with closing(http.connect(addresses[0], token, ca, own.known_hub)) as client:
            made = KioskOfTests(database, client, own.device, token, own.own_key)
            made.visitor_comes()
            made.push()
            made.pull_all()
            yield made


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
    ca, turns = hub_trust.ca_of(addresses[0]), itertools.cycle(addresses)
    with kiosk.database.begin() as session:
        known = own_device.read(session, datetime.now(UTC)).known_hub

    def connect() -> HttpHub:
        return http.connect(next(turns), kiosk.token, ca, known)

    with at_work(kiosk, connect, tmp_path / "photos") as states:
        done = subprocess.run(
            [sys.executable, "-m", "tests.killed_signing", any_url, "1", str(every)],
            check=False, capture_output=True, text=True, cwd=ROOT,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        killed = int(done.stdout.split()[-2])
        wait_until(lambda: key_at(kiosk) == keys_of(hub)[0], "the kiosk does not follow")

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
