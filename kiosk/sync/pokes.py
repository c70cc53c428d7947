"""Being poked by the hub: one thread keeps a line open while there is one to be had. Nothing Qt."""

import logging
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing

from db.domain.errors import HubError
from kiosk.sync.client import HubClient, Line, NoLineError

LOG = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
NO_LINE_PAUSE_SECONDS = 300.0
"""Where there was none: a proxy may be taken away, and a hub brought up to date."""
STEADY_SECONDS = 10.0
"""A line that lasted so long was a good one, and the next is tried for soon."""


class Pokes:
    """What the hub has poked for and nobody has fetched yet. A line that comes or goes pokes too.

    While no line is open, whoever wants to hear at once has to ask the hub again and again.
    """

    def __init__(self, connect: Callable[[], HubClient]) -> None:
        self._connect = connect
        self._line: Line | None = None
        self._due = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sync-line", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def is_open(self) -> bool:
        """Whether the hub would poke now."""
        return self._line is not None

    def wait(self, seconds: float) -> None:
        """Sleep until a poke, or that long; a poke that came since the last time counts."""
        self._due.wait(seconds)
        self._due.clear()

    def poke(self) -> None:
        """Whoever waits shall look again."""
        self._due.set()

    def stop(self, seconds: float) -> None:
        """End the line and its thread, for which it is waited that long."""
        self._stopping.set()
        self.poke()
        line = self._line
        if line is not None:
            line.close()
        self._thread.join(seconds)

    def _run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        hub = self._connect()
        try:
            while not self._stopping.is_set():
                began = time.monotonic()
                longest = self._keep_line(hub)
                is_steady = time.monotonic() - began > STEADY_SECONDS
                pause = FIRST_PAUSE_SECONDS if is_steady else min(pause * 2, longest)
                self._stopping.wait(pause * random.uniform(0.7, 1.3))  # noqa: S311  no secret: spread
        finally:
            hub.close()

    def _keep_line(self, hub: HubClient) -> float:
        """One line, from its beginning to its end. Returns the longest pause before the next."""
        try:
            with closing(hub.open_line()) as line:
                self._line = line
                while not self._stopping.is_set():
                    line.wait()
                    self.poke()
        except NoLineError as error:
            LOG.info("the hub is asked again and again instead: %s", error)
            return NO_LINE_PAUSE_SECONDS
        except HubError as error:
            LOG.debug("%s", error)
        except Exception:
            # A thread that dies would leave the kiosk to ask and ask for ever, and silently.
            LOG.exception("the line to the hub stumbled and is opened again")
        finally:
            self._line = None
            self.poke()
        return LONGEST_PAUSE_SECONDS
