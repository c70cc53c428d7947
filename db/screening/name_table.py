"""Every different name of a list, ready to be compared with one name at once.

Two ways lead to the names that a visitor's name may meet, and neither can miss one (tests hold the
result against `compare.name_level`). Levels of equal words, sounds, spellings and single slips are
found by hash. Jaro-Winkler needs a look at each name that `db.screening.likeness` does not rule out
by its letters.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
from db.screening.likeness import Likeness, likeness_arrays
from db.screening.texts import Texts, texts_of

Ids = NDArray[np.int32]
LevelOf = NDArray[np.int8]
Array = NDArray[Any]

_NOBODY = np.empty(0, np.int32)

_WHOLE, _SPELLING, _SOUND, _WORDS, _FIRST, _WORD, _WORD_SLIP, _GLUED = range(1, 9)
"""Salts of the keys, one for each way to meet."""
_REMEMBERED = 4_096
_TEXTS = ("written", "long_words")
_NUMBER = {level: int(level) for level in NameLevel}
"""Plain numbers, which numpy takes in a fifth of the time."""


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

    `arrays` is all that has to be saved.
    """

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.arrays = arrays
        self.written, self._long_words = (
            Texts(arrays[name], arrays[f"{name}_starts"]) for name in _TEXTS
        )
        self.words: NDArray[np.uint8] = arrays["words"]
        self.lengths: NDArray[np.uint8] = arrays["lengths"]
        self._likeness = Likeness(arrays)
        self._solids: NDArray[np.bytes_] = arrays["solids"]
        self._keys: NDArray[np.uint64] = arrays["keys"]
        self._key_ids: NDArray[np.int32] = arrays["key_ids"]
        self.empty: Ids = self._likeness.of_length(0)
        self._empty: list[int] = self.empty.tolist()
        self._single = {at: self._solid(at) for at in self._likeness.of_length(1).tolist()}
        self._remembered: OrderedDict[tuple[str, bool], Levels] = OrderedDict()

    def __len__(self) -> int:
        return len(self.lengths)

    def places(self, written: Sequence[str]) -> list[int | None]:
        """Where names are, each written just so."""
        keys = hashes.hashes_of([names.solid(names.fold(name)) for name in written], _WHOLE)
        having = self._having_each(*([key] for key in keys.tolist()))
        return [
            next((at for at in ids if self.written[at] == name), None)
            for name, ids in zip(written, having, strict=True)
        ]

    def _solid(self, at: int) -> str:
        return bytes(self._solids[at]).decode("ascii")

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
        best: dict[int, int] = {}
        either = {ours, names.glued(folded)}
        equal = (
            [hashes.hash_of(one, _WHOLE) for one in either],
            [hashes.hash_of(one, _GLUED) for one in either],
        )
        if len(ours) > 1:
            whole, particled = self._by_likeness(best, ours, words, equal, is_given=is_given)
            for at, letter in self._single.items():
                level = NameLevel.INITIAL if letter == ours[0] else NameLevel.DIFFERENT
                best[at] = _NUMBER[level]
        else:
            # A single letter meets what begins with it, and nothing else.
            _put(best, self._likeness.beginning_with(ours).tolist(), NameLevel.INITIAL)
            whole, particled = self._having_each(*equal)
        _put(best, self._empty, NameLevel.MISSING)
        _put(best, [at for at in whole if self._solid(at) in either], NameLevel.EXACT)
        _put(best, particled, NameLevel.EXACT)
        ids = np.fromiter(best.keys(), np.int32, len(best))
        order = np.argsort(ids)
        return Levels(
            ids[order],
            np.fromiter(best.values(), np.int8, len(best))[order],
            NameLevel.DIFFERENT,
        )

    def _by_likeness(
        self,
        best: dict[int, int],
        ours: str,
        words: tuple[str, ...],
        equal: Sequence[Sequence[int]],
        *,
        is_given: bool,
    ) -> list[list[int]]:
        """From the worst level to the best, each in place of the last.

        All names are searched for at once, those that have the keys `equal` as well: they are what
        is returned.
        """
        sound = names.sound(ours)
        forms = names.short_forms(words[0]) if is_given else frozenset()
        long = [w for w in words if len(w) >= SHORTEST_WORD_SLIP]
        is_double = len(words) > 1
        slip_keys, word_keys, alone_keys = _keys_without_one(ours, long, is_double=is_double)
        sounding, spelled, slips, short, sharing, reordered, wordly, alone, *same = (
            self._having_each(
                [hashes.hash_of(sound, _SOUND)] if sound else [],
                [hashes.hash_of(names.spelling(ours), _SPELLING)],
                slip_keys,
                [hashes.hash_of(form, _FIRST) for form in forms],
                [hashes.hash_of(w, _WORD) for w in set(words) if len(w) >= SHORTEST_WORD],
                [_hash_of_words(words)] if is_double else [],
                word_keys,
                alone_keys,
                *equal,
            )
        )
        near, close = self._alike(ours)
        _put(best, near, NameLevel.NEAR)
        _put(best, self._with_a_slip_in_a_word(long, wordly, alone), NameLevel.PART_CLOSE)
        _put(best, sounding, NameLevel.SOUND)
        _put(best, close, NameLevel.CLOSE)
        _put(best, spelled, NameLevel.SPELLING)
        one_letter = [at for at in slips if is_slip(ours, self._solid(at), SHORTEST_SLIP)]
        _put(best, one_letter, NameLevel.ONE_LETTER)
        _put(best, short, NameLevel.NICKNAME)
        double = sharing if is_double else [at for at in sharing if self.words[at] > 1]
        _put(best, double, NameLevel.ONE_OF_TWO)
        _put(best, reordered, NameLevel.REORDERED)
        return same

    def _alike(self, ours: str) -> tuple[list[int], list[int]]:
        """Names at least NEAR, and at least CLOSE."""
        maybe = self._likeness.candidates(ours)
        likeness = cdist(
            [ours.encode("ascii")],
            self._solids.take(maybe).tolist(),
            scorer=JaroWinkler.similarity,
            dtype=np.float64,
        ).reshape(-1)
        return maybe[likeness >= NEAR].tolist(), maybe[likeness >= CLOSE].tolist()

    def _with_a_slip_in_a_word(
        self, long: Sequence[str], near: Sequence[int], alone: Sequence[int]
    ) -> list[int]:
        """Names of several words of which one is a slip away from one of `long`.

        `near` are words that may be, of names that have several; `alone` are names: where the
        visitor has several words, one of one word will do.
        """

        def is_near(theirs: str) -> bool:
            return any(is_slip(word, theirs, SHORTEST_WORD_SLIP) for word in long)

        slips = filter(is_near, self._long_words.some(set(near)))
        having = self._having_each([hashes.hash_of(slip, _WORD) for slip in slips])[0]
        single = [at for at in alone if self.words[at] == 1]
        return [
            *(at for at in having if self.words[at] > 1),
            *(at for at in single if is_near(self._solid(at))),
        ]

    def _having_each(self, *wanted: Sequence[int]) -> list[list[int]]:
        """Places of the names that have one of these keys, for several sets of keys."""
        keys = np.array([key for one in wanted for key in one], np.uint64)
        first = iter(self._keys.searchsorted(keys, "left").tolist())
        last = iter(self._keys.searchsorted(keys, "right").tolist())
        found = []
        for one in wanted:
            places: list[int] = []
            for _ in one:
                begin, end = next(first), next(last)
                if end > begin:
                    places += self._key_ids[begin:end].tolist()
            found.append(places)
        return found


