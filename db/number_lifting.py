"""Visits brought up to the newest key for ID numbers while others go on with their work."""

import math
import time

from db import number_keys
from db.engine import Database

_PAUSE_SECONDS = 0.02


def lift_all(database: Database, within_seconds: float = math.inf) -> int:
    """Bring all visits that wait up to the newest key, or some for that long.

    A few are one transaction, and the first few are always done.
    It pauses as long as it works, so that others come to write. What is left after a crash is done
    by who calls it next. Returns how many visits it brought up. Raises `StorageError`.
    """
    with database.read() as session:
        is_more = number_keys.is_lifting(session)
    count, ends = 0, time.monotonic() + within_seconds
    while is_more:
        began = time.monotonic()
        with database.begin() as session:
            done = number_keys.go_on(session)
        count, is_more = count + done.visits, done.is_more
        if time.monotonic() > ends:
            break
        if is_more:
            time.sleep(max(_PAUSE_SECONDS, time.monotonic() - began))
    return count
