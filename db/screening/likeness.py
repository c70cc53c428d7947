"""Names that Jaro-Winkler may find alike, among many at once, without a look at each.

The similarity is at most what it would be if all letters in common stood at their best places. So
each name keeps its letters as sixty-four bits, and a few machine words in a row say for all names
of a table how many letters they share with a visitor's. No name that is alike is missed: what the
bits do not say is counted in the visitor's favour, and whoever passes is compared in full.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.screening import names
from db.screening.compare import NEAR

Ids = NDArray[np.int32]
Array = NDArray[Any]

START = 4
"""Letters at the start that Jaro-Winkler rewards."""
_NEVER = 255
_CHARACTERS = 128
_ONCE = "abcdefghijklmnopqrstuvwxyz"
_TWICE = "aeroinlstcdmzugbhvfpky"
_THRICE = "areolnsitcdmzb"
"""Letters in the order in which they stand a second and a third time in surnames."""
_OTHER = len(_ONCE)
"""The bit of every other character: together they fill sixty-three."""
_ONCE_BIT = {letter: at for at, letter in enumerate(_ONCE)}
_TWICE_BIT = {letter: _OTHER + 1 + at for at, letter in enumerate(_TWICE)}
_THRICE_BIT = {letter: _OTHER + 1 + len(_TWICE) + at for at, letter in enumerate(_THRICE)}


def signature(solid: str) -> tuple[int, int]:
    """A name's letters as bits, and how many letters the bits do not tell of.

    A bit for each letter that is there, others for those that are there twice, or three times.
    """
    bits = 0
    for letter in set(solid):
        bits |= 1 << _ONCE_BIT.get(letter, _OTHER)
        many = solid.count(letter)
        if many > 1 and letter in _TWICE_BIT:
            bits |= 1 << _TWICE_BIT[letter]
            if many > 2 and letter in _THRICE_BIT:
                bits |= 1 << _THRICE_BIT[letter]
    return bits, len(solid) - bits.bit_count()


def _start(solid: str) -> int:
    """The first letters as one number, zeros behind the end of a short name."""
    return int.from_bytes(solid[:START].encode("ascii").ljust(START, b"\0"), "big")


class Likeness:
    """Names of a table, ready to be ruled out.

    They stand in the order of their lengths, and once more in the order of first letter and length:
    where the first letter differs much has to be alike, and only names of about the same length
    may; where it does not, there are few to look at.
    """

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        """`arrays` are those of `likeness_arrays`."""
        self._order: Ids = arrays["order"]
        self._signatures: NDArray[np.uint64] = arrays["signatures"]
        self._by_first: Ids = arrays["by_first"]
        self._first_signatures: NDArray[np.uint64] = arrays["first_signatures"]
        self._first_starts: NDArray[np.uint32] = arrays["first_starts"]
        self._first_lengths: NDArray[np.uint8] = arrays["first_lengths"]
        self._length_start: list[int] = arrays["length_start"].tolist()
        self._letter_start: list[int] = arrays["letter_start"].tolist()

    def of_length(self, length: int) -> Ids:
        """Places of the names of so many letters."""
        return self._order[self._length_start[length] : self._length_start[length + 1]]

    def beginning_with(self, letter: str) -> Ids:
        """Places of the names that begin with an ASCII character."""
        return self._by_first[self._of_letter(letter)]

    def _of_letter(self, letter: str) -> slice:
        return slice(self._letter_start[ord(letter)], self._letter_start[ord(letter) + 1])

    def candidates(self, ours: str) -> Ids:
        """Places of the names that are perhaps at least `compare.NEAR`; no other one is.

        `ours` is a solid name of two letters or more. A place may be there twice.
        """
        bits, untold = signature(ours)
        least = least_common(len(ours))
        letters = np.uint64(bits)
        return np.concatenate(
            (
                self._alike(letters, untold, least),
                self._alike_at_start(ours, letters, untold, least),
            )
        )

    def _alike(self, letters: np.uint64, untold: int, least: NDArray[np.uint8]) -> Ids:
        """Those that need nothing equal at the start."""
        lengths = np.flatnonzero(least[0] < _NEVER).tolist()
        begin, end = self._length_start[lengths[0]], self._length_start[lengths[-1] + 1]
        shared = np.bitwise_count(self._signatures[begin:end] & letters)
        is_likely = np.empty(end - begin, np.bool_)
        enough = least[0].tolist()
        for length in range(lengths[0], lengths[-1] + 1):
            of_length = slice(
                self._length_start[length] - begin, self._length_start[length + 1] - begin
            )
            np.greater_equal(
                shared[of_length], max(enough[length] - untold, 0), out=is_likely[of_length]
            )
        return self._order[begin:end][is_likely.nonzero()[0]]

    def _alike_at_start(
        self, ours: str, letters: np.uint64, untold: int, least: NDArray[np.uint8]
    ) -> Ids:
        """Those that begin with the same letter."""
        there = self._of_letter(ours[0])
        shared = np.bitwise_count(self._first_signatures[there] & letters)
        if untold:
            shared += np.uint8(untold)
        lengths = self._first_lengths[there]
        maybe = (shared >= least[START].take(lengths)).nonzero()[0]
        differs = self._first_starts[there].take(maybe) ^ np.uint32(_start(ours))
        same = START - _LAST_DIFFERENT.searchsorted(differs, "right")
        likely = shared.take(maybe) >= least[same, lengths.take(maybe)]
        found: Ids = self._by_first[there].take(maybe[likely])
        return found


_LAST_DIFFERENT = np.array([1, 1 << 8, 1 << 16, 1 << 24], np.uint32)
"""From these numbers on the fourth, third, second, first letter differs."""


def likeness_arrays(solids: Sequence[str], lengths: NDArray[np.uint8]) -> dict[str, Array]:
    """What `Likeness` needs of these ASCII names."""
    count = len(solids)
    codes = np.frombuffer("".join(solids).encode("ascii"), np.uint8)
    owner = np.repeat(np.arange(count), lengths)
    row = codes.astype(np.intp) - ord("a")
    row[(row < 0) | (row >= _OTHER)] = _OTHER
    many = np.zeros((_OTHER + 1, count), np.uint8)
    np.add.at(many, (row, owner), 1)
    signatures = np.zeros(count, np.uint64)
    for times, bits in ((1, _ONCE_BIT), (2, _TWICE_BIT), (3, _THRICE_BIT)):
        for letter, bit in bits.items():
            there = many[ord(letter) - ord("a")] >= times
            signatures |= there.astype(np.uint64) << np.uint64(bit)
    signatures |= (many[_OTHER] > 0).astype(np.uint64) << np.uint64(_OTHER)
    starts = np.zeros(count, np.uint32)
    first = np.cumsum(lengths, dtype=np.intp) - lengths
    for at in range(START):
        has = np.flatnonzero(lengths > at)
        letters = codes[first[has] + at].astype(np.uint32)
        starts[has] |= letters << np.uint32(8 * (START - 1 - at))
    firsts = starts >> np.uint32(8 * (START - 1))
    order = np.argsort(lengths, kind="stable").astype(np.int32)
    by_first = np.lexsort((lengths, firsts)).astype(np.int32)
    return {
        "order": order,
        "signatures": signatures[order],
        "length_start": np.searchsorted(lengths[order], np.arange(names.LONGEST + 2)),
        "by_first": by_first,
        "first_signatures": signatures[by_first],
        "first_starts": starts[by_first],
        "first_lengths": lengths[by_first],
        "letter_start": np.searchsorted(firsts[by_first], np.arange(_CHARACTERS + 1)),
    }


@lru_cache(maxsize=64)
def least_common(length: int) -> NDArray[np.uint8]:
    """Fewest letters in common for NEAR, by letters equal at the start and the other's length."""
    least = np.full((START + 1, names.LONGEST + 1), _NEVER, np.uint8)
    for same in range(START + 1):
        for other in range(1, names.LONGEST + 1):
            for common in range(min(length, other) + 1):
                jaro = (common / length + common / other + 1) / 3 if common else 0.0
                if jaro + 0.1 * same * (1 - jaro) >= NEAR - 1e-9:
                    least[same, other] = common
                    break
    return least