def _put(best: dict[int, int], ids: Iterable[int], level: NameLevel) -> None:
    best.update(dict.fromkeys(ids, _NUMBER[level]))


def _keys_without_one(
    ours: str, long: list[str], *, is_double: bool
) -> tuple[list[int], list[int], list[int]]:
    """Keys of a name's own slips, of slips in its long words, and of names of one such word."""
    of_name, of_word = hashes.without_one(ours, _WHOLE, _WORD_SLIP)
    if long == [ours]:
        return of_name, of_word, []
    of_words: list[int] = []
    alone: list[int] = []
    for word in long:
        near, whole = hashes.without_one(word, _WORD_SLIP, _WHOLE)
        of_words += near
        alone += whole if is_double else ()
    return of_name, of_words, alone


def build_name_table(written: Sequence[str], folded: Sequence[str]) -> NameTable:
    """Make the table of these names, as they are written and as `names.fold` has them."""
    words = [names.words_of(f) for f in folded]
    solids = [names.joined(w) for w in words]
    keys, ids = [], []

    def key(texts: Sequence[str], places: Sequence[int], salt: int) -> None:
        keys.append(hashes.hashes_of(texts, salt))
        ids.append(np.array(places, np.int32))

    everybody = range(len(solids))
    near, near_ids = hashes.all_without_one(solids, _WHOLE)
    keys.append(near)
    ids.append(near_ids)
    key(names.spellings(solids), everybody, _SPELLING)
    whole = [names.glued(f) for f in folded]
    particled = [at for at in everybody if solids[at] and whole[at] != solids[at]]
    key([whole[at] for at in particled], particled, _GLUED)
    sounds = [(names.sound_of(s), at) for at, s in enumerate(solids)]
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
    texts: dict[str, Array] = {}
    for name, of in zip(_TEXTS, (written, long), strict=True):
        kept = texts_of(of)
        texts[name], texts[f"{name}_starts"] = kept.codes, kept.starts
    return NameTable(
        {
            **texts,
            **likeness_arrays(solids, lengths),
            "solids": np.array(solids, np.bytes_),
            "words": np.array([min(len(w), 255) for w in words], np.uint8),
            "lengths": lengths,
            "keys": all_keys[order],
            "key_ids": all_ids[order],
        }
    )


def _hash_of_words(words: Iterable[str]) -> int:
    return hashes.hash_of(" ".join(sorted(words)), _WORDS)
