"""What a level is worth: ``log2(m / u)`` bits (Fellegi and Sunter, JASA 1969).

`m` is how often true pairs land on a level: set by hand from published rates of clerical error and
of name changes, fitted on no data. `u` is how often *this* visitor lands there by chance in *this*
list: the list's own share of rows on the level, drawn towards the share of the population, which
counts as much as `PRIOR_ROWS` rows. So a list of fifty says little and one of a million says all.

Two surnames cannot equal one, and ``J`` cannot equal ``John``. So levels are weighed apart for rows
of each `Shape`, and the shape itself counts as a field of its own.
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from db.screening.compare import DateKind, DateLevel, NameLevel

Bits = NDArray[np.float64]
Counts = NDArray[np.float64]
"""Rows by shape (or kind of date) and level."""

PRIOR_ROWS = 2_000.0
ONE_BIRTH_DATE = 1 / 22_000
"""Share of one birth date among adults of about sixty years."""
RARE_NAME = 1e-5
"""Share of a name that the population table does not hold."""
_SAME_SHAPE = 0.6
"""How often a name has the same shape on both sides for a reason, and not by chance."""
_SAME_GAP = 0.5
"""So too of a name that is missing on both sides: many people have one name only."""
_SAME_OPEN_DATE = 0.3
"""So too of a birth date that a visitor does not have: often nobody knows it."""
_GAP = 0.01
"""Share of names that lists lack."""
_OPEN_DATE = 0.02
SWAPPED_BITS = -4.6
"""Given and family name swapped happens to one true pair in twenty-five."""
_LEVELS = len(NameLevel)


class Shape(IntEnum):
    """What a name looks like, as far as it limits what it can equal."""

    SINGLE = 0
    DOUBLE = 1
    INITIAL = 2
    NOTHING = 3


_Table = dict[NameLevel, float]

_SINGLE_M: _Table = {
    NameLevel.EXACT: 0.855,
    NameLevel.REORDERED: 0.001,
    NameLevel.NICKNAME: 0.002,
    NameLevel.ONE_OF_TWO: 0.002,
    NameLevel.ONE_LETTER: 0.055,
    NameLevel.SPELLING: 0.008,
    NameLevel.CLOSE: 0.015,
    NameLevel.SOUND: 0.006,
    NameLevel.PART_CLOSE: 0.001,
    NameLevel.NEAR: 0.008,
    NameLevel.INITIAL: 0.002,
    NameLevel.AS_MIDDLE: 0.001,
    NameLevel.DIFFERENT: 0.06,
}
_GIVEN_SINGLE_M: _Table = _SINGLE_M | {
    NameLevel.EXACT: 0.78,
    NameLevel.NICKNAME: 0.065,
    NameLevel.AS_MIDDLE: 0.02,
    NameLevel.DIFFERENT: 0.06,
}
_MIXED_M: _Table = {
    NameLevel.EXACT: 0.04,
    NameLevel.REORDERED: 0.001,
    NameLevel.NICKNAME: 0.002,
    NameLevel.ONE_OF_TWO: 0.76,
    NameLevel.ONE_LETTER: 0.012,
    NameLevel.SPELLING: 0.005,
    NameLevel.CLOSE: 0.03,
    NameLevel.SOUND: 0.005,
    NameLevel.PART_CLOSE: 0.05,
    NameLevel.NEAR: 0.015,
    NameLevel.INITIAL: 0.002,
    NameLevel.AS_MIDDLE: 0.005,
    NameLevel.DIFFERENT: 0.073,
}
_DOUBLE_M: _Table = {
    NameLevel.EXACT: 0.74,
    NameLevel.REORDERED: 0.05,
    NameLevel.NICKNAME: 0.005,
    NameLevel.ONE_OF_TWO: 0.06,
    NameLevel.ONE_LETTER: 0.05,
    NameLevel.SPELLING: 0.01,
    NameLevel.CLOSE: 0.03,
    NameLevel.SOUND: 0.005,
    NameLevel.PART_CLOSE: 0.008,
    NameLevel.NEAR: 0.005,
    NameLevel.INITIAL: 0.001,
    NameLevel.AS_MIDDLE: 0.006,
    NameLevel.DIFFERENT: 0.03,
}
_INITIAL_M: _Table = dict.fromkeys(NameLevel, 0.001) | {
    NameLevel.EXACT: 0.93,
    NameLevel.INITIAL: 0.93,
    NameLevel.DIFFERENT: 0.06,
}
_NAME_U: _Table = {
    NameLevel.EXACT: RARE_NAME,
    NameLevel.REORDERED: RARE_NAME,
    NameLevel.NICKNAME: 2e-3,
    NameLevel.ONE_OF_TWO: 4e-4,
    NameLevel.ONE_LETTER: 4e-4,
    NameLevel.SPELLING: 1e-4,
    NameLevel.CLOSE: 4e-4,
    NameLevel.SOUND: 4e-4,
    NameLevel.PART_CLOSE: 1e-3,
    NameLevel.NEAR: 1.5e-3,
    NameLevel.INITIAL: 0.06,
    NameLevel.AS_MIDDLE: 2e-3,
    NameLevel.DIFFERENT: 0.98,
}
"""Shares where neither list nor population says more."""
_DATE_M = {
    DateKind.WHOLE: {
        DateLevel.EXACT: 0.887,
        DateLevel.SWAPPED: 0.02,
        DateLevel.TRANSPOSED: 0.008,
        DateLevel.ONE_DIGIT: 0.04,
        DateLevel.YEAR_OFF_BY_ONE: 0.005,
        DateLevel.SAME_DAY_AND_MONTH: 0.006,
        DateLevel.TWO_DIGITS: 0.01,
        DateLevel.SAME_YEAR_AND_MONTH: 0.006,
        DateLevel.DIFFERENT: 0.02,
    },
    DateKind.MONTH: {
        DateLevel.SAME_MONTH_ONLY_KNOWN: 0.93,
        DateLevel.SAME_YEAR_ONLY_KNOWN: 0.93,
        DateLevel.YEAR_NEAR_ONLY_KNOWN: 0.03,
        DateLevel.DIFFERENT: 0.04,
    },
    DateKind.YEAR: {
        DateLevel.SAME_YEAR_ONLY_KNOWN: 0.94,
        DateLevel.YEAR_NEAR_ONLY_KNOWN: 0.04,
        DateLevel.DIFFERENT: 0.02,
    },
}
_DATE_U = {
    DateLevel.EXACT: ONE_BIRTH_DATE,
    DateLevel.SWAPPED: 0.4 * ONE_BIRTH_DATE,
    DateLevel.TRANSPOSED: 2 * ONE_BIRTH_DATE,
    DateLevel.ONE_DIGIT: 18 * ONE_BIRTH_DATE,
    DateLevel.YEAR_OFF_BY_ONE: ONE_BIRTH_DATE,
    DateLevel.SAME_DAY_AND_MONTH: 50 * ONE_BIRTH_DATE,
    DateLevel.TWO_DIGITS: 200 * ONE_BIRTH_DATE,
    DateLevel.SAME_YEAR_AND_MONTH: 22 * ONE_BIRTH_DATE,
    DateLevel.SAME_MONTH_ONLY_KNOWN: 1 / 720,
    DateLevel.SAME_YEAR_ONLY_KNOWN: 1 / 60,
    DateLevel.YEAR_NEAR_ONLY_KNOWN: 1 / 10,
    DateLevel.DIFFERENT: 0.97,
}
NUMBER_BITS = {True: 22.0, False: -0.5}
"""One ID number in ten million people; a new licence often has a new number."""
_SUFFIX = (0.9, 0.35)
_SEX = (0.98, 0.5)
_PLACE = (0.6, 0.08)
"""`m` and general `u` of agreement."""
_PLACE_PRIOR = 200.0


def name_bits(counts: Counts, population: Bits, visitor: Shape, *, is_given: bool) -> Bits:
    """Bits by shape of the row and `NameLevel`.

    `counts` are the list's rows by shape and level for this visitor's name; `population` the
    shares of people by level, all zero for a name unlike any that the population table holds.
    Both may have a further axis in front, for several sets of rows.
    """
    named = counts.copy()
    named[..., NameLevel.MISSING] = 0.0
    here = named.sum(axis=-1, keepdims=True)
    is_known = population.any(axis=-1, keepdims=True)
    general = np.where(is_known, np.maximum(_GENERAL * 0.25, population), _GENERAL)
    chance = _chance(named, here, general[..., None, :], _NAME_DOUBT)
    if visitor is Shape.DOUBLE:
        chance[..., Shape.DOUBLE, :] = of_two_words(chance[..., Shape.DOUBLE, :])
    bits: Bits = _LOG_M[int(is_given), visitor] - np.log2(chance)
    bits[..., NameLevel.DIFFERENT] = np.minimum(bits[..., NameLevel.DIFFERENT], 0.0)
    if visitor in (Shape.SINGLE, Shape.DOUBLE):
        shape = _shape_bits(visitor, here[..., 0])
        bits[..., :2, NameLevel.EXACT : NameLevel.DIFFERENT] += shape
    # A name that agrees may never speak against somebody, however common it is on the list.
    bits[..., NameLevel.EXACT] = np.maximum(bits[..., NameLevel.EXACT], 0.0)
    lacking = counts[..., Shape.NOTHING, NameLevel.MISSING]
    neither, one = _gap_bits(lacking, counts.sum(axis=(-1, -2)), _GAP, _SAME_GAP)
    if visitor is Shape.NOTHING:
        bits[..., NameLevel.MISSING] = one[..., None]
        bits[..., Shape.NOTHING, NameLevel.MISSING] = neither
    else:
        bits[..., NameLevel.MISSING] = np.log2(1 - _SAME_GAP)
    return bits


def slip_bits(
    bits: Bits, levels: NDArray[np.int8], ours: float, theirs: NDArray[np.float64]
) -> Bits:
    """Bits of levels that a slip of somebody's pen explains, given how common both names are.

    A slip seldom makes another name that people have: *Sezh* for *Seth* is one, *Beth* rather
    somebody else. `ours` and `theirs` are the shares of the visitor's name and of the listed ones;
    `bits` is what their level is worth, which stays true of names that clerks confuse.

    Of a person named t one writes v with the chance ``P(v|t)``; so a pair of names is worth
    ``P(v, w) / (P(v) P(w))``, which is ``P(v|w) / P(v) + P(w|v) / P(w)`` when one of them is right.
    """
    often = _SLIP_M[levels]
    pair = often / 2 * (1 / ours + 1 / theirs)
    weighed: Bits = np.where(
        often > 0, np.log2(_CONFUSED * np.exp2(bits) + (1 - _CONFUSED) * pair + 1e-12), bits
    )
    return weighed


def share_of_name(exact: float, slips: float, rows: float) -> float:
    """Share of a name; names that nobody has come from slips in others, `slips` of the rows."""
    seen = name_shares(np.array([exact]), rows)[0]
    return float(seen + slips / max(rows, 1.0) * _SLIP_M[NameLevel.ONE_LETTER])


def name_shares(counts: NDArray[np.float64], rows: float) -> NDArray[np.float64]:
    """Shares of names that so many rows have."""
    shares: NDArray[np.float64] = (counts + _UNSEEN) / (rows + PRIOR_ROWS)
    return shares


def middle_bits(counts: Counts, population: Bits, visitor: Shape) -> Bits:
    """Bits by shape and `NameLevel` of middle names, which relatives share: rare ones say less."""
    bits = name_bits(counts, population, visitor, is_given=True)
    bits[..., NameLevel.MISSING] = 0.0  # most lists and IDs leave them out
    return np.minimum(bits, _MOST_OF_MIDDLE)


def as_middle_bits(counts: NDArray[np.float64], rows: NDArray[np.float64]) -> Bits:
    """Bits of a given name that is the middle name on the other side of `counts` of the rows."""
    chance = _chance(counts, rows, np.array([2e-3]), _NAME_DOUBT)
    bits: Bits = np.log2(_GIVEN_SINGLE_M[NameLevel.AS_MIDDLE] / chance)
    return np.where(counts < 1, 0.0, bits)


def date_bits(counts: Counts, visitor: DateKind) -> Bits:
    """Bits by `DateKind` of the row and `DateLevel`; `counts` are the list's rows likewise."""
    bits = np.zeros((len(DateKind), len(DateLevel)))
    if visitor is DateKind.NOTHING:
        lacking = counts[DateKind.NOTHING].sum()
        neither, one = _gap_bits(lacking, counts.sum(), _OPEN_DATE, _SAME_OPEN_DATE)
        bits[:, DateLevel.MISSING] = one
        bits[DateKind.NOTHING, DateLevel.MISSING] = neither
        return bits
    for kind in (DateKind.YEAR, DateKind.MONTH, DateKind.WHOLE):
        u = _chance(counts[kind], counts[kind].sum(), _DATE_GENERAL, _DATE_DOUBT)
        bits[kind] = _LOG_DATE_M[min(kind, visitor)] - np.log2(u)
        bits[kind, DateLevel.DIFFERENT] = min(bits[kind, DateLevel.DIFFERENT], 0.0)
        bits[kind, DateLevel.EXACT] = max(bits[kind, DateLevel.EXACT], 0.0)
    bits[:, DateLevel.MISSING] = 0.0
    return bits


