"""Waking those who wait for news: long polls sleep here and not in a transaction."""

import asyncio
import secrets

_MOST_FIRST = 2**30
"""Counts begin below that, so that consoles can keep them in 32 bits."""
RECHECK_SECONDS = 1.0
"""How soon news from another process (a command, a second hub) is seen where nobody tells of it."""
HEARING_RECHECK_SECONDS = 15.0
"""The same where the database tells of it at once: only for what might be lost on the way."""

BEHIND_SECONDS = 0.1
"""By then a kiosk has what came for it."""


class Wake:
    """A counter that grows with every change, and a way to wait for it. One for each server."""

    def __init__(self) -> None:
        self.recheck_seconds = RECHECK_SECONDS
        # Anywhere, and not at the clock: a count of another hub at the same database, or of this
        # one before a restart, must not look like one of ours.
        self.first = 1 + secrets.randbelow(_MOST_FIRST)
        self._count = self.first
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._closing = False

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say in which loop the server runs; before that, nobody can wait."""
        self._loop = loop

    @property
    def count(self) -> int:
        return self._count

    @property
    def is_closing(self) -> bool:
        return self._closing

    def notify(self) -> None:
        """Something changed; may be called from any thread."""
        self._count += 1
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring)

    def close(self) -> None:
        """The server ends: nobody shall wait any longer."""
        self._closing = True
        self.notify()

    async def wait(self, seen: int, seconds: float) -> None:
        """Sleep until there is news after `seen`, or that long, or until it is time to look."""
        if self._count != seen:
            return
        try:
            async with asyncio.timeout(min(seconds, self.recheck_seconds)):
                await self._news.wait()
        except TimeoutError:
            return

    async def wait_behind(self, seen: int, seconds: float) -> None:
        """The same for work that nobody waits for: whoever waits for the news goes first."""
        await self.wait(seen, seconds)
        if not self._closing:
            await asyncio.sleep(BEHIND_SECONDS)

    def _ring(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
