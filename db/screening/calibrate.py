"""How often chance alone reaches a number of bits, found out on the very list.

The bits of a match are an estimate from fields taken one by one; what they are worth on a list
whose names come from one town, or twice, only a trial can tell. So people who are not on the list
are made up (the names of an entry, with the birth date and the middle name of others) and compared.
The entry itself does not count, nor any by which the same person seems to be listed once more:
lists put together from several sources have many, and what they meet is the person, not chance. A
list too small for that is left to the estimate: with `n` rows, at most ``n / 2**b`` unlisted
visitors reach `b` bits (Markov's inequality, the mean of a likelihood ratio being 1). So are, on
lists of a few thousand, entries without a whole birth date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.screening.compare import DateKind, DateLevel, NameLevel, date_level
from db.screening.names import fold
from db.screening.pairs import Scored
from db.screening.population import Population
from db.screening.scan import Scan
from db.screening.segment import Segment
from db.screening.side import Query
from db.screening.tally import Counted

STRONG, POSSIBLE, CHECK_PHOTO = 0.0003, 0.0045, 0.001
"""At most 0.03, 0.45 and 0.1 expected false alarms in 100 visitors.

More would find a few more of those whose birth date a list does not have, and would fall on people
who have their names from a few (a Kim, a Nguyen) several times as often as on others.
"""
CHECK_PHOTO_ESTIMATED = 0.013
"""The same where nothing can be tried out: then the rate is not what chance does but its bound."""
OTHER_DATE = 0.0001
"""So seldom holds a name, alone, against a birth date that wholly differs: for the same reason."""
FEWEST_ROWS = 1_000
"""From here on the bound, the farther from what chance does the longer the list, costs people."""
FEWEST_ROWS_WITH_OPEN_DATES = 10_000
"""Fewer have too few entries without a whole birth date to try them out."""
VISITORS, FEWEST_VISITORS = 3_000, 1_000
"""Fewer on a short list, in proportion: it may change every day, and each of them takes time."""
ALL_KINDS = 6.0
"""So many times as often as by one of its curves does chance come up with a match as rare by any.

Three curves make it three, and more people have a namesake than were made up. Measured on two lists
of a million, 19,000 visitors: 5.1 to 6.8 times between 0.03 and 1 %; on one of the two, with 39
visitors, 9.8 times at 0.1 % (`tests/bench/screening.py`, tiers). Only words go by it, no tier does.
"""
_TAIL = 0.02
"""Share of the visitors, those with the most bits, whose bits tell how the rest would go on."""
_ENOUGH_OF_A_NAME = 20
_OTHER_NAMES = (NameLevel.MISSING, NameLevel.INITIAL, NameLevel.AS_MIDDLE, NameLevel.DIFFERENT)
_SLIPPED_DATES = (DateLevel.EXACT, DateLevel.SWAPPED, DateLevel.TRANSPOSED, DateLevel.ONE_DIGIT)
_LEAST_SLOPE = 0.35
"""Bits that chance loses for each bit; by the estimate alone it would be 1."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Expected false alarms in a visitor, by bits: ``rate * 2 ** (slope * (bits_at_rate - b))``."""

    rate: float
    bits: float
    slope: float
    is_tried: bool = True
    """False for the estimate: a bound, for matches of every kind together."""

    @property
    def check_photo(self) -> float:
        """How many unlisted visitors, as a share, may be asked for their photo."""
        return CHECK_PHOTO if self.is_tried else CHECK_PHOTO_ESTIMATED

    def expected(self, bits: float) -> float:
        """How many unlisted visitors, as a share, reach so many bits."""
        return float(min(1.0, self.rate * 2.0 ** (self.slope * (self.bits - bits))))

    def by_any_kind(self, expected: float) -> float:
        """How many, as a share, have any match that is as rare among matches of its own kind.

        A kind is what there is of a birth date: it agrees a little, wholly differs, is not whole.
        """
        return min(1.0, expected * ALL_KINDS) if self.is_tried else expected

    def bits_at(self, rate: float) -> float:
        """How many bits so few unlisted visitors reach."""
        return float(self.bits + np.log2(self.rate / rate) / self.slope)


@dataclass(frozen=True, slots=True)
class Calibration:
    """What chance does among entries with a whole birth date, and among the others."""

    whole: Curve
    other: Curve
    """With a birth date that wholly differs."""
    partial: Curve
    estimate: Curve
    """By the estimate alone, for visitors without a birth date."""

    @property
    def floor(self) -> float:
        """The fewest bits of any tier."""
        return min(
            self.whole.bits_at(POSSIBLE),
            self.other.bits_at(OTHER_DATE),
            self.partial.bits_at(self.partial.check_photo),
            self.estimate.bits_at(self.estimate.check_photo),
        )


def way_for(rows: int) -> int:
    """By which way chance is found out on a list of so many names: estimated, or more tried out."""
    return sum(rows >= fewest for fewest in (FEWEST_ROWS, FEWEST_ROWS_WITH_OPEN_DATES))


def calibrate(
    segments: Sequence[Counted], population: Population, seed: int = 1, visitors: int = VISITORS
) -> Calibration:
    """Try out what chance does: a few seconds. The same list has the same result."""
    rows = sum(s.rows for s in segments)
    estimate = Curve(1.0, float(np.log2(max(rows, 1))), 1.0, is_tried=False)
    if rows < FEWEST_ROWS:
        return Calibration(estimate, estimate, estimate, estimate)
    if rows < FEWEST_ROWS_WITH_OPEN_DATES:
        share = rows / FEWEST_ROWS_WITH_OPEN_DATES
        visitors = min(visitors, max(FEWEST_VISITORS, int(share * VISITORS)))
    floor = float(np.log2(rows)) - 4.0
    best = best_by_chance(segments, population, seed, visitors, floor)
    whole, other, partial = (_curve(best[:, at], floor, estimate) for at in (0, 1, 2))
    if rows < FEWEST_ROWS_WITH_OPEN_DATES:
        partial = estimate
    return Calibration(whole, other, partial, estimate)


