"""Slowing down who guesses: failures for each name and address, in memory. Pure: time is given.

Counted for the pair, so that a stranger's guesses never lock out staff at their own computer; and,
with a larger number, for an address alone.
"""

import threading
from collections import OrderedDict, deque

FAILURES = 5
WINDOW_SECONDS = 60.0


class Throttle:
    """Remembers the failures of the last minute, and nothing older: names are invented easily."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        """Who tried last comes last."""
        self._lock = threading.Lock()

    def count_try(self, who: str, at: float, most: int = FAILURES) -> float:
        """Count a try before it is known how it ends, so that no two can slip through at once.

        Returns how long `who` must wait instead, 0.0 when the try may be made. `succeeded` takes
        it back.
        """
        with self._lock:
            self._forget(at)
            recent = self._tries.setdefault(who, deque())
            while recent and not self._counts(recent[0], at):
                recent.popleft()
            if len(recent) >= most:
                return recent[0] + WINDOW_SECONDS - at
            recent.append(at)
            self._tries.move_to_end(who)
            return 0.0

    def succeeded(self, who: str) -> None:
        with self._lock:
            self._tries.pop(who, None)

    def take_back(self, who: str) -> None:
        """Of the tries, the last one was none."""
        with self._lock:
            recent = self._tries.get(who)
            if recent:
                recent.pop()
            if not recent:
                self._tries.pop(who, None)

    def remembered(self) -> int:
        """How many are remembered."""
        return len(self._tries)

    @staticmethod
    def _counts(tried_at: float, at: float) -> bool:
        """Not a try of the future either: a clock that was set back would else hold it for long."""
        return -WINDOW_SECONDS <= at - tried_at < WINDOW_SECONDS

    def _forget(self, at: float) -> None:
        while self._tries:
            who, recent = next(iter(self._tries.items()))
            if self._counts(recent[-1], at):
                return
            del self._tries[who]
