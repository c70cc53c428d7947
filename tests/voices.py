"""A voice that remembers what it was asked to say, and a program that stands in for espeak-ng."""

import time
from dataclasses import dataclass, field
from pathlib import Path

QUIET = ""


@dataclass
class RememberingVoice:
    """`said` holds every text in its order, and `QUIET` where it was told to stop.

    `said_at` are the seconds of `time.monotonic` to it.
    """

    said: list[str] = field(default_factory=list)
    said_at: list[float] = field(default_factory=list)
    languages: set[str] = field(default_factory=set)
    is_closed: bool = False

    def say(self, text: str, language: str) -> None:
        self._remember(text)
        self.languages.add(language)

    def be_quiet(self) -> None:
        self._remember(QUIET)

    def close(self) -> None:
        self.is_closed = True

    def _remember(self, text: str) -> None:
        self.said.append(text)
        self.said_at.append(time.monotonic())

    @property
    def now(self) -> str:
        """What it says, as far as it was told; `QUIET` while it is silent."""
        return self.said[-1] if self.said else QUIET


def put_program(folder: Path, name: str, *lines: str) -> Path:
    """A shell script as a program of this name."""
    program = folder / name
    program.write_text("\n".join(("#!/bin/sh", *lines, "")), encoding="utf-8")
    program.chmod(0o755)
    return program
