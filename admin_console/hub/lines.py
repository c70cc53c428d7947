"""The lines that kiosks keep open for pokes: one for each kiosk, the newest. Knows no sockets."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum


class Why(IntEnum):
    """Why the hub ends a line, as WebSocket's close code (RFC 6455, 7.4)."""

    OLD = 1000
    """It was open for long enough: the kiosk opens another one, with the token that it has then."""
    HUB_ENDS = 1001
    KIOSK_SPOKE = 1008
    NOT_PAIRED = 4401
    """The kiosk was revoked, or paired again."""
    REPLACED = 4409
    """The kiosk has opened another one: whoever holds this one is not there any more."""


@dataclass(frozen=True, slots=True)
class Paired:
    """A kiosk in one pairing of it."""

    kiosk_id: str
    epoch: int


@dataclass(slots=True)
class Line:
    """One open line, until `over`."""

    of: Paired
    over: asyncio.Future[Why] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def end(self, why: Why) -> None:
        """Whoever holds it shall end it; the first reason counts."""
        if not self.over.done():
            self.over.set_result(why)


class Lines:
    """All open lines of this server. For its loop only."""

    def __init__(self) -> None:
        self._open: dict[str, Line] = {}

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def hold(self, of: Paired) -> Iterator[Line]:
        """A line while it is open. An older one of the same kiosk ends."""
        line = Line(of)
        before = self._open.get(of.kiosk_id)
        if before is not None:
            before.end(Why.REPLACED)
        self._open[of.kiosk_id] = line
        try:
            yield line
        finally:
            if self._open.get(of.kiosk_id) is line:
                del self._open[of.kiosk_id]

    def keep_only(self, paired: Collection[Paired]) -> None:
        """End the lines of kiosks that are not among these."""
        for line in self._open.values():
            if line.of not in paired:
                line.end(Why.NOT_PAIRED)

    def end(self) -> None:
        """The server ends."""
        for line in self._open.values():
            line.end(Why.HUB_ENDS)
