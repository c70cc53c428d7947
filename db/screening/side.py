"""On which levels one visitor meets the tables of one segment, and how many rows are on each."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.screening import together, weights
from db.screening.compare import DateKind, DateLevel, NameLevel, date_kind
from db.screening.name_table import Levels
from db.screening.names import parts, solid
from db.screening.segment import Places, slices
from db.screening.tally import Counted, count_dates, count_levels
from db.screening.weights import Bits, Shape


@dataclass(frozen=True, slots=True)
class Query:
    """A visitor, folded. `born` is eight digits or empty, `sex` the place in `segment.SEXES`."""

    family: str
    given: str
    middle: str = ""
    suffix: str = ""
    born: str = ""
    sex: int = 0
    place: str = ""
    number_hash: str = ""


def shape_of(folded: str) -> Shape:
    """What limits the levels that a name can reach."""
    letters = len(solid(folded))
    if letters < 2:
        return Shape.INITIAL if letters else Shape.NOTHING
    return Shape.DOUBLE if len(parts(folded)) > 1 else Shape.SINGLE


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows are on which level, of one segment or of all of them."""

    rows: float
    family: NDArray[np.float64]
    given: NDArray[np.float64]
    middle: NDArray[np.float64]
    swapped_family: NDArray[np.float64]
    swapped_given: NDArray[np.float64]
    birth: NDArray[np.float64]
    as_middle: NDArray[np.float64]
    """Rows by sex, as those of the names are."""
    day: NDArray[np.float64]
    """Whole birth dates on the visitor's day of the year, and whole ones at all."""
    sex: NDArray[np.float64]
    """Rows that agree, rows that have one at all; so too the next two."""
    suffix: NDArray[np.float64]
    place: NDArray[np.float64]


def total_of(sides: Sequence["Side"]) -> Total:
    if len(sides) == 1:
        return sides[0].total
    return Total(*(sum(getattr(s.total, f.name) for s in sides) for f in fields(Total)))


