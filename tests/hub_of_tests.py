"""The real hub in process, with a site, staff and a paired kiosk, all invented."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from admin_console.hub import site
from admin_console.hub.app import create_app
from admin_console.hub.authority import LiveCertificate
from db import (
    changes,
    codec,
    hub_trust,
    kiosk_tokens,
    number_keys,
    pairing,
    signing,
    staff,
    staff_pins,
)
from db.domain.desk import Role, SignedIn, Site
from db.engine import Database, open_database
from kiosk.sync.client import Pairing
from kiosk.sync.http import HttpHub
from kiosk.sync.known_hub import KnownHub
from kiosk.sync.own_token import OwnKey, OwnToken, Token
from kiosk.sync.proving import get_token
from tests import quick
from tests.makers import NINE

PASSWORD = "invented pass phrase"  # noqa: S105  of nobody
PIN = "482913"
FRONT_KIOSK = "019378a0-0000-7000-8000-00000000f407"


@dataclass
class Clock:
    """A clock that tests move."""

    at: datetime = NINE

    def __call__(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class PairedOfTests(Pairing):
    """What a kiosk was given, with the key that the hub knows of it, and a token for an hour.

    Without a key it signs nothing, as those of early versions, and its tokens come by themselves.
    """

    key: bytes = b""
    token: str = ""

    @property
    def own_key(self) -> OwnKey:
        return OwnKey(self.kiosk_id, self.epoch, self.key, self.hub_key)


def known_hub(given: Pairing) -> KnownHub:
    """Whose answers a kiosk takes that was given this."""
    return KnownHub(given.kiosk_id, bytes.fromhex(given.hub_key))


@dataclass(frozen=True)
class HubOfTests:
    database: Database
    client: httpx.Client
    clock: Callable[[], datetime]
    site: Site
    photos: Path

    def pair(
        self,
        kiosk_id: str = FRONT_KIOSK,
        name: str = "Front kiosk",
        key: bytes = b"",
        site_id: str = "",
    ) -> PairedOfTests:
        """As if somebody had accepted it: `tests.pairing_of_tests` asks as kiosks do.

        `key` is the kiosk's private key.
        """
        with self.database.begin() as session:
            own = site.of(session, site_id) or self.site
            kiosk = pairing.let_in(
                session,
                kiosk_id,
                name,
                self.clock(),
                public_key=signing.public_of(key) if key else b"",
                site_id=own.site_id,
            )
            token = kiosk_tokens.issue(session, kiosk_id, kiosk.epoch, self.clock())
            number_key, later = site.number_key(session), number_keys.later(session)
            hub_key = signing.public_of(site.signing_key(session)).hex()
        ids = (own.district_id, own.site_id, kiosk_id, kiosk.epoch)
        return PairedOfTests(*ids, number_key, own, hub_key, later, key=key, token=token)

    def own_token(self, given: PairedOfTests) -> OwnToken:
        """The kiosk's token, got as kiosks do if it has a key."""

        def get() -> Token:
            if given.key:
                return get_token(self.client, given.own_key)
            with self.database.begin() as session:
                own = (given.kiosk_id, given.epoch)
                return Token(kiosk_tokens.issue(session, *own, self.clock()), 3600)

        return OwnToken(get)

    def kiosk(self, given: PairedOfTests) -> HttpHub:
        return HttpHub(self.client, self.own_token(given), known_hub(given))

    def add_staff(self, name: str, role: Role, display_name: str = "") -> None:
        """Somebody more, with everybody's password."""
        with self.database.begin() as session:
            staff.add(
                session,
                name,
                staff.hashed(PASSWORD),
                display_name=display_name or name,
                role=role,
                now=self.clock(),
            )

    def remove_staff(self, name: str) -> None:
        with self.database.begin() as session:
            staff.remove(session, staff.named(session, name).staff_id, self.clock())

    def token_of(self, name: str) -> dict[str, str]:
        """Headers of somebody who signed in without the hub noting it."""
        with self.database.begin() as session:
            staff_id = staff.named(session, name).staff_id
            token = staff.open_session(session, staff_id, self.clock())
        return {"Authorization": f"Bearer {token}"}

    def sign_in(self, name: str = "dwhitlock") -> dict[str, str]:
        """Headers of a signed-in member of staff."""
        answer = self.client.post("/v1/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {codec.from_json(answer.content, SignedIn).token}"}


