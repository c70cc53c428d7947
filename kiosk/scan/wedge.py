"""USB scanners that type what they read, from whatever field has the focus.

They type faster than people: keys less than 50 ms apart belong to a scan, which ends with a pause
and not with Enter (a licence has many line ends). Control characters come as Ctrl and a letter.
"""

import time
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWindow
from shiboken6 import isValid

GAP_SECONDS = 0.05
PAUSE_MS = 60
LATE_MS = 20
"""A pause found this much too late was a busy kiosk: keys may be waiting to be seen."""
SHORTEST_SCAN = 12
"""Fewer characters are a person who types quickly."""
LONGEST_SCAN = 4000
"""No code holds more that a licence's or a badge's scanner could send (a PDF417 symbol: 2,710)."""
MOST_HELD_BACK = 6 * LONGEST_SCAN
"""Presses and releases of so many characters, with Shift or Ctrl around each, and some to spare."""


@dataclass
class Typing:
    """Keys as they come, until a pause says what they were. No Qt, no clock.

    Keeps no more than tells that it is too much.
    """

    _typed: list[str] = field(default_factory=list)
    _last_at: float = -1.0
    _slowest: float = 0.0

    def key(self, character: str, at: float) -> None:
        """Take one key at `at` seconds."""
        if self._typed:
            self._slowest = max(self._slowest, at - self._last_at)
        self._last_at = at
        if not self.is_too_long:
            self._typed.append(character)

    @property
    def is_too_long(self) -> bool:
        """Whether more came without a pause than any scan has."""
        return len(self._typed) > LONGEST_SCAN

    def is_over(self, at: float) -> bool:
        """Whether a key at `at` seconds comes after the pause that ends what was typed."""
        return bool(self._typed) and at - self._last_at > PAUSE_MS / 1000

    def pause(self) -> bytes | None:
        """No key came for a while: the scan that ended here, if it was one."""
        is_fast = self._slowest <= GAP_SECONDS
        is_scan = SHORTEST_SCAN <= len(self._typed) <= LONGEST_SCAN and is_fast
        payload = _bytes_of("".join(self._typed)) if is_scan else None
        self._typed.clear()
        self._slowest = 0.0
        return payload


def _bytes_of(typed: str) -> bytes:
    """The code's bytes: most scanners type one character for each, others whole letters (``Ł``)."""
    try:
        return typed.encode("latin-1")
    except UnicodeEncodeError:
        return typed.encode("utf-8", errors="replace")


class WedgeFilter(QObject):
    """An event filter for the whole application.

    Every key is held back for a blink, until a pause tells what it was: a scan is emitted, and
    never reaches a field; a typist's keys are handed on, presses and releases in their order.
    A device that types without end is told once, and its keys are dropped until it pauses.

    Signals:
        scanned: the payload of one scan; empty for one that is too long to be any.
    """

    scanned = Signal(bytes)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._typing = Typing()
        self._held_back: list[tuple[QObject, QKeyEvent]] = []
        self._owed: set[int] = set()
        """Keys that a scan pressed and has not let go of: nobody is to hear of that either."""
        self._is_handing_on = False
        self._is_flooded = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._on_time)
        self._pause_due_at = 0.0
        self._waited_longer = False

    def eventFilter(self, target: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Hold the keys of a scan back, so that no name field fills with a licence."""
        if not isinstance(event, QKeyEvent) or event.type() not in _KEY_EVENTS:
            return False
        # Every window and item on the way sees the event: it counts once, at the window.
        if self._is_handing_on or not isinstance(target, QWindow):
            return False
        if _is_press(event):
            self._press(event)
        elif not self._held_back:
            return self._is_rest_of_scan(event)
        if self._is_flooded:  # nothing is held back then, so this is a press
            self._owed.add(_key(event))
            return True
        if self._held_back or self._pause.isActive():
            self._held_back.append((target, event.clone()))
            if len(self._held_back) > MOST_HELD_BACK:
                self._drop()
            return True
        return False

    def _press(self, event: QKeyEvent) -> None:
        self._owed.discard(_key(event))
        at = event.timestamp() / 1000.0
        # A busy kiosk sees two scans at once; their times tell them apart.
        if self._typing.is_over(at):
            self._on_pause()
        character = _character(event)
        if character:
            self._typing.key(character, at)
            self._waited_longer = False
            self._wait()
        if self._typing.is_too_long and not self._is_flooded:
            self._drop()

    def _drop(self) -> None:
        """Too much came without a pause: it is dropped, and so is what comes until there is one."""
        self._is_flooded = True
        held_back, self._held_back = self._held_back, []
        self._hand_on(self._rest(held_back))
        self.scanned.emit(b"")

    def _is_rest_of_scan(self, event: QKeyEvent) -> bool:
        """Whether a release or a repeat is of a key that a scan pressed."""
        key = _key(event)
        if key not in self._owed:
            return False
        if not event.isAutoRepeat():
            self._owed.discard(key)
        return True

    def _wait(self) -> None:
        self._pause_due_at = time.monotonic() + PAUSE_MS / 1000
        self._pause.start()

    def _on_time(self) -> None:
        is_late = time.monotonic() - self._pause_due_at > LATE_MS / 1000
        if is_late and not self._waited_longer:
            self._waited_longer = True
            self._wait()
        else:
            self._on_pause()

    def _on_pause(self) -> None:
        self._pause.stop()
        payload, held_back = self._typing.pause(), self._held_back
        self._held_back = []
        if self._is_flooded:
            self._is_flooded, payload = False, None
        if payload is not None:
            held_back = self._rest(held_back)
        self._hand_on(held_back)
        if payload is not None:
            self.scanned.emit(payload)

    def _rest(self, held_back: list[tuple[QObject, QKeyEvent]]) -> list[tuple[QObject, QKeyEvent]]:
        """What came during a scan and is not of it: releases and repeats of keys pressed before."""
        rest: list[tuple[QObject, QKeyEvent]] = []
        for target, event in held_back:
            if _is_press(event):
                self._owed.add(_key(event))
            elif not self._is_rest_of_scan(event):
                rest.append((target, event))
        return rest

    def _hand_on(self, events: list[tuple[QObject, QKeyEvent]]) -> None:
        self._is_handing_on = True
        try:
            for target, event in events:
                if isValid(target):  # a window may have gone meanwhile
                    QCoreApplication.sendEvent(target, event)
        finally:
            self._is_handing_on = False


_KEY_EVENTS = frozenset({QEvent.Type.KeyPress, QEvent.Type.KeyRelease})


def _is_press(event: QKeyEvent) -> bool:
    # A key held down is as fast as a scanner, and is a person's.
    return event.type() is QEvent.Type.KeyPress and not event.isAutoRepeat()


def _key(event: QKeyEvent) -> int:
    """The key itself: with Shift let go early its release names another character."""
    return event.nativeScanCode() or event.key()


def _character(event: QKeyEvent) -> str:
    """What a key stands for: Ctrl+M is a carriage return, Return a line end."""
    if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return "\n"
    is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    if is_control and Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Underscore:
        return chr(event.key() - Qt.Key.Key_A + 1)
    return event.text()
