"""Where the columns of a PDF417 symbol lie in a picture of it, however bent or covered. Pure.

One end is found by its start or stop pattern. From there the columns are followed one by one: every
codeword begins with a bar and ends with a space, so that averaged along the column's edge the step
from light to dark is there in every row, and everything else averages out. A column that is a
little wider or narrower than its neighbour (perspective, a bent card) is followed all the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.scan.frames import Image
from kiosk.scan.locate import Region, levelled
from kiosk.scan.pdf417_symbol import MODULES, START, STOP

Floats = NDArray[np.float32]

_CROP_WIDTH = 1280
"""Of the levelled symbol in px: 3 to 4 px a module on a licence."""
_MARGIN = 1.14
"""Width of the crop in widths of the region (see `locate.levelled`)."""
_WINDOW = 53
"""Px over which light and contrast are evened out: some 15 modules, which hold bars and spaces."""
_NARROWEST, _WIDEST = 140.0, 600.0
"""Modules of a symbol: 17 for each of 1 to 30 columns, and 69 for both ends."""
_SCALES = 24
_LEAST_LIKENESS = 0.7
"""Of a start or stop pattern in a band of rows, as a normalised correlation."""
_LEAST_STEP = 0.45
"""Height of a column's edge, in local deviations: true ones have 0.9 to 1.7, chance 0.3."""
_CHANCE_STEP = 0.6
_LEAST_QUALITY, _SURELY = 1.5, 5.0
"""Sums of what the steps have above chance: a symbol at all, and one that lies upright."""
_BANDS = 24
"""Rows of px are averaged into so many bands: ends and edges are the same in all of them."""
_MOST_COLUMNS = 34


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns' edges as lines ``x = at + slope * (y - height / 2)``, left to right."""

    evened: Floats
    """The crop, bars positive: light and contrast evened out."""
    contrast: Floats
    """Local deviation of the crop in grey levels: little where glare or a thumb is."""
    at: NDArray[np.float64]
    slope: NDArray[np.float64]
    is_from_left: bool
    """Followed from the start pattern on; else from the stop pattern, to the left."""

    @property
    def count(self) -> int:
        return len(self.at) - 1

    @property
    def module(self) -> float:
        """Mean width of a module in px."""
        return float(np.diff(self.at).mean()) / MODULES


@dataclass(frozen=True, slots=True)
class _End:
    """A start or stop pattern's left edge, ``x = at + slope * y``, and its module's width."""

    likeness: float
    module: float
    at: float
    slope: float


def find_columns(grey: Image, region: Region) -> Columns | None:
    """Follow the columns of the symbol that may lie in `region`; None when there is none."""
    crop = levelled(grey, region, scale=_CROP_WIDTH / (region.width * _MARGIN))
    evened, contrast = _evened(crop)
    found = []
    for way in (1, -1):  # as it lies, and upside down
        turned = np.ascontiguousarray(evened[::way, ::way])
        for is_left, end in _ends(turned):
            at, slope, quality = _followed(turned, end, is_left=is_left)
            found.append((quality, way, is_left, at, slope, turned))
        if any(quality > _SURELY for quality, *_ in found):
            break
    if not found:
        return None
    quality, way, is_left, at, slope, turned = max(found, key=lambda f: f[0])
    if quality < _LEAST_QUALITY or len(at) < 4:
        return None
    smooth = np.polyval(np.polyfit(at, slope, 1), at).astype(np.float64)
    turned_contrast = np.ascontiguousarray(contrast[::way, ::way])
    return Columns(turned, turned_contrast, at, smooth, is_left)


