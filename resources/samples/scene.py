"""What is drawn around a card on film: a school's entrance, a hand, somebody for the photo.

Everything is drawn; nobody is shown. Colours are blue-green-red.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

SIZE = (1920, 1080)
_SKIN, _SKIN_LIGHT, _SKIN_DARK = (98, 124, 170), (112, 142, 186), (76, 98, 140)
_NAIL = (176, 188, 212)
_FRACTION_BITS = 4  # of OpenCV's drawing coordinates

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Held:
    """Something and the hand that holds it, drawn once and then only turned and moved.

    `picture` is BGR and opacity, colours already multiplied by it; `centre` is the thing's.
    """

    picture: Image
    centre: tuple[float, float]


@lru_cache(maxsize=1)
def room() -> Image:
    """A school's entrance out of focus: walls, a window, lamps, a bench, a door."""
    quarter = 4
    width, height = (side // quarter for side in SIZE)
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    wall = np.array([158, 150, 142]) * (1 - rows) + np.array([144, 135, 127]) * rows
    frame = np.repeat(wall.astype(np.uint8), width, axis=1)

    def box(left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        corners = ((left // quarter, top // quarter), (right // quarter, bottom // quarter))
        cv2.rectangle(frame, *corners, colour, -1)

    box(0, 0, 1920, 90, (180, 173, 166))
    for left in (400, 1180):
        lamp = np.array([(left, 0), (left + 400, 0), (left + 360, 66), (left - 20, 66)]) // quarter
        cv2.fillPoly(frame, [lamp.astype(np.int32)], (236, 232, 228), cv2.LINE_AA)
    box(110, 180, 435, 670, (226, 221, 216))
    box(262, 180, 284, 670, (206, 200, 194))
    box(1440, 190, 1770, 920, (130, 121, 113))
    box(1500, 280, 1710, 600, (168, 160, 152))
    box(560, 730, 1080, 820, (122, 113, 105))
    box(590, 800, 626, 930, (118, 109, 101))
    box(1016, 800, 1052, 930, (118, 109, 101))
    box(0, 915, 1920, 1080, (122, 112, 104))
    box(0, 1010, 1920, 1080, (112, 102, 95))
    blurred = cv2.GaussianBlur(frame, (0, 0), 5)
    large = _bytes(cv2.resize(blurred, SIZE, interpolation=cv2.INTER_CUBIC))
    large.setflags(write=False)
    return large


def in_a_hand(thing: Image, width: float, blur: float) -> Held:
    """A card or a badge (BGR, or BGR and opacity), `width` px wide, in somebody's hand.

    An upright one is held by its lower left corner, a wide one by its lower right: neither thumb
    covers a code. `blur` is the lens's, as a standard deviation in px.
    """
    if thing.shape[2] == 3:
        thing = np.dstack([thing, np.full(thing.shape[:2], 255, np.uint8)])
    scale = width / thing.shape[1]
    small = _bytes(cv2.resize(thing, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    high, wide = small.shape[:2]
    is_upright = high > wide
    mm = wide / (62.0 if is_upright else 85.6)
    left, top = round((70 if is_upright else 12) * mm), round(12 * mm)
    canvas = np.zeros((round(high + 110 * mm), round(wide + 82 * mm), 4), np.uint8)
    corner = (left if is_upright else left + wide, top + high)
    across = -mm if is_upright else mm

    def at_corner(points: Points) -> Points:
        return [(corner[0] + x * across, corner[1] + y * mm) for x, y in points]

    _paint(canvas, at_corner(_PALM), _SKIN)
    _cast_shadow(canvas, (left, top, wide, high), mm)
    _lay(canvas[top : top + high, left : left + wide], small[:, :, :3], small[:, :, 3])
    _paint(canvas, at_corner(_THUMB), _SKIN)
    _paint(canvas, at_corner(_KNUCKLE), _SKIN_LIGHT)
    _paint(canvas, at_corner(_CREASE), _SKIN_DARK)
    _paint(canvas, at_corner(_NAIL_EDGE), _NAIL)
    if blur > 0:
        canvas = _bytes(cv2.GaussianBlur(canvas, (0, 0), blur))
    return Held(canvas, (left + wide / 2, top + high / 2))


# The hand, in mm from the card's lower right corner; mirrored for the left one.
_PALM = [
    (-15, -8), (-16, 2), (-14, 14), (-10, 30), (-6, 50), (0, 80), (6, 120), (74, 120), (66, 60),
    (52, 26), (38, 8), (24, -6), (10, -15), (-2, -14),
]  # fmt: skip
_THUMB = [
    (-10.6, -12.6), (-9.6, -15.4), (-6, -16.8), (0, -16.2), (8, -14.4), (18, -9), (30, 2), (36, 12),
    (24, 14), (13, 8), (6, 0), (1, -5.4), (-4, -8.4), (-8.6, -9.8),
]  # fmt: skip
_KNUCKLE = [(2, -13), (10, -10.4), (18, -4.6), (24, 3), (22.4, 3.6), (16, -3), (9, -8.4)]
_CREASE = [(4, 4), (10, 9), (14, 17), (16, 26), (14.6, 26), (12, 18), (8, 10)]
_NAIL_EDGE = [(-9.4, -13), (-7.4, -15.2), (-3.6, -15.2), (-2.4, -13), (-4.4, -11), (-7.8, -11)]


def somebody() -> Image:
    """A friendly face that belongs to nobody, in the entrance, as for a badge photo."""
    frame = np.dstack([room(), np.full(SIZE[::-1], 255, np.uint8)])
    hair, hair_dark, shirt, collar = (42, 46, 60), (36, 38, 48), (92, 66, 44), (112, 84, 58)
    face, shade, neck = (126, 154, 202), (112, 138, 190), (104, 128, 178)
    ink = (40, 42, 56)
    _paint(frame, [(560, 1140), (590, 930), (720, 850), (880, 810), (1040, 810), (1200, 850),
                   (1330, 930), (1360, 1140)], shirt)  # fmt: skip
    _paint(frame, [(720, 780), (715, 480), (740, 300), (850, 190), (960, 170), (1070, 190),
                   (1180, 300), (1205, 480), (1200, 780), (960, 830)], hair_dark)  # fmt: skip
    _paint(frame, [(870, 640), (1050, 640), (1062, 830), (960, 880), (858, 830)], neck)
    _paint(frame, [(850, 812), (880, 872), (960, 896), (1040, 872), (1070, 812), (1104, 830),
                   (1060, 912), (960, 936), (860, 912), (816, 830)], collar)  # fmt: skip
    _paint(frame, [(782, 470), (800, 330), (880, 262), (960, 250), (1040, 262), (1120, 330),
                   (1138, 470), (1116, 600), (1050, 690), (960, 730), (870, 690),
                   (804, 600)], shade)  # fmt: skip
    _paint(frame, [(800, 470), (816, 340), (890, 276), (960, 266), (1030, 276), (1104, 340),
                   (1120, 470), (1096, 584), (1036, 660), (960, 694), (884, 660),
                   (824, 584)], face)  # fmt: skip
    _paint(frame, [(764, 500), (762, 330), (850, 214), (960, 190), (930, 280), (880, 350),
                   (806, 410), (790, 520)], hair)  # fmt: skip
    _paint(frame, [(1156, 500), (1158, 330), (1070, 214), (930, 190), (960, 280), (1030, 350),
                   (1108, 400), (1130, 520)], hair)  # fmt: skip
    for side in (-1.0, 1.0):
        eye = 960 + side * 74
        _paint(frame, _oval(eye, 476, 27, 14), (246, 246, 246))
        _paint(frame, _oval(eye, 476, 13.5, 13.5), ink)
        _paint(frame, _oval(eye + 4, 472, 3.5, 3.5), (236, 236, 236))
        _paint(frame, _arc(eye, 476, 31, 19, 5), ink)
        _paint(frame, _arc(eye, 446, 42, 17, 9), hair)
    _paint(frame, [(950, 490), (944, 548), (952, 562), (976, 562), (976, 556), (956, 552),
                   (956, 490)], neck)  # fmt: skip
    _paint(frame, [(888, 600), (920, 628), (960, 636), (1000, 628), (1032, 600), (1002, 614),
                   (960, 620), (918, 614)], (84, 82, 146))  # fmt: skip
    return frame[:, :, :3].copy()


def _oval(x: float, y: float, wide: float, high: float) -> Points:
    turns = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return [(x + wide * float(np.cos(t)), y + high * float(np.sin(t))) for t in turns]


def _arc(x: float, y: float, wide: float, high: float, thick: float) -> Points:
    """An upper half oval's outline, `thick` px in its middle."""
    turns = np.linspace(np.pi, 2 * np.pi, 9)
    outer = [(x + wide * float(np.cos(t)), y + high * float(np.sin(t))) for t in turns]
    inner = [
        (px, py + thick * float(np.sin(t - np.pi)))
        for (px, py), t in zip(outer, turns, strict=True)
    ]
    return [*outer, *reversed(inner)]


def _paint(canvas: Image, points: Points, colour: Colour) -> None:
    """Fill a smooth shape through these points."""
    outline = _smooth(points)
    left, top = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 2, 0)
    right, bottom = np.minimum(
        np.ceil(outline.max(axis=0)).astype(int) + 2, (canvas.shape[1], canvas.shape[0])
    )
    if right <= left or bottom <= top:
        return
    mask = np.zeros((bottom - top, right - left), np.uint8)
    exact = np.round((outline - (left, top)) * (1 << _FRACTION_BITS)).astype(np.int32)
    cv2.fillPoly(mask, [exact], 255, cv2.LINE_AA, _FRACTION_BITS)
    _lay(canvas[top:bottom, left:right], np.array(colour, np.uint8), mask)


def _lay(under: Image, colours: Image, opacity: Image) -> None:
    """Lay colours over a canvas of colours multiplied by opacity, in place."""
    share = cv2.cvtColor(opacity, cv2.COLOR_GRAY2BGRA)
    share[:, :, 3] = opacity
    over = np.empty((*opacity.shape, 4), np.uint8)
    over[:, :, :3], over[:, :, 3] = colours, 255
    behind = cv2.multiply(under, cv2.bitwise_not(share), scale=1 / 255)
    under[:] = cv2.add(cv2.multiply(over, share, scale=1 / 255), behind)


def _cast_shadow(canvas: Image, box: tuple[int, int, int, int], mm: float) -> None:
    left, top, wide, high = box
    shadow = np.zeros(canvas.shape[:2], np.uint8)
    down = round(0.7 * mm)
    cv2.rectangle(shadow, (left, top + down), (left + wide, top + high + down), 90, -1)
    shadow = _bytes(cv2.GaussianBlur(shadow, (0, 0), 0.9 * mm))
    _lay(canvas, np.array((40, 34, 30), np.uint8), shadow)


def _bytes(picture: NDArray[Any]) -> Image:
    """What OpenCV returns, typed as what it is."""
    return picture.astype(np.uint8, copy=False)


def _smooth(points: Points) -> NDArray[np.float64]:
    """A closed Catmull-Rom spline through the points, eight steps from one to the next."""
    p1 = np.array(points, np.float64)
    p0, p2, p3 = np.roll(p1, 1, 0), np.roll(p1, -1, 0), np.roll(p1, -2, 0)
    steps = np.linspace(0, 1, 8, endpoint=False)[:, None, None]
    curve = 0.5 * (
        2 * p1
        + (p2 - p0) * steps
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * steps**2
        + (3 * p1 - p0 - 3 * p2 + p3) * steps**3
    )
    return np.swapaxes(curve, 0, 1).reshape(-1, 2)
