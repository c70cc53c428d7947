"""USB scanners that type what they read, from whatever field has the focus.

They type faster than people: keys less than 50 ms apart belong to a scan, which ends with a pause
and not with Enter (a licence has many line ends). Control characters come as Ctrl and a letter.
"""

from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent

GAP_SECONDS = 0.05
PAUSE_MS = 120
SHORTEST_SCAN = 12
"""Fewer characters are a person who types quickly."""


@dataclass
class Typing:
    """Keys as they come; says which of them are a scan. No Qt, no clock."""

    _payload: bytearray = field(default_factory=bytearray)
    _last_at: float = -1.0

    def key(self, character: str, at: float) -> bool:
        """Take one key at `at` seconds. Returns whether it follows so fast that it is a scan's."""
        is_fast = at - self._last_at <= GAP_SECONDS
        if not is_fast:
            self._payload.clear()
        self._last_at = at
        self._payload += character.encode("latin-1", errors="ignore")
        return is_fast and len(self._payload) > 2

    def pause(self) -> bytes | None:
        """No key came for a while: the scan that ended here, if it was one."""
        payload = bytes(self._payload)
        self._payload.clear()
        return payload if len(payload) >= SHORTEST_SCAN else None


class WedgeFilter(QObject):
    """An event filter for the whole application.

    Signals:
        scanned: the payload of one scan.
    """

    scanned = Signal(bytes)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._typing = Typing()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._on_pause)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Swallow the keys of a scan, so that no name field fills with a licence."""
        if not isinstance(event, QKeyEvent) or event.type() is not QEvent.Type.KeyPress:
            return False
        character = _character(event)
        if not character or not event.spontaneous():
            return False
        self._pause.start()
        return self._typing.key(character, event.timestamp() / 1000.0)

    def _on_pause(self) -> None:
        payload = self._typing.pause()
        if payload is not None:
            self.scanned.emit(payload)


def _character(event: QKeyEvent) -> str:
    """What a key stands for: Ctrl+M is a carriage return, Return a line end."""
    if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return "\n"
    is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    if is_control and Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Underscore:
        return chr(event.key() - Qt.Key.Key_A + 1)
    return event.text()
