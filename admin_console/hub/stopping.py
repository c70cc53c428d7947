"""Ctrl-C at a command: what is said, and the moment at which it has to wait."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

STOPPED = "Stopped. What was there before is kept."


@contextmanager
def held_back() -> Iterator[None]:
    """Within it Ctrl-C does nothing: so what is said of it afterwards is so."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
