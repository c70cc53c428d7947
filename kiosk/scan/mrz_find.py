"""Where in a frame a machine-readable zone may lie: two or three long rows of even print. Pure.

Dark strokes on lighter paper, joined to rows by closing gaps that are narrower than the space
between two lines; long thin blobs are rows; rows of one length, one above the other, are a zone.
Works for every turn of the page, since no step prefers a direction.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.scan.frames import Image
from kiosk.scan.locate import Point

_LOOKS = ((960, 7), (960, 4), (540, 7))
"""Width of the picture that is searched, and the widest gap between characters that is closed.

In px: first what most pages need, then lines that are near each other, then large print.
"""
_STROKE = 9
"""Strokes are thinner than this, in px of the small picture."""
_FAINTEST = 0.09
"""Least contrast of a stroke to its paper, as a share."""
_NOISE = 7
"""Least contrast in grey levels, above what a webcam's noise leaves."""
_MOST_BLOBS = 160
_TALLEST = 45
"""Height of a row, in px of the small picture: of less than thirty characters in its width."""
_SHORTEST = 13.0
"""Of a row, in heights: thirty characters are at least 18 heights long, less what a glare hides."""

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of print, in px of the frame: the middle of its ends, and its height."""

    start: tuple[float, float]
    end: tuple[float, float]
    height: float

    @property
    def length(self) -> float:
        return float(np.hypot(self.end[0] - self.start[0], self.end[1] - self.start[1]))


@dataclass(frozen=True, slots=True)
class Zone:
    """Rows that may be a zone's lines, from the upper to the lower, or turned by half."""

    rows: tuple[Row, ...]

    @property
    def upside_down(self) -> "Zone":
        turned = tuple(Row(r.end, r.start, r.height) for r in reversed(self.rows))
        return Zone(turned)

    @property
    def corners(self) -> tuple[Point, ...]:
        """Upper left, upper right, lower right, lower left of the print."""
        first, last = self.rows[0], self.rows[-1]
        down = np.subtract(last.start, first.start)
        down = down / (np.linalg.norm(down) + 1e-9)
        points = [
            np.array(first.start) - down * first.height / 2,
            np.array(first.end) - down * first.height / 2,
            np.array(last.end) + down * last.height / 2,
            np.array(last.start) + down * last.height / 2,
        ]
        return tuple((float(x), float(y)) for x, y in points)


def find_zones(grey: Image, most: int = 3) -> Iterator[Zone]:
    """Zones in a frame, likeliest first; a further look is taken only when it is asked for."""
    width = grey.shape[1]
    if min(grey.shape) < _STROKE:
        return
    known: list[Zone] = []
    small, mask = grey, grey
    for goal, gap in _LOOKS:
        if small is grey or goal < small.shape[1]:
            small = _shrunk(small, goal)
            mask = _strokes(small)
        closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
        rows = _rows(closed.astype(np.uint8, copy=False))
        for zone in _zones(rows, width / small.shape[1])[:most]:
            if not any(_is_same(zone, k) for k in known):
                known.append(zone)
                yield zone


def _shrunk(grey: Image, width: int) -> Image:
    if width >= grey.shape[1]:
        return grey
    size = (width, max(1, round(grey.shape[0] * width / grey.shape[1])))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _is_same(a: Zone, b: Zone) -> bool:
    """Whether two looks gave the same place."""
    if len(a.rows) != len(b.rows):
        return False
    off = np.abs(np.subtract(a.corners, b.corners)).max()
    return float(off) < 0.25 * a.rows[0].height


def _strokes(small: Image) -> Image:
    """A mask of what is dark and thin."""
    calm = cv2.blur(small, (3, 3))
    paper = cv2.morphologyEx(calm, cv2.MORPH_CLOSE, np.ones((_STROKE, _STROKE), np.uint8))
    depth = cv2.subtract(paper, calm)
    least = cv2.convertScaleAbs(paper, alpha=_FAINTEST, beta=_NOISE - 0.5)
    return cv2.compare(depth, least, cv2.CMP_GT).astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class _Blob:
    points: Points
    area: float
    centre: Points
    along: Points
    """Unit vector along its long side, to the right (or down, when upright)."""
    length: float
    height: float


