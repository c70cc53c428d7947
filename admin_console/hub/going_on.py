"""What keeps a task of the hub alive that works behind the answers, until it is cancelled.

A task that dies is missed by nobody until the hub is stopped.
"""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.domain.errors import StorageError


@contextmanager
def going_on(log: logging.Logger, words: str) -> Iterator[None]:
    """Log what goes wrong within, behind `words` that say what was not done, and go on.

    A cancelled task ends all the same.
    """
    try:
        yield
    except (StorageError, OSError) as error:
        log.warning("%s: %s", words, error)
    except Exception as error:  # noqa: BLE001  whatever it is, the next time may go well
        log.error("%s: it stumbled, %s", words, where(error))  # noqa: TRY400  its words may hold a name


def where(error: BaseException) -> str:
    """What kind of error, and at which lines of the program: nothing of what it says."""
    lines = traceback.extract_tb(error.__traceback__)[-_SHOWN:]
    way = " < ".join(f"{Path(line.filename).name} line {line.lineno}" for line in reversed(lines))
    return f"{type(error).__name__}, {way}"


_SHOWN = 12
"""Lines of the program, the last ones."""
