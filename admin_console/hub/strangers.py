"""What the hub remembers of who tries to sign in, in memory: who came in, and who is nobody's name.

Pure: time is given. Bounded: names and addresses are invented easily.
"""

import threading
from collections import OrderedDict

WINDOW_SECONDS = 3_600.0
MOST = 4_096


class Regulars:
    """Who signed in from where. A stranger's tries from the same address do not hold them up."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, address: str, name: str) -> None:
        with self._lock:
            self._known[address, name] = None
            self._known.move_to_end((address, name))
            if len(self._known) > MOST:
                self._known.popitem(last=False)

    def __contains__(self, pair: tuple[str, str]) -> bool:
        with self._lock:
            return pair in self._known


class Tally:
    """How often nobody's name was tried from an address within an hour."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """When an hour began, and how often since."""
        self._lock = threading.Lock()

    def count(self, address: str, at: float) -> int:
        """Count one more; returns how many that makes."""
        with self._lock:
            began, count = self._counts.pop(address, (at, 0))
            if abs(at - began) >= WINDOW_SECONDS:
                began, count = at, 0
            self._counts[address] = began, count + 1
            if len(self._counts) > MOST:
                self._counts.popitem(last=False)
            return count + 1


def is_told(count: int) -> bool:
    """Whether a count is worth a line: the first, tenth, hundredth ..., so that lines stay few."""
    while count % 10 == 0 and count:
        count //= 10
    return count == 1
