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
SOONEST_SECONDS, LATEST_SECONDS = 1.0, 60.0
FIRST_PACE = 0.02
"""Seconds from one batch to the next, before it was seen how long they take. Rather too short: a
kiosk that comes too early costs the hub little, and one that comes too late leaves it idle."""


class CrowdedError(Exception):
    """Too many stand in line already: come again after so many seconds.

    Each is given another moment, as far apart as batches are taken. Who was told to come at any
    time would cost the hub more by asking than by what they bring.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"come again in {seconds:.0f} s")
        self.seconds = seconds


class Backlog:
    """Rung by whoever stores events that are applied later. One for each server."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._grew_at = float("-inf")
        self._turns = asyncio.Semaphore(AT_A_TIME)
        self._in_line = 0
        self._pace = FIRST_PACE
        self._taken_at = float("-inf")
        self._given_until = float("-inf")

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
            raise CrowdedError(self._appointment())
        self._in_line += 1
        try:
            async with self._turns:
                yield
        finally:
            self._in_line -= 1
            self._note_pace()

    def _appointment(self) -> float:
        """Seconds until the next moment that was given to nobody."""
        now = time.monotonic()
        last = max(self._given_until, now + SOONEST_SECONDS)
        self._given_until = min(last + self._pace, now + LATEST_SECONDS)
        return self._given_until - now

    def _note_pace(self) -> None:
        """One batch was taken; how long that takes counts only while others stand in line."""
        now, before = time.monotonic(), self._taken_at
        self._taken_at = now if self._in_line else float("-inf")
        if before != float("-inf"):
            self._pace += (now - before - self._pace) / AT_A_TIME / 8

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
