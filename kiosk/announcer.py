"""When the kiosk speaks: each page as it comes, and the camera's hints once they are steady.

Knows no words and no voice: the window gives the words, and none that are about a person.
"""

import time

from PySide6.QtCore import QObject, QTimer

from kiosk.speech import Voice
from kiosk.ui.window import KioskWindow

STEADY_SECONDS = 0.5
"""A hint that is gone sooner is not worth interrupting for."""
AGAIN_SECONDS = 6.0
"""The same hint is not said more often; a card in a hand goes to and fro between two."""


class Announcer(QObject):
    """Between the window and a voice."""

    def __init__(
        self,
        window: KioskWindow,
        voice: Voice,
        *,
        steady_seconds: float = STEADY_SECONDS,
        again_seconds: float = AGAIN_SECONDS,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._voice = voice
        self._again_seconds = again_seconds
        self._steady_ms = round(steady_seconds * 1000)
        self._hint = ""
        self._said_at: dict[str, float] = {}
        """When each hint of this page was said last, in seconds of `time.monotonic`."""
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.timeout.connect(self._on_due)
        window.instructed.connect(self._on_instructed)
        window.hinted.connect(self._on_hinted)

    def close(self) -> None:
        self._due.stop()
        self._voice.close()

    def _on_instructed(self, words: str) -> None:
        """Another page, or another instruction on it: what was said for the last is over."""
        self._due.stop()
        self._hint = ""
        self._said_at.clear()
        self._say(words)

    def _on_hinted(self, words: str) -> None:
        if words == self._hint:
            return
        self._hint = words
        if words:
            self._due.start(self._steady_ms)
        else:
            self._due.stop()

    def _on_due(self) -> None:
        now = time.monotonic()
        since = now - self._said_at.get(self._hint, float("-inf"))
        if since < self._again_seconds:
            self._due.start(round((self._again_seconds - since) * 1000) + 1)
            return
        self._said_at[self._hint] = now
        self._say(self._hint)

    def _say(self, words: str) -> None:
        if words:
            self._voice.say(words, self._window.language)
        else:
            self._voice.be_quiet()
