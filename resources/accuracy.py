"""How well the match engine finds people, as it was measured on public test data. No Qt.

The figures lie in `accuracy.json`, which ``tests/bench/screening.py --write FILE``
writes after a run:

engine        the engine's version, as every screening names it
measured_on   the day of the run, ISO 8601; null as long as nothing was measured
protocol      which test, e.g. ``American, 1,000,000 entries``
held_of_100   of 100 visitors who are on no list, how many were held; null when not measured
rows          one for each kind of error, best first: `what` was wrong with the entry, `found` of
              100 listed visitors, `false_alarms` of 100 visitors who are on no list (null where
              an entry does not show the error), how many were `tried`
groups        visitors who are on no list: `name` of the group, how many `times` as often as
              everybody it is held
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Annotated

import msgspec

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
OfHundred = Annotated[float, msgspec.Meta(ge=0, le=100)]
Times = Annotated[float, msgspec.Meta(ge=0, le=1000)]
Tried = Annotated[int, msgspec.Meta(ge=1)]

MOST_TIMES = 3.0
"""No group may be held more than so many times as often as everybody."""


@dataclass(frozen=True, slots=True)
class Found:
    """One kind of error between a list and an ID."""

    what: Words
    found: OfHundred
    tried: Tried
    false_alarms: OfHundred | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group of visitors who are on no list."""

    name: Words
    times: Times


@dataclass(frozen=True, slots=True)
class Accuracy:
    """One measurement; without rows nothing was measured yet."""

    engine: str = ""
    measured_on: date | None = None
    protocol: str = ""
    held_of_100: OfHundred | None = None
    rows: tuple[Found, ...] = ()
    groups: tuple[Group, ...] = ()


def read(content: bytes) -> Accuracy:
    """Read such a file; raises ValueError saying what is wrong and where."""
    found = msgspec.json.decode(content, type=Accuracy)
    if found.rows and (found.measured_on is None or not found.engine or not found.protocol):
        raise ValueError("figures without the engine, the day and the protocol of their run")
    return found


@lru_cache(maxsize=1)
def accuracy() -> Accuracy:
    """The measurement that this version comes with."""
    return read(files("resources").joinpath("accuracy.json").read_bytes())
