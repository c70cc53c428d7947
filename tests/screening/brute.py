"""The engine's definition, row by row and in plain Python: what the quick way must equal."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from db.screening import together, weights
from db.screening.compare import (
    DateKind,
    DateLevel,
    NameLevel,
    date_kind,
    date_level,
    name_level,
)
from db.screening.names import fold, fold_middle
from db.screening.population import load_population
from db.screening.segment import Row, fold_suffix
from db.screening.side import Query, shape_of
from db.screening.weights import Shape

AGREEING = range(NameLevel.EXACT, NameLevel.DIFFERENT)
Table = np.ndarray


def totals(query: Query, rows: Sequence[Row]) -> list[float]:
    """The bits of every row."""
    return _Brute(query, rows).totals()


class _Brute:
    def __init__(self, query: Query, rows: Sequence[Row]) -> None:
        self.query, self.rows = query, rows
        self.folded = [
            (fold(r.family), fold(r.given), fold(r.middle) if fold_middle(r.middle) else "")
            for r in rows
        ]
        people = load_population()
        family, given = people.family(query.family), people.given(query.given, 0)
        self.family = self._bits(query.family, [n[0] for n in self.folded], family, False)
        self.given = [
            self._bits(
                query.given,
                [n[1] for n in self._of_sex(sex)],
                people.given(query.given, sex),
                True,
            )
            for sex in (0, 1, 2)
        ]
        self.swapped_family = self._bits(query.family, [n[1] for n in self.folded], family, False)
        self.swapped_given = self._bits(query.given, [n[0] for n in self.folded], given, True)
        self.middle = [
            weights.middle_bits(
                self._counts(query.middle, [n[2] for n in self._of_sex(sex) if n[2]], True),
                people.given(query.middle, sex),
                shape_of(query.middle),
            )
            for sex in (0, 1, 2)
        ]
        dates = np.zeros((len(DateKind), len(DateLevel)))
        for row in rows:
            dates[date_kind(row.born), date_level(query.born, row.born)] += 1
        self.birth = weights.date_bits(dates, date_kind(query.born))
        self.as_middle = [self._as_middle(self._of_sex(sex)) for sex in (0, 1, 2)]
        days = [r.born for r in rows if date_kind(r.born) is DateKind.WHOLE]
        self.day = np.array([float(sum(map(self._is_same_day, days))), float(len(days))])

    def _of_sex(self, sex: int) -> list[tuple[str, str, str]]:
        return [
            n for n, r in zip(self.folded, self.rows, strict=True) if sex == 0 or r.sex in (0, sex)
        ]

    def _as_middle(self, some: Sequence[tuple[str, str, str]]) -> float:
        query = self.query
        exact = sum(self._level(query.given, n[2], True) is NameLevel.EXACT for n in some)
        if query.middle:
            exact += sum(self._level(query.middle, n[1], True) is NameLevel.EXACT for n in some)
        return float(
            weights.as_middle_bits(np.array([float(exact)]), np.array([float(len(some))]))[0]
        )

    def _is_same_day(self, born: str) -> bool:
        is_whole = date_kind(self.query.born) is date_kind(born) is DateKind.WHOLE
        return is_whole and born[4:] == self.query.born[4:]

    def totals(self) -> list[float]:
        self.of_family = [
            n for n in self.folded if self._level(self.query.family, n[0], False) is NameLevel.EXACT
        ]
        self.of_given = [
            n for n in self.folded if self._level(self.query.given, n[1], True) is NameLevel.EXACT
        ]
        self.home = self._home()
        self.lost_day = [0.0, 0.0]
        if together.is_crowded(self.day):
            self.lost_day = [
                together.day_bits(self._day_beside(column), self.day) for column in (0, 1)
            ]
        return [
            max(self._straight(at), self._crossed(at)) + self._rest(at)
            for at in range(len(self.rows))
        ]

    def _home(self) -> float:
        """Share of the rows with given names (as they are written) that go with the surname."""
        beside = Counter(
            r.given
            for r, n in zip(self.rows, self.folded, strict=True)
            if n[1] and self._level(self.query.family, n[0], False) is NameLevel.EXACT
        )
        rows = sum(r.given in beside for r in self.rows)
        once = sum(count == 1 for count in beside.values())
        found = np.array([float(rows), float(sum(beside.values())), float(once)])
        return together.home_of(found, float(len(self.rows)))

    def _shares(self, at: int, column: int) -> bool:
        ours = (self.query.family, self.query.given)[column]
        return self._level(ours, self.folded[at][column], column == 1) in together.SHARED

    def _day_beside(self, column: int) -> np.ndarray:
        born = [r.born for at, r in enumerate(self.rows) if self._shares(at, column)]
        whole = [b for b in born if date_kind(b) is DateKind.WHOLE]
        return np.array([float(sum(map(self._is_same_day, whole))), float(len(whole))])

    def _born(self, at: int, *, is_straight: bool) -> float:
        born = self.rows[at].born
        bits = float(self.birth[date_kind(born), date_level(self.query.born, born)])
        if not is_straight or not self._is_same_day(born):
            return bits
        lost = min(b for b in (0.0, *(self.lost_day[c] for c in (0, 1) if self._shares(at, c))))
        return bits + max(lost, -max(bits, 0.0))

    def _straight(self, at: int) -> float:
        family, given, middle = self.folded[at]
        query, row = self.query, self.rows[at]
        born = self._born(at, is_straight=True)
        family_level = self._level(query.family, family, False)
        given_level = self._level(query.given, given, True)
        got = self._worth(self.family, query.family, family, 0, False)
        bits = self._worth_given(given, row.sex)
        if family_level is NameLevel.EXACT and given_level in AGREEING:
            lost = self._lost(given_level, query.given, 1, self.of_family, self.home)
            bits += max(lost, -max(bits, 0.0))
        middle_level = self._level(query.middle, middle, True)
        its_middle = self.middle[row.sex][shape_of(middle), middle_level]
        lost = 0.0
        if family_level is NameLevel.EXACT:
            lost = min(lost, self._lost(middle_level, query.middle, 2, self.of_family))
        if given_level is NameLevel.EXACT:
            lost = min(lost, self._lost(middle_level, query.middle, 2, self.of_given))
        its_middle += max(lost, -max(its_middle, 0.0))
        is_middle = self._level(query.given, middle, True) is NameLevel.EXACT or (
            self._level(query.middle, given, True) is NameLevel.EXACT
        )
        is_middle = is_middle and family_level is not NameLevel.DIFFERENT
        if given_level is NameLevel.DIFFERENT and is_middle:
            as_middle = self.as_middle[row.sex]
            if as_middle > bits:
                return float(got + as_middle + born)
        return float(got + bits + its_middle + born)

    def _crossed(self, at: int) -> float:
        family, given, middle = self.folded[at]
        query = self.query
        level = self._level(query.middle, middle, True)
        its_middle = self.middle[self.rows[at].sex][shape_of(middle), level]
        return float(
            self._worth(self.swapped_family, query.family, given, 1, False)
            + self._worth(self.swapped_given, query.given, family, 0, True)
            + weights.SWAPPED_BITS
            + its_middle
            + self._born(at, is_straight=False)
        )

    def _rest(self, at: int) -> float:
        query, row = self.query, self.rows[at]
        bits = 0.0
        for ours, theirs, of in (
            (query.sex or "", row.sex or "", weights.sex_bits),
            (query.suffix, fold_suffix(row.suffix), weights.suffix_bits),
            (query.place, row.place.casefold(), weights.place_bits),
        ):
            if ours and theirs:
                bits += of(*self._agreeing(of, ours))[int(ours == theirs)]
        if query.number_hash and row.number_hash:
            bits += weights.NUMBER_BITS[query.number_hash == row.number_hash]
        return float(bits)

    def _agreeing(self, of: object, ours: object) -> tuple[float, float]:
        value = {
            weights.sex_bits: lambda r: r.sex or "",
            weights.suffix_bits: lambda r: fold_suffix(r.suffix),
            weights.place_bits: lambda r: r.place.casefold(),
        }[of]  # type: ignore[index]
        all_values = [value(r) for r in self.rows]
        return float(all_values.count(ours)), float(sum(bool(v) for v in all_values))

    def _lost(
        self,
        level: NameLevel,
        asked: str,
        column: int,
        beside: Sequence[tuple[str, str, str]],
        home: float = 1.0,
    ) -> float:
        """What a name in this column loses beside rows that have another name of the visitor's."""

        def counts(rows: Sequence[tuple[str, str, str]]) -> np.ndarray:
            found = np.zeros(len(NameLevel))
            for names in rows:
                if names[column] or column == 1:
                    found[self._level(asked, names[column], True)] += 1
            if column == 2:
                found[NameLevel.MISSING] = 0.0
            return found

        shape = shape_of(asked)
        lost = together.together_bits(counts(beside), counts(self.folded), shape, home)
        return float(lost[level])

    def _worth_given(self, theirs: str, sex: int) -> float:
        level = self._level(self.query.given, theirs, True)
        shape = shape_of(theirs)
        most = np.max(self.given, axis=0)
        slip = self._slip(most[shape, level], level, self.query.given, theirs, 1, True)
        return float(self.given[sex][shape, level] + slip)

    def _worth(self, table: Table, ours: str, theirs: str, column: int, is_given: bool) -> float:
        level = self._level(ours, theirs, is_given)
        bits = table[shape_of(theirs), level]
        return float(bits + self._slip(bits, level, ours, theirs, column, is_given))

    def _slip(  # noqa: PLR0917
        self, bits: float, level: NameLevel, ours: str, theirs: str, column: int, is_given: bool
    ) -> float:
        if level in (NameLevel.MISSING, NameLevel.DIFFERENT):
            return 0.0
        column_names = [n[column] for n in self.folded]
        levels = Counter(self._level(ours, n, is_given) for n in column_names)
        rows = float(len(column_names))
        share = weights.share_of_name(
            float(levels[NameLevel.EXACT]), float(levels[NameLevel.ONE_LETTER]), rows
        )
        written = [r[1] if column == 0 else r[2] for r in self.rows]
        same = [w for w, n in zip(written, column_names, strict=True) if n == theirs]
        their_share = weights.name_shares(np.array([float(Counter(same)[same[0]])]), rows)
        got = weights.slip_bits(np.array([bits]), np.array([level]), share, their_share)
        return float(got[0] - bits)

    def _bits(self, ours: str, listed: list[str], known: Table, is_given: bool) -> Table:
        counts = self._counts(ours, listed, is_given)
        return weights.name_bits(counts, known, shape_of(ours), is_given=is_given)

    def _counts(self, ours: str, listed: list[str], is_given: bool) -> Table:
        counts = np.zeros((len(Shape), len(NameLevel)))
        for name in listed:
            counts[shape_of(name), self._level(ours, name, is_given)] += 1
        return counts

    def _level(self, ours: str, theirs: str, is_given: bool) -> NameLevel:
        return name_level(ours, theirs, is_given=is_given)
