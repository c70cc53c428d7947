"""Pages of invented passports and ID cards with a machine-readable zone, and pictures of them.

Sizes after ICAO Doc 9303 parts 4 to 6: TD3 125 x 88 mm, TD2 105 x 74 mm, TD1 85.6 x 54 mm; ten
characters an inch, lines 6.35 mm apart. Any font can be the zone's; each of its characters is set
in the middle of its cell. The project's own `ocr-b.otf` is Matthew Skala's OCR B (public domain,
after Norbert Schwarz), cut down to the zone's characters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures
from PIL import ImageDraw, ImageFont

from resources.samples.scene import SIZE, Image, room

OCR_B = Path(__file__).with_name("ocr-b.otf")
PAGES_MM = {44: (125.0, 88.0), 36: (105.0, 74.0), 30: (85.6, 54.0)}
"""Width and height of the page, by characters in a line."""
PX_PER_MM = 18
PITCH_MM = 2.54
_LINE_MM = 6.35
_CAPITAL_MM = 2.6
_BOTTOM_MM = 6.5
"""From the last line's base to the page's edge."""


@dataclass(frozen=True, slots=True)
class Print:
    """How a zone is printed."""

    font: Path = OCR_B
    line_mm: float = _LINE_MM
    capital_mm: float = _CAPITAL_MM
    ink: int = 30
    paper: int = 226


@dataclass(frozen=True, slots=True)
class View:
    """How a page lies before the camera. Lengths in px of the frame, angles in degrees."""

    width: float = 1300.0
    """How wide the page is in the frame, or less where it would not fit."""
    turn: float = 0.0
    lean: float = 0.0
    """Perspective: how much shorter the far side is, as a share; its direction is by chance."""
    bend: float = 0.0
    """How deep the page's arch is, as a share of its width."""
    blur: float = 0.6
    motion: float = 0.0
    noise: float = 3.0
    light: float = 1.0
    shade: float = 0.0
    """How much darker the darkest corner is, 0 to 1."""
    glare: float = 0.0
    """How much of a lamp the page mirrors, 0 to 1."""
    quality: int = 90
    """Of the JPEG compression."""


def document_page(lines: Sequence[str], seed: int = 0, how: Print | None = None) -> Image:
    """A page with photo, text, pattern and the zone (height x width, grey), PX_PER_MM px a mm."""
    how = how or Print()
    chance = np.random.default_rng(seed)
    wide, high = (round(mm * PX_PER_MM) for mm in PAGES_MM[len(lines[0])])
    page = np.full((high, wide), how.paper, np.uint8)
    _pattern(page, chance)
    picture = Pictures.fromarray(page)
    draw = ImageDraw.Draw(picture)
    if len(lines) == 2:  # a small card has its zone on the back, without a portrait
        _portrait(draw, wide, high)
    _fields(draw, wide, high, 6 if len(lines) == 2 else 3, chance)
    _zone(draw, lines, (wide, high), how)
    return np.array(picture, np.uint8)


def photographed(page: Image, view: View, seed: int = 0) -> Image:
    """The page in the school's entrance, seen by a webcam: SIZE, grey."""
    chance = np.random.default_rng(seed)
    matrix = _placed(page, view, chance)
    frame = cv2.cvtColor(room(), cv2.COLOR_BGR2GRAY)
    sharp = page = _bent(page, view.bend)
    shrink = view.width / page.shape[1]
    if shrink < 0.7:  # as a lens does: no finer grain than the sensor's
        sharp = np.asarray(cv2.GaussianBlur(page, (0, 0), 0.35 / shrink), np.uint8)
    laid = cv2.warpPerspective(sharp, matrix, SIZE, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full_like(page, 255), matrix, SIZE)
    seen = np.where(mask > 127, laid, frame).astype(np.float32)
    seen *= _lighting(view, chance)
    if view.glare > 0:
        seen += 255 * view.glare * _lamp(matrix, page, chance)
    seen = np.clip(seen, 0, 255)
    if view.motion > 1:
        seen = cv2.filter2D(seen, -1, _streak(view.motion, chance)).astype(np.float32)
    if view.blur > 0:
        seen = cv2.GaussianBlur(seen, (0, 0), view.blur).astype(np.float32)
    seen += view.noise * chance.standard_normal(seen.shape, np.float32)
    grey = np.clip(np.round(seen), 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, view.quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)


# ---- the page ------------------------------------------------------------------------------------


def _zone(
    draw: ImageDraw.ImageDraw, lines: Sequence[str], size: tuple[int, int], how: Print
) -> None:
    probe = ImageFont.truetype(str(how.font), 400)
    top, bottom = probe.getbbox("H")[1], probe.getbbox("H")[3]
    capital_px = how.capital_mm * PX_PER_MM
    font = ImageFont.truetype(str(how.font), round(400 * capital_px / (bottom - top)))
    pitch = PITCH_MM * PX_PER_MM
    left = (size[0] - len(lines[0]) * pitch) / 2 + pitch / 2
    for number, line in enumerate(reversed(lines)):
        base = size[1] - (_BOTTOM_MM + number * how.line_mm) * PX_PER_MM
        for at, letter in enumerate(line):
            draw.text((left + at * pitch, base), letter, how.ink, font, anchor="ms")


def _pattern(page: Image, chance: np.random.Generator) -> None:
    """Fine waves, as security printing has."""
    high, wide = page.shape
    xs = np.arange(0, wide, 8)
    phase, paper = chance.uniform(0, 6), int(page[0, 0])
    for line in range(-4, 40):
        ys = line * high / 32 + 16 * np.sin(xs / 130.0 + line * 0.4 + phase)
        points = np.stack([xs, ys], axis=1).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(page, [points], isClosed=False, color=paper - 24, thickness=3)


