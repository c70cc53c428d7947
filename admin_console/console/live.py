"""Listens to the hub in a thread of its own and says what it heard. Asks for nothing else."""

import threading
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QObject, Signal

from admin_console.console.answers import OddAnswerError, SessionOverError
from admin_console.console.client import HubClient
from db.domain.errors import HubAwayError, HubRefusedError

WAIT = 10
"""Seconds for which the hub may keep a question open. A cut cable shows after five more."""

PAUSES = (0.5, 1, 2, 4, 8, 15, 30)
"""Seconds between tries while the hub is away; the last one repeats."""


@dataclass(frozen=True, slots=True)
class Missed:
    """The hub did not answer: how often in a row, and when it is asked again."""

    tries: int
    next_in: float
    has_answered: bool = False
    """Something answered, but nothing to work with."""


def _is_silent(error: Exception) -> bool:
    return isinstance(error, HubAwayError) and not isinstance(error, OddAnswerError)


class LiveWatch(QObject):
    """Asks the hub again and again whether something changed.

    Signals:
        heard: the hub answered, with its version of the world (any other number is a change).
        missed: the hub did not answer, with a `Missed`.
        ended: the session is over, with words; the watch has stopped.
    """

    heard = Signal(int)
    missed = Signal(object)
    ended = Signal(str)

    _stopped_ones: ClassVar[list["LiveWatch"]] = []
    """Whose threads may still wait for the hub. Kept, so that none ends in its own thread: what Qt
    knows has to end in Qt's."""

    def __init__(self, hub: HubClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hub = hub
        self._stopped = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="live", daemon=True)

    @property
    def is_listening(self) -> bool:
        """Also when it was stopped already: until its last question has ended."""
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def try_now(self) -> None:
        """Ask at once instead of after the pause."""
        self._woken.set()

    def stop(self) -> None:
        """Stop without waiting: an open question ends by itself within `WAIT` seconds."""
        self._stopped.set()
        self._woken.set()
        ones = (*self._stopped_ones, self)
        self._stopped_ones[:] = [each for each in ones if each.is_listening]

    def _listen(self) -> None:
        since, tries = -1, 0
        while not self._stopped.is_set():
            try:
                since = self._hub.wait_for_change(since, WAIT)
                tries = 0
                self._tell(self.heard, since)
            except SessionOverError as error:
                self._tell(self.ended, str(error))
                return
            except (HubAwayError, HubRefusedError) as error:
                # A hub that comes back may count from the start: ask it for everything.
                since = -1
                pause = PAUSES[min(tries, len(PAUSES) - 1)]
                tries += 1
                self._tell(self.missed, Missed(tries, pause, not _is_silent(error)))
                self._woken.wait(pause)
                self._woken.clear()

    def _tell(self, signal: object, value: object) -> None:
        if self._stopped.is_set():
            return
        try:
            signal.emit(value)  # type: ignore[attr-defined]
        except RuntimeError:
            # The window went while the hub was answering: nobody is left to tell.
            self._stopped.set()
