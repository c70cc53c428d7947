"""Where in a frame a stacked symbol lies, how it is turned, and how well it can be seen. Pure."""

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.scan.frames import Image

_SCALE_WIDTH = 960
"""Localisation works on a picture of this width in px: a symbol is still 200 px wide in it."""
_NARROWEST = 16
"""Px of a picture's side: nothing can lie in less."""
_MARGIN = 0.07
"""Of the symbol's size, kept around the crop, so that its quiet zone is in it."""
_FAINTEST = 28.0
"""Least edge energy of a symbol: a lamp out of focus has 24, a code in the dark, blurred, 40."""
_ERODED = 9.0
"""Of each box's sides, in px of the small picture: taken to part neighbours, given back."""

_WINDOWS = 30
"""Of a symbol's width: about ten modules, of which some are dark wherever it can be read."""
_WASHED_OUT = 238

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Region:
    """A box that may hold a symbol, in px of the frame: centre, size, and turn in degrees.

    `angle` is how far the long side is turned clockwise from level, from -90 to 90.
    """

    centre: Point
    width: float
    height: float
    angle: float

    @property
    def corners(self) -> tuple[Point, ...]:
        """The box's four corners in px of the frame."""
        box = cv2.boxPoints((self.centre, (self.width, self.height), self.angle))
        return tuple((float(x), float(y)) for x, y in box)


@dataclass(frozen=True, slots=True)
class Cues:
    """What can be seen of the best region, to tell the visitor what to change."""

    width_px: float
    angle: float
    sharpness: float
    """Variance of the Laplacian inside the region."""
    saturated: float
    """Share of the region in which a light washed the bars out, 0 to 1; white paper is none."""


def locate(grey: Image, most: int = 2) -> list[Region]:
    """Regions with many vertical edges and few horizontal ones, the likeliest first.

    Horizontal gradient energy and some of the vertical (a turned symbol has both), Otsu's threshold
    (1979) with a floor, closing, boxes.
    """
    if min(grey.shape) < _NARROWEST:
        return []
    scale = min(1.0, _SCALE_WIDTH / grey.shape[1])
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    across = cv2.convertScaleAbs(cv2.Sobel(small, cv2.CV_16S, 1, 0, ksize=3))
    down = cv2.convertScaleAbs(cv2.Sobel(small, cv2.CV_16S, 0, 1, ksize=3))
    energy = cv2.blur(cv2.addWeighted(across, 1.0, down, 0.4, 0), (9, 9))
    otsu, mask = cv2.threshold(energy, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if otsu < _FAINTEST:
        _, mask = cv2.threshold(energy, _FAINTEST, 255, cv2.THRESH_BINARY)
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (21, 7))
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    mask = cv2.erode(mask, cv2.getStructuringElement(cv2.MORPH_RECT, (9, 9)))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    least = 0.004 * small.shape[0] * small.shape[1]
    regions: list[tuple[float, Region]] = []
    for contour in contours:
        area = cv2.contourArea(contour)
        if area < least:
            continue
        (x, y), (w, h), angle = cv2.minAreaRect(contour)
        if w < h:
            w, h, angle = h, w, angle - 90.0
        if h <= 0 or w / h < 1.3:
            continue
        box = Region(
            (x / scale, y / scale), (w + _ERODED) / scale, (h + _ERODED) / scale, _level(angle)
        )
        regions.append((area * min(w / h, 4.0), box))
    regions.sort(key=lambda r: -r[0])
    return [box for _, box in regions[:most]]


def levelled(grey: Image, region: Region, turn: float = 0.0, scale: float = 1.0) -> Image:
    """The region cut out with its long side level (or `turn` degrees off), scaled."""
    width = region.width * (1 + 2 * _MARGIN)
    height = region.height * (1 + 2 * _MARGIN) + 0.02 * region.width
    matrix = cv2.getRotationMatrix2D(region.centre, region.angle + turn, scale)
    matrix[0, 2] += width * scale / 2 - region.centre[0]
    matrix[1, 2] += height * scale / 2 - region.centre[1]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    cut = cv2.warpAffine(
        grey, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return cut.astype(np.uint8, copy=False)


def cues_of(grey: Image, region: Region) -> Cues:
    """Measure how well the region can be seen."""
    cut = levelled(grey, region)
    aside, above = (round(side * _MARGIN / (1 + 2 * _MARGIN)) for side in cut.shape[::-1])
    inside = cut[above : cut.shape[0] - above, aside : cut.shape[1] - aside]
    window = max(3, cut.shape[1] // _WINDOWS)
    washed = cv2.blur(inside, (window, window)) >= _WASHED_OUT
    return Cues(
        width_px=region.width,
        angle=region.angle,
        sharpness=float(cv2.Laplacian(cut, cv2.CV_64F).var()),
        saturated=float(washed.mean()),
    )


def _level(angle: float) -> float:
    while angle > 90.0:  # a quarter turn
        angle -= 180.0
    while angle <= -90.0:
        angle += 180.0
    return angle
