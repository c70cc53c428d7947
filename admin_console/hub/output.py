"""What the hub says while it runs, on standard error: for a person, or as JSON for a collector.

As JSON each line is one object, whoever says it: the hub, its web server, asyncio, Python's
warnings. Of what was not foreseen it tells kind and place, and not the words of the error, which
may hold what somebody typed.
"""

import logging
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType

from db import codec

_TEXT = "%(asctime)s %(levelname)s %(message)s"


class Form(StrEnum):
    """How each line is written."""

    TEXT = "text"
    JSON = "json"


class _AsJson(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["message"] = record.getMessage().partition("\n")[0]
            line["errors"] = list(_kinds(error))
            line["where"] = _where(error.__traceback__)
        return codec.to_json(line).decode()


def begin(form: Form) -> None:
    """Write everything that is logged in this process in one form from now on."""
    # It would tell the whole address of every receiver of webhooks, which may hold its secret.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if form is Form.TEXT:
        logging.basicConfig(level=logging.INFO, format=_TEXT)
        return
    to_stderr = logging.StreamHandler()
    to_stderr.setFormatter(_AsJson())
    logging.basicConfig(level=logging.INFO, handlers=[to_stderr], force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _on_fault
    threading.excepthook = _on_fault_of_thread


def _kinds(error: BaseException | None) -> Iterator[str]:
    """Of an error, and of those that it came from."""
    while error is not None:
        yield type(error).__name__
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _where(trace: TracebackType | None) -> list[str]:
    return [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]


def _on_fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    told = (kind, error, trace)
    logging.getLogger(__name__).critical("the hub ended over a fault", exc_info=told)


def _on_fault_of_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        seen = (told.exc_type, told.exc_value, told.exc_traceback)
        logging.getLogger(__name__).error("a thread ended over a fault", exc_info=seen)
