"""Programs that are told by webhook: real servers on loopback."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from db import notices, webhooks
from db.domain.notice import NoticeKind
from db.domain.webhook import Webhook
from db.engine import Database
from tests.hub_of_tests import HubOfTests
from tests.makers import NINE


class Receiver:
    """A real server on loopback that another program would be."""

    def __init__(self) -> None:
        self.status = 200
        self.answers = threading.Event()
        self.answers.set()
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                receiver.answers.wait(20)
                self.send_response(receiver.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/told"

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]

    @property
    def types(self) -> list[str]:
        return [told["type"] for told in self.told]

    def close(self) -> None:
        self.answers.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def tell(hub: HubOfTests, receiver: Receiver, *kinds: str) -> tuple[Webhook, bytes]:
    with hub.database.begin() as session:
        return webhooks.add(session, receiver.url, kinds, hub.clock())


def state(database: Database) -> Webhook:
    (webhook,) = everyone(database)
    return webhook


def everyone(database: Database) -> list[Webhook]:
    with database.read() as session:
        return webhooks.everyone(session)


def put_notices(database: Database, count: int, first: int = 1) -> None:
    with database.begin() as session:
        for number in range(first, first + count):
            notices.tell(session, NoticeKind.DENIED, "Not admitted.", NINE, about=f"visit {number}")


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.02)
