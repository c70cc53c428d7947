"""What goes together, row by row: for `exact.py`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.screening import together
from db.screening.compare import DateKind, date_kind

Array = NDArray[Any]


def home(beside: Array, lengths: Array, rows: Array) -> float:
    """Share of the list whose given names go with a surname: those of the rows `beside` it.

    `lengths` and `rows` are by given name: its letters, and how many rows have it.
    """
    counts = np.bincount(beside, minlength=len(lengths))
    counts[lengths == 0] = 0
    with_them = rows[counts > 0].sum()
    found = np.array([float(with_them), float(counts.sum()), float((counts == 1).sum())])
    return together.home_of(found, float(rows.sum()))


def day_lost(born: str, dates: Sequence[str], date_of_row: Array, names: Sequence[Array]) -> Array:
    """Bits that a crowded day of the year loses in each row; `names` are levels of its names."""
    kinds = [date_kind(one) for one in dates]
    is_whole = np.array([kind is DateKind.WHOLE for kind in kinds])[date_of_row]
    day = born[4:] if date_kind(born) is DateKind.WHOLE else "none"
    is_day = np.array([one[4:] == day for one in dates])[date_of_row]
    everywhere = np.array([float(is_day.sum()), float(is_whole.sum())])
    lost = np.zeros(len(date_of_row))
    if not together.is_crowded(everywhere):
        return lost
    for levels in names:
        shares = np.isin(levels, together.SHARED)
        beside = np.array([float((is_day & shares).sum()), float((is_whole & shares).sum())])
        bits = together.day_bits(beside, everywhere)
        lost = np.minimum(lost, np.where(shares & is_day, bits, 0.0))
    return lost
