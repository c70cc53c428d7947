"""Every different name of a list, ready to be compared with one name at once.

Two ways lead to the names that a visitor's name may meet, and neither can miss one (tests hold the
result against `compare.name_level`). Levels of equal words, sounds, spellings and single slips are
found by hash. Jaro-Winkler needs a look at each name, so a bound from counting letters comes first:
the similarity is at most what it would be if all letters in common stood at their best places.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist

from db.screening import hashes, names
from db.screening.compare import (
    CLOSE,
    NEAR,
    SHORTEST_SLIP,
    SHORTEST_WORD,
    SHORTEST_WORD_SLIP,
    NameLevel,
    is_slip,
)

Ids = NDArray[np.int32]
LevelOf = NDArray[np.int8]
Array = NDArray[Any]

_NOBODY = np.empty(0, np.int32)

_WHOLE, _SPELLING, _SOUND, _WORDS, _FIRST, _WORD, _WORD_SLIP, _GLUED = range(1, 9)
"""Salts of the keys, one for each way to meet."""
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_START = 4
"""Letters at the start that Jaro-Winkler rewards."""
_NEVER = 255
_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class Levels:
    """On which level a name meets those of a table: `ids` in order, all others on `rest`."""

    ids: Ids
    levels: LevelOf
    rest: NameLevel

    def dense(self, size: int) -> LevelOf:
        """The level of every name of the table."""
        levels = np.full(size, self.rest, np.int8)
        levels[self.ids] = self.levels
        return levels


class NameTable:
    """Names as written, each once, and what is needed to compare them with one at once.

    `arrays` is all that has to be saved beside the names.
    """

    def __init__(self, written: Sequence[str], arrays: Mapping[str, Array]) -> None:
        self.written = written
        self.arrays = arrays
        self._solids = arrays["solids"].tobytes().decode("ascii").split("\n")
        self._long_words = arrays["long_words"].tobytes().decode("ascii").split("\n")
        self.words: NDArray[np.uint8] = arrays["words"]
        self.lengths: NDArray[np.uint8] = arrays["lengths"]
        # Letters and starts stand in the order of the names' lengths: few lengths are alike.
        self._by_length: Ids = arrays["by_length"]
        self._letters: NDArray[np.uint8] = arrays["letters"]
        self._starts: NDArray[np.uint8] = arrays["starts"]
        of_length = np.bincount(self.lengths, minlength=names.LONGEST + 1)
        self._of_length = of_length
        self._length_start = np.concatenate(([0], np.cumsum(of_length)))
        self._firsts = np.zeros(len(self.lengths), np.uint8)
        self._firsts[self._by_length] = self._starts[0]
        self._keys: NDArray[np.uint64] = arrays["keys"]
        self._key_ids: Ids = arrays["key_ids"]
        self.empty: Ids = np.flatnonzero(self.lengths == 0).astype(np.int32)
        self._single: Ids = np.flatnonzero(self.lengths == 1).astype(np.int32)
        self._places: dict[str, int] = {}
        self._remembered: OrderedDict[tuple[str, bool], Levels] = OrderedDict()

    def __len__(self) -> int:
        return len(self.lengths)

    def place(self, written: str) -> int | None:
        """Where a name is, written just so."""
        if not self._places:
            self._places = {name: at for at, name in enumerate(self.written)}
        return self._places.get(written)

    def compare(self, folded: str, *, is_given: bool) -> Levels:
        """On which level a folded name meets every name of the table."""
        key = (folded, is_given)
        known = self._remembered.get(key)
        if known is None:
            known = self._compare(folded, is_given=is_given)
            self._remembered[key] = known
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return known

    def _compare(self, folded: str, *, is_given: bool) -> Levels:
        ours, words = names.solid(folded), names.parts(folded)
        if not ours:
            return Levels(_NOBODY, _NOBODY.astype(np.int8), NameLevel.MISSING)
        best: dict[int, NameLevel] = {}
        if len(ours) > 1:
            self._by_likeness(best, ours, words, is_given=is_given)
        # A single letter meets what begins with it, and nothing else.
        for at in self._single if len(ours) > 1 else self._beginning_with(ours):
            same = self._firsts[at] == ord(ours[0])
            best[int(at)] = NameLevel.INITIAL if same else NameLevel.DIFFERENT
        best.update(dict.fromkeys(self.empty.tolist(), NameLevel.MISSING))
        best.update(dict.fromkeys(self._equal(ours, names.glued(folded)), NameLevel.EXACT))
        ids = np.array(sorted(best), np.int32)
        return Levels(
            ids, np.array([best[at] for at in ids.tolist()], np.int8), NameLevel.DIFFERENT
        )

    def _by_likeness(
        self, best: dict[int, NameLevel], ours: str, words: tuple[str, ...], *, is_given: bool
    ) -> None:
        """From the worst level to the best, each in place of the last."""

        def put(ids: Iterable[int], level: NameLevel) -> None:
            best.update(dict.fromkeys(ids, level))

        sound = names.sound(ours)
        forms = names.short_forms(words[0]) if is_given else frozenset()
        sounding, spelled, slips, short, sharing, reordered = self._having_each(
            [hashes.hash_of(sound, _SOUND)] if sound else [],
            [hashes.hash_of(names.spelling(ours), _SPELLING)],
            hashes.without_one(ours, _WHOLE),
            [hashes.hash_of(form, _FIRST) for form in forms],
            [hashes.hash_of(w, _WORD) for w in set(words) if len(w) >= SHORTEST_WORD],
            [_hash_of_words(words)] if len(words) > 1 else [],
        )
        near, close = self._alike(ours)
        put(near, NameLevel.NEAR)
        put(self._with_a_slip_in_a_word(words), NameLevel.PART_CLOSE)
        put(sounding, NameLevel.SOUND)
        put(close, NameLevel.CLOSE)
        put(spelled, NameLevel.SPELLING)
        one_letter = [at for at in slips if is_slip(ours, self._solids[at], SHORTEST_SLIP)]
        put(one_letter, NameLevel.ONE_LETTER)
        put(short, NameLevel.NICKNAME)
        double = [at for at in sharing if len(words) > 1 or self.words[at] > 1]
        put(double, NameLevel.ONE_OF_TWO)
        put(reordered, NameLevel.REORDERED)

    def _alike(self, ours: str) -> tuple[list[int], list[int]]:
        """Names at least NEAR, and at least CLOSE, where counting letters does not rule it out."""
        least = _least_common(len(ours))
        lengths = np.flatnonzero(least[_START] < _NEVER)
        shortest, longest = int(lengths[0]), int(lengths[-1]) + 1
        first, last = self._length_start[shortest], self._length_start[longest]
        common, some = np.zeros(last - first, np.uint8), np.empty(last - first, np.uint8)
        for letter in set(ours):
            row = self._letters[_row(letter), first:last]
            np.minimum(row, np.uint8(ours.count(letter)), out=some)
            common += some
        enough = np.repeat(least[_START, shortest:longest], self._of_length[shortest:longest])
        maybe: NDArray[np.integer[Any]] = np.flatnonzero(common >= enough)
        start = np.zeros(len(maybe), np.intp)
        is_same = np.ones(len(maybe), np.bool_)
        for at in range(min(_START, len(ours))):
            is_same &= self._starts[at, first:last].take(maybe) == ord(ours[at])
            start += is_same
        common = common.take(maybe)
        maybe = self._by_length[first:last].take(maybe)
        maybe = maybe[common >= least[start, self.lengths.take(maybe)]]
        likeness = cdist(
            [ours],
            [self._solids[at] for at in maybe.tolist()],
            scorer=JaroWinkler.similarity,
            dtype=np.float64,
        ).reshape(-1)
        return maybe[likeness >= NEAR].tolist(), maybe[likeness >= CLOSE].tolist()

    def _equal(self, ours: str, glued: str) -> list[int]:
        """Names that are the same with or without their particles."""
        either = {ours, glued}
        whole, with_particles = self._having_each(
            [hashes.hash_of(one, _WHOLE) for one in either],
            [hashes.hash_of(one, _GLUED) for one in either],
        )
        return [at for at in whole if self._solids[at] in either] + with_particles

    def _with_a_slip_in_a_word(self, words: tuple[str, ...]) -> list[int]:
        long = [w for w in words if len(w) >= SHORTEST_WORD_SLIP]
        slips: set[str] = set()
        found: list[int] = []
        for word in long:
            near = hashes.without_one(word, _WORD_SLIP)
            for at in set(self._having(near)):  # words here, of names that have several
                if is_slip(word, self._long_words[at], SHORTEST_WORD_SLIP):
                    slips.add(self._long_words[at])
            if len(words) > 1:  # then also a name of one word will do
                alone = self._having(hashes.without_one(word, _WHOLE))
                found += [
                    at
                    for at in alone
                    if self.words[at] == 1 and is_slip(word, self._solids[at], SHORTEST_WORD_SLIP)
                ]
        having = self._having([hashes.hash_of(slip, _WORD) for slip in slips])
        return found + [at for at in having if self.words[at] > 1]

    def _beginning_with(self, ours: str) -> Ids:
        return np.flatnonzero(self._firsts == ord(ours[0])).astype(np.int32)

    def _having(self, wanted: Sequence[int]) -> list[int]:
        """Places of the names that have one of these keys."""
        return self._having_each(wanted)[0]

    def _having_each(self, *wanted: Sequence[int]) -> list[list[int]]:
        """The same for several sets of keys, in one search."""
        keys = np.array([key for one in wanted for key in one], np.uint64)
        first = np.searchsorted(self._keys, keys, "left").tolist()
        last = np.searchsorted(self._keys, keys, "right").tolist()
        found, at = [], 0
        for one in wanted:
            places: list[int] = []
            for begin, end in zip(first[at : at + len(one)], last[at : at + len(one)], strict=True):
                if end > begin:
                    places += self._key_ids[begin:end].tolist()
            found.append(places)
            at += len(one)
        return found


def build_name_table(written: Sequence[str], folded: Sequence[str]) -> NameTable:
    """Make the table of these names, as they are written and as `names.fold` has them."""
    words = [names.parts(f) for f in folded]
    solids = [names.solid(f) for f in folded]
    keys, ids = [], []

    def key(texts: Sequence[str], places: Sequence[int], salt: int) -> None:
        keys.append(hashes.hashes_of(texts, salt))
        ids.append(np.array(places, np.int32))

    everybody = range(len(solids))
    near, near_ids = hashes.all_without_one(solids, _WHOLE)
    keys.append(near)
    ids.append(near_ids)
    key([names.spelling(s) for s in solids], everybody, _SPELLING)
    whole = [names.glued(f) for f in folded]
    particled = [at for at in everybody if solids[at] and whole[at] != solids[at]]
    key([whole[at] for at in particled], particled, _GLUED)
    sounds = [(names.sound(s), at) for at, s in enumerate(solids)]
    key([s for s, _ in sounds if s], [at for s, at in sounds if s], _SOUND)
    key([w[0] if w else "" for w in words], everybody, _FIRST)
    each = [(w, at) for at, of in enumerate(words) for w in of if len(w) >= SHORTEST_WORD]
    key([w for w, _ in each], [at for _, at in each], _WORD)
    doubles = [at for at in everybody if len(words[at]) > 1]
    key([" ".join(sorted(words[at])) for at in doubles], doubles, _WORDS)
    long = sorted({w for at in doubles for w in words[at] if len(w) >= SHORTEST_WORD_SLIP})
    near, near_ids = hashes.all_without_one(long, _WORD_SLIP)
    keys.append(near)
    ids.append(near_ids)
    all_keys, all_ids = np.concatenate(keys), np.concatenate(ids)
    order = np.argsort(all_keys, kind="stable")
    lengths = np.array([len(s) for s in solids], np.uint8)
    by_length = np.argsort(lengths, kind="stable").astype(np.int32)
    sorted_solids = [solids[at] for at in by_length.tolist()]
    return NameTable(
        written,
        {
            "solids": np.frombuffer("\n".join(solids).encode("ascii"), np.uint8),
            "long_words": np.frombuffer("\n".join(long).encode("ascii"), np.uint8),
            "words": np.array([min(len(w), 255) for w in words], np.uint8),
            "lengths": lengths,
            "by_length": by_length,
            "letters": _letters(sorted_solids),
            "starts": _starts(sorted_solids),
            "keys": all_keys[order],
            "key_ids": all_ids[order],
        },
    )


def _hash_of_words(words: Iterable[str]) -> int:
    return hashes.hash_of(" ".join(sorted(words)), _WORDS)


def _letters(solids: Sequence[str]) -> NDArray[np.uint8]:
    """How often each letter (and any other character, last row) stands in each name."""
    counts = np.zeros((len(_ALPHABET) + 1, len(solids)), np.uint8)
    codes = np.frombuffer("".join(solids).encode("ascii"), np.uint8).astype(np.intp)
    owner = np.repeat(np.arange(len(solids)), [len(s) for s in solids])
    row = codes - ord("a")
    row[(row < 0) | (row >= len(_ALPHABET))] = len(_ALPHABET)
    np.add.at(counts, (row, owner), 1)
    return counts


def _row(letter: str) -> int:
    at = ord(letter) - ord("a")
    return at if 0 <= at < len(_ALPHABET) else len(_ALPHABET)


def _starts(solids: Sequence[str]) -> NDArray[np.uint8]:
    starts = np.zeros((_START, len(solids)), np.uint8)
    for at in range(_START):
        starts[at] = [ord(s[at]) if len(s) > at else 0 for s in solids]
    return starts


@lru_cache(maxsize=64)
def _least_common(length: int) -> NDArray[np.uint8]:
    """Fewest letters in common for NEAR, by letters equal at the start and the other's length."""
    least = np.full((_START + 1, names.LONGEST + 1), _NEVER, np.uint8)
    for start in range(_START + 1):
        for other in range(1, names.LONGEST + 1):
            for common in range(min(length, other) + 1):
                jaro = (common / length + common / other + 1) / 3 if common else 0.0
                if jaro + 0.1 * start * (1 - jaro) >= NEAR - 1e-9:
                    least[start, other] = common
                    break
    return least