class Side:
    """On which levels a visitor meets the tables of one segment."""

    bits_of: dict[str, Bits]
    """Bits of the names that are not on the rest's level, in the order of their `ids`."""
    slips: dict[str, NDArray[np.float32]]
    """What `weights.slip_bits` adds to the bits of those names' levels."""
    birth_bits: Bits
    """For every birth date of the table what it is worth."""
    most_of: dict[str, float]
    """The most that a name of each comparison is worth."""

    def __init__(self, query: Query, counted: Counted) -> None:
        segment = counted.segment
        self._query, self.counted, self.segment = query, counted, segment
        self.family = segment.family.compare(query.family, is_given=False)
        self.given = given = segment.given.compare(query.given, is_given=True)
        middle = segment.given.compare(query.middle, is_given=True)
        self.swapped_family = segment.given.compare(query.family, is_given=False)
        self.swapped_given = segment.family.compare(query.given, is_given=True)
        self.birth = segment.dates.compare(query.born)
        self.is_same_day = segment.dates.same_day(query.born)
        self.given_dense = given.dense(len(segment.given))
        self.middle_dense = middle.dense(len(segment.given))
        self.swapped_family_dense = self.swapped_family.dense(len(segment.given))
        self.bits_of, self.slips, self.most_of = {}, {}, {}
        self.suffix = _place(segment.suffixes, query.suffix)
        self.no_suffix = _place(segment.suffixes, "")
        self.place = _place(segment.places, query.place)
        self.no_place = _place(segment.places, "")
        self.total = Total(
            rows=float(counted.rows),
            family=count_levels(
                self.family, counted.family, counted.family_shapes, counted.family_by_shape
            ),
            given=np.stack(
                [
                    count_levels(given, counts, counted.given_shapes, by_shape)
                    for counts, by_shape in zip(counted.given, counted.given_by_shape, strict=True)
                ]
            ),
            middle=np.stack(
                [
                    count_levels(middle, counts, counted.given_shapes, by_shape)
                    for counts, by_shape in zip(
                        counted.middle, counted.middle_by_shape, strict=True
                    )
                ]
            ),
            swapped_family=count_levels(
                self.swapped_family,
                counted.given[0],
                counted.given_shapes,
                counted.given_by_shape[0],
            ),
            swapped_given=count_levels(
                self.swapped_given, counted.family, counted.family_shapes, counted.family_by_shape
            ),
            birth=count_dates(segment, self.birth, counted),
            as_middle=np.array(
                [
                    _rows_with(middles, given)
                    + (_rows_with(givens, middle) if query.middle else 0.0)
                    for middles, givens in zip(counted.middle, counted.given, strict=True)
                ]
            ),
            day=np.array(
                [
                    counted.birth[self.is_same_day].sum(),
                    counted.birth_by_kind[DateKind.WHOLE].sum(),
                ]
            ),
            sex=_same(counted.sexes, query.sex, 0),
            suffix=_same(counted.suffixes, self.suffix, self.no_suffix),
            place=_same(counted.places, self.place, self.no_place),
        )

    def is_same_given(self, given_id: Places) -> NDArray[np.bool_]:
        """Which given names are the visitor's; none, for a visitor without one."""
        if shape_of(self._query.given) is not Shape.NOTHING:
            same: NDArray[np.bool_] = self.given_dense[given_id] == _EXACT
            return same
        is_nameless: NDArray[np.bool_] = self.counted.given_shapes[given_id] == Shape.NOTHING
        return is_nameless

    def is_same_name(
        self, family_id: Places, family_level: NDArray[np.int8], given_id: Places
    ) -> NDArray[np.bool_]:
        """The same of rows' two names, at least one of which is one."""
        is_family: NDArray[np.bool_] = family_level == _EXACT
        if shape_of(self._query.family) is Shape.NOTHING:
            is_named = shape_of(self._query.given) is not Shape.NOTHING
            is_family = is_named & (self.counted.family_shapes[family_id] == Shape.NOTHING)
        return is_family & self.is_same_given(given_id)

    def is_same_month(self, rows: NDArray[Any]) -> NDArray[np.bool_]:
        """Rows of which, as of the visitor, the birth date's month is known and no day."""
        if date_kind(self._query.born) is not DateKind.MONTH:
            return np.zeros(len(rows), np.bool_)
        birth_id = self.segment.birth_of[rows]
        is_month = self.segment.dates.kinds[birth_id] == DateKind.MONTH
        same: NDArray[np.bool_] = is_month & (
            self.birth[birth_id] == DateLevel.SAME_MONTH_ONLY_KNOWN
        )
        return same

    def weigh_birth(self, bits: Bits) -> None:
        """Reckon `birth_bits` from what levels of each `DateKind` are worth."""
        kinds = self.segment.dates.kinds
        like = (self.birth != _DATE_DIFFERS).nonzero()[0]
        self.birth_bits = bits[:, _DATE_DIFFERS].take(kinds)
        self.birth_bits[like] = bits[kinds.take(like), self.birth.take(like)]

    def beside(self) -> tuple[Bits, Bits, Bits, Bits]:
        """Rows by level of one name beside another that is the visitor's very own.

        Of given names and of middle names beside the family name, of middle names beside the given;
        and what `together.home_of` asks of the given names beside the family name.
        """
        segment = self.segment
        family = self.family.ids[self.family.levels == _EXACT]
        rows = self._alive(_places_of(segment.family_start, family))
        given = self.given.ids[self.given.levels == _EXACT]
        same = self._alive(segment.by_given[_places_of(segment.given_start, given)])
        return (
            _by_level(self.given_dense, segment.given_of[rows]),
            self._middles(segment.middle_of[rows]),
            self._middles(segment.middle_of[same]),
            self._home(segment.given_of[rows]),
        )

    def _home(self, given: Places) -> Bits:
        ids, counts = np.unique(given, return_counts=True)
        is_name = self.counted.given_shapes[ids] != Shape.NOTHING
        ids, counts = ids[is_name], counts[is_name]
        rows = self.counted.given[0][ids].sum()
        return np.array([rows, counts.sum(), (counts == 1).sum()], np.float64)

    def days_beside(self) -> tuple[Bits, Bits]:
        """`Total.day` of the rows that share a family name, and of those that share a given."""
        segment = self.segment
        family = self.family.ids[np.isin(self.family.levels, together.SHARED)]
        given = self.given.ids[np.isin(self.given.levels, together.SHARED)]
        return (
            self._days(self._alive(slices(segment.family_start, family))),
            self._days(self._alive(segment.by_given[slices(segment.given_start, given)])),
        )

    def _days(self, rows: NDArray[Any] | slice) -> Bits:
        births = self.segment.birth_of[rows]
        is_whole = self.segment.dates.kinds[births] == DateKind.WHOLE
        return np.array([self.is_same_day[births].sum(), is_whole.sum()], np.float64)

    def _middles(self, ids: Places) -> Bits:
        """Middle names by level, whoever has none left out."""
        counts = _by_level(self.middle_dense, ids)
        counts[_MISSING] = 0.0
        return counts

    def _alive(self, rows: NDArray[Any] | slice) -> NDArray[Any] | slice:
        gone = self.segment.is_gone
        if gone is None:
            return rows
        if isinstance(rows, slice):
            rows = np.arange(rows.start, rows.stop)
        alive: NDArray[Any] = rows[~gone[rows]]
        return alive

    def weigh_slips(
        self, field: str, bits: Bits, ours: float, rows: float, others: Sequence["Side"]
    ) -> None:
        """Reckon `bits_of` and `slips` of one of the four comparisons of names."""
        levels: Levels = getattr(self, field)
        is_family = field in ("family", "swapped_given")
        shapes = self.counted.family_shapes if is_family else self.counted.given_shapes
        table = self.segment.family if is_family else self.segment.given
        counts = (self.counted.family if is_family else self.counted.given[0])[levels.ids]
        for other in others:
            counts = counts + other.counts_of(table.written.some(levels.ids.tolist()), is_family)
        of_level = bits[shapes[levels.ids], levels.levels]
        theirs = weights.name_shares(counts, rows)
        weighed = weights.slip_bits(of_level, levels.levels, ours, theirs)
        self.bits_of[field] = weighed
        self.slips[field] = (weighed - of_level).astype(np.float32)
        rest = float(bits[:, levels.rest].max())
        self.most_of[field] = max(float(weighed.max(initial=0.0)), rest)

    def meeting(self, field: str, ids: Places) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        """On which levels one of the four comparisons meets these names, and their `slips`."""
        levels: Levels = getattr(self, field)
        if not len(levels.ids):
            return np.full(len(ids), levels.rest, np.int8), np.zeros(len(ids), np.float32)
        at = levels.ids.searchsorted(ids)
        at[at == len(levels.ids)] = 0
        is_there = levels.ids.take(at) == ids
        return (
            np.where(is_there, levels.levels.take(at), np.int8(levels.rest)),
            np.where(is_there, self.slips[field].take(at), np.float32(0.0)),
        )

    def counts_of(self, written: Sequence[str], is_family: bool) -> NDArray[np.float64]:
        """How many rows here have each of these names."""
        table = self.segment.family if is_family else self.segment.given
        counts = self.counted.family if is_family else self.counted.given[0]
        places = table.places(written)
        return np.array([counts[at] if at is not None else 0.0 for at in places])


