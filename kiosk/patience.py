"""How long a screen waits for somebody before it clears itself: Section 508's time-out rule.

After `idle_seconds` without a touch it warns once a second for `warning_seconds`, then it is over;
any touch, or asking for more time, gives the whole time again, as often as wanted.
"""

from PySide6.QtCore import QObject, QTimer, Signal


class Patience(QObject):
    """A timer for one screen after the other.

    `second_ms` is how long its second takes: 1000 ms, and less for whoever cannot wait.

    Signals:
        warned: seconds left until the screen clears itself.
        eased: somebody is still there: the warning goes away.
        ended: nobody was there.
    """

    warned = Signal(int)
    eased = Signal()
    ended = Signal()

    def __init__(self, parent: QObject | None = None, *, second_ms: int = 1000) -> None:
        super().__init__(parent)
        self._second_ms = second_ms
        self._idle_seconds = 0
        self._warning_seconds = 0
        self._left = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_second)

    def wait(self, idle_seconds: int, warning_seconds: int) -> None:
        """Start over for a new screen; 0 idle seconds wait for ever."""
        self._idle_seconds, self._warning_seconds = idle_seconds, warning_seconds
        self._restart()

    def somebody_is_there(self) -> None:
        """Give the whole time again."""
        was_warning = self._timer.isActive() and self._left < self._warning_seconds
        self._restart()
        if was_warning:
            self.eased.emit()

    def _restart(self) -> None:
        self._timer.stop()
        self._left = self._warning_seconds
        if self._idle_seconds:
            self._timer.start(self._idle_seconds * self._second_ms)

    def _on_second(self) -> None:
        if self._left <= 0:
            self._timer.stop()
            self.ended.emit()
            return
        if self._left == self._warning_seconds:
            self._timer.start(self._second_ms)
        left, self._left = self._left, self._left - 1
        self.warned.emit(left)  # last: who hears it may give the whole time again
