"""The rows of a list that a visitor may be, with their bits: every one at or above a floor.

Nothing is missed for the sake of speed: a row is passed over only when the most that its fields
could add stays below the floor. Tests hold the result against every row compared on its own.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.screening import together, weights
from db.screening.compare import NameLevel, date_kind
from db.screening.name_table import Levels
from db.screening.pairs import Pairs, Scored, joined
from db.screening.population import Population
from db.screening.segment import SEXES, slices
from db.screening.side import Query, Side, shape_of, total_of
from db.screening.tally import Counted
from db.screening.weights import Bits

Rows = NDArray[np.intp]
_EXACT, _DIFFERENT, _AS_MIDDLE = NameLevel.EXACT, NameLevel.DIFFERENT, NameLevel.AS_MIDDLE
"""Looked up once: an attribute of an enumeration costs as much as adding up a few rows."""
_RARE = 9.0
"""Bits of a given name that so few rows have that each of them can be looked at."""


class Scan:
    """One visitor against the segments of one list.

    What a level is worth is known once the whole list has been counted; then `found` looks at the
    rows of each segment.
    """

    def __init__(self, query: Query, segments: Sequence[Counted], population: Population) -> None:
        self.query = query
        self.sides = [Side(query, counted) for counted in segments]
        known_family = population.family(query.family)
        known_given = np.stack([population.given(query.given, sex) for sex in range(len(SEXES))])
        family, given, middle = (shape_of(n) for n in (query.family, query.given, query.middle))
        total = total_of(self.sides)
        self.family = weights.name_bits(total.family, known_family, family, is_given=False)
        # How common a given name is depends on the sex, and it is the row's that counts.
        self.given = weights.name_bits(total.given, known_given, given, is_given=True)
        self.swapped_family = weights.name_bits(
            total.swapped_family, known_family, family, is_given=False
        )
        self.swapped_given = weights.name_bits(
            total.swapped_given, known_given[0], given, is_given=True
        )
        known_middle = np.stack([population.given(query.middle, sex) for sex in range(len(SEXES))])
        self.middle = weights.middle_bits(total.middle, known_middle, middle)
        birth = weights.date_bits(total.birth, date_kind(query.born))
        for side in self.sides:
            side.weigh_birth(birth)
        self.as_middle = weights.as_middle_bits(total.as_middle, total.given.sum(axis=(1, 2)))
        self._most_as_middle = float(self.as_middle.max())
        self.sex, self.suffix, self.place = (
            weights.sex_bits(*total.sex),
            weights.suffix_bits(*total.suffix),
            weights.place_bits(*total.place),
        )
        self._total = total
        names = [
            ("family", self.family, total.family),
            ("given", self.given.max(axis=0), total.given[0]),
            ("swapped_family", self.swapped_family, total.swapped_family),
            ("swapped_given", self.swapped_given, total.swapped_given),
        ]
        for field, bits, counts in names:
            by_level = counts.sum(axis=0)
            rows = float(by_level.sum())
            ours = weights.share_of_name(
                float(by_level[_EXACT]), float(by_level[NameLevel.ONE_LETTER]), rows
            )
            for side in self.sides:
                others = [other for other in self.sides if other is not side]
                side.weigh_slips(field, bits, ours, rows, others)
        given, middle, middle_of_given, home = (
            sum(counts) for counts in zip(*(s.beside() for s in self.sides), strict=True)
        )
        middles = total.middle[0].sum(axis=0)
        self._lost = together.together_bits(
            given,
            total.given[0].sum(axis=0),
            shape_of(query.given),
            together.home_of(home, total.rows),
        )
        self._lost_middle = together.together_bits(middle, middles, shape_of(query.middle))
        self._lost_middle_of_given = together.together_bits(
            middle_of_given, middles, shape_of(query.middle)
        )
        self._lost_day = (0.0, 0.0)
        if together.is_crowded(total.day):
            days = zip(*(s.days_beside() for s in self.sides), strict=True)
            of_family, of_given = (together.day_bits(sum(counts), total.day) for counts in days)
            self._lost_day = of_family, of_given
        self._most_of_rest = (
            float(self.middle[total.middle > 0].max(initial=0.0))
            + (float(self.sex[1]) if query.sex else 0.0)
            + (float(self.suffix[1]) if query.suffix else 0.0)
            + (float(self.place[1]) if query.place else 0.0)
        )

    def found(self, floor: float, *, is_named_held: bool = False) -> list[Scored]:
        """For each segment the rows with at least `floor` bits, and those that always hold.

        With `is_named_held` also those of the visitor's names whose birth date is open.
        """
        return [self._found_in(side, floor, is_named_held) for side in self.sides]

    def _found_in(self, side: Side, floor: float, is_named_held: bool) -> Scored:
        pairs = self._candidates(side, floor)
        numbered = side.segment.rows_with_number(self.query.number_hash).astype(np.intp)
        if len(numbered):
            others = numbered[~np.isin(numbered, pairs.rows[~pairs.is_swapped])]
            crossed = self._crossed(side, numbered)
            pairs = joined([pairs, self._paired(side, others), crossed])
        if side.segment.is_gone is not None:
            pairs = pairs.kept(~side.segment.is_gone[pairs.rows])
        if not len(pairs.rows):
            return _nothing(pairs)
        scored = self._with_rest(side, pairs)
        keep = (scored.total >= floor) | pairs.is_same_person_by_name_and_date
        if is_named_held:
            keep |= pairs.is_same_name_and_open_date
        return self._with_rest(side, pairs.kept(keep)) if not keep.all() else scored

    def _candidates(self, side: Side, floor: float) -> Pairs:
        """Rows that may reach the floor, by the first of four ways that leads to them.

        Their surname agrees, or is the visitor's given name; or no surname does, and then a rare
        given name has to agree, or else the birth date.
        """
        if side.family.rest is NameLevel.MISSING:  # without a surname nothing leads to the rows
            rows = np.arange(len(side.segment), dtype=np.intp)
            every = [self._paired(side, rows), self._crossed(side, rows)]
            return joined(
                [one.kept(self._may_reach(one, floor) | one.may_always_hold) for one in every]
            )
        birth = side.birth_bits
        spare = floor - self._most_of_rest - max(float(birth.max(initial=0.0)), 0.0)
        same, taken = self._by_family(side, floor, spare, birth)
        is_other = np.ones(len(side.segment.family), np.bool_)
        is_other[taken] = False
        return joined(
            [
                same,
                *self._by_swapped_family(side, floor, birth),
                *self._by_rare_given(side, floor, birth, is_other),
                *self._by_birth(side, floor, birth, is_other),
            ]
        )

    def _by_family(
        self, side: Side, floor: float, spare: float, birth: Bits
    ) -> tuple[Pairs, NDArray[np.int32]]:
        """Rows whose surname agrees well enough, and which surnames these are."""
        segment, bits = side.segment, side.bits_of["family"]
        is_exact = side.family.levels == _EXACT
        is_taken = (bits >= spare - max(side.most_of["given"], self._most_as_middle)) | is_exact
        taken = side.family.ids[is_taken]
        rows = slices(segment.family_start, taken)
        lengths = segment.family_start[taken + 1] - segment.family_start[taken]
        given_of = segment.given_of[rows]
        most = (
            np.repeat(bits[is_taken], lengths)
            + self._most_of_given(side)[given_of]
            + birth[segment.birth_of[rows]]
        )
        is_named = np.repeat(is_exact[is_taken], lengths)
        is_named &= side.is_same_given(given_of)
        pairs = self._paired(side, rows[(most >= floor - self._most_of_rest) | is_named])
        return pairs.kept(self._may_reach(pairs, floor) | pairs.may_always_hold), taken

    def _most_of_given(self, side: Side) -> Bits:
        """For each given name of the table the most it can be worth in a row."""
        other = max(float(self.given[..., side.given.rest].max()), self._most_as_middle)
        most = np.full(len(side.segment.given), other)
        is_other = side.given.levels == _DIFFERENT
        most[side.given.ids] = np.maximum(
            side.bits_of["given"], np.where(is_other, self._most_as_middle, -np.inf)
        )
        return most

    def _by_swapped_family(self, side: Side, floor: float, birth: Bits) -> list[Pairs]:
        """Rows whose surname is the visitor's given name."""
        least = floor - self._most_of_rest - side.most_of["swapped_family"] - weights.SWAPPED_BITS
        levels, bits = side.swapped_given, side.bits_of["swapped_given"]
        rows = _reaching_by_birth(side, side.segment.family_start, levels.ids, bits, birth, least)
        return self._reaching(side, floor, self._crossed, rows)

    def _by_rare_given(
        self, side: Side, floor: float, birth: Bits, is_other: NDArray[np.bool_]
    ) -> list[Pairs]:
        """Rows of another surname with a given name that few have, in its place or swapped."""
        segment, left = side.segment, floor - self._most_of_rest

        def rows_of(field: str, levels: Levels, other: float) -> Rows:
            bits = side.bits_of[field]
            is_rare = bits >= _RARE
            ids, bits = levels.ids[is_rare], bits[is_rare]
            places = _reaching_by_birth(
                side, segment.given_start, ids, bits, birth, left - other, segment.by_given
            )
            return segment.by_given[places].astype(np.intp)

        other_family = float(self.family[:, side.family.rest].max())
        other_given = float(self.swapped_given[:, side.swapped_given.rest].max())
        straight = rows_of("given", side.given, other_family)
        straight = straight[is_other[segment.family_of[straight]]]
        crossed = rows_of("swapped_family", side.swapped_family, other_given + weights.SWAPPED_BITS)
        return [
            *self._reaching(side, floor, self._paired, straight),
            *self._reaching(side, floor, self._crossed, crossed),
        ]

    def _by_birth(
        self, side: Side, floor: float, birth: Bits, is_other: NDArray[np.bool_]
    ) -> list[Pairs]:
        """Rows of another surname and a given name that many have: they need the birth date."""
        segment = side.segment
        other_family = float(self.family[:, side.family.rest].max())
        other_given = float(self.swapped_given[:, side.swapped_given.rest].max())
        most = max(
            other_family + min(side.most_of["given"], _RARE),
            other_given + min(side.most_of["swapped_family"], _RARE) + weights.SWAPPED_BITS,
        )
        left = floor - self._most_of_rest
        dates = np.flatnonzero(birth >= left - most)
        rows = segment.by_birth[slices(segment.birth_start, dates)].astype(np.intp)
        given = segment.given_of[rows]
        is_likely = is_other[segment.family_of[rows]]
        nothing = other_family + float(self.given[..., side.given.rest].max())
        if nothing + float(birth.max(initial=0.0)) < left:  # without any name it is not enough
            is_likely &= side.given_dense[given] != _DIFFERENT
        is_swapped = side.swapped_family_dense[given] != _DIFFERENT
        return [
            *self._reaching(side, floor, self._paired, rows[is_likely]),
            *self._reaching(side, floor, self._crossed, rows[is_swapped]),
        ]

    def _reaching(
        self, side: Side, floor: float, compare: Callable[[Side, Rows], Pairs], rows: Rows
    ) -> list[Pairs]:
        """The pairs that may reach the floor; nothing when there are none."""
        if not len(rows):
            return []
        pairs = compare(side, rows)
        likely = self._may_reach(pairs, floor)
        return [pairs.kept(likely)] if likely.any() else []

    def _may_reach(self, pairs: Pairs, floor: float) -> NDArray[np.bool_]:
        # Whoever goes by a middle name has the family name at least.
        may_be_middle = (pairs.given_level == _DIFFERENT) & (pairs.family_level != _DIFFERENT)
        given = np.where(may_be_middle, np.maximum(pairs.given, self._most_as_middle), pairs.given)
        return pairs.family + given + pairs.birth + self._most_of_rest >= floor

    def _paired(self, side: Side, rows: Rows) -> Pairs:
        """Names and birth dates of these rows."""
        segment = side.segment
        family_id, given_id = segment.family_of[rows], segment.given_of[rows]
        family_level, family_slips = side.meeting("family", family_id)
        given_level, given_slips = side.meeting("given", given_id)
        given = (
            self.given[segment.sex_of[rows], side.counted.given_shapes[given_id], given_level]
            + given_slips
        )
        lost = self._lost[given_level] * (family_level == _EXACT)
        return Pairs(
            rows,
            family_level,
            self.family[side.counted.family_shapes[family_id], family_level] + family_slips,
            given_level,
            given + np.maximum(lost, -np.maximum(given, 0.0)),
            *self._born(side, rows),
            np.zeros(len(rows), np.bool_),
            side.is_same_name(family_id, family_level, given_id),
            side.is_same_month(rows),
        )

    def _crossed(self, side: Side, rows: Rows) -> Pairs:
        """The same with given and family name having changed places on one side."""
        segment = side.segment
        family_id, given_id = segment.family_of[rows], segment.given_of[rows]
        given_level, given_slips = side.meeting("swapped_given", family_id)
        family_level, family_slips = side.meeting("swapped_family", given_id)
        return Pairs(
            rows,
            family_level,
            self.swapped_family[side.counted.given_shapes[given_id], family_level]
            + family_slips
            + weights.SWAPPED_BITS,
            given_level,
            self.swapped_given[side.counted.family_shapes[family_id], given_level] + given_slips,
            *self._born(side, rows),
            *(np.full(len(rows), is_so) for is_so in (True, False, False)),  # floors are straight
        )

    def _born(self, side: Side, rows: Rows) -> tuple[NDArray[np.int8], Bits]:
        birth_id = side.segment.birth_of[rows]
        return side.birth.take(birth_id), side.birth_bits.take(birth_id)

    def _lower_day(self, side: Side, pairs: Pairs) -> None:
        """A day that many have of those with the visitor's names says less."""
        if not any(self._lost_day):
            return
        birth_id = side.segment.birth_of[pairs.rows]
        is_same = side.is_same_day[birth_id] & ~pairs.is_swapped
        lost = np.zeros(len(pairs.rows))
        for levels, bits in zip(
            (pairs.family_level, pairs.given_level), self._lost_day, strict=True
        ):
            lost = np.minimum(lost, bits * (np.isin(levels, together.SHARED) & is_same))
        birth = side.birth_bits.take(birth_id)
        pairs.birth = birth + np.maximum(lost, -np.maximum(birth, 0.0))

    def _with_rest(self, side: Side, pairs: Pairs) -> Scored:
        """Everything that is looked at only for the few rows that may reach the floor."""
        segment, query, rows = side.segment, self.query, pairs.rows
        middle_id = segment.middle_of[rows]
        middle_level = side.middle_dense[middle_id]
        middle = self.middle[
            segment.sex_of[rows], side.counted.given_shapes[middle_id], middle_level
        ]
        lost = np.minimum(
            self._lost_middle[middle_level] * (pairs.family_level == _EXACT),
            self._lost_middle_of_given[middle_level] * (pairs.given_level == _EXACT),
        )
        lost[pairs.is_swapped] = 0.0
        middle += np.maximum(lost, -np.maximum(middle, 0.0))
        is_middle = (
            (side.given_dense[middle_id] == _EXACT)
            | (side.middle_dense[segment.given_of[rows]] == _EXACT)
        ) & (pairs.given_level == _DIFFERENT)
        is_middle &= pairs.family_level != _DIFFERENT
        as_middle = self.as_middle[segment.sex_of[rows]]
        is_middle &= (as_middle > pairs.given) & ~pairs.is_swapped
        pairs.given[is_middle] = as_middle[is_middle]
        pairs.given_level[is_middle] = _AS_MIDDLE
        # One name is evidence once.
        is_used = pairs.given_level == _AS_MIDDLE
        middle[is_used], middle_level[is_used] = 0.0, NameLevel.MISSING
        self._lower_day(side, pairs)
        number = np.zeros(len(rows))
        if query.number_hash and len(segment.numbers):
            is_same = np.isin(rows, segment.rows_with_number(query.number_hash))
            number[np.isin(rows, segment.number_rows)] = weights.NUMBER_BITS[False]
            number[is_same] = weights.NUMBER_BITS[True]
        return Scored(
            names=pairs,
            middle_level=middle_level,
            middle=middle,
            sex=_agreement(query.sex, segment.sex_of[rows], 0, self.sex),
            suffix=_agreement(side.suffix, segment.suffix_of[rows], side.no_suffix, self.suffix),
            place=_agreement(side.place, segment.place_of[rows], side.no_place, self.place),
            number=number,
        )


