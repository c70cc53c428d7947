"""How an unforeseen error is written: by kind and place, never by its words.

The words of an error that nobody foresaw may hold what somebody typed or who a visitor is. Kiosk
and hub write to the log through here. No database.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

LOG = logging.getLogger(__name__)
_SHOWN = 12
"""Places in one line."""


class AsText(logging.Formatter):
    """A line for a person; beneath it, of an unforeseen error, its kinds and its places."""

    def __init__(self, line: str = "%(asctime)s %(levelname)s %(message)s") -> None:
        super().__init__(line)

    def format(self, record: logging.LogRecord) -> str:
        record.message = message_of(record)
        record.asctime = self.formatTime(record)
        lines = [self.formatMessage(record)]
        error = error_of(record)
        if error is not None:
            lines += [f"  {', from '.join(kinds_of(error))}"]
            lines += [f"  {place}" for place in places_of(error)]
        return "\n".join(lines)


def begin_text() -> None:
    """Write all that is logged in this process as lines for a person, from now on."""
    to_stderr = logging.StreamHandler()
    to_stderr.setFormatter(AsText())
    logging.basicConfig(level=logging.INFO, handlers=[to_stderr])
    log_unforeseen()


def begin_command() -> None:
    """For a program that says what it has to and ends: of a log only warnings, each in a line.

    Whoever begins a log of their own later takes over.
    """
    last = logging.StreamHandler()
    last.setLevel(logging.WARNING)
    last.setFormatter(AsText("%(message)s"))
    logging.lastResort = last
    log_unforeseen()


def log_unforeseen() -> None:
    """Log an error that nobody caught, where Python itself would print its words."""
    sys.excepthook = _on_end
    threading.excepthook = _on_end_of_thread
    sys.unraisablehook = _on_unraisable


def leave_no_core() -> None:
    """Have this program, should it crash, leave no picture of its memory: names and keys are in it.

    Windows leaves none by itself unless somebody settled so.
    """
    try:
        import resource  # not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def error_of(record: logging.LogRecord) -> BaseException | None:
    """The error that a line of the log tells of."""
    return record.exc_info[1] if record.exc_info else None


def message_of(record: logging.LogRecord) -> str:
    """What a line says; beside an error the first row only: asyncio adds the error's words."""
    message = record.getMessage()
    return message if error_of(record) is None else message.partition("\n")[0]


def kinds_of(error: BaseException | None) -> Iterator[str]:
    """The kinds of an error, and of those that it came from."""
    while error is not None:
        yield type(error).__name__
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def places_of(error: BaseException) -> list[str]:
    """``file:line function`` from the outermost call to where the error was raised."""
    return [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]


def where(error: BaseException) -> str:
    """Its kind and its last places, the innermost first, in one line."""
    places = traceback.extract_tb(error.__traceback__)[-_SHOWN:]
    way = " < ".join(f"{Path(f.filename).name} line {f.lineno}" for f in reversed(places))
    return f"{type(error).__name__}, {way}"


def _on_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    LOG.critical("a fault that nobody caught", exc_info=(kind, error, trace))


def _on_end_of_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
        seen = (told.exc_type, told.exc_value, told.exc_traceback)
        LOG.error("a thread ended over a fault", exc_info=seen)


def _on_unraisable(told: "UnraisableHookArgs") -> None:
    if told.exc_value is not None:
        seen = (told.exc_type, told.exc_value, told.exc_traceback)
        LOG.error("a fault that nothing could be told of", exc_info=seen)
