"""``vestibule-hub pair``, ``kiosks``, ``fingerprint`` and ``serve``, through the command line."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from admin_console.hub.__main__ import main
from db import hub_trust, kiosk_tokens, pairing, watchlists
from db.domain.errors import HubRefusedError
from db.domain.kiosks import LastUse, ListInForce, OwnState
from db.engine import open_database
from db.hub_models import DeviceTokenRow
from kiosk import own_device
from kiosk.config import KioskConfig, KioskPart
from kiosk.own_device import OwnDevice
from kiosk.pairing import pair_with_hub
from kiosk.sync.client import HubUnpairedError
from kiosk.sync.proving import get_token
from tests.hub_of_tests import FRONT_KIOSK, begun
from tests.makers import NINE, make_watchlist

Hub = Callable[..., tuple[int, str]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return begun(f"sqlite:///{tmp_path}/hub/hub.db")


@pytest.fixture
def hub(url: str, capsys: pytest.CaptureFixture[str]) -> Hub:
    """Runs a command: exit status, and all that was said."""

    def run(*arguments: str) -> tuple[int, str]:
        status = main([*arguments, "--database", url])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


@contextmanager
def serving(url: str, *more: str) -> Iterator[tuple[str, str]]:
    """The real program. Yields its address and the number that it says."""
    command = [sys.executable, "-m", "admin_console.hub", "serve", "--listen", "127.0.0.1:0"]
    program = subprocess.Popen(
        [*command, "--database", url, *more],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    assert program.stdout is not None
    try:
        address = program.stdout.readline().rsplit(" ", 1)[1].strip()
        number = "" if address.startswith("http:") else program.stdout.readline()
        yield address, number.rpartition(":")[2].strip()
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(10)
        program.stdout.close()


def config_of(folder: Path, name: str = "Front kiosk") -> KioskConfig:
    return KioskConfig(kiosk=KioskPart(name, str(folder)))


def pair(address: str, code: str, config: KioskConfig, show: Callable[[str], object]) -> OwnDevice:
    now = datetime.now(UTC)
    pair_with_hub(config, address, code, now, show=show, pause=lambda: None)
    database = open_database(config.database_url)
    with database.begin() as session:
        own = own_device.read(session, now)
    database.close()
    return own


def status_of(own: OwnDevice) -> int:
    assert own.access is not None
    trusted = hub_trust.context(own.access.ca)
    with httpx.Client(base_url=own.access.url, trust_env=False, verify=trusted) as client:
        try:
            token = {"Authorization": f"Bearer {get_token(client, own.own_key).text}"}
        except HubUnpairedError:
            return 401
        return client.get("/v1/head", headers=token, params={"epoch": 1}).status_code


def test_school_without_a_console_lets_kiosks_in_and_out(
    hub: Hub, url: str, tmp_path: Path
) -> None:
    with serving(url) as (address, _):
        code = hub("pair")[1].splitlines()[0]
        said: list[tuple[int, str]] = []
        own = pair(
            address,
            code,
            config_of(tmp_path / "kiosk"),
            lambda digits: said.append(hub("kiosks", "accept", *digits.split())),
        )
        assert said == [(0, "Front kiosk is let in.\n")]
        assert status_of(own) == 200
        assert re.search(r"Front kiosk  \S+  last heard", hub("kiosks", "list")[1])

        status, words = hub("kiosks", "revoke", "Front kiosk")

        assert (status, status_of(own)) == (0, 401)
        assert "What it sent stays" in words
        assert "revoked" in hub("kiosks", "list")[1]


def test_digits_that_no_kiosk_shows_let_nobody_in(hub: Hub, url: str, tmp_path: Path) -> None:
    with serving(url) as (address, _):
        code = hub("pair")[1].splitlines()[0]
        told: list[str] = []

        def compare(digits: str) -> None:
            other = "000 000" if digits != "000 000" else "111 111"
            assert hub("kiosks", "accept", other)[0] == 1
            told.append(hub("kiosks", "list")[1])
            assert hub("kiosks", "reject", digits) == (0, "Front kiosk was turned away.\n")

        with pytest.raises(HubRefusedError, match="turned this kiosk away"):
            pair(address, code, config_of(tmp_path / "kiosk"), compare)

    assert "waits to be let in" in told[0]


def test_replaced_disk_takes_over_the_name(hub: Hub, url: str, tmp_path: Path) -> None:
    with serving(url) as (address, _):
        devices = []
        for folder, more in (("old", ()), ("new", ("--replace",))):
            code = hub("pair")[1].splitlines()[0]
            devices.append(
                pair(
                    address,
                    code,
                    config_of(tmp_path / folder),
                    lambda digits, more=more: hub("kiosks", "accept", digits, *more),
                )
            )

        assert [status_of(own) for own in devices] == [401, 200]
        assert devices[0].device.kiosk_id != devices[1].device.kiosk_id


def test_kiosk_with_an_old_token_is_listed_with_the_day_of_its_end(hub: Hub, url: str) -> None:
    hub("pair")
    now = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    database = open_database(url)
    with database.begin() as session:
        pairing.let_in(session, str(UUID(int=7)), "Front kiosk", now)
        kiosk_tokens.issue(session, str(UUID(int=7)), 1, now)
        (row,) = session.scalars(select(DeviceTokenRow))
        row.is_of_pairing, row.expires_at = True, now + timedelta(days=90)
    database.close()

    assert "UPDATE it before 2027-02-21" in hub("kiosks", "list")[1]


def test_hub_says_the_number_by_which_consoles_know_it(hub: Hub, url: str) -> None:
    with serving(url) as (address, number):
        assert number == hub_trust.digits_to_compare(hub_trust.ca_of(address))
        assert hub("fingerprint") == (0, f"{number}\n")


def test_hub_behind_a_proxy_has_no_certificate_of_its_own(url: str) -> None:
    with serving(url, "--behind-proxy") as (address, _):
        assert address.startswith("http://127.0.0.1:")
        assert hub_trust.ca_of(address) == ""


def test_hub_behind_a_proxy_answers_to_the_names_that_it_is_given(url: str) -> None:
    with serving(url, "--behind-proxy", "--name", "Hub.school.example") as (address, _):
        told = [
            httpx.get(f"{address}/healthz", headers={"Host": name}).status_code
            for name in ("hub.school.example", socket.gethostname(), "elsewhere.example")
        ]

    assert told == [200, 200, 421]


def test_hub_behind_a_proxy_listens_on_this_computer_only(hub: Hub) -> None:
    status, said = hub("serve", "--behind-proxy", "--listen", "0.0.0.0:8470")

    assert status == 1
    assert "--listen 127.0.0.1:8470" in said


@pytest.mark.parametrize("deed", [("revoke", "Nobody"), ("accept", "123 456"), ("reject", "1")])
def test_what_is_not_there_is_told(hub: Hub, deed: tuple[str, str]) -> None:
    hub("pair")

    status, said = hub("kiosks", *deed)

    assert status == 1
    assert "Nothing was changed" in said


def test_hub_without_kiosks_says_how_to_begin(hub: Hub) -> None:
    hub("pair")

    assert "vestibule-hub pair" in hub("kiosks", "list")[1]


def test_list_of_kiosks_says_what_each_said_of_itself_and_when(hub: Hub, url: str) -> None:
    hub("pair")
    imported = UUID(int=7)
    with closing(open_database(url)) as database, database.begin() as session:
        pairing.let_in(session, FRONT_KIOSK, "Front kiosk", NINE)
        watchlists.replace(session, replace(make_watchlist("Orders"), list_id=imported), ())
    silent = hub("kiosks", "list")[1]
    state = OwnState(
        NINE,
        1,
        "1.4.1",
        {imported: ListInForce(0, NINE)},
        camera=LastUse(NINE - timedelta(minutes=9)),
        printer=LastUse(NINE - timedelta(minutes=8), "A label is stuck in the printer."),
    )
    with closing(open_database(url)) as database, database.begin() as session:
        pairing.seen(session, FRONT_KIOSK, NINE, state)

    status, said = hub("kiosks", "list")

    assert silent.endswith("not heard yet\n")
    assert status == 0
    assert said.endswith(
        "as of 2026-11-23 15:00 UTC: 1 event waits there, not the hub's newest of Orders, "
        "software 1.4.1; camera worked 2026-11-23 14:51 UTC; LOOK at its printer, last tried "
        "2026-11-23 14:52 UTC: A label is stuck in the printer\n"
    )


@pytest.mark.parametrize(
    "command",
    ["pair", "kiosks accept 123456", "kiosks reject 123456", "kiosks revoke Lobby", "oidc off",
     "webhooks add https://receiver.example/x --event decision.made"],
)  # fmt: skip
def test_command_for_a_hub_that_is_not_there_makes_none(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command.split(), "--database", f"sqlite:///{tmp_path}/none/hub.db"]) == 1

    assert "There is no database" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
