"""The hub's door: how many connections it holds, from where, and how long who says nothing stays.

A connection waits from its first packet on until the header of a request is whole, TLS included,
and again whenever a part of the next one came. Where there is no room any more, whoever waits
longest goes, of the address from which most wait: so a stranger's silent connections make room for
each other, and for everybody else.
"""

import asyncio
import errno
import logging
import socket
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from admin_console.hub.addresses import neighbourhood
from admin_console.hub.breaking_off import breaking_off
from admin_console.hub.going_on import going_on

PATIENCE_SECONDS = 10.0
ACCEPTED_AT_ONCE = 128
"""So many are accepted before the event loop closes those that made room for them."""
_QUEUE = 2_048
"""So many wait in the system until they are accepted: all kiosks of a district come at once."""
_RESERVED = 256
"""Descriptors for the database, photos, lists and backups."""
_ENOUGH = 65_536
_TOLD_AGAIN_SECONDS = 60.0
_PAUSE_SECONDS = 1.0
_log = logging.getLogger(__name__)


def most_connections() -> int:
    """How many the hub can hold: the system's limit, raised as far as it lets us, less our own."""
    try:
        import resource  # not on Windows
    except ImportError:
        return 4 * _RESERVED
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    given = _ENOUGH if soft == resource.RLIM_INFINITY else min(soft, _ENOUGH)
    return given - min(_RESERVED, given // 2)


@dataclass(frozen=True, slots=True)
class _Wait:
    since: float
    address: str
    let_go: Callable[[], object]


class Door:
    """Counts who is connected, and lets go who waits too long. Of one event loop.

    `by_address`: whether one address may have half of the connections at most, which it may not
    where a reverse proxy speaks for everybody.
    """

    def __init__(
        self, most: int, *, by_address: bool = True, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._most = most
        self._most_of_one = most // 2 if by_address else most
        self._most_waiting = max(1, most // 4)
        self._patience = patience
        self._open: Counter[str] = Counter()
        self._waits: OrderedDict[Hashable, _Wait] = OrderedDict()
        """Who waits longest comes first."""
        self._waits_of: dict[str, OrderedDict[Hashable, None]] = {}
        self._told_at = -_TOLD_AGAIN_SECONDS

    def comes(self, peer: Hashable, host: str, let_go: Callable[[], object]) -> bool:
        """Whether a new connection may stay; if so, it waits from now on and `leaves` once."""
        address = neighbourhood(host)
        if self._open[address] >= self._most_of_one and not self._make_room(address):
            return self._refuses(address)
        is_full = self._open.total() >= self._most or len(self._waits) >= self._most_waiting
        if is_full and not self._make_room(self._most_waiting_at()):
            return self._refuses(address)
        # Who made room is still counted until the event loop has closed it, but no more than this.
        if self._open.total() >= self._most + ACCEPTED_AT_ONCE:
            return self._refuses(address)
        self._open[address] += 1
        self.waits(peer, host, let_go)
        return True

    def leaves(self, peer: Hashable, host: str) -> None:
        """Its descriptor is free again."""
        self.is_heard(peer)
        address = neighbourhood(host)
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]

    def waits(self, peer: Hashable, host: str, let_go: Callable[[], object]) -> None:
        """Nothing whole was heard yet; who waits already goes on waiting since then."""
        if peer not in self._waits:
            address = neighbourhood(host)
            self._waits[peer] = _Wait(time.monotonic(), address, let_go)
            self._waits_of.setdefault(address, OrderedDict())[peer] = None

    def is_heard(self, peer: Hashable) -> None:
        """A request's header is whole: who is answered does not wait."""
        wait = self._waits.pop(peer, None)
        if wait is not None:
            own = self._waits_of[wait.address]
            del own[peer]
            if not own:
                del self._waits_of[wait.address]

    def let_go(self) -> None:
        """Whoever has waited too long goes."""
        last = time.monotonic() - self._patience
        while self._waits:
            peer, wait = next(iter(self._waits.items()))
            if wait.since > last:
                return
            self._lets_go(peer)

    async def keep(self) -> None:
        """Go on letting go, until cancelled."""
        while True:
            await asyncio.sleep(self._patience / 10)
            with going_on(_log, "connections that say nothing were not ended, soon again"):
                self.let_go()

    def tell(self, words: str) -> None:
        """Log what keeps happening while somebody floods the hub: once a minute."""
        if time.monotonic() - self._told_at >= _TOLD_AGAIN_SECONDS:
            self._told_at = time.monotonic()
            _log.warning("%s", words)

    def _most_waiting_at(self) -> str:
        return max(self._waits_of, key=lambda a: len(self._waits_of[a]), default="")

    def _make_room(self, address: str) -> bool:
        own = self._waits_of.get(address)
        if not own:
            return False
        self._lets_go(next(iter(own)))
        return True

    def _lets_go(self, peer: Hashable) -> None:
        wait = self._waits[peer]
        self.is_heard(peer)
        wait.let_go()

    def _refuses(self, address: str) -> bool:
        self.tell(
            f"{self._open.total()} connections are open, {self._open[address]} of them from "
            f"{address}: no more are let in. This is said once a minute."
        )
        return False


class Listener(socket.socket):
    """A listening socket whose connections pass the door."""

    def __init__(self, family: int, door: Door) -> None:
        # asyncio sends small answers at once only where the socket itself says that it is TCP: else
        # the end of each would wait until the other side confirms its beginning, for 40 ms.
        super().__init__(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._door = door
        self._paused_at = -_PAUSE_SECONDS

    def listen(self, _accepted_at_once: int = 0, /) -> None:
        """Take a long queue: asyncio says here how many it will accept in one go."""
        super().listen(_QUEUE)

    def accept(self) -> tuple[socket.socket, Any]:
        """The next one, if they may stay.

        Raises ConnectionAbortedError when they may not and BlockingIOError when nobody is there;
        after both asyncio does something else first.
        """
        came, peer = self._accepted()
        guest = _Guest(self, came, peer, self._door)
        if not self._door.comes(peer, peer[0], guest.go):
            guest.is_counted = False
            guest.close()
            raise ConnectionAbortedError
        return guest, peer

    def _accepted(self) -> tuple[socket.socket, Any]:
        try:
            return super().accept()
        except OSError as error:
            if error.errno not in {errno.EMFILE, errno.ENFILE}:
                raise
            self._door.tell("No descriptor is left for another connection. Said once a minute.")
            if time.monotonic() - self._paused_at < _PAUSE_SECONDS:
                raise BlockingIOError from error  # asyncio would try, and log, hundreds of times
            self._paused_at = time.monotonic()
            raise  # asyncio looks again in a second


class _Guest(socket.socket):
    """An accepted connection, which tells the door when it is closed."""

    def __init__(self, at: socket.socket, came: socket.socket, peer: Any, door: Door) -> None:
        super().__init__(at.family, at.type, at.proto, fileno=came.detach())
        self._peer = peer
        self._door = door
        self.is_counted = True

    def go(self) -> None:
        """End it in a way that its owner, the event loop, sees and closes it."""
        try:
            self.shutdown(socket.SHUT_RDWR)
        except OSError:  # gone already
            return

    def close(self) -> None:
        super().close()
        if self.is_counted:
            self.is_counted = False
            self._door.leaves(self._peer, self._peer[0])


def speaks_through(door: Door) -> type[H11Protocol]:
    """HTTP/1.1 of uvicorn, which tells the door who still has to be heard, and breaks off."""

    class Speaks(H11Protocol):
        def __init__(self, *given: Any, **more: Any) -> None:
            super().__init__(*given, **more)
            self.app = breaking_off(self.app, self._break_off)

        def _break_off(self) -> None:
            if self.cycle is not None:
                self.cycle.disconnected = True  # else the server says that the end is missing
            self.transport.close()

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            peer = transport.get_extra_info("peername")
            door.waits(peer, peer[0], transport.abort)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            peer = self.transport.get_extra_info("peername")
            # What comes behind an answer is read by nobody.
            is_answered = self.cycle is not None and self.cycle.response_complete
            if self.conn.their_state is h11.IDLE or is_answered:
                door.waits(peer, peer[0], self.transport.abort)
            else:
                door.is_heard(peer)

        def connection_lost(self, exc: Exception | None) -> None:
            door.is_heard(self.transport.get_extra_info("peername"))
            super().connection_lost(exc)

    return Speaks


def say_once(door: Door, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log errors as asyncio does, but for those of accepting, of which a flood makes hundreds."""
    error = context.get("exception")
    if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
        door.tell("No descriptor is left for another connection. Said once a minute.")
    else:
        loop.default_exception_handler(context)
