"""A soft reader of PDF417, for symbols that are blurred, covered, or read in no single frame. Pure.

Every cell of the symbol is compared with all codewords that may stand in its row, and what speaks
for each is kept as a number: blur leaves the right one ahead, glare and thumbs leave nothing, and
the evidence of several frames adds up. The likeliest codewords are then corrected, the least
certain ones as erasures, which cost half of what errors do (Forney, *Generalized minimum distance
decoding*, 1966).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.scan.frames import Image
from kiosk.scan.locate import Region
from kiosk.scan.pdf417_columns import Columns, Floats, find_columns
from kiosk.scan.pdf417_symbol import (
    CLUSTERS,
    FIELD,
    MODULES,
    Layout,
    corrected,
    patterns,
    payload_of,
)

_BLURS = (0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.2)
"""Standard deviations of blur in modules that cells are compared at."""
_LINE = 0.8
"""Distance of two lines along which cells are sampled, in modules."""
_SHORTEST_ROW, _TALLEST_ROW = 1.8, 16.0
"""Height of a row in such lines."""
_LAYOUTS_A_FRAME, _LAYOUTS_KEPT = 2, 4
_FADING = 0.85
"""What a frame's evidence is worth when the next one comes: another card may be shown by then."""
_ERASED = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Shares of the check codewords spent on the least certain cells, one try after the other."""
_MANY_CHECKS = 128
"""More than any licence has: a try takes a tenth of a second then, so there are fewer."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each codeword in each cell: rows x columns x 929, zero for nothing."""

    layout: Layout
    weights: Floats


def read_soft(grey: Image, region: Region) -> Iterator[Evidence]:
    """What a picture tells of the symbol in `region`, the likeliest layout first."""
    columns = find_columns(grey, region)
    if columns is not None:
        sampled = _sampled(columns)
        if sampled is not None:
            yield from _evidence(sampled, columns)


def decided(evidence: Evidence) -> bytes | None:
    """The payload, when enough of it is known; never a guess (see `corrected`)."""
    layout = evidence.layout
    cells = evidence.weights.reshape(layout.size, FIELD)
    likeliest = cells.argmax(axis=1)
    best_two = np.partition(cells, -2, axis=1)[:, -2:]
    least_certain = np.argsort(best_two[:, 1] - best_two[:, 0])
    for share in _ERASED if layout.checks <= _MANY_CHECKS else _ERASED[::4]:
        erased = least_certain[: int(share * layout.checks)]
        words = corrected(likeliest, layout, erased.tolist())
        if words is not None and words[0] == layout.size - layout.checks:
            return payload_of(words, layout)
    return None


class Votes:
    """Adds up the evidence of a card's frames; give it each frame once, from one thread."""

    def __init__(self) -> None:
        self._sums: dict[Layout, Floats] = {}

    def look(self, grey: Image, region: Region) -> bytes | None:
        """The payload, from this frame alone or together with those before."""
        for evidence in islice(read_soft(grey, region), _LAYOUTS_A_FRAME):
            payload = decided(evidence) or self._decided_with(evidence)
            if payload is not None:
                self.forget()
                return payload
        return None

    def forget(self) -> None:
        self._sums.clear()

    def _decided_with(self, evidence: Evidence) -> bytes | None:
        before = self._sums.pop(evidence.layout, None)
        total = evidence.weights if before is None else _FADING * before + evidence.weights
        self._sums[evidence.layout] = total  # the newest layout last
        while len(self._sums) > _LAYOUTS_KEPT:
            del self._sums[next(iter(self._sums))]
        return None if before is None else decided(Evidence(evidence.layout, total))


# ---- from columns to cells -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sampled:
    """Likeness of every cell along every line to every codeword: line x column x cluster x 929."""

    likeness: Floats
    best: Floats
    """Of the 929: line x column x cluster."""
    weight: Floats
    """Local contrast, 0 to 1: line x column."""


