"""Where the browser comes back to after a sign-in elsewhere: this computer alone. No Qt.

A loopback redirect (RFC 8252, clauses 7.3 and 8.3): a port of 127.0.0.1 that nobody chose, open
only while somebody signs in. Whatever else runs on this computer, or any page in its browser, may
ask there too: what counts is the first request with the state that the hub made for this sign-in.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
_MOST_CHARACTERS = 4096
"""Of a code; the hub takes no longer one."""
_PATIENCE = 5.0
"""Seconds that a request may take: a browser opens lines ahead and says nothing on them."""
_LOOKING_SECONDS = 0.02
"""How often it is looked whether to end."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What the browser brought: a code, or the provider's word for why not (RFC 6749, 4.1.2.1)."""

    state: str = field(repr=False)
    code: str = field(repr=False)
    error: str = ""


class BrowserReturn:
    """Listens from the start on, and takes one answer at most.

    `came` is called with it from another thread, once the browser has its page. Raises `OSError`
    where nothing may listen.
    """

    def __init__(self, came: Callable[[Returned], object]) -> None:
        self._came: Callable[[Returned], object] | None = came
        self._state = ""
        self._is_used = False
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            args=(_LOOKING_SECONDS,),
            name="browser-return",
            daemon=True,
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_port

    def expect(self, state: str) -> None:
        """From now on the answer to this sign-in is taken, and no other one."""
        with self._lock:
            self._state = state

    def close(self) -> None:
        """Nothing is taken any more, and `came` is not called again."""
        with self._lock:
            self._came = None
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _take(self, query: str) -> tuple[HTTPStatus, Returned | None]:
        """What a request is told, and what it brought if it is the one that counts."""
        asked = parse_qs(query, max_num_fields=20)
        state, code, error = (asked.get(name, [""])[0] for name in ("state", "code", "error"))
        with self._lock:
            is_ours = bool(self._state) and secrets.compare_digest(
                state.encode(), self._state.encode()
            )
            if not is_ours or not (code or error) or len(code) > _MOST_CHARACTERS:
                return HTTPStatus.BAD_REQUEST, None
            if self._is_used or self._came is None:
                return HTTPStatus.CONFLICT, None
            self._is_used = True
        return HTTPStatus.OK, Returned(state, "" if error else code, error)

    def _tell(self, returned: Returned) -> None:
        with self._lock:
            if self._came is not None:
                self._came(returned)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = False

    def __init__(self, waiting: BrowserReturn) -> None:
        self.waiting = waiting
        super().__init__((HOST, 0), _Request)

    def handle_error(self, *_: object) -> None:
        """Whoever hung up has heard enough; nothing of a request goes into a log."""


class _Request(BaseHTTPRequestHandler):
    timeout = _PATIENCE
    server: _Server

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        # Another name for this computer is a page that had its own name point here.
        if self.headers.get("Host") != f"{HOST}:{self.server.server_port}":
            status, returned = HTTPStatus.BAD_REQUEST, None
        elif address.path != "/":  # a browser asks for an icon by itself
            status, returned = HTTPStatus.NOT_FOUND, None
        else:
            try:
                status, returned = self.server.waiting._take(address.query)  # noqa: SLF001  its own
            except ValueError:  # more fields than a provider sends
                status, returned = HTTPStatus.BAD_REQUEST, None
        self._answer(status, returned)
        if returned is not None:
            self.server.waiting._tell(returned)  # noqa: SLF001  its own

    def version_string(self) -> str:
        return "Vestibule"

    def log_message(self, *_: object) -> None:
        """The code is in the address: it goes into no log."""

    def _answer(self, status: HTTPStatus, returned: Returned | None) -> None:
        page = _page(*_SAID[status]) if returned is None else _page(*_said_of(returned))
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
        self.wfile.flush()


_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Connection": "close",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_CLOSE = "You can close this window."
_SAID = {
    HTTPStatus.OK: ("Back to Vestibule", f"Vestibule goes on by itself. {_CLOSE}"),
    HTTPStatus.BAD_REQUEST: (
        "Not this sign-in",
        f"This does not belong to a sign-in that is under way on this computer. {_CLOSE}",
    ),
    HTTPStatus.NOT_FOUND: ("Nothing here", _CLOSE),
    HTTPStatus.CONFLICT: ("Already done", f"Vestibule has this sign-in already. {_CLOSE}"),
}


def _said_of(returned: Returned) -> tuple[str, str]:
    if returned.error:
        return "Nobody was signed in", f"Vestibule says what to do next. {_CLOSE}"
    return _SAID[HTTPStatus.OK]


def _page(title: str, said: str) -> bytes:
    title, said = escape(title), escape(said)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width">'
        "<style>:root{color-scheme:light dark}body{font:16px/1.5 Inter,sans-serif;"
        "margin:20vh auto;max-width:26rem;padding:0 1.5rem}h1{font-size:1.5rem}</style>"
        f"<main><h1>{title}</h1><p>{said}</p></main></html>"
    ).encode()
