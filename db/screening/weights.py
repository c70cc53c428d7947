"""What a level is worth: ``log2(m / u)`` bits (Fellegi and Sunter, JASA 1969).

`m` is how often true pairs land on a level; fixed, from the corruption rates of public test data
(FEBRL) and experience. `u` is how often *this* visitor lands there by chance in *this* list: the
list's own share of entries on the level, drawn towards a general share that counts as much as
`PRIOR_ENTRIES` entries, so that a list of fifty says little and one of a million says all.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from db.screening.compare import DateLevel, NameLevel
from db.screening.names import population

PRIOR_ENTRIES = 2_000.0
RARE_SURNAME = 4e-6
RARE_GIVEN = 1e-5
"""Shares of a name that the population table does not hold."""
ONE_BIRTH_DATE = 1 / 22_000
"""Share of one birth date among adults of about sixty years."""

Bits = NDArray[np.float64]

_FAMILY_M = {
    NameLevel.EXACT: 0.86,
    NameLevel.ONE_OF_TWO: 0.035,
    NameLevel.NICKNAME: 0.001,
    NameLevel.CLOSE: 0.04,
    NameLevel.SOUND: 0.012,
    NameLevel.NEAR: 0.012,
    NameLevel.INITIAL: 0.001,
    NameLevel.DIFFERENT: 0.039,
}
_FAMILY_U = {
    NameLevel.ONE_OF_TWO: 6e-4,
    NameLevel.NICKNAME: 1e-3,
    NameLevel.CLOSE: 6e-4,
    NameLevel.SOUND: 6e-4,
    NameLevel.NEAR: 1.5e-3,
    NameLevel.INITIAL: 0.02,
    NameLevel.DIFFERENT: 0.99,
}
_GIVEN_M = {
    NameLevel.EXACT: 0.79,
    NameLevel.ONE_OF_TWO: 0.03,
    NameLevel.NICKNAME: 0.07,
    NameLevel.CLOSE: 0.04,
    NameLevel.SOUND: 0.01,
    NameLevel.NEAR: 0.01,
    NameLevel.INITIAL: 0.01,
    NameLevel.DIFFERENT: 0.04,
}
_GIVEN_U = {
    NameLevel.ONE_OF_TWO: 2e-3,
    NameLevel.NICKNAME: 8e-3,
    NameLevel.CLOSE: 5e-3,
    NameLevel.SOUND: 4e-3,
    NameLevel.NEAR: 6e-3,
    NameLevel.INITIAL: 0.07,
    NameLevel.DIFFERENT: 0.95,
}
_DATE_M = {
    DateLevel.EXACT: 0.92,
    DateLevel.SWAPPED: 0.012,
    DateLevel.TRANSPOSED: 0.008,
    DateLevel.ONE_DIGIT: 0.02,
    DateLevel.YEAR_OFF_BY_ONE: 0.005,
    DateLevel.SAME_YEAR_ONLY_KNOWN: 0.95,
    DateLevel.SAME_YEAR_AND_MONTH: 0.008,
    DateLevel.DIFFERENT: 0.027,
}
_DATE_U = {
    DateLevel.EXACT: ONE_BIRTH_DATE,
    DateLevel.SWAPPED: 0.4 * ONE_BIRTH_DATE,
    DateLevel.TRANSPOSED: 2 * ONE_BIRTH_DATE,
    DateLevel.ONE_DIGIT: 18 * ONE_BIRTH_DATE,
    DateLevel.YEAR_OFF_BY_ONE: 2 * ONE_BIRTH_DATE,
    DateLevel.SAME_YEAR_ONLY_KNOWN: 1 / 60,
    DateLevel.SAME_YEAR_AND_MONTH: 28 * ONE_BIRTH_DATE,
    DateLevel.DIFFERENT: 0.99,
}
_MIDDLE = {
    NameLevel.EXACT: (0.70, 0.012),
    NameLevel.ONE_OF_TWO: (0.02, 0.004),
    NameLevel.NICKNAME: (0.02, 0.008),
    NameLevel.CLOSE: (0.04, 0.012),
    NameLevel.INITIAL: (0.16, 0.075),
    NameLevel.DIFFERENT: (0.06, 0.88),
}
SEX_BITS = {True: 0.93, False: -4.6}
"""Agreement: m 0.96 to u 0.504 when nothing says more; difference: 0.02 to 0.49."""
PLACE_BITS = {True: 3.0, False: -0.8}
"""A list of one state says little, people move: m 0.6 to u 0.075; 0.4 to 0.7."""
NUMBER_BITS = {True: 22.0, False: -0.5}
"""One ID number in ten million people; a new licence often has a new number."""
SUFFIX_BITS = {True: 1.5, False: -2.5}
SWAPPED_BITS = -6.6
"""Given and family name swapped happens to one true pair in a hundred."""


def family_bits(visitor: str, shares: Mapping[NameLevel, float], entries: int) -> Bits:
    """Bits of each `NameLevel` for this surname; `shares` are the list's shares per level."""
    exact = population()[0].get(visitor, RARE_SURNAME)
    return _name_bits(_FAMILY_M, _FAMILY_U | {NameLevel.EXACT: exact}, shares, entries)


def given_bits(visitor: str, shares: Mapping[NameLevel, float], entries: int) -> Bits:
    """Bits of each `NameLevel` for this given name."""
    exact = population()[1].get(visitor, RARE_GIVEN)
    return _name_bits(_GIVEN_M, _GIVEN_U | {NameLevel.EXACT: exact}, shares, entries)


def date_bits(shares: Mapping[DateLevel, float], entries: int) -> Bits:
    """Bits of each `DateLevel` for this birth date."""
    bits = np.zeros(len(DateLevel))
    for level, m in _DATE_M.items():
        u = _drawn(shares.get(level, 0.0), _DATE_U[level], entries)
        bits[level] = np.log2(m / u)
    # More agreement may never be worth less, whatever a small list's chances look like.
    order = [
        DateLevel.DIFFERENT,
        DateLevel.SAME_YEAR_AND_MONTH,
        DateLevel.YEAR_OFF_BY_ONE,
        DateLevel.ONE_DIGIT,
        DateLevel.TRANSPOSED,
        DateLevel.SWAPPED,
    ]
    bits[DateLevel.EXACT] = max(bits[DateLevel.EXACT], *(bits[level] for level in order))
    return bits


def middle_bits() -> Bits:
    """Bits of each `NameLevel` for middle names."""
    bits = np.zeros(len(NameLevel))
    for level, (m, u) in _MIDDLE.items():
        bits[level] = np.log2(m / u)
    return bits


def _name_bits(
    m: Mapping[NameLevel, float],
    general: Mapping[NameLevel, float],
    shares: Mapping[NameLevel, float],
    entries: int,
) -> Bits:
    bits = np.zeros(len(NameLevel))
    for level, often in m.items():
        u = _drawn(shares.get(level, 0.0), general[level], entries)
        bits[level] = np.log2(often / u)
    better = [NameLevel.ONE_OF_TWO, NameLevel.NICKNAME, NameLevel.CLOSE, NameLevel.SOUND]
    bits[NameLevel.EXACT] = max(bits[NameLevel.EXACT], *(bits[level] for level in better))
    return bits


def _drawn(share: float, general: float, entries: int) -> float:
    return (share * entries + general * PRIOR_ENTRIES) / (entries + PRIOR_ENTRIES)
