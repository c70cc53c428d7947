"""Slowing down who guesses: failures for each name and address, in memory. Pure: time is given.

Counted for the pair, so that a stranger's guesses never lock out staff at their own computer.
"""

import threading
from collections import defaultdict, deque

FAILURES = 5
WINDOW_SECONDS = 60.0


class Throttle:
    """Remembers the failures of the last minute."""

    def __init__(self) -> None:
        self._failures: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def seconds_to_wait(self, who: str, at: float) -> float:
        """How long `who` must wait before another try, 0.0 when not at all."""
        with self._lock:
            recent = self._recent(who, at)
            if len(recent) < FAILURES:
                return 0.0
            return recent[0] + WINDOW_SECONDS - at

    def count_try(self, who: str, at: float) -> float:
        """Count a try before it is known how it ends, so that no two can slip through at once.

        Returns how long `who` must wait instead, 0.0 when the try may be made. `succeeded` takes
        it back.
        """
        with self._lock:
            recent = self._recent(who, at)
            if len(recent) >= FAILURES:
                return recent[0] + WINDOW_SECONDS - at
            recent.append(at)
            return 0.0

    def failed(self, who: str, at: float) -> None:
        with self._lock:
            self._recent(who, at).append(at)

    def succeeded(self, who: str) -> None:
        with self._lock:
            self._failures.pop(who, None)

    def _recent(self, who: str, at: float) -> deque[float]:
        recent = self._failures[who]
        while recent and at - recent[0] >= WINDOW_SECONDS:
            recent.popleft()
        return recent
