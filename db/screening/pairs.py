"""Columns about rows that are being compared with a visitor: a value for each row."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.screening.compare import DateLevel

Bits = NDArray[np.float64]
Levels = NDArray[np.int8]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Pairs:
    """Rows with their levels and bits of names and birth date. Bits may still be lowered."""

    rows: Rows
    family_level: Levels
    family: Bits
    given_level: Levels
    given: Bits
    birth_level: Levels
    birth: Bits
    is_swapped: Flags
    is_same_name: Flags
    """The visitor's given and family name, or one of them where neither side has the other."""
    is_same_month: Flags
    """Nothing but the same month and year is known on either side."""

    @property
    def is_same_person_by_name_and_date(self) -> Flags:
        """Rows with the visitor's names and all that is known of the birth date: always held.

        A year alone is not enough: one in sixty namesakes has the same.
        """
        is_same_date = (self.birth_level == DateLevel.EXACT) | self.is_same_month
        same: Flags = self.is_same_name & is_same_date
        return same

    @property
    def is_same_name_and_open_date(self) -> Flags:
        """Rows with the visitor's names where no birth date speaks against it."""
        is_open = np.isin(
            self.birth_level,
            (
                DateLevel.MISSING,
                DateLevel.SAME_YEAR_ONLY_KNOWN,
                DateLevel.SAME_MONTH_ONLY_KNOWN,
            ),
        )
        same: Flags = self.is_same_name & is_open
        return same

    @property
    def may_always_hold(self) -> Flags:
        """Rows that may be held whatever their bits say."""
        may: Flags = self.is_same_person_by_name_and_date | self.is_same_name_and_open_date
        return may

    def kept(self, keep: NDArray[Any]) -> "Pairs":
        """Only the rows that are true in `keep` (or whose places it holds)."""
        return Pairs(*(getattr(self, f.name)[keep] for f in fields(self)))


def joined(parts: Sequence[Pairs]) -> Pairs:
    """All rows of all parts."""
    columns = (np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Pairs))
    return Pairs(*columns)


@dataclass(slots=True)
class Scored:
    """Rows with everything: `total` is the sum of all bits."""

    names: Pairs
    middle_level: Levels
    middle: Bits
    sex: Bits
    suffix: Bits
    place: Bits
    number: Bits
    total: Bits = field(init=False)

    def __post_init__(self) -> None:
        names = self.names
        self.total = (
            names.family
            + names.given
            + names.birth
            + self.middle
            + self.sex
            + self.suffix
            + self.place
            + self.number
        )

    @property
    def rows(self) -> Rows:
        """The rows themselves."""
        return self.names.rows
