"""Ids that are made where something happens: on a kiosk without asking anybody."""

import secrets
from datetime import datetime
from uuid import UUID


def first_at(moment: datetime) -> UUID:
    """The lowest id that `new_id` can give at a moment or later, for comparing."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def new_id(now: datetime) -> UUID:
    """A UUID version 7 for the moment `now` (RFC 9562, clause 5.7).

    48 bits of Unix milliseconds, then 74 random bits: ids sort roughly by time, which keeps
    database pages together. Order in the log comes from `seq` and never from an id.
    """
    milliseconds = int(now.timestamp() * 1000) & (1 << 48) - 1
    random = secrets.randbits(74)
    return UUID(
        int=milliseconds << 80
        | 0x7 << 76
        | (random >> 62) << 64
        | 0b10 << 62
        | random & (1 << 62) - 1
    )
