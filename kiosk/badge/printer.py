"""Getting a badge onto paper: a port, CUPS by its own commands, and a folder of files.

CUPS is asked with `lp` and `lpstat`, and always told the `media`. Traps (measured): an offline IPP
printer reports that it is idle and only its message says otherwise; reasons come as warnings
although the printer sent errors, so words are matched by their stems.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from db.domain.errors import PrinterError
from db.private_files import make_private_folder, private

LABEL_MEDIA = "Custom.62x100mm"
TROUBLE_AFTER_SECONDS = 30.0
_ASK_EVERY_SECONDS = 0.4
_COMMAND_SECONDS = 10.0

_TROUBLES = {
    "media-empty": "The printer is out of labels.",
    "media-needed": "The printer is out of labels.",
    "media-jam": "A label is stuck in the printer.",
    "cover-open": "The printer's cover is open.",
    "door-open": "The printer's cover is open.",
    "toner-empty": "The printer is out of ink.",
    "marker-supply-empty": "The printer is out of ink.",
    "offline": "The printer is switched off or not connected.",
    "not connected": "The printer is switched off or not connected.",
    "unable to": "The printer cannot be reached.",
    "paused": "The printer was paused on this computer.",
    "disabled": "The printer was paused on this computer.",
}


_UNSENT = "vestibule-badge-"
"""How a badge is called until the printing system has taken it."""
_LEFT_AFTER_SECONDS = 60.0


def sweep() -> int:
    """Remove badges that a kiosk which was killed left on their way; returns how many.

    A newer one may be another kiosk's, which prints just now.
    """
    removed = 0
    for path in Path(tempfile.gettempdir()).glob(f"{_UNSENT}*.pdf"):
        with suppress(OSError):  # another account's, or gone
            if path.stat().st_mtime < time.time() - _LEFT_AFTER_SECONDS:
                path.unlink()
                removed += 1
    return removed


class BadgePrinter(Protocol):
    """What the kiosk needs of a printer."""

    def print(self, pdf: bytes, title: str) -> str:
        """Put a badge on paper; raises `PrinterError` in words when it did not come out.

        Returns in words what did not work although it did, else nothing.
        """
        ...

    def describe(self) -> str:
        """The printer's name, as the log and the service menu show it."""
        ...


class FilePrinter:
    """Writes each badge into a folder: for trials, drills, and a school without a printer yet."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def print(self, pdf: bytes, title: str) -> str:
        name = re.sub(r"[^\w-]+", "-", title).strip("-").lower() or "badge"
        try:
            make_private_folder(self._folder)
            path = self._folder / f"{name}.pdf"
            number = 1
            while path.exists():
                number += 1
                path = self._folder / f"{name}-{number}.pdf"
            with open(path, "xb", opener=private) as file:
                file.write(pdf)
        except OSError as error:
            raise PrinterError(f"The badge could not be written ({error.strerror}).") from error
        return ""

    def describe(self) -> str:
        return f"files in {self._folder.name}"


class NoPrinter:
    """A kiosk without a printer: every visitor takes a numbered sticker."""

    def print(self, pdf: bytes, title: str) -> str:
        del pdf, title
        raise PrinterError("There is no badge printer here.")

    def describe(self) -> str:
        return "no printer"


class CupsPrinter:
    """A printer queue of CUPS; an empty name is the system's default printer."""

    def __init__(
        self, name: str, media: str = LABEL_MEDIA, trouble_after: float = TROUBLE_AFTER_SECONDS
    ) -> None:
        self._name = name
        self._media = media
        self._trouble_after = trouble_after

    def print(self, pdf: bytes, title: str) -> str:
        with tempfile.NamedTemporaryFile(prefix=_UNSENT, suffix=".pdf") as file:
            file.write(pdf)
            file.flush()
            job = self._submit(file.name, title)
        began = time.monotonic()
        while time.monotonic() - began < self._trouble_after:
            if job not in self._jobs("not-completed"):
                # Given up is over too; only what the job says last tells it from printed.
                words = in_words(self._jobs("completed").get(job, ""))
                if words:
                    raise PrinterError(words)
                return ""
            time.sleep(_ASK_EVERY_SECONDS)
        words = self._trouble()
        # A late badge would come out for somebody who wears a sticker by then.
        self._run("cancel", job)
        raise PrinterError(words)

    def describe(self) -> str:
        return self._name or "default printer"

    def _submit(self, path: str, title: str) -> str:
        where = ["-d", self._name] if self._name else []
        said = self._run(
            "lp", *where, "-t", title, "-o", f"media={self._media}", "-o", "fit-to-page", path
        )
        found = re.search(r"request id is (\S+)", said)
        if found is None:
            raise PrinterError(in_words(said) or "The printer did not take the badge.")
        return found[1]

    def _jobs(self, which: str) -> dict[str, str]:
        """What `lpstat` says of every job that is ``completed`` or ``not-completed``."""
        said = self._run("lpstat", "-l", "-W", which, "-o")
        jobs: dict[str, str] = {}
        job = ""
        for line in said.splitlines():
            if line[:1].strip():  # the lines after a job's own are indented
                job = line.split(" ", 1)[0]
            jobs[job] = f"{jobs.get(job, '')}{line}\n"
        return jobs

    def _trouble(self) -> str:
        said = self._run("lpstat", "-l", "-p", *([self._name] if self._name else []))
        return in_words(said) or "The printer did not print the badge in time."

    def _run(self, command: str, *arguments: str) -> str:
        program = shutil.which(command)
        if program is None:
            raise PrinterError(
                "This computer has no printing system. Install the Debian package cups, "
                'or set [printer] kind = "none".'
            )
        try:
            done = subprocess.run(  # noqa: S603  a found program, arguments never by a shell
                [program, *arguments],
                capture_output=True,
                text=True,
                timeout=_COMMAND_SECONDS,
                check=False,
                env=os.environ | {"LC_ALL": "C"},  # its words are read here
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PrinterError("The printing system does not answer.") from error
        said = f"{done.stdout}\n{done.stderr}"
        if done.returncode and command == "lp":
            # Without its scheduler, CUPS says of every printer that it does not exist.
            said += self._run("lpstat", "-r")
        if done.returncode and command != "cancel":
            raise PrinterError(in_words(said) or "The printer did not take the badge.")
        return said


class SecondBest:
    """The first printer, and when that fails the second one."""

    def __init__(self, first: BadgePrinter, second: BadgePrinter) -> None:
        self._first, self._second = first, second

    def print(self, pdf: bytes, title: str) -> str:
        try:
            return self._first.print(pdf, title)
        except PrinterError as error:
            self._second.print(pdf, title)
            return f"{error} The second printer is used."

    def describe(self) -> str:
        return f"{self._first.describe()}, then {self._second.describe()}"


def in_words(said: str) -> str:
    """What is wrong, for somebody at a front desk; empty when nothing known is said."""
    low = said.casefold()
    if "scheduler is not running" in low or "bad file descriptor" in low:
        return "The printing system of this computer is not running."
    if "does not exist" in low or "invalid destination" in low or "no default destination" in low:
        return "The printer named in the settings does not exist on this computer."
    return next((words for stem, words in _TROUBLES.items() if stem in low), "")
