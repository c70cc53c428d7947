"""A hand on a program's mouse: takes commands line by line, acts through real Qt events, answers.

Steps aside for good as soon as a person touches the program.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, QTimer, Signal

TAKEN_OVER = "taken over"
LOOK_EVERY_MS = 15

Done = Callable[[Any], None]
Look = Callable[[], Any]
_PERSONAL = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.TouchBegin, QEvent.Type.KeyPress})


KIOSK_SHAPE = 16 / 9
CONSOLE_WIDTH, SMALLEST_KIOSK_WIDTH = 1280, 560
TITLE_BAR = 40
"""Px that a window's frame takes above it, on any desktop that we know."""


def side_by_side(screen: QRect) -> tuple[QRect, QRect]:
    """Places for the kiosk (left) and the console (right), without their frames.

    The console needs CONSOLE_WIDTH px; the kiosk is drawn to any scale. Only on a screen that is
    too narrow for both does the console lie over the kiosk's right part.
    """
    high = screen.height() - TITLE_BAR
    console_wide = max(CONSOLE_WIDTH, screen.width() // 2)
    kiosk_wide = max(SMALLEST_KIOSK_WIDTH, screen.width() - console_wide)
    kiosk_wide = min(kiosk_wide, round(high * KIOSK_SHAPE))
    left, top = screen.left(), screen.top() + TITLE_BAR
    kiosk = QRect(left, top, kiosk_wide, round(kiosk_wide / KIOSK_SHAPE))
    console_wide = min(console_wide, screen.width())
    return kiosk, QRect(screen.right() + 1 - console_wide, top, console_wide, min(high, 1000))


class CannotError(Exception):
    """A command that cannot be done as things are."""


class Hand(QObject):
    """Reads commands on a thread, does them on the GUI thread, one after the other."""

    _came = Signal(object)

    def __init__(self, pace_ms: int) -> None:
        super().__init__()
        self._pace_ms = pace_ms
        self._acts: dict[str, Callable[[dict[str, Any]], Look]] = {}
        self._is_acting = False
        self._is_taken_over = False
        self._came.connect(self._on_came)

    def knows(self, name: str, act: Callable[[dict[str, Any]], Look]) -> None:
        """`act` begins a command and returns a look, which gives a value once it is done."""
        self._acts[name] = act

    def start(self) -> None:
        app = QCoreApplication.instance()
        if app is not None:
            app.installEventFilter(self)
        threading.Thread(target=self._read, daemon=True).start()

    def answer(self, value: object) -> None:
        sys.stdout.write(json.dumps({"value": value}) + "\n")
        sys.stdout.flush()

    def touch(self, act: Callable[[], None]) -> None:
        """Do something with the mouse or keys, and know that it was not a person."""
        self._is_acting = True
        try:
            act()
        finally:
            self._is_acting = False

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        is_personal = event.type() in _PERSONAL and event.spontaneous() and not self._is_acting
        if is_personal and not self._is_taken_over:
            self._is_taken_over = True
            self._refuse(TAKEN_OVER)  # said at once: perhaps the other program is being waited for
        return False

    def _read(self) -> None:
        for line in sys.stdin:
            self._came.emit(json.loads(line))
        self._came.emit({"do": "quit", "timeout": 1})

    def _on_came(self, command: dict[str, Any]) -> None:
        if command["do"] == "quit":
            QCoreApplication.quit()
            return
        QTimer.singleShot(self._pace_ms, lambda: self._begin(command))

    def _begin(self, command: dict[str, Any]) -> None:
        until = time.monotonic() + float(command["timeout"])
        try:
            look = self._acts[command["do"]](command)
        except CannotError as error:
            self._refuse(str(error))
            return
        self._look(command, look, until)

    def _look(self, command: dict[str, Any], look: Look, until: float) -> None:
        if self._is_taken_over:
            self._refuse(TAKEN_OVER)
            return
        try:
            value = look()
        except CannotError as error:
            self._refuse(str(error))
            return
        if value is not None:
            self.answer(value)
        elif time.monotonic() > until:
            self._refuse(f"{command} did not come about")
        else:
            QTimer.singleShot(LOOK_EVERY_MS, lambda: self._look(command, look, until))

    def _refuse(self, words: str) -> None:
        sys.stdout.write(json.dumps({"error": words}) + "\n")
        sys.stdout.flush()