def begun(url: str) -> str:
    """The database of a hub that was started once, and says no names of its own."""
    with closing(open_database(url)) as database, database.begin() as session:
        site.ensure(session, site.SiteNames(), NINE)
    return url


@contextmanager
def hub_at(
    url: str,
    folder: Path,
    clock: Callable[[], datetime] | None = None,
    certificate: LiveCertificate | None = None,
    ca: str = "",
) -> Iterator[HubOfTests]:
    """The hub over the database `url`, with Dana (administrator, PIN) and Rosa (front desk).

    Over TLS with a certificate of the authority `ca`, else over plain HTTP on loopback.
    One that ran before has its staff already.
    """
    clock, database = clock or Clock(), open_database(url)
    with database.read() as session:
        ran_before = site.of(session) is not None
    if ran_before:
        begun: AbstractContextManager[None] = nullcontext()
    else:
        begun = quick.set_up_once(database, clock(), lambda: _set_up(database, clock()))
    with begun:
        with database.read() as session:
            school = site.of(session)
        assert school is not None
        with running(database, folder, clock, school, certificate, ca) as hub:
            yield hub


def _set_up(database: Database, now: datetime) -> None:
    names = site.SiteNames("Marlow Unified", "Lincoln Elementary School", "America/Chicago")
    with database.begin() as session:
        school = site.ensure(session, names, now)
        for name, shown, role in (
            ("dwhitlock", "Dana Whitlock", Role.ADMINISTRATOR),
            ("rbegaye", "Rosa Begaye", Role.FRONT_DESK),
        ):
            member = staff.add(
                session, name, staff.hashed(PASSWORD), display_name=shown, role=role, now=now
            )
            if role is Role.ADMINISTRATOR:
                staff_pins.add(session, member.staff_id, shown, staff_pins.hash_pin(PIN))
                pins = staff_pins.everybody(session)
                changes.add(session, "staff_pins", pins, site_id=school.site_id)


@contextmanager
def running(  # noqa: PLR0917
    database: Database,
    folder: Path,
    clock: Callable[[], datetime],
    school: Site,
    certificate: LiveCertificate | None = None,
    ca: str = "",
) -> Iterator[HubOfTests]:
    """The hub over a database that was set up; it is closed with it."""
    photos, authority = folder / "photos", certificate.authority if certificate else None
    with (
        _served(create_app(database, photos, clock, authority=authority), certificate) as address,
        httpx.Client(
            base_url=address, trust_env=False, timeout=30, verify=hub_trust.context(ca)
        ) as client,
    ):
        yield HubOfTests(database, client, clock, school, photos)
    database.close()


class PromptServer(uvicorn.Server):
    """uvicorn, which would sleep for tenths of a second before it sees that it shall end.

    Here it wakes for that, and once a second for the date in its answers.
    """

    async def main_loop(self) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), 1)

    def end(self) -> None:
        """From another thread."""
        self.should_exit = True
        with suppress(AttributeError, RuntimeError):  # it has not begun, or has ended by itself
            self._loop.call_soon_threadsafe(self._ending.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        async with asyncio.timeout(self.config.timeout_graceful_shutdown):
            state = self.server_state
            while state.connections or state.tasks:  # noqa: ASYNC110  uvicorn tells nobody
                await asyncio.sleep(0.005)
        await self.lifespan.shutdown()


@contextmanager
def _served(app: FastAPI, certificate: LiveCertificate | None) -> Iterator[str]:
    """The application behind real HTTP on loopback, in a thread of this process."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()  # whoever comes before the server does waits for it
    config = uvicorn.Config(
        app,
        log_level="error",
        timeout_graceful_shutdown=1,
        ssl_context_factory=None if certificate is None else lambda *_: certificate.context,
    )
    scheme = "http" if certificate is None else "https"
    server = PromptServer(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    app.state.context.wake.close()
    server.end()
    thread.join(30)
    assert not thread.is_alive()
