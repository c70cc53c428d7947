"""Who stands at the hub's door and says nothing, and how many stand there."""

import asyncio
import errno
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from websockets.sync.client import connect

from admin_console.hub.addresses import neighbourhood
from admin_console.hub.authority import LiveCertificate, open_authority
from admin_console.hub.door import ACCEPTED_AT_ONCE, Door, Listener, say_once, speaks_through
from db import hub_trust
from tests.makers import NINE

PATIENCE, LONG = 0.5, 20.0
HALF = b"GET / HTTP/1.1\r\nHost: hub"


async def app(scope: dict[str, object], _receive: object, send: object) -> None:
    """Says yes, to whoever asks for /slow after a while."""
    assert callable(send)
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await asyncio.sleep(3 * PATIENCE)
        await send({"type": "websocket.send", "text": "news"})
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(3 * PATIENCE)
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]}
    )
    await send({"type": "http.response.body", "body": b"yes"})


class House:
    """A server behind a door, on loopback."""

    def __init__(self, door: Door, folder: Path | None) -> None:
        self.ca = ""
        certificate = None
        if folder is not None:
            authority = open_authority(folder / "tls", NINE)
            self.ca = authority.ca
            names = lambda: ("127.0.0.1",)  # noqa: E731
            certificate = LiveCertificate(authority, names, lambda: NINE)
        self._door = door
        self._listener = Listener(socket.AF_INET, door)
        self._listener.bind(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_level="error",
            backlog=ACCEPTED_AT_ONCE,
            http=speaks_through(door),
            timeout_graceful_shutdown=1,
            ssl_context_factory=None if certificate is None else lambda *_: certificate.context,
        )
        self.server = uvicorn.Server(config)

    def run(self) -> None:
        async def both() -> None:
            keeping = asyncio.create_task(self._door.keep())
            await self.server.serve(sockets=[self._listener])
            keeping.cancel()

        asyncio.run(both())

    def client(self) -> httpx.Client:
        scheme = "https" if self.ca else "http"
        trusted = hub_trust.context(self.ca)
        url = f"{scheme}://127.0.0.1:{self.port}"
        return httpx.Client(base_url=url, verify=trusted, trust_env=False, timeout=10)


@contextmanager
def standing(door: Door, folder: Path | None = None) -> Iterator[House]:
    house = House(door, folder)
    thread = threading.Thread(target=house.run, daemon=True)
    thread.start()
    while not house.server.started:
        time.sleep(0.01)
    yield house
    house.server.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


def is_let_go(talk: socket.socket, within: float = 10.0) -> bool:
    talk.settimeout(within)
    try:
        return talk.recv(100) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def dripped_into(talk: socket.socket) -> float:
    """After how many seconds the hub takes no more of what comes byte by byte."""
    began = time.monotonic()
    while (so_far := time.monotonic() - began) < LONG:
        try:
            talk.sendall(b"x")
        except OSError:
            break
        threading.Event().wait(PATIENCE / 5)
    return so_far


def open_to(house: House, stack: ExitStack, said: bytes = b"") -> socket.socket:
    talk = stack.enter_context(socket.create_connection(("127.0.0.1", house.port), timeout=10))
    if said:
        talk.sendall(said)
    return talk


@pytest.mark.parametrize("said", [b"", HALF], ids=["nothing", "half a header"])
def test_who_does_not_finish_a_request_is_let_go(said: bytes) -> None:
    with standing(Door(100, patience=PATIENCE)) as house, ExitStack() as stack:
        assert is_let_go(open_to(house, stack, said))


def test_who_keeps_dripping_a_header_is_let_go() -> None:
    with standing(Door(100, patience=PATIENCE)) as house, ExitStack() as stack:
        assert PATIENCE / 2 < dripped_into(open_to(house, stack, HALF)) < LONG


def test_who_begins_no_handshake_or_says_nothing_behind_it_is_let_go(tmp_path: Path) -> None:
    with standing(Door(100, patience=PATIENCE), tmp_path) as house, ExitStack() as stack:
        without = open_to(house, stack)
        trusted = hub_trust.context(house.ca)
        behind = stack.enter_context(
            trusted.wrap_socket(open_to(house, stack), server_hostname="127.0.0.1")
        )
        behind.sendall(HALF)

        assert is_let_go(without)
        assert is_let_go(behind)


def test_who_waits_for_an_answer_or_asks_again_is_not_let_go(tmp_path: Path) -> None:
    with standing(Door(100, patience=PATIENCE), tmp_path) as house, house.client() as client:
        assert client.get("/slow").text == "yes"
        threading.Event().wait(PATIENCE * 1.5)
        assert client.get("/").text == "yes"