def _sampled(columns: Columns) -> _Sampled | None:
    high = columns.evened.shape[0]
    lines = int(high / (columns.module * _LINE))
    if lines < 6:
        return None
    y = (np.arange(lines) + 0.5) * high / lines
    edges = columns.at[None, :] + columns.slope[None, :] * (y - high / 2)[:, None]
    within = (np.arange(MODULES) + 0.5) / MODULES
    xs = edges[:, :-1, None] + np.diff(edges, axis=1)[:, :, None] * within
    ys = np.broadcast_to(y[:, None, None], xs.shape)
    shape = (lines, columns.count * MODULES)
    maps = (xs.reshape(shape).astype(np.float32), ys.reshape(shape).astype(np.float32))
    aperture = (max(1, round(0.6 * columns.module)), max(1, round(0.8 * columns.module)))
    seen = cv2.remap(cv2.blur(columns.evened, aperture), *maps, cv2.INTER_LINEAR)
    contrast = cv2.remap(columns.contrast, *maps, cv2.INTER_LINEAR)
    cells = seen.reshape(lines, columns.count, MODULES)
    weight = contrast.reshape(cells.shape).mean(axis=2)
    weight = np.clip(weight / max(float(np.median(weight)), 1.0), 0, 1).astype(np.float32)
    cells = cells - cells.mean(axis=2, keepdims=True)
    flat = cells.reshape(-1, MODULES)
    flat = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-3)
    some = flat[:: max(1, len(flat) // 200)]
    blur = max(_BLURS, key=lambda b: float((some @ _blurred(b).T).max(axis=1).mean()))
    likeness = (flat @ _blurred(blur).T).reshape(lines, columns.count, CLUSTERS, FIELD)
    return _Sampled(likeness, likeness.max(axis=3), weight)


@cache
def _blurred(deviation: float) -> Floats:
    """All codewords as a lens shows them: (cluster, codeword) x 17, zero mean, length one.

    What stands beside is known: every codeword ends with a space and begins with a bar.
    """
    fine = 8
    table = patterns().reshape(-1, MODULES)
    before = np.zeros((len(table), 2), np.float32)
    sharp = np.repeat(np.hstack([before, table, before + 1]), fine, axis=1)
    soft = cv2.GaussianBlur(sharp, (0, 0), sigmaX=deviation * fine, sigmaY=1e-6)
    seen = soft.reshape(len(table), -1, fine).mean(axis=2)[:, 2 : 2 + MODULES]
    seen = seen - seen.mean(axis=1, keepdims=True)
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    return np.ascontiguousarray(seen, np.float32)


# ---- from lines to rows --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """Lines `first` to `last` (exclusive), counted in the middle column, and the row's cluster."""

    first: int
    last: int
    cluster: int


def _evidence(sampled: _Sampled, columns: Columns) -> Iterator[Evidence]:
    telling = sampled.best - sampled.best.mean(axis=2, keepdims=True)
    telling *= sampled.weight[:, :, None]
    count = columns.count
    middle = slice(count // 4, max(count * 3 // 4, count // 4 + 2))
    profile = telling[:, middle].mean(axis=1)
    rows = _rows(profile, _row_height(profile))
    summed = _summed(sampled, rows, _shifts(telling, rows))
    for first, offset, layout in _layouts(summed, rows, columns):
        yield Evidence(layout, _placed(summed, first, offset, layout))


def _row_height(profile: Floats) -> float:
    """In lines. Clusters follow each other, so the profile turns once in three rows."""
    turning = profile @ np.exp(2j * np.pi * np.arange(CLUSTERS) / CLUSTERS)
    length = 4096
    strength = np.abs(np.fft.fft(turning, length))
    slowest = int(length / (CLUSTERS * _TALLEST_ROW))
    fastest = int(length / (CLUSTERS * _SHORTEST_ROW))
    at = slowest + int(strength[slowest:fastest].argmax())
    return length / (CLUSTERS * at)


def _rows(profile: Floats, height: float) -> list[_Row]:
    """The cut of the lines into rows that agrees best with the profile, by dynamic programming."""
    lines = len(profile)
    sums = np.vstack([np.zeros(CLUSTERS), np.cumsum(profile, axis=0)])
    lengths = range(max(1, int(0.8 * height)), int(np.ceil(1.2 * height)) + 1)
    best = np.full((lines + 1, CLUSTERS), -np.inf)
    cut = np.zeros((lines + 1, CLUSTERS), int)
    for end in range(lines + 1):
        for cluster in range(CLUSTERS):
            if end <= lengths[-1]:  # the first row may be cut off
                best[end, cluster] = sums[end, cluster]
            for length in lengths:
                start = end - length
                if start <= 0:
                    break
                gain = sums[end, cluster] - sums[start, cluster] - 0.02 * abs(length - height)
                total = best[start, (cluster - 1) % CLUSTERS] + gain
                if total > best[end, cluster]:
                    best[end, cluster], cut[end, cluster] = total, start
    rows: list[_Row] = []
    end, cluster = lines, int(best[lines].argmax())
    while end > 0:
        start = int(cut[end, cluster])
        rows.append(_Row(start, end, cluster))
        end, cluster = start, (cluster - 1) % CLUSTERS
    return rows[::-1]


def _shifts(telling: Floats, rows: list[_Row]) -> NDArray[np.int64]:
    """How many lines each column's rows lie lower than the middle column's: a card is never level.

    Followed from the middle outwards, then smoothed: a bent card's rows are arcs.
    """
    lines, count, _ = telling.shape
    cluster = np.concatenate([np.full(r.last - r.first, r.cluster) for r in rows])
    at = np.arange(lines)
    found = np.zeros(count)

    def agreement(column: int, shift: float) -> float:
        low = int(np.floor(shift))
        part = shift - low
        upper = telling[np.clip(at + low, 0, lines - 1), column, cluster]
        lower = telling[np.clip(at + low + 1, 0, lines - 1), column, cluster]
        return float((upper * (1 - part) + lower * part).sum())

    for columns in (range(count // 2, count), range(count // 2 - 1, -1, -1)):
        shift = growth = 0.0
        for column in columns:
            tries = shift + growth + 0.25 * np.arange(-6, 7)
            found[column] = max(tries, key=lambda tried: agreement(column, tried))
            seen = found[column] - shift
            growth += 0.3 * (seen - growth)
            shift += 0.6 * seen + 0.4 * growth
    places = np.linspace(-1, 1, count)
    smooth = np.polyval(np.polyfit(places, found, 2), places)
    near = np.abs(found - smooth) < 1.5
    if near.sum() > 8:
        smooth = np.polyval(np.polyfit(places[near], found[near], 4), places)
    whole: NDArray[np.int64] = np.rint(smooth).astype(np.int64)
    return whole


def _summed(sampled: _Sampled, rows: list[_Row], shifts: NDArray[np.int64]) -> Floats:
    """The lines' likeness added up by rows, a row's middle counting most: row x column x 929."""
    lines, count = sampled.weight.shape
    summed = np.zeros((len(rows), count, FIELD), np.float32)
    for column in range(count):
        for number, row in enumerate(rows):
            at = np.arange(row.first, row.last)
            half = max((row.last - row.first) / 2, 1)
            central = 1 - 0.95 * ((at - (row.first + row.last - 1) / 2) / half) ** 2
            where = np.clip(at + shifts[column], 0, lines - 1)
            weights = (sampled.weight[where, column] * central).astype(np.float32)
            summed[number, column] = weights @ sampled.likeness[where, column, row.cluster]
    return summed


# ---- which rows and columns these are ------------------------------------------------------------


def _layouts(
    summed: Floats, rows: list[_Row], columns: Columns
) -> Iterator[tuple[int, int, Layout]]:
    """(first data column, number of the first row, layout), the likeliest first.

    Every row names its place and the symbol's layout at both ends. An end may be covered: then
    the other tells.
    """
    last = columns.count - 1
    ends: list[tuple[int | None, int | None]]
    if columns.is_from_left:  # the stop pattern may have been followed as one more column
        ends = [(0, last - 1), (0, last), (0, None)]
    else:
        ends = [(1, last), (0, last), (None, last)]
    placed = [
        (score, left, right, offset)
        for left, right in ends
        for score, offset in _offsets(summed, rows, left, right)
    ]
    placed.sort(key=lambda p: -p[0])
    found: list[tuple[float, int, int, Layout]] = []
    for score, left, right, offset in placed[:4]:
        words = _Words(summed, rows, left, right, offset)
        for more, layout in words.layouts():
            first = left + 1 if left is not None else last - layout.columns
            found.append((score + more, first, offset, layout))
    found.sort(key=lambda f: -f[0])
    seen: set[tuple[int, int, Layout]] = set()
    for _, first, offset, layout in found:
        if (first, offset, layout) not in seen and len(seen) < 4:
            seen.add((first, offset, layout))
            yield first, offset, layout


def _offsets(
    summed: Floats, rows: list[_Row], left: int | None, right: int | None
) -> Iterator[tuple[float, int]]:
    """How well the indicators agree when the first row is number `offset` (below 0: outside)."""
    groups = np.zeros((len(rows), 30), np.float32)
    for column in (left, right):
        if column is not None:
            best = summed[:, column, :900].reshape(len(rows), 30, 30).max(axis=2)
            groups += best - np.median(best, axis=1, keepdims=True)
    numbers = np.arange(len(rows))
    for offset in range(-len(rows) + 1, len(rows)):
        if (offset - rows[0].cluster) % CLUSTERS:
            continue
        inside = (numbers + offset >= 0) & (numbers + offset < 90)
        yield float(groups[inside, (numbers + offset)[inside] // 3].sum()), offset


class _Words:
    """What the indicators say of the layout, once it is known which rows they stand in."""

    def __init__(
        self,
        summed: Floats,
        rows: list[_Row],
        left: int | None,
        right: int | None,
        offset: int,
    ) -> None:
        self._ends = (left, right)
        self._cells: dict[tuple[int, int], NDArray[np.float32]] = {}
        for side, column in enumerate(self._ends):
            for cluster in range(CLUSTERS):
                total = np.zeros(30, np.float32)
                for number, row in enumerate(rows):
                    base = 30 * ((number + offset) // 3)
                    if column is None or row.cluster != cluster or not 0 <= base < 900:
                        continue
                    words = summed[number, column]
                    total += words[base : base + 30] - words.max()
                self._cells[side, cluster] = total

    def layouts(self) -> Iterator[tuple[float, Layout]]:
        """The likeliest layouts, each with how much speaks for it (never more than 0)."""
        left, right = self._ends
        columns = self._cells[1, 0] + self._cells[0, 2]
        if left is not None and right is not None:
            likely = [right - left - 1]
        else:
            likely = [int(c) + 1 for c in np.argsort(-columns)[:2]]
        thirds = self._cells[0, 0] + self._cells[1, 1]
        levels = self._cells[0, 1] + self._cells[1, 2]
        scores = thirds[:, None] + levels[None, :27]
        best = np.argsort(-scores, axis=None)[:2]
        for count in likely:
            for third, level in zip(*np.unravel_index(best, scores.shape), strict=True):
                layout = Layout(3 * int(third) + int(level) % 3 + 1, count, int(level) // 3)
                if 1 <= count <= 30 and layout.is_possible:
                    yield float(scores[third, level] + columns[count - 1]), layout


def _placed(summed: Floats, first: int, offset: int, layout: Layout) -> Floats:
    """The data cells of a layout; those that were not seen stay zero."""
    weights = np.zeros((layout.rows, layout.columns, FIELD), np.float32)
    rows = slice(max(0, -offset), max(0, min(len(summed), layout.rows - offset)))
    columns = slice(max(0, first), max(0, min(summed.shape[1], first + layout.columns)))
    weights[
        rows.start + offset : rows.stop + offset, columns.start - first : columns.stop - first
    ] = summed[rows, columns]
    return weights
