"""Whether the quick way misses anything on a large list: every row compared, in another way.

``.venv/bin/python tests/bench/exact.py LIST.csv VISITORS.csv [--entries 100000] [--visitors 2000]``

Each visitor is compared with each row of the list. Every different name of the list is given to
rapidfuzz as it is (no bound, no hash, no table of the engine's), every different date to
`compare.date_level`, and each row adds up what its values got, as `tests/screening/brute.py` does
it for a few rows. Levels of the first visitors are held against `compare.name_level` as well.
Prints visitors, pairs compared and differences: rows at or above the floor that were not found,
and rows that were found with other bits.
"""

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

import exact_together
import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cdist

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from admin_console.hub.roster import RosterRow, read_roster
from db.screening import together, weights
from db.screening.compare import (
    CLOSE,
    NEAR,
    SHORTEST_SLIP,
    SHORTEST_WORD,
    SHORTEST_WORD_SLIP,
    DateKind,
    DateLevel,
    NameLevel,
    date_kind,
    date_level,
    name_level,
)
from db.screening.names import fold, fold_middle, glued, parts, short_forms, solid, sound, spelling
from db.screening.population import Population, load_population
from db.screening.scan import Scan
from db.screening.segment import SEXES, Row, build_segment, fold_suffix
from db.screening.side import Query, shape_of
from db.screening.tally import count
from db.screening.weights import Shape

CHECKED, AT_RANDOM = 25, 200
"""Visitors whose levels are looked at one by one, and names of each that are drawn for it."""
NO_BITS_BELOW = 8.0
"""The floor, so far below one chance match in the whole list."""
ROUNDING = 1e-4
Array = np.ndarray


