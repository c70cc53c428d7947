"""What the kiosk says aloud: a voice is a program of the system, and gets its text on stdin.

Never on its command line, where every account of the computer could read it. The kiosk decides in
`kiosk.announcer` what is said; nothing here knows a screen, and there is no Qt.
"""

import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

LOG = logging.getLogger(__name__)
WORDS_A_MINUTE = 150
"""Slower than espeak-ng's own 175: a lobby is loud."""
CLOSE_SECONDS = 1.0


class Voice(Protocol):
    """Says one thing at a time. A voice that cannot speak stays silent and raises nothing."""

    def say(self, text: str, language: str) -> None:
        """Begin to say this, instead of whatever is still being said; returns at once.

        `language` as in BCP 47, like ``en`` or ``es``.
        """

    def be_quiet(self) -> None:
        """Stop in the middle of the word."""

    def close(self) -> None:
        """Be quiet for good."""


class ProgramVoice:
    """A program that reads a text from stdin, says it and ends; one run for each text.

    `arguments` gives its arguments for a language. A thread of its own starts it and waits for it.
    """

    def __init__(self, program: str, arguments: Callable[[str], Sequence[str]]) -> None:
        self._program = program
        self._arguments = arguments
        self._changed = threading.Condition()
        self._next: tuple[str, str] | None = None
        self._running: subprocess.Popen[bytes] | None = None
        self._is_closed = False
        self._has_complained = False
        self._thread = threading.Thread(target=self._speak, name="voice", daemon=True)
        self._thread.start()

    @property
    def is_speaking(self) -> bool:
        return self._next is not None or self._running is not None

    def say(self, text: str, language: str) -> None:
        with self._changed:
            self._stop()
            self._next = (text, language)
            self._changed.notify()

    def be_quiet(self) -> None:
        with self._changed:
            self._stop()

    def close(self) -> None:
        with self._changed:
            self._stop()
            self._is_closed = True
            self._changed.notify()
        self._thread.join(CLOSE_SECONDS)

    def _stop(self) -> None:
        self._next = None
        if self._running is not None:
            self._running.kill()
            self._running = None

    # ---- the voice's thread ------------------------------------------------------------------

    def _speak(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or self._next is not None)
                if self._is_closed or self._next is None:
                    return
                text, language = self._next
                process = self._begin(language)
                self._next, self._running = None, process
            if process is None:
                continue
            process.communicate(f"{text}\n".encode())
            with self._changed:
                was_stopped = self._running is not process
                self._running = self._running if was_stopped else None
            if process.returncode and not was_stopped:
                self._complain(f"it ended with {process.returncode}")

    def _begin(self, language: str) -> subprocess.Popen[bytes] | None:
        try:
            return subprocess.Popen(  # noqa: S603  a found program, arguments never by a shell
                [self._program, *self._arguments(language)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows' black one
            )
        except OSError as error:
            self._complain(error.strerror or "it cannot be started")
            return None

    def _complain(self, why: str) -> None:
        if not self._has_complained:
            self._has_complained = True
            LOG.warning("the voice %s does not speak (%s): see doctor", self._program, why)


def open_voice() -> Voice | None:
    """This computer's own voice; None, and a line in the log, when it has none."""
    program = find_program()
    if program is None:
        LOG.warning("speech is on, and this computer has no voice: see doctor")
        return None
    return ProgramVoice(program, arguments_for(sys.platform))


def find_program(platform: str = sys.platform) -> str | None:
    """Where the program is that speaks: PowerShell for Windows' own voice, else espeak-ng."""
    return shutil.which("powershell.exe" if platform == "win32" else "espeak-ng")


def arguments_for(platform: str) -> Callable[[str], Sequence[str]]:
    """How that program is called; its text is UTF-8."""
    return _sapi if platform == "win32" else _espeak


_ESPEAK_NAMES = {"en": "en-us", "es": "es-419", "zh": "cmn"}
"""Where espeak-ng's name of a voice is not the language's own."""


def _espeak(language: str) -> Sequence[str]:
    name = _ESPEAK_NAMES.get(language, language)
    return ["-v", name, "-s", str(WORDS_A_MINUTE), "-b", "1", "--stdin"]


_SAPI_SCRIPT = """\
Add-Type -AssemblyName System.Speech
$utf8 = [Text.Encoding]::UTF8
$text = (New-Object IO.StreamReader([Console]::OpenStandardInput(), $utf8)).ReadToEnd()
$voice = New-Object System.Speech.Synthesis.SpeechSynthesizer
try {{ $voice.SelectVoiceByHints('NotSet', 'NotSet', 0, '{language}') }} catch {{ }}
$voice.Speak($text)
"""


def _sapi(language: str) -> Sequence[str]:
    script = _SAPI_SCRIPT.format(language=language)
    return ["-NoProfile", "-NonInteractive", "-Command", script]
