"""Slowing down who guesses: this process counts first, then all processes of the hub together.

The first count keeps a flood of guesses away from the database.
"""

from admin_console.hub.answers import refuse
from admin_console.hub.context import Context
from db import attempts


def count_try(context: Context, who: str, words: str, most: int = attempts.MOST) -> None:
    """Count a try before it is known how it ends; refuse it with 429 from `most` a minute on."""
    now = context.now()
    wait = context.throttle.count_try(who, now.timestamp(), most)
    if wait <= 0:
        with context.database.begin() as session:
            wait = attempts.count_try(session, who, now, most)
    if wait > 0:
        raise refuse(429, words, {"Retry-After": f"{wait:.0f}"})


def succeeded(context: Context, who: str) -> None:
    """Take the tries back."""
    context.throttle.succeeded(who)
    with context.database.begin() as session:
        attempts.succeeded(session, who)


def take_back(context: Context, who: str) -> None:
    """Take the last try back: it was a right one."""
    context.throttle.take_back(who)
    with context.database.begin() as session:
        attempts.take_back(session, who)