class Names:
    """Different names of one column, and where each is."""

    def __init__(self, written: Sequence[str], folded: Callable[[str], str]) -> None:
        self.written = list(dict.fromkeys(written))
        where = {name: at for at, name in enumerate(self.written)}
        self.of_row = np.array([where[name] for name in written])
        self.rows = np.bincount(self.of_row, minlength=len(self.written)).astype(float)
        self.folded = [folded(n) for n in self.written]
        self.solids = [solid(f) for f in self.folded]
        self.lengths = np.array([len(s) for s in self.solids])
        words = [parts(f) for f in self.folded]
        self.is_double = np.array([len(w) > 1 for w in words])
        self.shapes = np.array([shape_of(f) for f in self.folded])
        self.first_letters = np.array([s[:1] for s in self.solids])
        self.by_spelling = _places((spelling(s),) for s in self.solids)
        self.by_sound = _places((sound(s),) for s in self.solids)
        self.by_first = _places(w[:1] for w in words)
        self.by_word = _places(words)
        self.by_words = _places((" ".join(sorted(w)),) for w in words)
        self.by_whole = _places(
            {s, glued(f)} for s, f in zip(self.solids, self.folded, strict=True)
        )
        self.words = list(self.by_word)
        self.word_lengths = np.array([len(w) for w in self.words])
        self.levels = lru_cache(maxsize=512)(self._levels)

    def _levels(self, visitor: str, is_given: bool) -> Array:
        """From the worst level to the best, each in place of the last."""
        ours, our_words = solid(visitor), parts(visitor)
        found = np.full(len(self.written), NameLevel.DIFFERENT, np.int8)
        if not ours:
            found[:] = NameLevel.MISSING
            return found
        is_double = self.is_double | (len(our_words) > 1)

        def put(places: Iterable[int], level: NameLevel, among: Array | None = None) -> None:
            at = np.array(list(places), np.intp)
            found[at if among is None else at[among[at]]] = level

        likeness = cdist([ours], self.solids, scorer=JaroWinkler.similarity, dtype=np.float64)[0]
        found[likeness >= NEAR] = NameLevel.NEAR
        for word in our_words:
            if len(word) >= SHORTEST_WORD_SLIP:
                apart = cdist([word], self.words, scorer=OSA.distance, score_cutoff=1)[0]
                slips = np.flatnonzero((apart == 1) & (self.word_lengths >= SHORTEST_WORD_SLIP))
                for at in slips:
                    put(self.by_word[self.words[at]], NameLevel.PART_CLOSE, is_double)
        put(self.by_sound.get(sound(ours) or "-", ()), NameLevel.SOUND)
        found[likeness >= CLOSE] = NameLevel.CLOSE
        put(self.by_spelling.get(spelling(ours), ()), NameLevel.SPELLING)
        if len(ours) >= SHORTEST_SLIP:
            apart = cdist([ours], self.solids, scorer=OSA.distance, score_cutoff=1)[0]
            found[(apart == 1) & (self.lengths >= SHORTEST_SLIP)] = NameLevel.ONE_LETTER
        for places, level, among in self._agreeing(our_words, is_double, is_given=is_given):
            put(places, level, among)
        short = (self.lengths == 1) | (len(ours) == 1)
        is_same = self.first_letters == ours[0]
        found[short & is_same] = NameLevel.INITIAL
        found[short & ~is_same] = NameLevel.DIFFERENT
        for one in {ours, glued(visitor)}:
            put(self.by_whole.get(one, ()), NameLevel.EXACT)
        found[self.lengths == 0] = NameLevel.MISSING
        return found

    def _agreeing(
        self, our_words: tuple[str, ...], is_double: Array, *, is_given: bool
    ) -> Iterator[tuple[list[int], NameLevel, Array | None]]:
        """Names that share whole words, the best level last."""
        for form in short_forms(our_words[0]) if is_given else ():
            yield self.by_first.get(form, []), NameLevel.NICKNAME, None
        for word in our_words:
            if len(word) >= SHORTEST_WORD:
                yield self.by_word.get(word, []), NameLevel.ONE_OF_TWO, is_double
        same = self.by_words.get(" ".join(sorted(our_words)), [])
        yield same, NameLevel.REORDERED, is_double

    def wrong(self, visitor: str, *, is_given: bool, rng: random.Random) -> int:
        """How many of the names that agree, and of some others, are on another level alone."""
        levels = self.levels(visitor, is_given)
        some = {*np.flatnonzero(levels != NameLevel.DIFFERENT).tolist()}
        some |= {rng.randrange(len(levels)) for _ in range(AT_RANDOM)}
        return sum(
            name_level(visitor, self.folded[at], is_given=is_given) != levels[at] for at in some
        )

    def table(self, levels: Array, rows: Array) -> Array:
        """Rows by shape and level."""
        found = np.zeros((len(Shape), len(NameLevel)))
        np.add.at(found, (self.shapes, levels), rows)
        return found

    def slips(self, bits: Array, levels: Array) -> Array:
        """What the pen's slips add to each name's bits."""
        of_level = np.bincount(levels, weights=self.rows, minlength=len(NameLevel))
        total = float(len(self.of_row))
        ours = weights.share_of_name(
            float(of_level[NameLevel.EXACT]), float(of_level[NameLevel.ONE_LETTER]), total
        )
        of_name = bits[self.shapes, levels]
        theirs = weights.name_shares(self.rows, total)
        added: Array = weights.slip_bits(of_name, levels, ours, theirs) - of_name
        added[(levels == NameLevel.MISSING) | (levels == NameLevel.DIFFERENT)] = 0.0
        return added