def best_by_chance(
    segments: Sequence[Counted], population: Population, seed: int, visitors: int, floor: float
) -> NDArray[np.float64]:
    """Most bits that made-up visitors reach, a row each.

    Of entries whose whole birth date agrees a little, or wholly differs, and of those without one.
    Minus infinity where they stay below `floor`.
    """
    side = segments[0]
    made = _unlisted(side, np.random.default_rng(seed), visitors)
    return np.array([_best_of_others(q, row, side, population, floor) for q, row in made])


def _unlisted(side: Counted, rng: np.random.Generator, visitors: int) -> list[tuple[Query, int]]:
    """Made-up visitors, as many women as men where the list has both, and each one's row."""
    segment = side.segment
    alive = np.arange(len(segment))
    if segment.is_gone is not None:
        alive = alive[~segment.is_gone]
    kinds = segment.dates.kinds[segment.birth_of[alive]]
    dated = alive[kinds == DateKind.WHOLE]
    groups = [g for sex in (1, 2) if len(g := alive[segment.sex_of[alive] == sex])] or [alive]
    made: list[tuple[Query, int]] = []
    for number in range(visitors):
        group = groups[number % len(groups)]
        row = int(rng.choice(group))
        middle = int(segment.middle_of[_with_middle_for(row, segment, group, rng)])
        born = _some_day(rng)
        if len(dated):
            born = segment.dates.digits[segment.birth_of[rng.choice(dated)]]
        query = Query(
            family=fold(segment.family.written[segment.family_of[row]]),
            given=fold(segment.given.written[segment.given_of[row]]),
            middle=fold(segment.given.written[middle]),
            born=born,
            sex=int(segment.sex_of[row]),
        )
        made.append((query, row))
    return made


def _with_middle_for(
    row: int, segment: Segment, group: NDArray[np.intp], rng: np.random.Generator
) -> int:
    """A row whose middle name goes with this row's surname, where so many have it as to tell.

    A Nguyen's middle name is Van or Thi more often than other people's.
    """
    family = int(segment.family_of[row])
    start, end = (int(n) for n in segment.family_start[family : family + 2])
    if end - start < _ENOUGH_OF_A_NAME:
        return int(rng.choice(group))
    of_family = np.arange(start, end)
    same = of_family[
        (segment.sex_of[of_family] == segment.sex_of[row])
        & (segment.entry_of[of_family] != segment.entry_of[row])
    ]
    return int(rng.choice(same if len(same) >= _ENOUGH_OF_A_NAME // 2 else group))


def _some_day(rng: np.random.Generator) -> str:
    return f"{rng.integers(1940, 2006):04}{rng.integers(1, 13):02}{rng.integers(1, 29):02}"


def _best_of_others(
    query: Query, row: int, side: Counted, population: Population, floor: float
) -> tuple[float, float, float]:
    """The three columns of `best_by_chance`, whoever this row names not being counted."""
    (scored,) = Scan(query, [side], population).found(floor)
    segment = side.segment
    other = ~np.isin(segment.entry_of[scored.rows], _same_person(segment, row, scored))
    is_whole = segment.dates.kinds[segment.birth_of[scored.rows]] == DateKind.WHOLE
    differs = scored.names.birth_level == DateLevel.DIFFERENT
    return (
        float(scored.total[other & is_whole & ~differs].max(initial=-np.inf)),
        float(scored.total[other & is_whole & differs].max(initial=-np.inf)),
        float(scored.total[other & ~is_whole].max(initial=-np.inf)),
    )


def _same_person(segment: Segment, row: int, scored: Scored) -> NDArray[np.integer[Any]]:
    """The entry of a row, and those with its names and birth date but for slips of the pen.

    So few namesakes are of the same date, all but for a digit, that nothing is lost by taking them
    for the person. Without a whole birth date nobody can tell.
    """
    entry_of, birth_of = segment.entry_of, segment.birth_of
    own = entry_of[row : row + 1]
    if segment.dates.kinds[birth_of[row]] != DateKind.WHOLE:
        return own
    names = scored.names
    is_named = ~np.isin(names.family_level, _OTHER_NAMES)
    rows = scored.rows[is_named & ~np.isin(names.given_level, _OTHER_NAMES)]
    born = segment.dates.digits[birth_of[row]]
    dates = [at for at in np.unique(birth_of[rows]) if _is_slip(born, segment.dates.digits[at])]
    return np.concatenate((own, entry_of[rows[np.isin(birth_of[rows], dates)]]))


def _is_slip(born: str, other: str) -> bool:
    return date_level(born, other) in _SLIPPED_DATES


def _curve(best: NDArray[np.float64], floor: float, estimate: Curve) -> Curve:
    """An exponential tail through the visitors with the most bits (by its mean excess)."""
    tail = max(int(len(best) * _TAIL), 1)
    ordered = np.sort(best)[::-1]
    top = ordered[:tail]
    top = top[top > floor]
    if len(top) < max(tail // 4, 1):  # chance hardly gets here: the estimate is on the safe side
        return estimate
    start = float(top[-1])
    excess = float((top - start).mean())
    slope = max(1.0 / (max(excess, 1e-3) * float(np.log(2))), _LEAST_SLOPE)
    return Curve(len(top) / len(best), start, min(slope, 1.0))
