"""A hub over TLS whose certificates are made at a time that the test moves, and its kiosks."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from admin_console.hub import authority, authority_change
from admin_console.hub.authority import FOLDER, LiveCertificate, open_authority
from admin_console.hub.authority_change import OLD_ONE_STAYS, Step
from db import hub_trust
from db.engine import Database, open_database
from kiosk import own_device
from kiosk.config import KioskConfig, KioskPart
from kiosk.pairing import pair_with_hub
from kiosk.sync import http, own_state
from kiosk.sync.own_token import OwnToken
from kiosk.sync.proving import token_at
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.pairing_of_tests import accepts, new_code
from tests.sync_of_tests import KioskOfTests

NAMES = frozenset({"127.0.0.1", "localhost"})


def real_now() -> datetime:
    """TLS asks this computer's clock, which no test moves."""
    return datetime.now(UTC)


@dataclass
class TlsHub:
    """The hub, its authority's folder, and what it shows."""

    hub: HubOfTests
    tls: Path
    live: LiveCertificate
    clock: Clock

    @property
    def url(self) -> str:
        return str(self.hub.client.base_url)

    @property
    def ca(self) -> str:
        """By which the hub says that it is known."""
        return hub_trust.ca_of(self.url)

    def begins(self) -> str:
        """What an operator begins; returns the authority that will follow."""
        authority_change.begin(self.hub.database, self.tls, self.clock(), is_another=False)
        following = authority.next_of(self.tls)
        assert following is not None
        return following.pem()

    def changes_at_once(self) -> None:
        """With --now, and all that follows by itself."""
        authority_change.use_now(self.hub.database, self.tls, self.clock())
        assert self.goes_on(OLD_ONE_STAYS) is Step.LEAVE

    def goes_on(self, later: timedelta = timedelta(0)) -> Step:
        """What a hub does each minute by itself, so much later."""
        self.clock.at += later
        step = authority_change.look(self.hub.database, self.tls, self.clock())
        asyncio.run(self.live.look())
        return step

    def is_shown(self, ca: str) -> bool:
        """Whether the server's certificate is by this CA."""
        trusted = hub_trust.context_at_any_time(ca)
        port = int(self.url.rsplit(":", 1)[1])
        try:
            with (
                socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
                trusted.wrap_socket(plain, server_hostname="127.0.0.1"),
            ):
                return True
        except ssl.SSLCertVerificationError:
            return False


@contextmanager
def tls_hub(folder: Path, url: str = "", days_ago: float = 0.0) -> Iterator[TlsHub]:
    """With the staff of `hub_at`. Its certificates are so many days old."""
    clock, tls = Clock(real_now() - timedelta(days=days_ago)), folder / FOLDER
    authority = open_authority(tls, clock())
    live = LiveCertificate(authority, lambda: NAMES, clock)
    with hub_at(
        url or f"sqlite:///{folder}/hub.db", folder, clock, certificate=live, ca=authority.ca
    ) as hub:
        yield TlsHub(hub, tls, live, clock)


def pair(hub: TlsHub, folder: Path, name: str = "Front kiosk") -> None:
    """As somebody does at the kiosk of this folder."""
    pair_with_hub(
        kiosk_config(folder, name), hub.url, new_code(hub.hub), hub.clock(), show=accepts(hub.hub)
    )


@contextmanager
def kiosk_at(hub: TlsHub, folder: Path, name: str = "Front kiosk") -> Iterator[KioskOfTests]:
    """A kiosk that is paired if it was not, and goes by what is in its database."""
    config = kiosk_config(folder, name)
    with closing(open_database(config.database_url)) as database:
        with database.read() as session:
            is_paired = own_device.is_paired(session)
        if not is_paired:
            pair(hub, folder, name)
        with database.begin() as session:
            own = own_device.read(session, real_now())

        def ca() -> str:
            with database.read() as session:
                return own_device.ca(session)

        token = OwnToken(lambda: token_at(hub.url, own.own_key, ca()))
        client = http.connect(
            hub.url,
            token,
            ca,
            own.known_hub,
            lambda: own_state.read(database, own.device, real_now()),
        )
        with closing(client):
            yield KioskOfTests(database, client, own.device, token, own.own_key)


def kiosk_config(folder: Path, name: str = "Front kiosk") -> KioskConfig:
    return KioskConfig(kiosk=KioskPart(name, str(folder)))


def known_to(kiosk: Database) -> tuple[str, ...]:
    """The authorities by which a kiosk knows its hub."""
    with kiosk.read() as session:
        return hub_trust.separate(own_device.ca(session))
