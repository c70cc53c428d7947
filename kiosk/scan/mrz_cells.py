"""The characters of a zone that was found, each cut out level and of one size. Pure.

The rows' ends give the page's perspective. What is left is measured in the levelled band: each
row's slope and height from its own print, and the grid of columns from the gaps that all rows
share, since a zone's print has one pitch.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.scan.frames import Image
from kiosk.scan.mrz import LAYOUTS
from kiosk.scan.mrz_find import Row, Zone
from kiosk.scan.mrz_net import CAPITAL, CELL, PITCH, Floats, even_out

_RIM = (44, 24)
"""Of the levelled band around the print, in px across and down."""
_REACH = 18
"""How far from its nominal middle a row is looked for, in px of the band, up and down."""
_NO_MAP = np.empty(0, np.float32)
_WHITE, _MORE_WHITE = 240, 0.06
"""Grey level of what may be a lamp's reflection; share of it that a cell has beyond most others."""
_PARTS = 9
"""Of each row, in which its middle is measured."""
_LEAST_GRID = 0.55
"""Least score of a grid: zones have 0.7 and more, print of uneven pitch has 0.5."""
_NO_GRID = 0.22
"""A grid of a wrong count has more than this over a zone, and any has less over bars and boxes."""
_NEAR_GRID = 0.15
"""A grid of another count whose score is so near to the best one's is tried too."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cut:
    """Cells of a zone: lines x columns x CELL, evened; and the place in px of the frame."""

    cells: Floats
    dazzled: NDArray[np.bool_]
    """Lines x columns: where a lamp may have taken part of the character away."""
    zone: Zone

    @property
    def upside_down(self) -> "Cut":
        turned = np.ascontiguousarray(self.cells[::-1, ::-1, ::-1, ::-1])
        return Cut(turned, self.dazzled[::-1, ::-1], self.zone.upside_down)


@dataclass(frozen=True, slots=True)
class _Band:
    """A levelled band: its picture of ink (0 to 1), and how to get from it into the source."""

    ink: Floats
    source: Image
    to_source: Doubles
    to_frame: Doubles
    rows: Doubles
    """The middle of each row at its nominal place, down, in px of the band."""
    width: float
    """Of the print, which begins at `_RIM`."""


def cut(grey: Image, zone: Zone) -> list[Cut]:
    """The zone's cells, or none when its print has no even pitch.

    Two rows with the pitch of three-line cards are cut with the third line above or below.
    """
    band = _levelled(grey, zone)
    if band is None:
        return []
    columns = [x.columns for x in LAYOUTS if x.lines == len(zone.rows)]
    if len(zone.rows) == 2:
        columns.append(30)
    middles, heights = _measured(band)
    profiles = np.stack([_profile(band, m, h) for m, h in zip(middles, heights, strict=True)])
    first = _grids(profiles, columns[0], band.width)
    if first[0] < _NO_GRID:
        return []
    fits = [first, *(_grids(profiles, n, band.width) for n in columns[1:])]
    fits.sort(key=lambda fit: -fit[0])
    cuts: list[Cut] = []
    for score, count, xs in fits:
        if score < _LEAST_GRID or score < fits[0][0] - _NEAR_GRID:
            break
        if count == 30 and len(zone.rows) == 2:
            cuts += [c for third in _with_third(zone) for c in cut(grey, third)]
        else:
            cuts.append(Cut(*_cells(band, xs, middles, heights), zone))
    return cuts


def _with_third(zone: Zone) -> list[Zone]:
    """Three rows from two: the third is between them, or goes on from one to the other."""
    a, b = zone.rows

    def at(share: float) -> Row:
        start, end = (
            (p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1]))
            for p, q in ((a.start, b.start), (a.end, b.end))
        )
        return Row(start, end, (a.height + b.height) / 2)

    height = (a.height + b.height) / 2
    apart = float(np.linalg.norm(np.subtract(a.start, b.start)))
    around = [Zone((at(-1.0), a, b)), Zone((a, b, at(2.0)))]
    return [Zone((a, at(0.5), b))] if apart > 2.9 * height else around


def _levelled(grey: Image, zone: Zone) -> _Band | None:
    first, last = zone.rows[0], zone.rows[-1]
    height = float(np.median([r.height for r in zone.rows])) * 0.86  # closing made it taller
    length = (first.length + last.length) / 2
    apart = np.mean([np.subtract(last.start, first.start), np.subtract(last.end, first.end)], 0)
    scale = CAPITAL / height
    width, down = length * scale, float(np.linalg.norm(apart)) * scale
    size = (round(width) + 2 * _RIM[0], round(down) + 2 * _RIM[1])
    if not 200 < size[0] < 1600 or size[1] > 300:
        return None
    frame = np.array([first.start, first.end, last.end, last.start], np.float32)
    ends = np.array([(0, 0), (width, 0), (width, down), (0, down)], np.float32) + _RIM
    to_frame = cv2.getPerspectiveTransform(ends.astype(np.float32), frame)
    rim = 2 * height
    left, top = np.maximum(np.floor(frame.min(0) - rim).astype(int), 0)
    right, bottom = np.ceil(frame.max(0) + rim).astype(int)
    source = grey[top:bottom, left:right]
    shrink = 1.0
    if scale < 0.75:  # finer than needed: its noise goes
        shrink = scale * 1.25
        small = cv2.resize(source, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        source = small.astype(np.uint8, copy=False)
    half = 0.5 * (shrink - 1)
    into = np.array(
        [[shrink, 0, half - shrink * left], [0, shrink, half - shrink * top], [0, 0, 1]]
    )
    to_source = np.asarray(into @ to_frame, np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    band = cv2.warpPerspective(
        source, to_source, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    paper = cv2.morphologyEx(cv2.blur(band, (3, 3)), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    ink = (paper.astype(np.float32) - band) / (paper + 8.0)
    rows = _RIM[1] + np.linspace(0, down, len(zone.rows))
    return _Band(np.clip(ink, 0, 1), source, to_source, np.asarray(to_frame), rows, width)


# ---- rows ----------------------------------------------------------------------------------------


def _measured(band: _Band) -> tuple[Doubles, Doubles]:
    """Each row's middle at every px across, and its capitals' height."""
    wide = band.ink.shape[1]
    edges = np.linspace(_RIM[0], _RIM[0] + band.width, _PARTS + 1).astype(int)
    across = np.arange(wide)
    middles, heights = [], []
    for nominal in band.rows:
        top = max(0, round(float(nominal)) - _REACH)
        strip = band.ink[top : top + 2 * _REACH + 1]
        parts = [strip[:, a:b].mean(axis=1) for a, b in pairwise(edges)]
        tops, bottoms = zip(*(_edges(part) for part in parts), strict=True)
        centres = (np.array(tops) + np.array(bottoms)) / 2 + top
        at = (edges[1:] + edges[:-1]) / 2
        middles.append(_arch(at, centres, across))
        heights.append(np.quantile(np.subtract(bottoms, tops), 0.75))
    height = float(np.clip(np.median(heights), 0.75 * CAPITAL, 1.35 * CAPITAL))
    return np.stack(middles), np.full(len(middles), height)


def _edges(profile: Floats) -> tuple[float, float]:
    """Where print begins and ends around the middle, by a share of its most."""
    soft = np.convolve(profile, [0.25, 0.5, 0.25], mode="same")
    middle = len(soft) // 2
    floor = float(soft.min())
    level = floor + 0.35 * (float(soft[middle - 6 : middle + 7].max()) - floor)
    peak = middle - 6 + int(np.argmax(soft[middle - 6 : middle + 7]))
    inside = soft > level
    top = bottom = peak
    misses = 0
    while top > 0 and misses < 2:
        top -= 1
        misses = 0 if inside[top] else misses + 1
    top += misses
    misses = 0
    while bottom < len(soft) - 1 and misses < 2:
        bottom += 1
        misses = 0 if inside[bottom] else misses + 1
    return float(top) - 0.5, float(bottom - misses) + 0.5


def _arch(at: Doubles, ys: Doubles, across: NDArray[np.int_]) -> Doubles:
    """A parabola through a row's parts: pages of a book arch; one spoiled part does little harm."""
    middle, half = (at[0] + at[-1]) / 2, (at[-1] - at[0]) / 2
    weights = np.ones(len(at))
    for _ in range(6):
        shape = np.polyfit((at - middle) / half, ys, 2, w=weights)
        off = np.abs(ys - np.polyval(shape, (at - middle) / half))
        weights = 1 / np.sqrt(1 + (off / max(0.4, float(np.median(off)))) ** 2)
    return np.asarray(np.polyval(shape, (across - middle) / half))