def agreement_bits(same: float, rows: float, general: tuple[float, float], prior: float) -> Bits:
    """Bits of a field that differs (first) or agrees (second), `same` of so many rows agreeing."""
    m, u = general
    u = min((same + u * prior) / (rows + prior), 0.999)
    differs = min(np.log2((1 - m) / (1 - u)), 0.0)
    return np.array([differs, max(np.log2(m / u), 0.0)])


def sex_bits(same: float, rows: float) -> Bits:
    """Bits of a sex that differs, or agrees."""
    return agreement_bits(same, rows, _SEX, PRIOR_ROWS)


def place_bits(same: float, rows: float) -> Bits:
    """Bits of an issuing place that differs, or agrees. People move: neither says much."""
    return agreement_bits(same, rows, _PLACE, _PLACE_PRIOR)


def suffix_bits(same: float, rows: float) -> Bits:
    """Bits of a suffix (Jr, III) that differs, or agrees."""
    return agreement_bits(same, rows, _SUFFIX, PRIOR_ROWS)


def _gap_bits(
    lacking: NDArray[np.float64], rows: NDArray[np.float64], general: float, same: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What it says that a row lacks a field as the visitor does, and that only the visitor does.

    `lacking` rows of so many lack it; `same` is how often both do for a reason.
    """
    share = (lacking + general * PRIOR_ROWS) / (rows + PRIOR_ROWS)
    return np.log2((same + (1 - same) * share) / share), np.full(share.shape, np.log2(1 - same))


def of_two_words(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two words that many people have, each of them, are no surprise together."""
    both = (shares[..., NameLevel.ONE_OF_TWO] / 2) ** 2
    drawn = shares.copy()
    for level in (NameLevel.EXACT, NameLevel.REORDERED):
        drawn[..., level] = np.maximum(drawn[..., level], both)
    return drawn


def _chance(
    counts: NDArray[np.float64],
    rows: NDArray[np.float64] | float,
    general: NDArray[np.float64],
    doubt: float,
) -> NDArray[np.float64]:
    """Share of rows on each level, drawn towards a general share.

    The mean of a gamma distribution after `counts` were seen, whose mean before was `general` and
    whose shape was `doubt` (more where `PRIOR_ROWS` people tell more): what is rare in general
    needs more rows to be believed common.
    """
    shape = np.maximum(doubt, general * PRIOR_ROWS)
    chance: NDArray[np.float64] = (counts + shape) / (rows + shape / general)
    return chance


def _m_table(visitor: Shape, listed: Shape, *, is_given: bool) -> _Table:
    if Shape.INITIAL in (visitor, listed):
        return _INITIAL_M
    if visitor is not listed:
        return _MIXED_M
    if visitor is Shape.DOUBLE:
        return _DOUBLE_M
    return _GIVEN_SINGLE_M if is_given else _SINGLE_M


def _shape_bits(visitor: Shape, here: NDArray[np.float64]) -> NDArray[np.float64]:
    """What it says that a row is of one word, or of two, and the visitor's name is too or not."""
    both = here[..., :2]
    share = (both + _SHARES_OF_SHAPES * PRIOR_ROWS) / (
        both.sum(axis=-1, keepdims=True) + PRIOR_ROWS
    )
    chance = 1 - _SAME_SHAPE
    ratio = np.full(share.shape, chance)
    ratio[..., visitor] = (_SAME_SHAPE + chance * share[..., visitor]) / share[..., visitor]
    bits: NDArray[np.float64] = np.log2(ratio)[..., None]
    return bits


_NAME_DOUBT, _DATE_DOUBT = 0.05, 2.0
"""Names differ from country to country; a birth date is as rare everywhere."""
_MOST_OF_MIDDLE = 8.0
_UNSEEN = 0.001
_CONFUSED = 0.3
"""Share of slips that end at another name since a clerk confuses the two."""
_NEVER = 1e-4
"""`m` of a level that the tables do not name."""
_SHARES_OF_SHAPES = np.array([0.96, 0.04])
_GENERAL = np.array([_NAME_U.get(level, 1e-6) for level in NameLevel])
_LOG_M = np.log2(
    [
        [
            [
                [_m_table(ours, theirs, is_given=is_given).get(lv, _NEVER) for lv in NameLevel]
                for theirs in Shape
            ]
            for ours in Shape
        ]
        for is_given in (False, True)
    ]
)
"""By whether it is a given name, shape of the visitor's, shape of the row's, level."""
_DATE_GENERAL = np.array([_DATE_U.get(level, 1e-6) for level in DateLevel])
_LOG_DATE_M = np.log2(
    [[_DATE_M.get(kind, {}).get(level, _NEVER) for level in DateLevel] for kind in DateKind]
)
_SLIP_M = np.zeros(_LEVELS)
_SLIP_M[NameLevel.ONE_LETTER] = 0.055 / 100
_SLIP_M[NameLevel.SPELLING] = 0.01 / 20
_SLIP_M[NameLevel.CLOSE] = 0.015 / 5_000
_SLIP_M[NameLevel.SOUND] = 0.006 / 1_000
_SLIP_M[NameLevel.NEAR] = 0.008 / 20_000
"""How often a name is written as one certain other on the level: divided by how many there are."""
