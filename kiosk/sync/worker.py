"""Keeping up with the hub: one thread pushes, one listens. Plain objects; nothing here is Qt.

The kiosk never waits for this: whatever fails is tried again later, with longer pauses.
"""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from pathlib import Path

from db.domain.errors import HubAwayError, HubError, HubRefusedError, StorageError
from db.engine import Database
from db.outbox import Device
from kiosk.sync import exchange
from kiosk.sync.client import HubClient
from kiosk.sync.exchange import Learned

LOG = logging.getLogger(__name__)

LISTEN_SECONDS = 20.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0
REFUSED_PAUSE_SECONDS = 15.0
IDLE_PUSH_SECONDS = 30.0
STOP_SECONDS = 1.0


class Reach(Enum):
    """How the kiosk stands with its hub."""

    UNKNOWN = auto()
    IN_TOUCH = auto()
    AWAY = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class HubState:
    """What the service menu and the log say of the hub; `words` is empty while in touch."""

    reach: Reach
    words: str = ""


class SyncWorker:
    """Runs `exchange` in two threads until stopped.

    `learned` and `state_changed` are called from those threads: hand over Qt signals' `emit`.
    Each thread has its own `HubClient`, made by `connect`, since a client serves one thread.
    """

    def __init__(
        self,
        database: Database,
        device: Device,
        *,
        connect: Callable[[], HubClient],
        photos: Path,
        learned: Callable[[Learned], object],
        state_changed: Callable[[HubState], object],
        listen_seconds: float = LISTEN_SECONDS,
    ) -> None:
        self._database = database
        self._device = device
        self._connect = connect
        self._photos = photos
        self._learned = learned
        self._state_changed = state_changed
        self._listen_seconds = listen_seconds
        self._state = HubState(Reach.UNKNOWN)
        self._something_new = threading.Event()
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(step, name), name=name, daemon=True)
            for name, step in (("sync-push", self._push), ("sync-pull", self._pull))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something was written: push it now."""
        self._something_new.set()

    def stop(self) -> None:
        """Ask both threads to end. One that waits for the hub dies with the program: daemon."""
        self._stopping.set()
        self._something_new.set()
        for thread in self._threads:
            thread.join(STOP_SECONDS)

    def _push(self, hub: HubClient) -> None:
        self._something_new.wait(IDLE_PUSH_SECONDS)
        self._something_new.clear()
        if self._stopping.is_set():
            return
        exchange.push(self._database, self._device, hub)
        exchange.push_photos(self._database, self._photos, hub, datetime.now(UTC))

    def _pull(self, hub: HubClient) -> None:
        for learned in exchange.pull(self._database, hub, self._listen_seconds):
            if not self._stopping.is_set():
                self._learned(learned)

    def _run(self, step: Callable[[HubClient], None], name: str) -> None:
        hub = self._connect()
        self._something_new.set()
        try:
            self._keep_on(hub, step, name)
        finally:
            hub.close()

    def _keep_on(self, hub: HubClient, step: Callable[[HubClient], None], name: str) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            try:
                step(hub)
            except HubAwayError as error:
                self._tell(HubState(Reach.AWAY, str(error)))
            except HubRefusedError as error:
                self._tell(HubState(Reach.REFUSED, str(error)))
                pause = REFUSED_PAUSE_SECONDS
            except (HubError, StorageError) as error:
                self._tell(HubState(Reach.AWAY, str(error)))
            except Exception:
                # A thread that dies would leave the kiosk alone for ever, and silently.
                LOG.exception("%s stumbled and goes on", name)
            else:
                pause = FIRST_PAUSE_SECONDS
                self._tell(HubState(Reach.IN_TOUCH))
                continue
            # What could not be sent is still there: try again without being woken.
            self._stopping.wait(pause * random.uniform(0.7, 1.3))  # noqa: S311  no secret: spread
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            self._something_new.set()

    def _tell(self, state: HubState) -> None:
        if state != self._state and not self._stopping.is_set():
            self._state = state
            self._state_changed(state)