def _places_of(start: NDArray[np.int32], ids: NDArray[np.int32]) -> NDArray[Any] | slice:
    """What `slices` says, without a copy where there is one slice only."""
    if len(ids) == 1:
        return slice(int(start[ids[0]]), int(start[ids[0] + 1]))
    return slices(start, ids)


def _rows_with(counts: NDArray[np.float64], levels: Levels) -> float:
    return float(counts[levels.ids[levels.levels == _EXACT]].sum())


def _by_level(dense: NDArray[np.int8], ids: Places) -> Bits:
    counts = np.zeros(len(NameLevel))
    counts += np.bincount(dense.take(ids), minlength=len(NameLevel))
    return counts


_EXACT, _MISSING = NameLevel.EXACT, NameLevel.MISSING
_DATE_DIFFERS = DateLevel.DIFFERENT
_UNHEARD = -2
"""The place of a value that no row has."""
_NONE = -1
"""The place of "no value" where every row has one."""


def _place(values: Sequence[str], value: str) -> int:
    if value in values:
        return values.index(value)
    return _UNHEARD if value else _NONE


def _same(counts: NDArray[np.float64], ours: int, nothing: int) -> NDArray[np.float64]:
    if ours == nothing:
        return np.zeros(2)
    known = counts.sum() - (counts[nothing] if nothing >= 0 else 0.0)
    return np.array([counts[ours] if ours >= 0 else 0.0, known])
