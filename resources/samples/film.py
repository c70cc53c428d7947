"""Films of things held before a camera by an unsteady hand: for demo, drills, tests, benchmarks.

Everything is drawn; nobody is shown. 1920 x 1080, motion JPEG, so that any OpenCV plays it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

SIZE = (1920, 1080)
RATE = 12.0


@dataclass(frozen=True, slots=True)
class Hand:
    """How a card is held. Lengths in px of the frame, angles in degrees."""

    width: float = 900.0
    """How wide the card is in the frame."""
    tilt: float = 6.0
    """Greatest turn to either side."""
    sway: float = 60.0
    """Greatest way from the centre."""
    noise: float = 4.0
    """Standard deviation of the sensor's noise."""
    blur: float = 0.6
    """Standard deviation of the lens's blur."""


def write_film(
    path: Path, thing: Image, *, seed: int, seconds: float = 2.5, hand: Hand | None = None
) -> None:
    """Film a card or badge (height x width x 3 or 4, BGR or BGRA) into an AVI file."""
    _write(path, held(thing, round(seconds * RATE), seed, hand or Hand()))


def write_empty_desk(path: Path) -> None:
    """A film of the room with nothing before the camera."""
    _write(path, iter([room()] * 4))


def write_person(path: Path, *, seed: int, seconds: float = 2.0) -> None:
    """A film of somebody drawn, who stands before the kiosk for a badge photo."""
    chance = np.random.default_rng(seed)
    person = _person()
    frames = []
    for at in range(round(seconds * RATE)):
        shift = np.array([[1, 0, 8 * np.sin(at / 5)], [0, 1, 4 * np.sin(at / 7)]])
        moved = cv2.warpAffine(person, shift, SIZE, borderMode=cv2.BORDER_REPLICATE)
        frames.append(_noisy(moved.astype(np.uint8), 3.0, chance))
    _write(path, iter(frames))


def held(thing: Image, count: int, seed: int, hand: Hand) -> Iterator[Image]:
    """Frames of the thing as a hand moves it: slow waves of place, size and turn, plus noise."""
    chance = np.random.default_rng(seed)
    waves = chance.uniform(0, 2 * np.pi, 4)
    height, width = thing.shape[:2]
    opaque = thing
    if thing.shape[2] == 3:
        opaque = np.dstack([thing, np.full((height, width), 255, np.uint8)])
    for at in range(count):
        second = at / RATE
        turn = hand.tilt * np.sin(1.9 * second + waves[0])
        scale = hand.width / width * (1 + 0.03 * np.sin(1.1 * second + waves[1]))
        x = SIZE[0] / 2 + hand.sway * np.sin(1.3 * second + waves[2])
        y = SIZE[1] / 2 + 0.5 * hand.sway * np.sin(1.7 * second + waves[3])
        frame = _placed(opaque, (float(x), float(y)), float(turn), float(scale), hand.blur)
        yield _noisy(frame, hand.noise, chance)


def _placed(
    thing: Image, centre: tuple[float, float], turn: float, scale: float, blur: float
) -> Image:
    height, width = thing.shape[:2]
    # Made smaller in two steps: a plain warp would skip pixels of the large drawing.
    small = cv2.resize(thing, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0)
    matrix[0, 2] += centre[0] - width / 2
    matrix[1, 2] += centre[1] - height / 2
    laid = cv2.warpAffine(small, matrix, SIZE, flags=cv2.INTER_LINEAR)
    if blur > 0:
        laid = cv2.GaussianBlur(laid, (0, 0), blur)
    frame = room().copy()
    left, top, right, bottom = _bounds(laid[:, :, 3].astype(np.uint8))
    part = laid[top:bottom, left:right]
    share = part[:, :, 3:4].astype(np.float32) / 255.0
    under = frame[top:bottom, left:right]
    frame[top:bottom, left:right] = (part[:, :, :3] * share + under * (1 - share)).astype(np.uint8)
    _thumb(frame, matrix.astype(np.float64), (width, height))
    return frame


def _bounds(mask: Image) -> tuple[int, int, int, int]:
    x, y, width, height = cv2.boundingRect(mask)
    return x, y, x + width, y + height


