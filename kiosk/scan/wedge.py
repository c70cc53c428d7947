"""USB scanners that type what they read, from whatever field has the focus.

They type faster than people: keys less than 50 ms apart belong to a scan, which ends with a pause
and not with Enter (a licence has many line ends). Control characters come as Ctrl and a letter.
"""

from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWindow

GAP_SECONDS = 0.05
PAUSE_MS = 60
SHORTEST_SCAN = 12
"""Fewer characters are a person who types quickly."""


@dataclass
class Typing:
    """Keys as they come, until a pause says what they were. No Qt, no clock."""

    _payload: bytearray = field(default_factory=bytearray)
    _last_at: float = -1.0
    _slowest: float = 0.0

    def key(self, character: str, at: float) -> None:
        """Take one key at `at` seconds."""
        if self._payload:
            self._slowest = max(self._slowest, at - self._last_at)
        self._last_at = at
        self._payload += character.encode("latin-1", errors="ignore")

    def pause(self) -> bytes | None:
        """No key came for a while: the scan that ended here, if it was one."""
        is_scan = len(self._payload) >= SHORTEST_SCAN and self._slowest <= GAP_SECONDS
        payload = bytes(self._payload) if is_scan else None
        self._payload.clear()
        self._slowest = 0.0
        return payload


class WedgeFilter(QObject):
    """An event filter for the whole application.

    Every key is held back for a blink, until a pause tells what it was: a scan is emitted, and
    never reaches a field; a typist's keys are handed on.

    Signals:
        scanned: the payload of one scan.
    """

    scanned = Signal(bytes)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._typing = Typing()
        self._held_back: list[tuple[QObject, QKeyEvent]] = []
        self._is_handing_on = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)

    def eventFilter(self, target: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Hold the keys of a scan back, so that no name field fills with a licence."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        if event.isAutoRepeat():  # a key held down is as fast as a scanner, and is a person's
            return False
        character = _character(event)
        # Every window and item on the way sees the event: it counts once, at the window.
        if not character or self._is_handing_on or not isinstance(target, QWindow):
            return False
        self._pause.start()
        self._typing.key(character, event.timestamp() / 1000.0)
        self._held_back.append((target, event.clone()))
        return True

    def _on_pause(self) -> None:
        payload, held_back = self._typing.pause(), self._held_back
        self._held_back = []
        if payload is not None:
            self.scanned.emit(payload)
            return
        self._is_handing_on = True
        for target, event in held_back:
            QCoreApplication.sendEvent(target, event)
        self._is_handing_on = False


def _character(event: QKeyEvent) -> str:
    """What a key stands for: Ctrl+M is a carriage return, Return a line end."""
    if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return "\n"
    is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    if is_control and Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Underscore:
        return chr(event.key() - Qt.Key.Key_A + 1)
    return event.text()
