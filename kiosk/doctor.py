"""``vestibule-kiosk doctor``: one page that says of every part whether it works, and what to do.

Nothing is written here. Parts are looked at side by side, and one that hangs is told as such:
the page is there within ten seconds, whatever happens. It holds no secret and nothing personal, so
that it can be sent to whoever helps.
"""

import textwrap
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

import msgspec

from kiosk import doctor_camera, doctor_hub, doctor_kept, doctor_machine, doctor_speech
from kiosk.config import KioskConfig
from kiosk.doctor_finding import Finding, Verdict
from kiosk.scan.camera_modes import System

LIMIT_SECONDS = 8.5
"""Opening a camera that hangs and looking at one that does not take 8; starting takes one more."""
_TOPIC, _VERDICT, _WIDTH = 14, 14, 100

Check = Callable[[], Iterable[Finding]]


class _Part:
    """One part being looked at, in a thread of its own; what it has found so far can be taken."""

    def __init__(self, topic: str, check: Check) -> None:
        self._topic = topic
        self._check = check
        self._found: list[Finding] = []
        self._thread = threading.Thread(target=self._run, name=f"doctor {topic}", daemon=True)
        self._thread.start()

    def wait(self, until: float, limit_seconds: float) -> list[Finding]:
        """Wait until then (`time.monotonic`) at most."""
        self._thread.join(max(until - time.monotonic(), 0.0))
        found = list(self._found)
        if self._thread.is_alive():
            words = f"gave no answer within {limit_seconds:.0f} seconds"
            found.append(_no_answer(self._topic, words))
        return found

    def _run(self) -> None:
        try:
            for finding in self._check():
                self._found.append(finding)
        except Exception as error:  # noqa: BLE001  the other parts are still worth telling
            # Its own words may quote what is kept.
            self._found.append(_no_answer(self._topic, f"broke off ({type(error).__name__})"))


def _no_answer(topic: str, words: str) -> Finding:
    advice = "Run doctor again; if it stays so, start the computer again."
    return Finding(topic, Verdict.BROKEN, f"looking at this {words}", advice)


def examine(
    config: KioskConfig,
    config_path: Path | None,
    *,
    system: System | None = None,
    limit_seconds: float = LIMIT_SECONDS,
) -> list[Finding]:
    """Look at every part; the findings in the order of the page."""
    until = time.monotonic() + limit_seconds
    cameras = system or System()
    parts = [
        _Part("camera", lambda: doctor_camera.look(config.camera, cameras)),
        _Part("reading", doctor_machine.readers),
        _Part("printer", lambda: doctor_machine.printers(config)),
        _Part("speech", lambda: doctor_speech.look(config.screen)),
        _Part("disk", lambda: doctor_machine.disk(config)),
        _Part("database", lambda: doctor_kept.look(config, datetime.now(UTC))),
        _Part("hub", lambda: doctor_hub.look(config)),
    ]
    here = [*doctor_machine.configuration(config_path), *doctor_machine.fonts()]  # Qt's own thread
    return here + [finding for part in parts for finding in part.wait(until, limit_seconds)]


def report(findings: Sequence[Finding], out: TextIO, *, as_json: bool) -> int:
    """Write the page. Exit status 0 when nothing "does not work", else 1."""
    worst = max((f.verdict for f in findings), key=list(Verdict).index)
    if as_json:
        page = {"version": version("vestibule"), "verdict": worst, "findings": findings}
        out.write(f"{msgspec.json.format(msgspec.json.encode(page), indent=2).decode()}\n")
    else:
        out.write(f"Vestibule kiosk {version('vestibule')}\n\n")
        before = ""
        for finding in findings:
            out.write(_lines(finding, "" if finding.topic == before else finding.topic))
            before = finding.topic
        out.write(f"\n{_IN_ALL[worst]}\n")
    return 1 if worst is Verdict.BROKEN else 0


_IN_ALL = {
    Verdict.GOOD: "Everything is good.",
    Verdict.LOOK: "It works. Look at the lines that say so.",
    Verdict.BROKEN: "Something does not work. What to do stands behind the arrow.",
}


def _lines(finding: Finding, topic: str) -> str:
    head = f"{topic:{_TOPIC}}{finding.verdict:{_VERDICT + 1}}"
    margin = " " * len(head)
    lines = _wrapped(finding.found, head, margin)
    if finding.to_do:
        lines += _wrapped(finding.to_do, f"{margin}-> ", f"{margin}   ")
    return "".join(f"{line}\n" for line in lines)


def _wrapped(text: str, first: str, later: str) -> list[str]:
    """Paths and names stay whole, so that they can be copied."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
