"""What a PDF417 symbol is made of: patterns, row indicators, error correction. Pure.

ISO/IEC 15438 (2015), clauses 5.2 to 5.8 and annex A. High-level decoding is zxing-cpp's: corrected
codewords are drawn as a clean symbol, and that is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

FIELD = 929
"""Codewords are 0 to 928; sums and products of them are taken modulo this prime."""
MODULES = 17
"""Of one codeword."""
START = np.array([1] * 8 + [0, 1, 0, 1, 0, 1, 0, 0, 0], np.float32)
STOP = np.array([1] * 7 + [0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1], np.float32)
CLUSTERS = 3
_SPARE = 4
"""Check codewords that are kept for checking: a chance hit is then one in 929 to the fourth."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A symbol's rows, its data columns, and its error correction level (0 to 8)."""

    rows: int
    columns: int
    level: int

    @property
    def checks(self) -> int:
        """How many of the codewords correct the others."""
        return 1 << (self.level + 1)

    @property
    def size(self) -> int:
        return self.rows * self.columns

    @property
    def is_possible(self) -> bool:
        return self.checks + 1 < self.size <= FIELD - 1


def indicators(layout: Layout, row: int) -> tuple[int, int]:
    """The codewords at the left and right end of a row (clause 5.4.4)."""
    parts = (
        (layout.rows - 1) // 3,
        3 * layout.level + (layout.rows - 1) % 3,
        layout.columns - 1,
    )
    base = 30 * (row // 3)
    cluster = row % CLUSTERS
    return base + parts[cluster], base + parts[(cluster - 1) % 3]


@cache
def patterns() -> NDArray[np.float32]:
    """Bars (1) and spaces (0) of every codeword: cluster x codeword x 17 modules (annex A)."""
    content = files("kiosk.scan").joinpath("data/pdf417.npy").read_bytes()
    bits = np.load(BytesIO(content))
    places = np.arange(MODULES - 1, -1, -1, dtype=np.uint32)
    bars: NDArray[np.float32] = ((bits[:, :, None] >> places) & 1).astype(np.float32)
    return bars


def payload_of(codewords: Sequence[int], layout: Layout) -> bytes | None:
    """What corrected codewords say; None when they say nothing that can be read."""
    table = patterns()
    lines = []
    for row in range(layout.rows):
        left, right = indicators(layout, row)
        data = codewords[row * layout.columns : (row + 1) * layout.columns]
        cells = [table[row % CLUSTERS, word] for word in (left, *data, right)]
        lines.append(np.concatenate([START, *cells, STOP]))
    bars = 255 - 255 * np.array(lines, np.uint8)
    drawn = cv2.copyMakeBorder(
        np.kron(bars, np.ones((9, 3), np.uint8)), 24, 24, 24, 24, cv2.BORDER_CONSTANT, value=255
    )
    formats = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.PDF417,))
    codes = zxingcpp.read_barcodes(drawn, formats=formats, try_downscale=False)
    return next((bytes(c.bytes) for c in codes if c.valid and c.bytes), None)


def corrected(
    codewords: NDArray[np.int64], layout: Layout, erased: Sequence[int]
) -> list[int] | None:
    """Correct a symbol's codewords, row by row, knowing that those at `erased` may be anything.

    Errors and erasures together, by the Berlekamp-Massey algorithm with an erasure locator
    (Blahut, *Algebraic Codes for Data Transmission*, 2003, 7.5). Gives None when they are too
    many: an error costs two check codewords and an erasure one, and `_SPARE` of them stay unused.
    """
    checks, count = layout.checks, len(codewords)
    syndromes = _syndromes(codewords, checks)
    if not any(syndromes):
        return [int(word) for word in codewords]
    locator, places = _locator(syndromes, [_power(count - 1 - at) for at in erased])
    if 2 * places - len(erased) > checks - _SPARE:
        return None
    roots = _roots(locator, count, checks)
    if len(roots) != places:
        return None
    evaluator = _product(syndromes, locator)[:checks]
    slope = [(at * c) % FIELD for at, c in enumerate(locator)][1:]
    right = [int(word) for word in codewords]
    for at in roots:
        inverse = _inverse(_power(count - 1 - at))
        steep = _value(slope, inverse)
        if steep == 0:
            return None
        right[at] = (right[at] + _value(evaluator, inverse) * _inverse(steep)) % FIELD
    if any(_syndromes(np.array(right), checks)):
        return None
    return right


def _locator(syndromes: list[int], erased: list[int]) -> tuple[list[int], int]:
    """The polynomial (lowest power first) whose roots tell what is wrong, and its degree."""
    locator = [1]
    for place in erased:
        locator = _product(locator, [1, -place % FIELD])
    before, length, erasures = list(locator), len(erased), len(erased)
    for step in range(erasures, len(syndromes)):
        terms = zip(locator, reversed(syndromes[: step + 1]), strict=False)
        off = sum(c * s for c, s in terms) % FIELD
        before = [0, *before]
        if off == 0:
            continue
        longer = [
            ((locator[i] if i < len(locator) else 0) - off * (before[i] if i < len(before) else 0))
            % FIELD
            for i in range(max(len(locator), len(before)))
        ]
        if 2 * length <= step + erasures:
            scale = _inverse(off)
            before = [c * scale % FIELD for c in locator]
            length = step + 1 + erasures - length
        locator = longer
    while len(locator) > 1 and locator[-1] == 0:
        locator.pop()
    return locator, length


def _roots(locator: list[int], count: int, checks: int) -> list[int]:
    """The places whose inverse powers are roots (Chien's search, all at once)."""
    powers = _inverse_table(count, checks + 1)[:, : len(locator)]
    values = powers @ np.array(locator, np.int64) % FIELD
    return [int(at) for at in np.flatnonzero(values == 0)]


def _inverse_table(count: int, terms: int) -> NDArray[np.int64]:
    """3 to the minus (count - 1 - at) * term: place x term."""
    places, powers = np.arange(count - 1, -1, -1), np.arange(terms)
    return _powers()[-np.outer(places, powers) % (FIELD - 1)]


def _syndromes(codewords: NDArray[np.int64], checks: int) -> list[int]:
    powers = _power_table(len(codewords), checks)
    return [int(s) for s in (powers @ codewords.astype(np.int64)) % FIELD]


def _power_table(count: int, checks: int) -> NDArray[np.int64]:
    """3 to the (i + 1)(count - 1 - j): the generator's roots are 3, 9, 27 ... (clause 5.7)."""
    roots, places = np.arange(1, checks + 1), np.arange(count - 1, -1, -1)
    return _powers()[np.outer(roots, places) % (FIELD - 1)]


@cache
def _powers() -> NDArray[np.int64]:
    """3 to the 0 to 927: every codeword but zero, once."""
    powers = np.ones(FIELD - 1, np.int64)
    for at in range(1, FIELD - 1):
        powers[at] = 3 * powers[at - 1] % FIELD
    return powers


def _power(exponent: int) -> int:
    return pow(3, exponent, FIELD)


@cache
def _inverse(value: int) -> int:
    return pow(value, FIELD - 2, FIELD)


def _product(one: Sequence[int], other: Sequence[int]) -> list[int]:
    result = np.convolve(np.array(one, np.int64), np.array(other, np.int64)) % FIELD
    return [int(c) for c in result]


def _value(polynomial: Sequence[int], at: int) -> int:
    total = 0
    for c in reversed(polynomial):
        total = (total * at + c) % FIELD
    return total