def _profile(band: _Band, middle: Doubles, height: float) -> Doubles:
    """How much ink each column of a row has."""
    reach = np.arange(-height / 2 + 1, height / 2 - 0.5)
    wide = band.ink.shape[1]
    ys = np.clip(np.round(middle[None] + reach[:, None]), 0, band.ink.shape[0] - 1).astype(int)
    profile = band.ink[ys, np.arange(wide)[None]].mean(axis=0).astype(np.float64)
    return np.asarray(profile / (np.quantile(profile, 0.8) + 1e-3))


# ---- columns -------------------------------------------------------------------------------------


def _grids(profiles: Doubles, count: int, width: float) -> tuple[float, int, Doubles]:
    """Every row's grid of so many columns, and how well they fit in all."""
    scores, grids = zip(*(_grid(np.minimum(p, 1.6), count, width) for p in profiles), strict=True)
    return float(np.mean(scores)), count, np.stack(grids)


def _grid(profile: Doubles, count: int, width: float) -> tuple[float, Doubles]:
    """The best row of so many columns in a profile: its score, and the columns' middles.

    Gaps are tracked from left to right by dynamic programming, each a pitch from the last, give or
    take what perspective and a wrong width do to it; a parabola through them is the grid.
    """
    pitch = width / (count - 0.3)
    soft = np.convolve(profile, np.full(3, 1 / 3), mode="same")
    inside = np.convolve(profile, np.full(n := max(1, round(0.45 * pitch)), 1 / n), mode="same")
    size = len(profile)
    steps = np.arange(int(np.floor(0.86 * pitch)), int(np.ceil(1.14 * pitch)) + 1)
    strain = 1.2 * ((steps - pitch) / pitch) ** 2
    ahead = np.pad(inside, (0, int(steps[-1])))
    behind = np.pad(inside, (int(steps[-1]), 0))
    half = round(pitch / 2)
    gap = soft * 0.9
    # Blank before the first gap: its cost stands for the character that must not be there.
    cost = gap + 2 * behind[int(steps[-1]) - half :][:size]
    came = np.zeros((count, size), np.int16)
    for column in range(count):
        tried = np.full((len(steps), size), np.inf)
        for n, step in enumerate(steps):
            middle = inside[step // 2 : size - step + step // 2]
            tried[n, step:] = cost[: size - step] - middle + strain[n]
        came[column] = np.argmin(tried, axis=0)
        cost = tried[came[column], np.arange(size)] + gap
    cost = cost + 2 * ahead[half : half + size]
    at = int(np.argmin(cost))
    score = -float(cost[at]) / count
    gaps = np.empty(count + 1)
    for column in range(count, -1, -1):
        gaps[column] = at
        if column:
            at -= int(steps[came[column - 1, at]])
    return score, _parabola(gaps)


def _parabola(gaps: Doubles) -> Doubles:
    """Columns' middles on a parabola through the gaps, those far from it counting little."""
    ns = np.linspace(-1, 1, len(gaps))
    weights = np.ones(len(gaps))
    for _ in range(4):
        shape = np.polyfit(ns, gaps, 2, w=weights)
        off = np.abs(gaps - np.polyval(shape, ns))
        weights = 1 / np.sqrt(1 + (off / 1.5) ** 2)
    half = (ns[1] - ns[0]) / 2
    return np.asarray(np.polyval(shape, ns[:-1] + half))


# ---- cells ---------------------------------------------------------------------------------------


def _cells(
    band: _Band, xs: Doubles, middles: Doubles, heights: Doubles
) -> tuple[Floats, NDArray[np.bool_]]:
    """Every cell taken straight from the source, lines x columns x CELL; and whether dazzled."""
    lines, columns = xs.shape
    steps = np.gradient(xs, axis=1)
    high, wide = CELL
    right = (np.arange(wide) - (wide - 1) / 2) / PITCH
    down = (np.arange(high) - (high - 1) / 2) / CAPITAL
    x = xs[:, :, None] + steps[:, :, None] * right
    whole = np.arange(middles.shape[1])
    y0 = np.stack([np.interp(xs[n], whole, middles[n]) for n in range(lines)])
    y = y0[:, :, None] + heights[:, None, None] * down
    shape = (lines, columns, high, wide)
    # A column's characters stand one above the other: what they lean, the page leans.
    lean = (xs[-1] - xs[0]) / (y0[-1] - y0[0])
    x = x[:, :, None, :] + (lean[:, None] * (y - y0[:, :, None]))[..., None]
    points = np.stack([x, np.broadcast_to(y[..., None], shape)], axis=-1)
    placed = cv2.perspectiveTransform(points.reshape(-1, 1, 2), band.to_source)
    mapped = placed.astype(np.float32).reshape(lines * columns * high, wide, 2)
    # remap takes pictures of up to 32,767 rows: 132 cells of 24 are few.
    taken = cv2.remap(
        band.source, mapped, _NO_MAP, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    raw = taken.astype(np.float32).reshape(-1, high, wide)
    white = (raw >= _WHITE).mean(axis=(1, 2))
    dazzled = white > float(np.median(white)) + _MORE_WHITE
    return even_out(raw).reshape(shape), dazzled.reshape(lines, columns)
