"""The time by which a kiosk goes: its own clock's, or the hub's where that is known to be another.

A computer whose battery is dead begins in another year, and a visitor whom it holds then would
stand in the office's history and not on its desk. So once the hub was heard, its signed word
counts, for as long as the own clock goes evenly: one that was set, or a computer that slept, goes
by its own again until the hub is heard the next time, and so does a kiosk that was started anew.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LOG = logging.getLogger(__name__)

LEAST = timedelta(seconds=30)
"""Clocks that differ by less are left alone: so much an answer may take on its way."""
_LEAST_STILL = LEAST / 2
"""One that went by the hub's goes on so until it differs by less than this: not to and fro."""
_EVEN = timedelta(seconds=5)
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Known:
    """By how much the hub is ahead, and what the own clock and a steady one said just then."""

    ahead: timedelta
    own: datetime
    steady: float


class KioskClock:
    """Call it for the time, aware and in UTC. For all threads."""

    def __init__(
        self,
        own: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """`steady`: seconds that go on whatever somebody sets."""
        self._own, self._steady = own, steady
        self._known: _Known | None = None

    def __call__(self) -> datetime:
        own = self._own()
        return own + self._ahead(own)

    def own(self) -> datetime:
        """What the computer's own clock says."""
        return self._own()

    def each(self) -> tuple[datetime, ...]:
        """What the own clock says and, where it is known to be another, the hub's.

        Empty while the hub does not bear the own one out: it was not heard yet, or not since the
        own clock was set or the computer slept.
        """
        own, known = self._own(), self._known
        if known is None or not self._is_even(known, own):
            return ()
        return (own, own + known.ahead) if known.ahead else (own,)

    @property
    def offset_ms(self) -> int:
        """What is added to the own clock, in milliseconds."""
        return round(self._ahead(self._own()) / timedelta(milliseconds=1))

    def heard(self, hub_at: datetime) -> None:
        """The hub said its time just now."""
        own = self._own()
        before, ahead = self._ahead(own), hub_at - own
        is_far = abs(ahead) >= (_LEAST_STILL if before else LEAST)
        if is_far and abs(ahead - before) < LEAST:
            ahead = before  # it hardly moves, and what is shown does not either
        elif is_far:
            way = "behind" if ahead > _NONE else "ahead of"
            seconds = abs(ahead).total_seconds()
            LOG.warning(
                "this computer's clock is %d seconds %s the hub's, which counts: see that it takes "
                "its time from the network",
                seconds,
                way,
            )
        self._known = _Known(ahead if is_far else _NONE, own, self._steady())

    def _ahead(self, own: datetime) -> timedelta:
        known = self._known
        if known is None or not known.ahead:
            return _NONE
        return known.ahead if self._is_even(known, own) else _NONE

    def _is_even(self, known: _Known, own: datetime) -> bool:
        """Whether the own clock has gone as the steady one since the hub was heard."""
        steady = timedelta(seconds=self._steady() - known.steady)
        return abs((own - known.own) - steady) < _EVEN
