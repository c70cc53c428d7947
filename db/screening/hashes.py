"""Sixty-four-bit hashes of short texts, of many at once, and of many with one letter left out.

A polynomial hash modulo 2**64 (Rabin and Karp 1987): what is left after a letter goes is known from
the hashes of both sides, so all neighbours of a hundred thousand names take a few array steps.
With a million keys two different texts meet once in some ten million lists.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

_MASK = (1 << 64) - 1
_BASE = 0x9E3779B97F4A7C15 | 1
_MIX = 0xD6E8FEB86659FD93


def hash_of(text: str, salt: int) -> int:
    """Hash of one ASCII text; texts of different `salt` never meet."""
    value = 0
    for code in text.encode("ascii", "replace"):
        value = (value * _BASE + code) & _MASK
    return _salted(value, salt)


def hashes_of(texts: Sequence[str], salt: int) -> Hashes:
    """What `hash_of` says for each text, at once."""
    codes, lengths = _codes(texts)
    value = np.zeros(len(texts), np.uint64)
    with np.errstate(over="ignore"):
        for at in range(codes.shape[1]):
            there = at < lengths
            value[there] = value[there] * np.uint64(_BASE) + codes[there, at]
    return _salted_all(value, salt)


def without_one(text: str, *salts: int) -> list[list[int]]:
    """For each salt the hashes of the text and of every text that is left when one letter goes."""
    codes = text.encode("ascii", "replace")
    before = [0]  # hash of the first so many letters
    for code in codes:
        before.append((before[-1] * _BASE + code) & _MASK)
    whole, power = before[-1], 1
    values = {whole: None}
    for at in range(len(codes) - 1, -1, -1):
        after = whole - before[at + 1] * power
        values[(before[at] * power + after) & _MASK] = None
        power = power * _BASE & _MASK
    return [[_salted(value, salt) for value in values] for salt in salts]


def all_without_one(texts: Sequence[str], salt: int) -> tuple[Hashes, NDArray[np.int32]]:
    """What `without_one` says for each text; the second array is the place of the text."""
    codes, lengths = _codes(texts)
    count, longest = codes.shape
    base = np.uint64(_BASE)
    powers = np.ones(longest + 1, np.uint64)
    before = np.zeros((longest + 1, count), np.uint64)  # hash of the first so many letters
    with np.errstate(over="ignore"):
        for at in range(longest):
            powers[at + 1] = powers[at] * base
            before[at + 1] = before[at] * base + codes[:, at]
        whole = before[lengths, np.arange(count)]
        found, places = [whole], [np.arange(count, dtype=np.int32)]
        for at in range(longest):
            has = np.flatnonzero(at < lengths)
            rest = lengths[has] - at - 1  # letters after the one that goes
            after = whole[has] - before[at + 1, has] * powers[rest]
            found.append(before[at, has] * powers[rest] + after)
            places.append(has.astype(np.int32))
    return _salted_all(np.concatenate(found), salt), np.concatenate(places)


def _codes(texts: Sequence[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Letters as a matrix, zeros behind the end of each text."""
    whole = "\n".join(texts).encode("ascii", "replace")
    encoded = np.array(whole.split(b"\n"), np.bytes_)
    width = max(encoded.dtype.itemsize, 1)
    codes = encoded.view(np.uint8).reshape(len(encoded), width)[: len(texts)]
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return codes, lengths


def _salted(value: int, salt: int) -> int:
    value = ((value ^ (value >> 31)) * _MIX + salt * _BASE) & _MASK
    return value ^ (value >> 29)


def _salted_all(value: Hashes, salt: int) -> Hashes:
    with np.errstate(over="ignore"):
        mixed: Hashes = (value ^ (value >> np.uint64(31))) * np.uint64(_MIX) + np.uint64(
            (salt * _BASE) & _MASK
        )
    return mixed ^ (mixed >> np.uint64(29))
