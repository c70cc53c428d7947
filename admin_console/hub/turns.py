"""Who is next, where only so many can be served at once: one of each queue in turn, never a crowd.

So a stranger's hundred requests delay another computer's one by one of them. Of one event loop.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """`at_once` are served, the others wait in as many queues as there are names of queues."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        """Whose turn is next comes first."""

    @asynccontextmanager
    async def of(self, queue: str) -> AsyncIterator[None]:
        """Wait for the turn, and have it until the block ends."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(queue)
        try:
            yield
        finally:
            self._next()

    async def _wait(self, queue: str) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(queue, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given, and nobody is there to take it
                self._next()
            raise

    def _next(self) -> None:
        while self._queues:
            queue, waiting = self._queues.popitem(last=False)
            turn = waiting.popleft()
            if waiting:
                self._queues[queue] = waiting
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