def _portrait(draw: ImageDraw.ImageDraw, wide: int, high: int) -> None:
    left, top = round(0.04 * wide), round(0.14 * high)
    right, bottom = left + round(0.25 * wide), round(0.62 * high)
    middle, tall = (left + right) // 2, bottom - top
    draw.rectangle((left, top, right, bottom), fill=196)
    draw.ellipse((middle - tall // 3, bottom - tall // 3, middle + tall // 3, bottom + 90), fill=90)
    draw.rectangle((left, bottom, right, bottom + 92), fill=214)
    draw.ellipse(
        (middle - tall // 5, top + tall // 6, middle + tall // 5, top + 2 * tall // 3), fill=140
    )


def _fields(
    draw: ImageDraw.ImageDraw, wide: int, high: int, count: int, chance: np.random.Generator
) -> None:
    """Small captions and larger values beside the photo."""
    small, large = ImageFont.load_default(0.017 * wide), ImageFont.load_default(0.028 * wide)
    draw.text((0.04 * wide, 0.03 * high), "UTOPIA  PASSPORT  PASSEPORT", 70, large)
    letters = list("ABCDEFGHIKLMNOPRSTUV     0123456789")
    for row in range(count):
        down = (0.14 + 0.083 * row) * high
        across = (0.33 + 0.3 * (row % 2) * float(chance.uniform(0.8, 1.2))) * wide
        value = "".join(chance.choice(letters, int(chance.integers(8, 18))))
        draw.text((0.33 * wide, down), "Surname / Nom (1)  Sex / Sexe", 90, small)
        draw.text((across, down + 0.026 * high), value, 50, large)


# ---- the camera ----------------------------------------------------------------------------------


def _placed(page: Image, view: View, chance: np.random.Generator) -> NDArray[np.float64]:
    """The homography from the page into the frame: turned, leaning, somewhere near the middle."""
    high, wide = page.shape
    ratio = high / wide
    corners = np.array([(-1, -ratio), (1, -ratio), (1, ratio), (-1, ratio)]) * view.width / 2
    towards = chance.uniform(0, 2 * np.pi)
    far = corners @ np.array([np.cos(towards), np.sin(towards)]) / (view.width / 2)
    corners = corners / (1 + view.lean * far[:, None])
    turn = np.deg2rad(view.turn)
    corners = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    spread = np.ptp(corners, axis=0)
    fit = float(min(1.0, *((np.array(SIZE) - 24) / spread)))  # the whole page is in the picture
    corners, spread = corners * fit, spread * fit
    room_left = np.maximum(np.array(SIZE) - spread - 24, 0) / 2
    shift = np.clip(chance.normal(0, 60, 2), -room_left, room_left)
    corners += np.array(SIZE) / 2 + shift - (corners.max(axis=0) + corners.min(axis=0)) / 2
    own = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(own, corners.astype(np.float32)), np.float64)


def _bent(page: Image, bend: float) -> Image:
    """The page as an open book has it, arched along its lines."""
    if not bend:
        return page
    high, wide = page.shape
    xs, ys = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    sag = np.float32(bend * wide) * ((2 * xs / wide - 1) ** 2 - np.float32(0.5))
    return np.asarray(
        cv2.remap(page, xs, ys + sag, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _lighting(view: View, chance: np.random.Generator) -> NDArray[np.float32]:
    across, down = chance.uniform(-1, 1, 2)
    xs = np.linspace(-1, 1, SIZE[0], dtype=np.float32)[None, :] * across
    ys = np.linspace(-1, 1, SIZE[1], dtype=np.float32)[:, None] * down
    slope = (xs + ys) / (abs(across) + abs(down))
    return np.asarray(view.light * (1 - view.shade * (1 + slope) / 2), np.float32)


def _lamp(
    matrix: NDArray[np.float64], page: Image, chance: np.random.Generator
) -> NDArray[np.float32]:
    """A lamp's soft reflection somewhere on the page, as a share of white."""
    at = np.array([[[chance.uniform(0, page.shape[1]), chance.uniform(0, page.shape[0])]]])
    x, y = cv2.perspectiveTransform(at, matrix)[0, 0]
    quarter = np.zeros((SIZE[1] // 4, SIZE[0] // 4), np.float32)
    axes = (int(chance.integers(12, 40)), int(chance.integers(8, 22)))
    centre = (round(float(x) / 4), round(float(y) / 4))
    cv2.ellipse(quarter, centre, axes, float(chance.uniform(0, 180)), 0, 360, (1.0,), -1)
    soft = cv2.GaussianBlur(quarter, (0, 0), 7)
    return np.asarray(cv2.resize(soft, SIZE, interpolation=cv2.INTER_LINEAR), np.float32)


def _streak(length: float, chance: np.random.Generator) -> NDArray[np.float32]:
    size = 2 * int(length) + 3
    kernel = np.zeros((size, size), np.float32)
    turn = chance.uniform(0, np.pi)
    along = np.array([np.cos(turn), np.sin(turn)]) * length / 2
    middle = np.array([size // 2, size // 2])
    ends = [tuple(int(v) for v in np.round((middle + s * along) * 16)) for s in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], (1.0,), 1, cv2.LINE_AA, 4)
    return np.asarray(kernel / kernel.sum(), np.float32)
