"""Films of things held before a camera by an unsteady hand: for demo, drills, tests, benchmarks.

1920 x 1080, motion JPEG, so that any OpenCV plays it. The same seed gives the same film.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from resources.samples.scene import SIZE, Held, Image, in_a_hand, room, somebody

__all__ = ["RATE", "SIZE", "Hand", "held", "room", "write_empty_desk", "write_film", "write_person"]

RATE = 12.0
_QUALITY = 88
"""Of the JPEG pictures, 0 to 100: decoding costs the kiosk a third less than at OpenCV's 95."""


@dataclass(frozen=True, slots=True)
class Hand:
    """How a card is held, and how it is seen. Lengths in px of the frame, angles in degrees."""

    width: float = 960.0
    """How wide the card is in the frame."""
    tilt: float = 6.0
    """Greatest turn to either side."""
    sway: float = 60.0
    """Greatest way from the centre."""
    noise: float = 4.0
    """Standard deviation of the sensor's noise."""
    blur: float = 0.6
    """Standard deviation of the lens's blur."""
    light: float = 1.0
    """How bright it is; 0.3 is a dim hall."""
    glare: float = 0.0
    """How much of a lamp the card mirrors, 0 to 1."""


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
    _write(path, _standing(round(seconds * RATE), seed))


def held(thing: Image, count: int, seed: int, hand: Hand) -> Iterator[Image]:
    """Frames of the thing as a hand moves it: slow waves of place, size and turn, plus noise."""
    chance = np.random.default_rng(seed)
    waves = chance.uniform(0, 2 * np.pi, 4)
    in_hand = in_a_hand(thing, hand.width, hand.blur)
    for at in range(count):
        second = at / RATE
        turn = hand.tilt * np.sin(1.9 * second + waves[0])
        scale = 1 + 0.03 * np.sin(1.1 * second + waves[1])
        x = SIZE[0] / 2 + hand.sway * np.sin(1.3 * second + waves[2])
        y = SIZE[1] / 2 + 0.5 * hand.sway * np.sin(1.7 * second + waves[3])
        frame = _placed(in_hand, (float(x), float(y)), float(turn), float(scale))
        if hand.light != 1.0:
            frame = cv2.convertScaleAbs(frame, alpha=hand.light).astype(np.uint8, copy=False)
        if hand.glare > 0:
            frame = _mirroring(frame, hand)
        yield _noisy(frame, hand.noise, chance)


def _standing(count: int, seed: int) -> Iterator[Image]:
    chance = np.random.default_rng(seed)
    person = somebody()
    for at in range(count):
        shift = np.array([[1, 0, 8 * np.sin(at / 5)], [0, 1, 4 * np.sin(at / 7)]])
        moved = cv2.warpAffine(person, shift, SIZE, borderMode=cv2.BORDER_REPLICATE)
        yield _noisy(moved.astype(np.uint8, copy=False), 3.0, chance)


def _placed(thing: Held, centre: tuple[float, float], turn: float, scale: float) -> Image:
    """A frame with the thing's centre at `centre`; only where it lies is anything computed."""
    high, wide = thing.picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(thing.centre, turn, scale).astype(np.float64, copy=False)
    matrix[:, 2] += np.array(centre) - thing.centre
    outline = np.array([(0, 0, 1), (wide, 0, 1), (wide, high, 1), (0, high, 1)]) @ matrix.T
    left, top = np.clip(np.floor(outline.min(axis=0)).astype(int), 0, SIZE)
    right, bottom = np.clip(np.ceil(outline.max(axis=0)).astype(int), 0, SIZE)
    frame = room().copy()
    if right <= left or bottom <= top:
        return frame
    matrix[:, 2] -= (left, top)
    laid = cv2.warpAffine(thing.picture, matrix, (right - left, bottom - top))
    through = cv2.cvtColor(cv2.bitwise_not(laid[:, :, 3]), cv2.COLOR_GRAY2BGR)
    part = frame[top:bottom, left:right]
    behind = cv2.multiply(part, through, scale=1 / 255)
    cv2.add(behind, cv2.cvtColor(laid, cv2.COLOR_BGRA2BGR), dst=part)
    return frame


def _mirroring(frame: Image, hand: Hand) -> Image:
    """A lamp's soft reflection on the middle of the card, which stays while the card moves."""
    lamp = cv2.convertScaleAbs(_lamp(round(hand.width)), alpha=hand.glare)
    return cv2.add(frame, lamp).astype(np.uint8, copy=False)


@lru_cache(maxsize=2)
def _lamp(width: int) -> Image:
    lamp = np.zeros((SIZE[1] // 4, SIZE[0] // 4, 3), np.uint8)
    centre = (SIZE[0] // 8 - width // 40, SIZE[1] // 8 + width // 32)
    cv2.ellipse(lamp, centre, (width // 22, width // 34), -8, 0, 360, (255, 255, 255), -1)
    soft = cv2.GaussianBlur(lamp, (0, 0), width / 90)
    return cv2.resize(soft, SIZE, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _noisy(frame: Image, deviation: float, chance: np.random.Generator) -> Image:
    # One field of noise, shifted from frame to frame: drawing a new one takes ten times as long.
    field = _noise_field(round(deviation * 10))
    down, right = int(chance.integers(0, 256)), int(chance.integers(0, 256))
    grain = field[down : down + SIZE[1], right : right + SIZE[0]]
    return cv2.addWeighted(frame, 1.0, grain, 1.0, -128.0).astype(np.uint8, copy=False)


@lru_cache(maxsize=2)
def _noise_field(tenths: int) -> NDArray[np.uint8]:
    """Noise around 128, the same in all three colours."""
    chance = np.random.default_rng(7)
    grain = chance.normal(128, tenths / 10, (SIZE[1] + 256, SIZE[0] + 256, 1))
    return np.repeat(np.clip(np.round(grain), 0, 255).astype(np.uint8), 3, axis=2)


def _write(path: Path, frames: Iterator[Image]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, SIZE)
    if not film.isOpened():
        raise OSError(f"The film {path.name} cannot be written here.")
    film.set(cv2.VIDEOWRITER_PROP_QUALITY, _QUALITY)
    try:
        for frame in frames:
            film.write(frame)
    finally:
        film.release()