def test_line_on_which_nothing_is_said_for_long_is_kept(tmp_path: Path) -> None:
    with standing(Door(100, patience=PATIENCE), tmp_path) as house:
        trusted = hub_trust.context(house.ca)
        address = f"wss://127.0.0.1:{house.port}/"
        with connect(address, ssl=trusted, proxy=None) as line:
            assert line.recv(10) == "news"


def test_half_of_a_second_request_is_not_waited_for() -> None:
    with standing(Door(100, patience=PATIENCE)) as house, ExitStack() as stack:
        talk = open_to(house, stack, HALF + b"\r\n\r\n")
        assert talk.recv(4096).startswith(b"HTTP/1.1 200")
        talk.sendall(HALF)

        while True:
            talk.settimeout(10)
            try:
                if talk.recv(4096) == b"":
                    break
            except ConnectionResetError:
                break


def test_body_that_drips_behind_its_answer_is_not_waited_for() -> None:
    with standing(Door(100, patience=PATIENCE)) as house, ExitStack() as stack:
        talk = open_to(house, stack, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n")
        assert talk.recv(4096).startswith(b"HTTP/1.1 200")

        assert dripped_into(talk) < LONG


def test_silent_connections_make_room_for_who_asks() -> None:
    with standing(Door(40, patience=60)) as house, ExitStack() as stack:
        silent = [open_to(house, stack, HALF) for _ in range(200)]

        with house.client() as client:
            assert client.get("/").text == "yes"
        assert sum(is_let_go(s, 0.01) for s in silent) >= 150


def test_one_address_has_half_of_the_connections_at_most() -> None:
    door, gone = Door(10), []
    for number in range(5):
        assert door.comes(number, "192.0.2.1", lambda: None)
        door.is_heard(number)

    assert not door.comes(5, "192.0.2.1", lambda: gone.append(5))
    assert door.comes(6, "192.0.2.2", lambda: None)


def test_behind_a_proxy_one_address_may_have_all() -> None:
    door = Door(10, by_address=False)
    for number in range(10):
        assert door.comes(number, "127.0.0.1", lambda: None)
        door.is_heard(number)

    assert not door.comes(10, "127.0.0.1", lambda: None)
    door.leaves(3, "127.0.0.1")
    assert door.comes(11, "127.0.0.1", lambda: None)


def test_room_is_made_by_the_address_from_which_most_wait() -> None:
    door, gone = Door(16), list[str]()
    assert door.comes("kiosk", "192.0.2.2", lambda: gone.append("kiosk"))
    for number in range(6):
        name = f"stranger {number}"
        assert door.comes(name, "192.0.2.1", lambda name=name: gone.append(name))

    assert gone == ["stranger 0", "stranger 1", "stranger 2"]


def test_addresses_that_one_computer_gives_itself_are_one() -> None:
    assert neighbourhood("2001:db8:1:2::5") == neighbourhood("2001:db8:1:2:ffff::9%eth0")
    assert neighbourhood("2001:db8:1:2::5") != neighbourhood("2001:db8:1:3::5")
    assert neighbourhood("::ffff:192.0.2.1") == neighbourhood("192.0.2.1") == "192.0.2.1"
    assert neighbourhood("") == ""


def test_running_out_of_descriptors_is_said_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    door, loop = Door(10), asyncio.new_event_loop()

    for _ in range(1_000):
        say_once(door, loop, {"exception": OSError(errno.EMFILE, "Too many open files")})
    loop.close()

    assert len(caplog.records) == 1


def test_hub_with_few_descriptors_answers_while_a_stranger_opens_more_than_those(
    tmp_path: Path,
) -> None:
    serve = [
        sys.executable, "-m", "admin_console.hub", "serve", "--listen", "127.0.0.1:0",
        "--database", f"sqlite:///{tmp_path}/hub.db",
    ]  # fmt: skip
    limited = ["sh", "-c", 'ulimit -n 400; exec "$@"', "sh", *serve]
    with (
        (tmp_path / "said").open("w") as said,
        subprocess.Popen(
            limited, stdout=subprocess.PIPE, stderr=said, text=True, cwd=Path(__file__).parents[2]
        ) as hub,
    ):
        assert hub.stdout is not None
        url = hub.stdout.readline().split()[-1]
        try:
            trusted = hub_trust.context(hub_trust.ca_of(url))
            port = int(url.rpartition(":")[2])
            with ExitStack() as stack:
                for _ in range(600):
                    talk = socket.create_connection(("127.0.0.1", port), timeout=30)
                    stack.enter_context(talk)
                with httpx.Client(
                    base_url=url, trust_env=False, verify=trusted, timeout=30
                ) as client:
                    assert client.get("/healthz").status_code == 200
        finally:
            hub.terminate()
    assert (tmp_path / "said").stat().st_size < 2_000
