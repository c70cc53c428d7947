"""How far the feed has come for each site: looked up once for all kiosks that wait for it.

Else every kiosk of a district would ask the database whenever anything happens anywhere: with 600
of them the one whose visitor waits for a decision would stand in line behind 599 others.
"""

import asyncio
from collections.abc import Mapping


class Feed:
    """The newest version of each site's feed, and a way to wait for it. One for each server."""

    def __init__(self) -> None:
        self._newest: dict[str, int] = {}
        self._grown = asyncio.Event()
        self._is_over = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say in which loop the server runs; before that, nobody waits."""
        self._loop = loop

    def newest(self, site_id: str) -> int:
        """A version behind which nothing is known of for this site."""
        return max(self._newest.get("", 0), self._newest.get(site_id, 0))

    @property
    def is_over(self) -> bool:
        return self._is_over

    async def wait(self, site_id: str, seen: int, seconds: float) -> None:
        """Sleep until there is something behind `seen`, or that long, or until it is over."""
        try:
            async with asyncio.timeout(seconds):
                while self.newest(site_id) <= seen and not self._is_over:
                    await self._grown.wait()
        except TimeoutError:
            return

    def grew(self, found: Mapping[str, int]) -> None:
        """Say the newest versions of sites, or of "" for all; in the server's loop."""
        for site_id, version in found.items():
            self._newest[site_id] = max(version, self._newest.get(site_id, 0))
        self._ring()

    def tell(self, site_id: str, version: int) -> None:
        """Say of a change that was committed here; from any thread.

        Whoever waits for it need not wait until the server has looked, too.
        """
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.grew, {site_id: version})

    def end(self) -> None:
        """Nobody shall wait any longer."""
        self._is_over = True
        self._ring()

    def _ring(self) -> None:
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()
