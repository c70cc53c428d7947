"""What values of one person say less of, since they go together. Pure.

Whoever is a Nguyen is likely a Minh too, and somebody whose papers say 1 January often has a name
from where nobody knew the day. Each field taken on its own would count such things twice, and hold
people of one origin several times as often as others.
"""

import numpy as np
from numpy.typing import NDArray

from db.screening.compare import NameLevel
from db.screening.weights import Bits, Shape, of_two_words

_BESIDE = 10.0
"""So many rows count what all rows say of names that go together."""
_HOME_DOUBT = 30.0
"""So many rows have to be seen until the names beside one are half believed to be all."""
_CROWDED_DAY = 2 / 365
_FEWEST_ON_DAY = 20
SHARED = (NameLevel.EXACT, NameLevel.REORDERED, NameLevel.ONE_OF_TWO)
"""Levels of a name that two people may have from one place."""


def together_bits(
    beside: NDArray[np.float64],
    everywhere: NDArray[np.float64],
    visitor: Shape,
    home: float = 1.0,
) -> Bits:
    """Bits by level that a name loses beside another: a Minh among Nguyens is no surprise.

    `beside` are the rows by level that have the other name, `everywhere` all rows by level. One of
    those beside may be the visitor's own entry. What few rows say is drawn towards what all say;
    and a name is more common in its `home` (`home_of`), though not more than those beside show.
    """
    share = everywhere / max(float(everywhere.sum()), 1.0)
    others = np.maximum(beside - 1.0, 0.0)
    drawn = (others + _BESIDE * share) / (max(float(beside.sum()) - 1.0, 0.0) + _BESIDE)
    same = NameLevel.EXACT
    if beside[same]:
        most = (others[same] + 1.0) / float(beside.sum())
        drawn[same] = max(drawn[same], min(share[same] / home, most))
    if visitor is Shape.DOUBLE:
        share, drawn = of_two_words(share), of_two_words(drawn)
    lost: Bits = np.zeros(len(share))
    is_there = share > 0
    lost[is_there] = -np.maximum(np.log2(drawn[is_there] / share[is_there]), 0.0)
    lost[[NameLevel.MISSING, NameLevel.DIFFERENT]] = 0.0
    return lost


def home_of(beside: NDArray[np.float64], everywhere: float) -> float:
    """Share of a list that has given names such as go with a family name.

    `beside` are rows of `everywhere` that have one of the given names seen beside it, rows beside
    it, and how many of its given names are seen there once. Those tell how much of what goes with
    it was not seen at all (Good 1953, Biometrika); of a family name that few have nothing is known,
    and its home is everywhere.
    """
    rows, named, once = (float(n) for n in beside)
    seen = (named - once) / (named + _HOME_DOUBT)
    return 1.0 if rows >= seen * everywhere else rows / (seen * everywhere)


def is_crowded(day: NDArray[np.float64]) -> bool:
    """Whether far more have this day than any other: rows on the day, rows with a whole date."""
    return bool(day[0] >= _FEWEST_ON_DAY and day[0] >= _CROWDED_DAY * day[1])


def day_bits(beside: NDArray[np.float64], everywhere: NDArray[np.float64]) -> float:
    """Bits that a crowded day of the year loses beside a name.

    Whose papers say 1 January often has them from where nobody knew the day; so others from there
    have it too. Either argument is rows on the day, and rows with a whole date.
    """
    share = float(everywhere[0] / everywhere[1])
    on_day, rows = (max(float(n) - 1.0, 0.0) for n in beside)
    drawn = (on_day + _BESIDE * share) / (rows + _BESIDE)
    return -max(float(np.log2(drawn / share)), 0.0)