def _evened(crop: Image) -> tuple[Floats, Floats]:
    picture = crop.astype(np.float32)
    window = (_WINDOW, _WINDOW // 4)
    mean = cv2.blur(picture, window)
    deviation = np.sqrt(np.maximum(cv2.blur(picture * picture, window) - mean * mean, 0))
    evened = (mean - picture) / (deviation + 6.0)  # a flat patch stays flat
    return evened.astype(np.float32), deviation.astype(np.float32)


def _ends(evened: Floats) -> Iterator[tuple[bool, _End]]:
    """The start pattern in the left half, the stop pattern in the right one, as far as seen."""
    high, wide = evened.shape
    small = cv2.resize(evened, (wide // 2, _BANDS), interpolation=cv2.INTER_AREA)
    ys = (np.arange(_BANDS) + 0.5) * high / _BANDS
    modules = np.geomspace(wide / _MARGIN / _WIDEST, wide / _MARGIN / _NARROWEST, _SCALES)
    middle = wide // 4
    for is_left, pattern in ((True, START), (False, STOP)):
        half = small[:, :middle] if is_left else small[:, middle:]
        best: _End | None = None
        for module in modules:
            bars = _drawn(pattern, module / 2)
            if bars.shape[1] >= half.shape[1]:
                continue
            likeness = cv2.matchTemplate(half, bars, cv2.TM_CCOEFF_NORMED)
            weights = np.maximum(likeness.max(axis=1) - _LEAST_LIKENESS, 0)
            if weights.sum() <= (best.likeness if best else 0):
                continue
            xs = 2.0 * (likeness.argmax(axis=1) + (0 if is_left else middle))
            likely, at, slope = _line(xs, ys, weights, module)
            if likely > (best.likeness if best else 0):
                best = _End(likely, float(module), at, slope)
        if best is not None:
            yield is_left, best


def _drawn(pattern: Floats, module: float) -> Floats:
    """A pattern as one row of px, as blurred as a lens would."""
    places = (np.arange(round(len(pattern) * module)) + 0.5) / module
    row = pattern[np.minimum(places.astype(int), len(pattern) - 1)][None, :]
    soft: Floats = cv2.GaussianBlur(row, (0, 0), max(0.35 * module, 0.4)).astype(np.float32)
    return soft


def _line(
    xs: NDArray[np.float64], ys: NDArray[np.float64], weights: Floats, tolerance: float
) -> tuple[float, float, float]:
    """The line ``x = at + slope * y`` with the most weight near it: (weight, at, slope).

    RANSAC over all pairs of the heaviest points.
    """
    heavy = np.argsort(weights)[-10:]
    heavy = heavy[weights[heavy] > 0]
    best = (0.0, 0.0, 0.0)
    inside = np.zeros(len(xs), bool)
    for i, one in enumerate(heavy):
        for other in heavy[:i]:
            slope = (xs[one] - xs[other]) / (ys[one] - ys[other])
            if abs(slope) > 0.35:
                continue
            at = xs[one] - slope * ys[one]
            near = np.abs(xs - at - slope * ys) < tolerance
            weight = float(weights[near].sum())
            if weight > best[0]:
                best, inside = (weight, float(at), float(slope)), near & (weights > 0)
    if inside.sum() >= 3:
        slope, at = np.polyfit(ys[inside], xs[inside], 1, w=weights[inside])
        return best[0], float(at), float(slope)
    return best


def _followed(
    evened: Floats, end: _End, *, is_left: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Positions at mid height and slopes of the columns' edges, and the sum of their steps."""
    high, wide = evened.shape
    way = 1 if is_left else -1
    x = end.at + end.slope * high / 2 + (MODULES * end.module if is_left else 0)
    module, slope = end.module, end.slope
    steps = _Steps(evened, end.module)
    # The end tells the module's width to a tenth; the first two steps tell it exactly.
    seen, height, _ = steps.peak(slope, x, (2.8 if is_left else 1.6) * module)
    if height >= _LEAST_STEP:
        x = seen
    places, slopes, quality, unseen = [x], [slope], 0.0, 0
    reach, trust = 2.8, 1.0
    for _ in range(_MOST_COLUMNS):
        expected = x + way * MODULES * module
        if not 6 < expected < wide - 6 or unseen > 2:
            break
        seen, height, tilt = max(
            (steps.peak(slope + off, expected, reach * module) for off in _SLOPES),
            key=lambda peak: peak[1],
        )
        if height < _LEAST_STEP:  # covered, or beyond the end
            unseen += 1
            x = expected
        else:
            unseen = 0
            quality += max(0.0, height - _CHANCE_STEP)
            module += trust * (abs(seen - x) / MODULES - module)
            reach, trust = 1.8, 0.35
            slope += 0.5 * (tilt - slope)
            x = seen
        places.append(x)
        slopes.append(slope)
    kept = len(places) - unseen
    return np.array(places[:kept])[::way], np.array(slopes[:kept])[::way], quality


_SLOPES = tuple(0.004 * k for k in range(-3, 4))
"""How much a column's edge may lean differently from its neighbour's, in px a px."""


class _Steps:
    """How strongly dark follows on light at each x, for every lean of the edge."""

    def __init__(self, evened: Floats, module: float) -> None:
        self._high = len(evened)
        size = (evened.shape[1], _BANDS)
        self._bands = cv2.resize(evened, size, interpolation=cv2.INTER_AREA)[2:-2]
        half = max(1, round(module))
        self._kernel = np.repeat([1.0, -1.0], half) / half  # convolution turns it around
        self._known: dict[int, NDArray[np.float64]] = {}

    def peak(self, slope: float, x: float, reach: float) -> tuple[float, float, float]:
        """The highest step near `x`: its place to a fraction of a px, its height, its lean."""
        lean = round(slope / 0.004)
        if lean not in self._known:
            self._known[lean] = self._profile(lean * 0.004)
        heights = self._known[lean]
        low, high = max(1, round(x - reach)), min(len(heights) - 2, round(x + reach))
        if low >= high:
            return x, 0.0, slope
        i = low + int(heights[low : high + 1].argmax())
        before, here, after = heights[i - 1 : i + 2]
        bend = before - 2 * here + after
        aside = 0.5 * (before - after) / bend if bend < 0 else 0.0
        return i + aside, float(here), lean * 0.004

    def _profile(self, slope: float) -> NDArray[np.float64]:
        high, wide = self._bands.shape
        slant = slope * self._high / _BANDS
        lean = np.array([[1, slant, -slant * (high - 1) / 2], [0, 1, 0]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        upright = cv2.warpAffine(
            self._bands, lean, (wide, high), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return np.convolve(upright.mean(axis=0), self._kernel, "same")
