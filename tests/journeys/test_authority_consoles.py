"""Consoles follow a hub to another authority, over real TLS on loopback."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from admin_console.console.answers import OddAnswerError
from admin_console.console.http_hub import HttpHub as ConsoleHub
from admin_console.console.known_hubs import KnownHubs
from admin_console.hub import authority
from admin_console.hub.authority import LiveCertificate, open_authority
from admin_console.hub.authority_change import CONSOLES_HEAR, Step
from db import hub_trust
from tests.hub_of_tests import PASSWORD, hub_at
from tests.tls_of_tests import NAMES, TlsHub, tls_hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[TlsHub]:
    with tls_hub(tmp_path / "hub", days_ago=20) as running:
        yield running


def sign_in(hub: TlsHub, known: KnownHubs) -> None:
    with closing(ConsoleHub(hub.url, known=known)) as console:
        assert console.sign_in("dwhitlock", PASSWORD).token


def known_by(hub: TlsHub, known: KnownHubs) -> tuple[str, ...]:
    return hub_trust.separate(known.ca_of(hub.url) or "")


def test_console_follows_with_its_sign_ins(hub: TlsHub, tmp_path: Path) -> None:
    known, old = KnownHubs(tmp_path / "console" / "hubs.json"), hub.ca
    known.keep(hub.url, old)
    new = hub.begins()

    sign_in(hub, known)
    assert known_by(hub, known) == (old, new)
    sign_in(hub, known)
    assert known_by(hub, known) == (old, new)
    assert hub.goes_on(CONSOLES_HEAR) is Step.USE
    sign_in(hub, KnownHubs(tmp_path / "console" / "hubs.json"))

    assert known_by(hub, KnownHubs(tmp_path / "console" / "hubs.json")) == (new,)


def test_console_that_missed_it_asks_for_the_number_anew(hub: TlsHub) -> None:
    known = KnownHubs(None)
    known.keep(hub.url, hub.ca)
    hub.begins()
    hub.changes_at_once()

    with pytest.raises(OddAnswerError, match=r"not the hub that this computer knows.*--trust"):
        sign_in(hub, known)


def test_who_has_stolen_the_old_authority_leads_no_console_away_that_knows_the_next(
    hub: TlsHub, tmp_path: Path
) -> None:
    """With it they are believed until the console drops it, and that is all."""
    known, old, new = KnownHubs(None), hub.ca, hub.begins()
    stolen = open_authority(hub.tls, hub.clock())
    thief_at = tmp_path / "thief"
    thief_at.mkdir()
    (thief_at / "tls").mkdir()
    (thief_at / "tls" / authority.CA_FILE).write_bytes((hub.tls / authority.CA_FILE).read_bytes())
    authority.make_next(thief_at / "tls", hub.clock())
    thief = open_authority(thief_at / "tls", hub.clock())
    assert thief.ca == stolen.ca == old
    live = LiveCertificate(thief, lambda: NAMES, hub.clock)
    with hub_at(
        f"sqlite:///{thief_at}/hub.db", thief_at, hub.clock, certificate=live, ca=old
    ) as theirs:
        url = str(theirs.client.base_url)
        known.keep(url, f"{old}{new}")
        with closing(ConsoleHub(url, known=known)) as console:
            console.sign_in("dwhitlock", PASSWORD)

        assert hub_trust.separate(known.ca_of(url) or "") == (old, new)