def _nothing(pairs: Pairs) -> Scored:
    """What there is to say of no rows at all."""
    none = np.zeros(0)
    return Scored(pairs, np.zeros(0, np.int8), none, none, none, none, none)


def _reaching_by_birth(  # noqa: PLR0917
    side: Side,
    start: NDArray[np.int32],
    ids: NDArray[np.int32],
    bits: Bits,
    birth: Bits,
    least: float,
    order: NDArray[np.int32] | None = None,
) -> Rows:
    """Places in `order` (rows where it is None) of names whose bits reach `least` with the birth.

    `bits` are those of the names `ids`, whose places begin at `start`; `birth` those of the dates.
    """
    is_near = bits >= least - float(birth.max(initial=0.0))
    ids, bits = ids[is_near], bits[is_near]
    places = slices(start, ids)
    rows = places if order is None else order[places]
    if not len(rows):
        return places
    reached = bits.repeat(start[ids + 1] - start[ids]) + birth.take(side.segment.birth_of[rows])
    return places[reached >= least]


def _agreement(ours: int, theirs: NDArray[Any], nothing: int, bits: Bits) -> Bits:
    if ours == nothing:
        return np.zeros(len(theirs))
    got: Bits = bits[(theirs == ours).astype(np.intp)]
    got[theirs == nothing] = 0.0
    return got