def _rows(mask: Image) -> list[_Blob]:
    """Long thin blobs, pieces of one row joined, the longest first."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = (c for c in contours if len(c) > 3 and max(cv2.boundingRect(c)[2:]) >= 5)
    pieces = [_blob(c[:, 0].astype(np.float64), cv2.contourArea(c)) for c in large]
    pieces = [p for p in pieces if p.height < _TALLEST]
    pieces.sort(key=lambda p: -p.length)
    del pieces[_MOST_BLOBS:]
    rows: list[_Blob] = []
    while pieces and pieces[0].length > 5 * pieces[0].height:
        row = pieces.pop(0)
        if row.height < 5:
            continue
        for _ in range(3):
            joined = _joined(row, pieces)
            if not joined:
                break
            points = np.concatenate([row.points, *(p.points for p in joined)])
            row = _blob(points, row.area + sum(p.area for p in joined))
            pieces = [p for p in pieces if p not in joined]
        if row.length > _SHORTEST * row.height:
            rows.append(row)
    rows.sort(key=lambda r: -r.length)
    return rows


def _joined(row: _Blob, pieces: list[_Blob]) -> list[_Blob]:
    """Pieces that go on where the row ends: single characters near, longer ones farther off."""
    if not pieces:
        return []
    across = np.array([-row.along[1], row.along[0]])
    offsets = np.stack([p.centre for p in pieces]) - row.centre
    beside = np.abs(offsets @ across) < 0.45 * row.height
    low, high = -row.length / 2, row.length / 2
    joined = []
    for at in sorted(np.flatnonzero(beside), key=lambda n: abs(float(offsets[n] @ row.along))):
        piece = pieces[at]
        tall = piece.height if piece.length > 1.6 * piece.height else piece.length
        is_long = piece.length > 1.6 * piece.height
        if not (0.6 if is_long else 0.35) < tall / row.height < 1.6:
            continue
        places = (piece.points - row.centre) @ row.along
        first, last = float(places.min()), float(places.max())
        if max(first - high, low - last) < (5.0 if is_long else 1.3) * row.height:
            low, high = min(low, first), max(high, last)
            joined.append(piece)
    return joined


def _blob(points: Points, area: float) -> _Blob:
    centre, (wide, high), angle = cv2.minAreaRect(points.astype(np.float32))
    if wide < high:
        wide, high, angle = high, wide, angle + 90
    turn = np.deg2rad(angle)
    along = np.array([np.cos(turn), np.sin(turn)])
    if along[0] < -0.1 or (abs(along[0]) <= 0.1 and along[1] < 0):
        along = -along
    # An arched row's box is taller than its print.
    height = min(float(high), 1.6 * area / max(float(wide), 1.0)) + 1
    return _Blob(points, area, np.array(centre), along, float(wide), height)


def _zones(rows: list[_Blob], scale: float) -> list[Zone]:
    """Neighbouring rows of one length: three of them, and every two, the longest first."""
    found: list[tuple[float, tuple[_Blob, ...]]] = []
    for row in rows[:12]:
        across = np.array([-row.along[1], row.along[0]])
        chain = sorted(
            (r for r in rows if r is row or _are_neighbours(row, r)),
            key=lambda r: float(r.centre @ across),
        )
        three = _three_around(chain, row, across)
        if three is not None:
            found.append((row.length * 1.2, three))
        found += [
            (row.length, (a, b))
            for a, b in pairwise(chain)
            if row in (a, b) and _are_neighbours(a, b)
        ]
    found.sort(key=lambda f: -f[0])
    zones: list[Zone] = []
    for _, blobs in found:
        zone = Zone(_squared([_row(b, blobs[0].along, scale) for b in blobs]))
        if zone not in zones:
            zones.append(zone)
    return zones


def _three_around(
    chain: list[_Blob], row: _Blob, across: Points
) -> tuple[_Blob, _Blob, _Blob] | None:
    """The row between its neighbours, when these are equally far."""
    at = next(n for n, r in enumerate(chain) if r is row)
    if not 0 < at < len(chain) - 1:
        return None
    above, below = chain[at - 1], chain[at + 1]
    up = float((row.centre - above.centre) @ across)
    down = float((below.centre - row.centre) @ across)
    return (above, row, below) if 0.7 < up / max(down, 1e-6) < 1.4 else None


def _are_neighbours(a: _Blob, b: _Blob) -> bool:
    height = (a.height + b.height) / 2
    offset = b.centre - a.centre
    across = np.array([-a.along[1], a.along[0]])
    return (
        0.8 < a.length / b.length < 1.25
        and 0.65 < a.height / b.height < 1.55
        and abs(float(a.along @ b.along)) > 0.99
        and 0.9 * height < abs(float(offset @ across)) < 5 * height
        and abs(float(offset @ a.along)) < 0.14 * a.length
    )


def _squared(rows: list[Row]) -> tuple[Row, ...]:
    """Rows whose ends are too far aside of each other's are drawn out as far as the longest.

    Lines of one page begin and end together; what is missing was too faint, or dazzled.
    """
    first = rows[0]
    along = np.subtract(first.end, first.start) / first.length
    spacing = float(np.linalg.norm(np.subtract(rows[-1].start, first.start))) / (len(rows) - 1)
    starts = [float(np.subtract(r.start, first.start) @ along) for r in rows]
    ends = [float(np.subtract(r.end, first.end) @ along) for r in rows]
    squared = []
    for row, start, end in zip(rows, starts, ends, strict=True):
        own = np.subtract(row.end, row.start) / row.length
        # Perspective moves ends aside by a part of the rows' distance only.
        back = start - min(starts) if max(starts) - min(starts) > 0.45 * spacing else 0.0
        on = max(ends) - end if max(ends) - min(ends) > 0.45 * spacing else 0.0
        x, y = np.array(row.start) - back * own, np.array(row.end) + on * own
        squared.append(Row((float(x[0]), float(x[1])), (float(y[0]), float(y[1])), row.height))
    return tuple(squared)


def _row(blob: _Blob, along: Points, scale: float) -> Row:
    own = blob.along if float(blob.along @ along) > 0 else -blob.along
    start = (blob.centre - own * blob.length / 2) * scale
    end = (blob.centre + own * blob.length / 2) * scale
    half = scale / 2 - 0.5
    return Row(
        (float(start[0] + half), float(start[1] + half)),
        (float(end[0] + half), float(end[1] + half)),
        blob.height * scale,
    )
