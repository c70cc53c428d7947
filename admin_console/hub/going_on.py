"""What keeps a task of the hub alive that works behind the answers, until it is cancelled.

A task that dies is missed by nobody until the hub is stopped.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from db.domain.errors import StorageError
from db.faults import where


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
