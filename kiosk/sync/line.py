"""The line by which the hub pokes a kiosk: that there is something to fetch, and no more.

A poke is no news itself, so it is believed unsigned: what is fetched then is checked as ever.
"""

import logging
import ssl
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from urllib.parse import urlsplit, urlunsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from db.domain.errors import HubAwayError
from kiosk.sync.client import HubUnpairedError, NoLineError

PATH = "/v1/changes/live"
CONNECT_SECONDS = 3.0
PING_SECONDS = 20.0
"""So often, and for so long, it is asked whether the hub is still there."""
CLOSE_SECONDS = 0.5
LONGEST_MESSAGE_BYTES = 256
_UNAUTHORIZED, _SERVER_ERROR = 401, 500
_QUIET = logging.getLogger(f"{__name__}.protocol")
"""The library's own words, which are about its insides; the worker says what matters."""
_QUIET.setLevel(logging.CRITICAL)


class HubLine:
    """An open line. One thread waits; `close` may be called from any."""

    def __init__(self, opening: AbstractContextManager[ClientConnection]) -> None:
        self._end = ExitStack()
        self._connection = self._end.enter_context(opening)

    def wait(self) -> None:
        """Sleep until the hub pokes. Raises `HubAwayError` once the line is closed or lost."""
        try:
            self._connection.recv()
        except (ConnectionClosed, OSError) as error:
            raise HubAwayError("The line to the hub is closed.") from error

    def close(self) -> None:
        with suppress(OSError):
            self._end.close()


def open_line(url: str, headers: Mapping[str, str], trusted: ssl.SSLContext | None) -> HubLine:
    """Open a line to the hub at `url`, an http or https address; `trusted` for the latter.

    Raises `NoLineError` where there is none to be had: the hub is of an older version, or
    something on the way knows no WebSockets. `HubUnpairedError` and `HubAwayError` as ever.
    """
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    address = urlunsplit(("wss" if is_tls else "ws", parts.netloc, PATH, "", ""))
    try:
        opening = connect(
            address,
            ssl=trusted if is_tls else None,
            additional_headers=headers,
            user_agent_header=None,
            compression=None,
            proxy=None,  # nothing of the surroundings: the hub is asked directly
            open_timeout=CONNECT_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=CLOSE_SECONDS,
            max_size=LONGEST_MESSAGE_BYTES,
            logger=_QUIET,
        )
        return HubLine(opening)
    except InvalidStatus as error:
        status = error.response.status_code
        if status == _UNAUTHORIZED:
            raise HubUnpairedError("The hub opens no line to this kiosk.") from error
        if status >= _SERVER_ERROR:
            raise HubAwayError(f"The hub opens no line now (status {status}).") from error
        raise NoLineError(f"There is no line to this hub (status {status}).") from error
    except InvalidHandshake as error:
        raise NoLineError("What answers at the hub's address knows no lines.") from error
    except (OSError, TimeoutError) as error:
        raise HubAwayError("The hub does not answer.") from error