def _places(values: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for at, some in enumerate(values):
        for value in set(some):
            found[value].append(at)
    return dict(found)


class EveryRow:
    """A list's columns."""

    def __init__(self, rows: Sequence[Row], people: Population) -> None:
        self.people, self.size = people, len(rows)
        self.family = Names([r.family for r in rows], fold)
        self.given = Names([r.given for r in rows], fold)
        self.middle = Names(
            [r.middle for r in rows], lambda name: fold(name) if fold_middle(name) else ""
        )
        self.sexes = np.array([r.sex for r in rows])
        self.suffixes = np.array([fold_suffix(r.suffix) for r in rows])
        self.dates = list(dict.fromkeys(r.born for r in rows))
        where = {born: at for at, born in enumerate(self.dates)}
        self.date_of_row = np.array([where[r.born] for r in rows])
        self.kinds = np.array([date_kind(born) for born in self.dates])
        self.has_middle = self.middle.lengths > 0

    def totals(self, query: Query) -> Array:
        """The bits of every row."""
        family, given, middle = self.family, self.given, self.middle
        at_family, at_given, at_middle = family.of_row, given.of_row, middle.of_row
        people, shape = self.people, shape_of
        f = family.levels(query.family, False)
        g = given.levels(query.given, True)
        m = middle.levels(query.middle, True)
        known_family = people.family(query.family)
        family_bits = weights.name_bits(
            family.table(f, family.rows), known_family, shape(query.family), is_given=False
        )
        middle_table = middle.table(m, middle.rows * self.has_middle)
        as_middle_levels = middle.levels(query.given, True)
        middle_as_given = given.levels(query.middle, True)
        given_bits, middle_bits, as_middle = self._by_sex(
            query, g, m, as_middle_levels, middle_as_given
        )

        straight_f = (family_bits[family.shapes, f] + family.slips(family_bits, f))[at_family]
        bits = given_bits[self.sexes, given.shapes[at_given], g[at_given]]
        bits = bits + given.slips(given_bits.max(axis=0), g)[at_given]
        has_family = (f == NameLevel.EXACT)[at_family]
        has_given = (g == NameLevel.EXACT)[at_given]
        # What a name loses beside another that is the visitor's own.
        everywhere = np.bincount(g, weights=given.rows, minlength=len(NameLevel))
        lost = together.together_bits(
            _by_level(g[at_given[has_family]]),
            everywhere,
            shape(query.given),
            exact_together.home(at_given[has_family], given.lengths, given.rows),
        )
        lost_here = np.where(has_family, lost[g[at_given]], 0.0)
        bits = bits + np.maximum(lost_here, -np.maximum(bits, 0.0))
        its_middle = middle_bits[self.sexes, middle.shapes[at_middle], m[at_middle]]
        middles = middle_table.sum(axis=0)
        middles[NameLevel.MISSING] = 0.0
        lost_middle = np.zeros(self.size)
        for has in (has_family, has_given):
            beside = _by_level(m[at_middle[has & self.has_middle[at_middle]]])
            beside[NameLevel.MISSING] = 0.0
            lost = together.together_bits(beside, middles, shape(query.middle))
            lost_middle = np.minimum(lost_middle, np.where(has, lost[m[at_middle]], 0.0))
        drawn_middle = its_middle + np.maximum(lost_middle, -np.maximum(its_middle, 0.0))
        goes_by_middle = (as_middle_levels == NameLevel.EXACT)[at_middle]
        goes_by_middle = goes_by_middle | (middle_as_given == NameLevel.EXACT)[at_given]
        goes_by_middle &= (f != NameLevel.DIFFERENT)[at_family]
        goes_by_middle &= (g == NameLevel.DIFFERENT)[at_given] & (as_middle > bits)
        straight = straight_f + np.where(goes_by_middle, as_middle, bits + drawn_middle)

        day = exact_together.day_lost(
            query.born, self.dates, self.date_of_row, (f[at_family], g[at_given])
        )
        straight += np.maximum(day, -np.maximum(self._birth(query), 0.0))
        crossed = self._crossed(query) + its_middle
        total: Array = np.maximum(straight, crossed) + self._rest(query)
        return total

    def _by_sex(
        self, query: Query, g: Array, m: Array, as_middle: Array, as_given: Array
    ) -> tuple[Array, Array, Array]:
        """Bits by sex of given and of middle names; of each row's name in the other's place."""
        given, middle, people, shape = self.given, self.middle, self.people, shape_of
        at_given, at_middle = given.of_row, middle.of_row
        by_sex, middle_by_sex, same, of_sex = [], [], [], []
        for sex in range(len(SEXES)):
            is_of = (self.sexes == 0) | (self.sexes == sex) | (sex == 0)
            rows = np.bincount(at_given[is_of], minlength=len(given.written)).astype(float)
            known = people.given(query.given, sex)
            by_sex.append(
                weights.name_bits(given.table(g, rows), known, shape(query.given), is_given=True)
            )
            middles = np.bincount(at_middle[is_of], minlength=len(middle.written)).astype(float)
            middles *= self.has_middle
            known = people.given(query.middle, sex)
            middle_by_sex.append(
                weights.middle_bits(middle.table(m, middles), known, shape(query.middle))
            )
            same.append(float(middles[as_middle == NameLevel.EXACT].sum()))
            if query.middle:
                same[-1] += float(rows[as_given == NameLevel.EXACT].sum())
            of_sex.append(float(is_of.sum()))
        given_bits, middle_bits = np.stack(by_sex), np.stack(middle_by_sex)
        worth = weights.as_middle_bits(np.array(same), np.array(of_sex))
        return given_bits, middle_bits, worth[self.sexes]

    def _crossed(self, query: Query) -> Array:
        """Bits of names that have changed places."""
        family, given, people = self.family, self.given, self.people
        f, g = given.levels(query.family, False), family.levels(query.given, True)
        f_bits = weights.name_bits(
            given.table(f, given.rows),
            people.family(query.family),
            shape_of(query.family),
            is_given=False,
        )
        g_bits = weights.name_bits(
            family.table(g, family.rows),
            people.given(query.given, 0),
            shape_of(query.given),
            is_given=True,
        )
        of_given = f_bits[given.shapes, f] + given.slips(f_bits, f)
        of_family = g_bits[family.shapes, g] + family.slips(g_bits, g)
        bits: Array = of_given[given.of_row] + of_family[family.of_row] + weights.SWAPPED_BITS
        return bits

    def _birth(self, query: Query) -> Array:
        levels = np.array([date_level(query.born, born) for born in self.dates])
        dates = np.zeros((len(DateKind), len(DateLevel)))
        np.add.at(dates, (self.kinds, levels), np.bincount(self.date_of_row))
        birth = weights.date_bits(dates, date_kind(query.born))
        bits: Array = birth[self.kinds, levels][self.date_of_row]
        return bits

    def _rest(self, query: Query) -> Array:
        rest = self._birth(query)
        for ours, theirs, nothing, of in (
            (query.sex, self.sexes, 0, weights.sex_bits),
            (query.suffix, self.suffixes, "", weights.suffix_bits),
        ):
            if ours != nothing:
                differs, agrees = of(
                    float((theirs == ours).sum()), float((theirs != nothing).sum())
                )
                rest = rest + np.where(
                    theirs == nothing, 0.0, np.where(theirs == ours, agrees, differs)
                )
        return rest


def _by_level(levels: Array) -> Array:
    return np.bincount(levels, minlength=len(NameLevel)).astype(float)


def rows_in(people: Iterable[RosterRow]) -> list[Row]:
    """Every name of every entry; each row counts as an entry of its own."""
    found: list[Row] = []
    for person in people:
        born = person.born.digits if person.born is not None else ""
        for name in (person.name, *person.aliases):
            found.append(
                Row(
                    len(found), name.family, name.given, name.middle, name.suffix, born,
                    SEXES.index(person.sex), "", "",
                )
            )  # fmt: skip
    return found


def query_of(row: Row) -> Query:
    return Query(
        fold(row.family), fold(row.given), fold_middle(row.middle), fold_suffix(row.suffix),
        row.born, row.sex,
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("listed", type=Path)
    parser.add_argument("visitors", type=Path)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=2_000, help="visitors")
    asked = parser.parse_args()
    rows = rows_in(
        islice((r for r in read_roster(asked.listed).rows() if r.can_be_compared), asked.entries)
    )
    visitors = [
        query_of(rows_in([r])[0])
        for r in islice(
            (r for r in read_roster(asked.visitors).rows() if r.can_be_compared), asked.people
        )
    ]
    people, rng = load_population(), random.Random(1)  # noqa: S311
    counted, every = count(build_segment(rows)), EveryRow(rows, people)
    floor = float(np.log2(len(rows))) - NO_BITS_BELOW
    reached = missed = other = wrong = 0
    for at, query in enumerate(visitors):
        (scored,) = Scan(query, [counted], people).found(floor)
        found: dict[int, float] = {}
        entries = counted.segment.entry_of[scored.rows].tolist()
        for row, bits in zip(entries, scored.total.tolist(), strict=True):
            found[row] = max(bits, found.get(row, bits))
        alone = every.totals(query)
        high = {*np.flatnonzero(alone >= floor + ROUNDING).tolist()}
        reached += len(high)
        missed += len(high - found.keys())
        other += sum(abs(alone[row] - bits) > ROUNDING for row, bits in found.items())
        if at < CHECKED:
            wrong += every.family.wrong(query.family, is_given=False, rng=rng)
            wrong += every.family.wrong(query.given, is_given=True, rng=rng)
            wrong += every.given.wrong(query.given, is_given=True, rng=rng)
            wrong += every.given.wrong(query.family, is_given=False, rng=rng)
        if (at + 1) % 100 == 0 or at + 1 == len(visitors):
            sys.stdout.write(
                f"{at + 1:,} visitors, {(at + 1) * len(rows):,} pairs compared, {reached:,} at or "
                f"above the floor of {floor:.1f} bits: {missed} missed, {other} with other bits; "
                f"{wrong} levels of the check itself wrong\n"
            )
            sys.stdout.flush()
    return 1 if missed or other or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
