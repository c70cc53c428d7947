"""Whether kiosks are handing over a backlog. Nothing here knows what it consists of."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

QUIET_SECONDS = 0.25
AT_A_TIME = 2
"""Batches that are stored at a time: one is checked while the database works on the other. More
would stand in line for the log's one order, each with a thread and a connection of its own, and
whoever decides at a console meanwhile would get neither."""
MOST_IN_LINE = 48
"""Whoever comes then is told to come again: in line they would wait so long that they give up, and
what they sent would be stored for nobody."""
COME_AGAIN_SECONDS = 8


class CrowdedError(Exception):
    """Too many stand in line already."""


class Backlog:
    """Rung by whoever stores events that are applied later. One for each server."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._grew_at = float("-inf")
        self._turns = asyncio.Semaphore(AT_A_TIME)
        self._in_line = 0

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say in which loop the server runs; before that, nobody can wait."""
        self._loop = loop

    def grew(self) -> None:
        """A backlog came; may be called from any thread."""
        self._grew_at = time.monotonic()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """For who stores a backlog, in the server's loop: first come, first served.

        Raises `CrowdedError` at once.
        """
        if self._in_line >= MOST_IN_LINE:
            raise CrowdedError
        self._in_line += 1
        try:
            async with self._turns:
                yield
        finally:
            self._in_line -= 1

    def is_growing(self) -> bool:
        """Whether more came a moment ago: kiosks still wait, and who applies lets them go first."""
        return time.monotonic() - self._grew_at < QUIET_SECONDS

    async def wait(self, seconds: float) -> None:
        """Sleep until a backlog comes, or that long."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
        finally:
            self._news.clear()
