"""What the hub says while it runs, on standard error: for a person, or as JSON for a collector.

As JSON each line is one object, whoever says it: the hub, its web server, asyncio, Python's
warnings. In both forms kind and place of what was not foreseen are told, and never its words.
"""

import logging
from datetime import UTC, datetime
from enum import StrEnum

from db import codec, faults


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
            "message": faults.message_of(record),
        }
        error = faults.error_of(record)
        if error is not None:
            line["errors"] = list(faults.kinds_of(error))
            line["where"] = faults.places_of(error)
        return codec.to_json(line).decode()


def begin(form: Form) -> None:
    """Write everything that is logged in this process in one form from now on."""
    # It would tell the whole address of every receiver of webhooks, which may hold its secret.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    if form is Form.TEXT:
        faults.begin_text()
        return
    to_stderr = logging.StreamHandler()
    to_stderr.setFormatter(_AsJson())
    logging.basicConfig(level=logging.INFO, handlers=[to_stderr], force=True)
    logging.captureWarnings(capture=True)
    faults.log_unforeseen()
