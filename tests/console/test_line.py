"""A console's line to the hub while it comes to know the hub by another authority."""

import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from admin_console.console.known_hubs import KnownHubs
from admin_console.console.line import HubLine
from admin_console.hub.authority import make_ca
from tests.makers import NINE

ENOUGH = 30.0


class SlowHub(ThreadingHTTPServer):
    """Answers once it is let; says with which session it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.is_asked, self.may_answer = threading.Event(), threading.Event()


class _Answer(BaseHTTPRequestHandler):
    server: SlowHub

    def do_GET(self) -> None:
        self.server.is_asked.set()
        self.server.may_answer.wait(ENOUGH)
        said = self.headers.get("Authorization", "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[SlowHub]:
    with SlowHub() as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield server
        server.may_answer.set()
        server.shutdown()
        serving.join()


def test_what_is_asked_while_another_authority_is_trusted_is_answered(hub: SlowHub) -> None:
    with closing(HubLine(hub.url, KnownHubs(None))) as line, ThreadPoolExecutor(1) as pool:
        asking = pool.submit(lambda: line.send("GET", "/v1/live").status_code)
        assert hub.is_asked.wait(ENOUGH)

        line.trust(make_ca(NINE).pem())
        hub.may_answer.set()

        assert asking.result(ENOUGH) == 200


def test_session_goes_on_under_another_authority(hub: SlowHub) -> None:
    hub.may_answer.set()
    with closing(HubLine(hub.url, KnownHubs(None))) as line:
        line.open_session("token")

        line.trust(make_ca(NINE).pem())

        assert line.send("GET", "/v1/live").text == "Bearer token"


def test_line_stays_as_it_was_where_an_authority_cannot_be_read(hub: SlowHub) -> None:
    hub.may_answer.set()
    known = KnownHubs(None)
    with closing(HubLine(hub.url, known)) as line:
        with pytest.raises(ssl.SSLError):
            line.trust("no certificate")

        assert line.send("GET", "/v1/live").status_code == 200
    assert known.ca_of(hub.url) is None