def _thumb(frame: Image, matrix: NDArray[np.float64], size: tuple[int, int]) -> None:
    """A thumb on the card's lower right corner, beside the code and never on it."""
    width, height = size
    corner = matrix @ np.array([width * 0.985, height * 0.93, 1.0])
    x, y = int(corner[0]), int(corner[1])
    skin, shade = (100, 125, 171), (84, 108, 152)
    outer = np.array(
        [
            (x + 10, y - 30),
            (x + 150, y + 20),
            (x + 420, y + 420),
            (x + 60, y + 520),
            (x + 10, y + 60),
        ],
        np.int32,
    )
    cv2.fillConvexPoly(frame, outer, skin, cv2.LINE_AA)
    cv2.ellipse(frame, (x + 18, y + 8), (58, 34), 28, 0, 360, skin, -1, cv2.LINE_AA)
    cv2.ellipse(frame, (x - 6, y - 2), (24, 15), 28, 0, 360, (196, 208, 222), -1, cv2.LINE_AA)
    cv2.ellipse(frame, (x + 60, y + 40), (70, 16), 38, 0, 360, shade, 4, cv2.LINE_AA)


@lru_cache(maxsize=1)
def room() -> Image:
    """A school's entrance out of focus: grey walls, windows, lamps."""
    width, height = SIZE
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    frame = (np.array([150, 142, 134]) * (1 - rows) + np.array([128, 118, 110]) * rows).astype(
        np.uint8
    )
    frame = np.repeat(frame, width, axis=1)
    cv2.rectangle(frame, (110, 240), (420, 690), (222, 218, 212), -1)
    cv2.rectangle(frame, (1510, 300), (1720, 640), (190, 182, 174), -1)
    cv2.rectangle(frame, (0, 860), (width, height), (112, 102, 94), -1)
    cv2.rectangle(frame, (380, 0), (760, 70), (232, 230, 228), -1)
    cv2.rectangle(frame, (1160, 0), (1540, 70), (232, 230, 228), -1)
    blurred = cv2.GaussianBlur(frame, (0, 0), 24)
    blurred.setflags(write=False)
    return blurred.astype(np.uint8, copy=False)


def _person() -> Image:
    """A friendly face that belongs to nobody."""
    frame = room().copy()
    hair, skin, shirt = (44, 50, 62), (140, 170, 214), (150, 96, 52)
    cv2.ellipse(frame, (960, 1130), (430, 330), 0, 180, 360, shirt, -1, cv2.LINE_AA)
    cv2.rectangle(frame, (890, 640), (1030, 840), (122, 150, 196), -1)
    cv2.ellipse(frame, (960, 470), (235, 290), 0, 0, 360, hair, -1, cv2.LINE_AA)
    cv2.rectangle(frame, (730, 470), (800, 820), hair, -1)
    cv2.rectangle(frame, (1120, 470), (1190, 820), hair, -1)
    cv2.ellipse(frame, (960, 510), (172, 225), 0, 0, 360, skin, -1, cv2.LINE_AA)
    cv2.ellipse(frame, (960, 330), (180, 90), 0, 180, 360, hair, -1, cv2.LINE_AA)
    for x in (895, 1025):
        cv2.ellipse(frame, (x, 490), (22, 12), 0, 0, 360, (250, 250, 250), -1, cv2.LINE_AA)
        cv2.circle(frame, (x, 490), 10, (52, 48, 60), -1, cv2.LINE_AA)
        cv2.ellipse(frame, (x, 455), (32, 10), 0, 190, 350, hair, 6, cv2.LINE_AA)
    cv2.ellipse(frame, (960, 545), (16, 26), 0, 20, 160, (112, 140, 188), 5, cv2.LINE_AA)
    cv2.ellipse(frame, (960, 610), (58, 28), 0, 15, 165, (92, 92, 170), 8, cv2.LINE_AA)
    return frame


def _noisy(frame: Image, deviation: float, chance: np.random.Generator) -> Image:
    # One field of noise, shifted from frame to frame: drawing a new one takes ten times as long.
    field = _noise_field(round(deviation * 10))
    down, right = int(chance.integers(0, 256)), int(chance.integers(0, 256))
    grain = field[down : down + SIZE[1], right : right + SIZE[0]]
    return cv2.add(frame, grain, dtype=cv2.CV_8U).astype(np.uint8, copy=False)


@lru_cache(maxsize=2)
def _noise_field(tenths: int) -> NDArray[np.int16]:
    chance = np.random.default_rng(7)
    grain = chance.normal(0, tenths / 10, (SIZE[1] + 256, SIZE[0] + 256, 1))
    return np.repeat(grain, 3, axis=2).astype(np.int16)


def _write(path: Path, frames: Iterator[Image]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, SIZE)
    if not film.isOpened():
        raise OSError(f"The film {path.name} cannot be written here.")
    try:
        for frame in frames:
            film.write(frame)
    finally:
        film.release()
