"""What `Main.qml` shows around and instead of the screens: page, clock, hint, warning, emergency.

Only values for QML; what a touch means is the window's.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from typing import Any

HINT_AT_LEAST_MS = 1200


class Stage(QObject):
    """Properties of one window's frame; each change repaints what is bound to it."""

    turned = Signal(str, bool)  # page, and whether it is a step back
    clock_changed = Signal()
    hint_changed = Signal()
    warning_changed = Signal()
    emergency_changed = Signal()
    busy_changed = Signal()
    countdown_changed = Signal()

    def __init__(self, site_name: str, hold_seconds: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._site_name = site_name
        self._hold_seconds = hold_seconds
        self._model: QObject | None = None
        self._date = self._time = ""
        self._hint = self._next_hint = ("", "")
        self._hint_is_found = False
        self._warning_seconds = -1
        self._warning_whole = 1
        self._emergency: dict[str, Any] = {}
        self._is_busy = False
        self._countdown = self._countdown_whole = 0
        self._hint_rests = QTimer(self)
        self._hint_rests.setSingleShot(True)
        self._hint_rests.setInterval(HINT_AT_LEAST_MS)
        self._hint_rests.timeout.connect(self._take_next_hint)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._on_second)

    def turn(self, page: str, model: QObject, *, is_back: bool) -> None:
        """Another screen; its model is read by QML while it loads."""
        self._model = model
        self._hint_rests.stop()
        self._set_hint(("", ""), is_found=False)
        self.turned.emit(page, is_back)

    def set_clock(self, day: str, time: str) -> None:
        if (day, time) != (self._date, self._time):
            self._date, self._time = day, time
            self.clock_changed.emit()

    def show_hint(self, icon: str, words: str, *, is_found: bool) -> None:
        """Each hint stays long enough to be read; only success interrupts."""
        self._next_hint = (icon, words)
        if is_found or not self._hint_rests.isActive():
            self._set_hint(self._next_hint, is_found=is_found)
            if words:
                self._hint_rests.start()

    def show_warning(self, seconds: int | None) -> None:
        if seconds is None:
            self._warning_seconds = -1
        else:
            if self._warning_seconds < 0:
                self._warning_whole = seconds
            self._warning_seconds = seconds
        self.warning_changed.emit()

    def show_emergency(self, words: "dict[str, Any]") -> None:
        """Empty words end it."""
        self._emergency = words
        self.emergency_changed.emit()

    def set_busy(self, busy: bool) -> None:
        if busy is not self._is_busy:
            self._is_busy = busy
            self.busy_changed.emit()

    def count_down(self, seconds: int) -> None:
        """Show seconds that run; 0 shows none."""
        self._countdown = self._countdown_whole = seconds
        self._second.start() if seconds else self._second.stop()
        self.countdown_changed.emit()

    def count_anew(self) -> None:
        """Somebody touched: the whole time again."""
        if self._countdown_whole:
            self.count_down(self._countdown_whole)

    @property
    def countdown_whole(self) -> int:
        """The seconds that the countdown began with; 0 while there is none."""
        return self._countdown_whole

    @property
    def is_warning(self) -> bool:
        return self._warning_seconds >= 0

    @property
    def is_emergency(self) -> bool:
        return bool(self._emergency)

    @property
    def hint_words(self) -> str:
        """What the hint on the screen says; empty for none."""
        return self._hint[1]

    @Slot()
    def _on_second(self) -> None:
        self._countdown = max(0, self._countdown - 1)
        if not self._countdown:
            self._second.stop()
        self.countdown_changed.emit()

    @Slot()
    def _take_next_hint(self) -> None:
        if self._next_hint != self._hint:
            self._set_hint(self._next_hint, is_found=False)
            if self._hint[1]:
                self._hint_rests.start()

    def _set_hint(self, hint: tuple[str, str], *, is_found: bool) -> None:
        self._hint = self._next_hint = hint
        self._hint_is_found = is_found
        self.hint_changed.emit()

    # ---- what QML reads ----------------------------------------------------------------------

    model = Property(QObject, lambda self: self._model, notify=turned)
    siteName = Property(str, lambda self: self._site_name, constant=True)  # noqa: N815  QML's way
    holdSeconds = Property(float, lambda self: self._hold_seconds, constant=True)  # noqa: N815
    date = Property(str, lambda self: self._date, notify=clock_changed)
    time = Property(str, lambda self: self._time, notify=clock_changed)
    hintIcon = Property(str, lambda self: self._hint[0], notify=hint_changed)  # noqa: N815
    hint = Property(str, lambda self: self._hint[1], notify=hint_changed)
    found = Property(bool, lambda self: self._hint_is_found, notify=hint_changed)
    warning = Property(int, lambda self: self._warning_seconds, notify=warning_changed)
    warningWhole = Property(int, lambda self: self._warning_whole, notify=warning_changed)  # noqa: N815
    emergency = Property(dict, lambda self: self._emergency, notify=emergency_changed)
    busy = Property(bool, lambda self: self._is_busy, notify=busy_changed)
    countdown = Property(int, lambda self: self._countdown, notify=countdown_changed)
