"""What `doctor` says of speech: whether it is on, whether a voice speaks, and into what."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from kiosk.config import ScreenPart
from kiosk.doctor_finding import Finding, Verdict
from kiosk.speech import find_program

_SECONDS = 4.0
_SOUND = Path("/dev/snd")


def look(
    part: ScreenPart, *, platform: str = sys.platform, sound: Path = _SOUND
) -> Iterator[Finding]:
    """A voice that is missing closes no desk: it is to look at, and not broken."""
    if not part.speech:
        yield Finding("speech", Verdict.GOOD, "off, as configured")
        return
    program = find_program(platform)
    if platform == "win32":
        yield _windows(program)
        return
    if program is None:
        advice = "Install the Debian package espeak-ng, or set [screen] speech = false."
        yield Finding("speech", Verdict.LOOK, "on, but there is no espeak-ng to speak", advice)
        return
    if not _speaks(program):
        advice = "Install the Debian packages espeak-ng and espeak-ng-data again."
        yield Finding("speech", Verdict.LOOK, f"{program} does not speak English", advice)
        return
    yield Finding("speech", Verdict.GOOD, f"espeak-ng speaks ({program})")
    if platform == "linux" and not any(sound.glob("pcm*p")):  # ALSA's names for what plays
        found = "this computer has no sound device: nobody hears it"
        yield Finding("speech", Verdict.LOOK, found, "Plug a loudspeaker in, and start again.")


def _windows(program: str | None) -> Finding:
    if program is None:
        advice = "Let the kiosk's account run Windows PowerShell, or set [screen] speech = false."
        return Finding("speech", Verdict.LOOK, "on, but PowerShell is not found", advice)
    return Finding("speech", Verdict.GOOD, "Windows speaks with its own voice")


def _speaks(program: str) -> bool:
    """Whether it makes a sound of a word, told to keep it to itself."""
    try:
        done = subprocess.run(  # noqa: S603  a found program, arguments never by a shell
            [program, "-q", "-v", "en-us", "--stdin"],
            input=b"Welcome\n",
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
