"""Keeping up with the hub: one thread pushes, one pulls, one keeps a line by which it is poked.

Plain objects; nothing here is Qt.

The kiosk never waits for this: whatever fails is tried again later, with longer pauses.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum, auto
from pathlib import Path

from db import faults, number_keys, visits
from db.domain.errors import HubError, HubRefusedError, StorageError
from db.engine import Database
from db.outbox import Device
from kiosk.sync import exchange, sending, trust
from kiosk.sync.client import (
    HubBusyError,
    HubClient,
    HubForkError,
    HubStrangerError,
    HubUnpairedError,
)
from kiosk.sync.exchange import Learned
from kiosk.sync.known_hub import HubUntrueError
from kiosk.sync.pokes import Pokes

LOG = logging.getLogger(__name__)

LISTEN_SECONDS = 20.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0
REFUSED_PAUSE_SECONDS = 15.0
IDLE_PUSH_SECONDS = 30.0
UNPOKED_SECONDS = 60.0
"""So long without a poke, and it is asked all the same: the hub also hears how the kiosk stands."""
MISSED_SECONDS = 3600.0
"""So often what the kiosk could not take is tried again: it may only have been short of memory."""
STOP_SECONDS = 1.0


class Reach(IntEnum):
    """How the kiosk stands with its hub, from good to bad."""

    UNKNOWN = auto()
    IN_TOUCH = auto()
    AWAY = auto()
    STUMBLED = auto()
    """Something failed here that nobody expected."""
    REFUSED = auto()
    STRANGER = auto()
    """Somebody answers whom this kiosk does not know."""
    UNTRUE = auto()
    FORKED = auto()
    UNPAIRED = auto()


@dataclass(frozen=True, slots=True)
class HubState:
    """What the log says of the hub; `words` is empty while in touch and nothing is left behind."""

    reach: Reach
    words: str = ""


def _own_clock() -> datetime:
    return datetime.now(UTC)


def _to_nobody(_: datetime) -> None:
    pass


class SyncWorker:
    """Runs `exchange` in two threads until stopped, and `Pokes` in a third.

    `learned` and `state_changed` are called from those threads: hand over Qt signals' `emit`.
    Each thread has its own `HubClient`, made by `connect`, since a client serves one thread.
    Each has its own state too; the worse one is told when it changes. `hub_says` hears the time.
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
        now: Callable[[], datetime] = _own_clock,
        hub_says: Callable[[datetime], object] = _to_nobody,
    ) -> None:
        self._database = database
        self._device = device
        self._connect = connect
        self._photos = photos
        self._learned = learned
        self._state_changed = state_changed
        self._listen_seconds = listen_seconds
        self._now, self._hub_says = now, hub_says
        self._tried_missed = time.monotonic()
        self._state = HubState(Reach.UNKNOWN)
        self._states: dict[str, HubState] = {}
        self._telling = threading.Lock()
        self._something_new = threading.Event()
        self._pokes = Pokes(connect)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(step, name), name=name, daemon=True)
            for name, step in (("sync-push", self._push), ("sync-pull", self._pull))
        ]

    def start(self) -> None:
        self._pokes.start()
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something was written: push it now, and see whether somebody waits for the office."""
        self._something_new.set()
        self._pokes.poke()

    def stop(self) -> None:
        """Ask all threads to end. One that waits for the hub dies with the program: daemon."""
        self._stopping.set()
        self._something_new.set()
        self._pokes.stop(STOP_SECONDS)
        for thread in self._threads:
            thread.join(STOP_SECONDS)

    def _push(self, hub: HubClient) -> str:
        """One round. Returns what to say of it, nothing when all is well."""
        self._something_new.wait(IDLE_PUSH_SECONDS)
        self._something_new.clear()
        if self._stopping.is_set():
            return ""
        pushed = sending.push(self._database, self._device, hub)
        sending.push_photos(self._database, self._device, self._photos, hub, self._now())
        if not pushed.left_behind:
            return ""
        return (
            f"{pushed.left_behind} events from before this kiosk was last paired are not taken: "
            "mostly the hub holds others under their numbers. They are kept here. Tell the office."
        )

    def _pull(self, hub: HubClient) -> str:
        if self._is_poked():
            self._pokes.wait(UNPOKED_SECONDS)
        if self._stopping.is_set():
            return ""
        if time.monotonic() - self._tried_missed >= MISSED_SECONDS:
            self._tried_missed = time.monotonic()
            exchange.try_missed_again(self._database)
        wait = 0 if self._is_poked() else self._listen_seconds
        words = exchange.pull(self._database, hub, wait, self._on_learned, self._hub_says)
        exchange.note_heard(self._database, self._now())
        return words

    def _is_poked(self) -> bool:
        """Whether to fetch when the hub pokes, and not to ask and wait.

        An answer that waited brings the decision itself, while a poke must be followed by a
        question: measured in turns, half of the decisions were on the screen 25 ms later by it. So
        as long as a visitor waits for the office, the kiosk asks; else it costs the hub nothing.
        """
        if not self._pokes.is_open:
            return False
        with self._database.read() as session:
            is_busy = visits.is_anybody_held(session) or number_keys.is_lifting(session)
            return not is_busy

    def _on_learned(self, learned: Learned) -> None:
        if not self._stopping.is_set():
            self._learned(learned)

    def _run(self, step: Callable[[HubClient], str], name: str) -> None:
        hub = self._connect()
        self._something_new.set()
        try:
            self._keep_on(hub, step, name)
        finally:
            hub.close()

    def _noting(self, step: Callable[[HubClient], str], hub: HubClient) -> str:
        try:
            return self._following(step, hub)
        except HubUntrueError:
            trust.note_untrue(self._database, self._now())
            raise

    def _following(self, step: Callable[[HubClient], str], hub: HubClient) -> str:
        try:
            return step(hub)
        except HubUntrueError:
            if not self._follows(hub):
                raise
        self.wake()  # what woke the step is used up
        return step(hub)

    def _follows(self, hub: HubClient) -> bool:
        """Whether the hub has another key since, by the word of the one that we know."""
        try:
            return trust.follow(self._database, hub)
        except HubError:
            return False

    def _keep_on(self, hub: HubClient, step: Callable[[HubClient], str], name: str) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            try:
                words = self._noting(step, hub)
            except HubRefusedError as error:
                self._tell(name, HubState(_reach(error), str(error)))
                pause = REFUSED_PAUSE_SECONDS
            except HubBusyError as error:  # it is there, and what waits is told elsewhere
                self._tell(name, HubState(Reach.IN_TOUCH))
                pause = error.seconds
            except HubStrangerError as error:
                self._tell(name, HubState(Reach.STRANGER, str(error)))
            except (HubError, StorageError) as error:
                self._tell(name, HubState(Reach.AWAY, str(error)))
            except Exception as error:  # noqa: BLE001
                # A thread that dies would leave the kiosk alone for ever, and silently.
                words = f"{name} stumbled and goes on: {faults.where(error)}"
                self._tell(name, HubState(Reach.STUMBLED, words))
            else:
                pause = FIRST_PAUSE_SECONDS
                self._tell(name, HubState(Reach.IN_TOUCH, words))
                continue
            # What could not be sent is still there: try again without being woken.
            self._stopping.wait(pause * random.uniform(0.7, 1.3))  # noqa: S311  no secret: spread
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            self._something_new.set()

    def _tell(self, name: str, state: HubState) -> None:
        with self._telling:
            self._states[name] = state
            worst = max(self._states.values(), key=lambda s: (s.reach, s.words))
            if worst == self._state or self._stopping.is_set():
                return
            self._state = worst
            if worst.words:
                LOG.warning("the hub (%s): %s", worst.reach.name, worst.words)
            else:
                LOG.info("in touch with the hub")
            self._state_changed(worst)


def _reach(error: HubRefusedError) -> Reach:
    match error:
        case HubUnpairedError():
            return Reach.UNPAIRED
        case HubForkError():
            return Reach.FORKED
        case HubUntrueError():
            return Reach.UNTRUE
        case _:
            return Reach.REFUSED
