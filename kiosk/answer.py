"""An answer that somebody waits for at the screen: it comes in time, or they are told so.

Whatever hangs, a disk or a lock, must not keep the desk: the step goes on by its failed way.
"""

import logging
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer

LOG = logging.getLogger(__name__)
T = TypeVar("T")


class NoAnswerError(Exception):
    """It takes longer than anybody should wait. What was asked for may still be done."""


class Answer(Generic[T]):
    """The first of `done`, `failed` and the limit is told; on the GUI thread, like all its calls.

    At the limit `failed` gets a `NoAnswerError`. What comes later reaches `late` at most: nobody
    stands there for it any more.
    """

    def __init__(
        self,
        limit_seconds: float,
        done: Callable[[T], object],
        failed: Callable[[Exception], object],
        late: Callable[[T], object],
        parent: QObject,
    ) -> None:
        self._done = done
        self._failed = failed
        self._late = late
        self._timer: QTimer | None = QTimer(parent)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_time_over)
        self._timer.start(round(limit_seconds * 1000))

    def done(self, value: T) -> None:
        if self._settles():
            self._done(value)
        else:
            self._late(value)

    def failed(self, error: Exception) -> None:
        if self._settles():
            self._failed(error)
        else:
            LOG.error("what was given up had failed (%s)", type(error).__name__)

    def _on_time_over(self) -> None:
        if self._settles():
            LOG.error("the database did not answer in time: somebody at the screen is told so")
            self._failed(NoAnswerError())

    def _settles(self) -> bool:
        """Whether this is the first word; there is none after it."""
        timer, self._timer = self._timer, None
        if timer is None:
            return False
        timer.stop()
        timer.deleteLater()
        return True
