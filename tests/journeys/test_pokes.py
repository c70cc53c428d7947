"""The line by which the hub pokes its kiosks: real hubs on loopback, real workers."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect as connect_plainly

from admin_console.hub.authority import LiveCertificate, open_authority
from admin_console.hub.lines import Why
from db import changes, news
from db.domain.errors import HubAwayError
from db.engine import Database
from kiosk.sync import http
from kiosk.sync.client import HubUnpairedError, NoLineError
from kiosk.sync.exchange import Learned
from kiosk.sync.http import HttpHub
from kiosk.sync.line import PATH, HubLine
from kiosk.sync.own_token import OwnToken, Token
from kiosk.sync.worker import SyncWorker
from tests.hub_of_tests import HubOfTests, PairedOfTests, hub_at
from tests.sync_of_tests import KioskOfTests, decide, device_of, import_list

LONG = 10_000
"""Milliseconds; a fetch that nobody pokes for takes longer to come."""


@pytest.fixture
def hub(any_url: str, tmp_path: Path) -> Iterator[HubOfTests]:
    with hub_at(any_url, tmp_path / "hub") as running:
        yield running


def url_of(hub: HubOfTests) -> str:
    return str(hub.client.base_url)


def hub_of(hub: HubOfTests, given: PairedOfTests, ca: str = "", url: str = "") -> HttpHub:
    return http.connect(url or url_of(hub), hub.own_token(given), ca)


@contextmanager
def line_of(hub: HubOfTests, given: PairedOfTests) -> Iterator[HubLine]:
    with closing(hub_of(hub, given)) as asked, closing(asked.open_line()) as line:
        line.wait()  # the hub says at once how far the feed has come
        yield line


def tell(hub: HubOfTests) -> None:
    """Something new for every kiosk."""
    import_list(hub, "Trespass")


def shown(hub: HubOfTests, figure: str) -> int:
    lines = hub.client.get("/metrics").text.splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{figure} ")))


@contextmanager
def working(
    kiosk: KioskOfTests, folder: Path, connect: Callable[[], HttpHub], listen_seconds: float = 20.0
) -> Iterator[list[Learned]]:
    """`listen_seconds`: so long goes the first question, which is asked before there is a line."""
    learned: list[Learned] = []
    worker = SyncWorker(
        kiosk.database,
        kiosk.device,
        connect=connect,
        photos=folder / "photos",
        learned=learned.append,
        state_changed=lambda _: None,
        listen_seconds=listen_seconds,
    )
    worker.start()
    try:
        yield learned
    finally:
        worker.stop()


def kiosk_of(hub: HubOfTests, database: Database, given: PairedOfTests) -> KioskOfTests:
    kiosk = KioskOfTests(database, hub.kiosk(given), device_of(given), hub.own_token(given))
    kiosk.pull_all()
    return kiosk


def heard(learned: list[Learned]) -> int:
    return sum(each.lists_changed for each in learned)


class Proxy:
    """Sits between kiosk and hub: may know no WebSockets, and may drop all connections."""

    def __init__(self, hub: HubOfTests, *, knows_lines: bool) -> None:
        self._there = ("127.0.0.1", hub.client.base_url.port or 0)
        self._knows_lines = knows_lines
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        for each in list(self._open):
            with closing(each):
                self._open.remove(each)
                _shut(each)

    def close(self) -> None:
        _shut(self._listener)
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        try:
            while True:
                here, _ = self._listener.accept()
                threading.Thread(target=self._pass_on, args=(here,), daemon=True).start()
        except OSError:
            return

    def _pass_on(self, here: socket.socket) -> None:
        try:
            first = here.recv(65_536)
            if not self._knows_lines and b"upgrade: websocket" in first.lower():
                here.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                here.close()
                return
            there = socket.create_connection(self._there)
            self._open += [here, there]
            there.sendall(first)
            threading.Thread(target=_copy, args=(there, here), daemon=True).start()
            _copy(here, there)
        except OSError:
            here.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while some := source.recv(65_536):
            target.sendall(some)
    except OSError:
        pass
    _shut(target)


def _shut(one: socket.socket) -> None:
    try:
        one.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@contextmanager
def proxy_to(hub: HubOfTests, *, knows_lines: bool) -> Iterator[Proxy]:
    made = Proxy(hub, knows_lines=knows_lines)
    try:
        yield made
    finally:
        made.close()


# ---- a worker with a line --------------------------------------------------------------------


def test_kiosk_that_is_poked_over_tls_fetches_at_once(
    database: Database, tmp_path: Path, qtbot: QtBot
) -> None:
    now = datetime.now(UTC)
    authority = open_authority(tmp_path / "tls", now)
    live = LiveCertificate(authority, lambda: frozenset({"127.0.0.1"}), lambda: datetime.now(UTC))
    url = f"sqlite:///{tmp_path}/hub.db"
    with hub_at(url, tmp_path / "hub", certificate=live, ca=authority.ca) as hub:
        given = hub.pair()
        kiosk = kiosk_of(hub, database, given)
        with working(kiosk, tmp_path, lambda: hub_of(hub, given, authority.ca), 0.2) as learned:
            qtbot.waitUntil(lambda: shown(hub, "vestibule_lines_open") == 1, timeout=LONG)
            qtbot.waitUntil(lambda: shown(hub, "vestibule_polls_waiting") == 0, timeout=LONG)

            tell(hub)

            qtbot.waitUntil(lambda: heard(learned) == 1, timeout=LONG)


def test_kiosk_asks_and_waits_while_a_visitor_waits_for_the_office(
    hub: HubOfTests, database: Database, tmp_path: Path, qtbot: QtBot
) -> None:
    given = hub.pair()
    kiosk = kiosk_of(hub, database, given)
    visit_id = kiosk.visitor_comes(held=True)
    with working(kiosk, tmp_path, lambda: hub_of(hub, given)) as learned:
        qtbot.waitUntil(lambda: shown(hub, "vestibule_lines_open") == 1, timeout=LONG)
        qtbot.waitUntil(lambda: kiosk.waiting() == 0, timeout=LONG)
        qtbot.waitUntil(lambda: shown(hub, "vestibule_polls_waiting") == 1, timeout=LONG)

        decide(hub, visit_id)

        qtbot.waitUntil(lambda: any(each.decision for each in learned), timeout=LONG)
        qtbot.waitUntil(lambda: shown(hub, "vestibule_polls_waiting") == 0, timeout=LONG)


def test_proxy_that_knows_no_lines_leaves_the_kiosk_asking_and_waiting(
    hub: HubOfTests, database: Database, tmp_path: Path, qtbot: QtBot
) -> None:
    given = hub.pair()
    kiosk = kiosk_of(hub, database, given)
    with proxy_to(hub, knows_lines=False) as proxy:
        with closing(hub_of(hub, given, url=proxy.url)) as asked, pytest.raises(NoLineError):
            asked.open_line()
        with working(kiosk, tmp_path, lambda: hub_of(hub, given, url=proxy.url)) as learned:
            qtbot.waitUntil(lambda: shown(hub, "vestibule_polls_waiting") == 1, timeout=LONG)

            tell(hub)

            qtbot.waitUntil(lambda: heard(learned) == 1, timeout=LONG)
            assert shown(hub, "vestibule_lines_open") == 0


def test_line_that_was_cut_is_opened_again(
    hub: HubOfTests, database: Database, tmp_path: Path, qtbot: QtBot
) -> None:
    given = hub.pair()
    kiosk = kiosk_of(hub, database, given)
    with (
        proxy_to(hub, knows_lines=True) as proxy,
        working(kiosk, tmp_path, lambda: hub_of(hub, given, url=proxy.url), 0.2) as learned,
    ):
        qtbot.waitUntil(lambda: shown(hub, "vestibule_lines_open") == 1, timeout=LONG)
        proxy.cut()
        qtbot.waitUntil(lambda: shown(hub, "vestibule_lines_open") == 0, timeout=LONG)
        qtbot.waitUntil(lambda: shown(hub, "vestibule_lines_open") == 1, timeout=LONG)
        qtbot.waitUntil(lambda: shown(hub, "vestibule_polls_waiting") == 0, timeout=LONG)

        tell(hub)

        qtbot.waitUntil(lambda: heard(learned) == 1, timeout=LONG)


# ---- what the hub does with lines ------------------------------------------------------------


def test_change_by_another_program_at_the_same_database_pokes_too(
    hub: HubOfTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = hub.pair()
    with line_of(hub, given) as line:
        monkeypatch.setattr(news, "_US", "another program")
        with hub.database.begin() as session:
            changes.add(session, "hosts", [])

        line.wait()


def test_hub_that_ends_closes_its_lines_first(any_url: str, tmp_path: Path) -> None:
    with hub_at(any_url, tmp_path) as hub:
        given = hub.pair()
        asked = hub_of(hub, given)
        line = asked.open_line()
        line.wait()
        began = time.monotonic()

    with closing(asked), closing(line), pytest.raises(HubAwayError):
        line.wait()
    assert time.monotonic() - began < 5


def test_revoked_kiosk_is_closed_out_and_opens_no_other_line(hub: HubOfTests) -> None:
    given = hub.pair()
    with line_of(hub, given) as line:
        kiosk = f"/v1/kiosks/{given.kiosk_id}"
        hub.client.post(f"{kiosk}/revoke", headers=hub.sign_in()).raise_for_status()

        with pytest.raises(HubAwayError):
            line.wait()

    with closing(hub_of(hub, given)) as asked, pytest.raises(HubUnpairedError):
        asked.open_line()


def test_line_of_one_kiosk_stays_when_another_is_revoked(hub: HubOfTests) -> None:
    given, other = hub.pair(), hub.pair("019378a0-0000-7000-8000-00000000f499", "Side kiosk")
    with line_of(hub, given) as line:
        kiosk = f"/v1/kiosks/{other.kiosk_id}"
        hub.client.post(f"{kiosk}/revoke", headers=hub.sign_in()).raise_for_status()
        tell(hub)

        line.wait()


def test_newer_line_of_a_kiosk_ends_the_older_one(hub: HubOfTests) -> None:
    given = hub.pair()
    with line_of(hub, given) as older, line_of(hub, given) as newer:
        with pytest.raises(HubAwayError):
            older.wait()
        tell(hub)
        newer.wait()


def test_nobody_but_a_kiosk_has_a_line(hub: HubOfTests) -> None:
    given = hub.pair()
    staff_token = hub.sign_in()["Authorization"].partition(" ")[2]
    for text in ("", "guessed", staff_token):
        with (
            closing(http.connect(url_of(hub), OwnToken(partial(Token, text, 3600)))) as asked,
            pytest.raises(HubUnpairedError),
        ):
            asked.open_line()
    in_the_address = f"{url_of(hub)}{PATH}?token={given.token}".replace("http:", "ws:")
    with pytest.raises(Exception, match="401"), connect_plainly(in_the_address, proxy=None):
        pass


@pytest.mark.parametrize("path", ["/v1/elsewhere", "/v1/desk"])
def test_line_to_where_there_is_none_is_refused_in_words(hub: HubOfTests, path: str) -> None:
    address = f"{url_of(hub)}{path}".replace("http:", "ws:")

    with pytest.raises(InvalidStatus) as refused, connect_plainly(address, proxy=None):
        pass

    answer = refused.value.response
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert b"nothing at this address" in (answer.body or b"")


def test_kiosk_that_speaks_over_its_line_loses_it(hub: HubOfTests) -> None:
    given = hub.pair()
    address = f"{url_of(hub)}{PATH}".replace("http:", "ws:")
    headers = {"Authorization": f"Bearer {given.token}"}
    with connect_plainly(address, additional_headers=headers, proxy=None) as line:
        line.recv()
        line.send("approve everybody")

        with pytest.raises(ConnectionClosed) as closed:
            line.recv()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == Why.KIOSK_SPOKE
