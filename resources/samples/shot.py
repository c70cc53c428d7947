"""One picture of a card as a camera takes it: tilted in space, bent, lit, blurred, covered, noisy.

The card lies on an upright cylinder before a pinhole camera; what is computed is where each px of
the frame lies on the card. Deterministic by its seed. Colours are blue-green-red.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from resources.samples.licence import MODULE_MM, PX_PER_MM
from resources.samples.scene import Image, room

_DISTANCE_MM = 260.0
"""From the camera to the card: near enough that its far side is smaller."""
_SKIN = (92, 122, 178)


@dataclass(frozen=True, slots=True)
class Shot:
    """How a card is seen. Lengths in px of the frame, angles in degrees."""

    px_per_module: float = 2.3
    """At the card's middle; a module is 0.17 mm."""
    size: tuple[int, int] = (1920, 1080)
    roll: float = 0.0
    """Turn in the picture, clockwise."""
    yaw: float = 0.0
    """The right side comes nearer."""
    pitch: float = 0.0
    """The upper side comes nearer."""
    bend: float = 0.0
    """How much of a circle the card's width is bent to."""
    blur: float = 0.6
    """Standard deviation of the lens's blur."""
    motion: float = 0.0
    """How far the card moved while the picture was taken."""
    light: float = 1.0
    shade: float = 0.0
    """How much darker one side is than the middle, 0 to 1."""
    glare: float = 0.0
    """How much of a lamp the card mirrors, 0 to 1."""
    lamp: tuple[float, float] | None = None
    """Where on the card, in mm from its middle; None for anywhere on the symbol."""
    thumb: float = 0.0
    """How much of the symbol's right end a thumb covers, in mm; negative for the left."""
    noise: float = 4.0
    """Standard deviation of the sensor's noise."""
    quality: int = 88
    """Of the camera's JPEG, 0 to 100."""


def photograph(card: Image, shot: Shot, seed: int) -> Image:
    """A frame (height x width x 3) of a card (height x width x 4, `PX_PER_MM` px a mm)."""
    chance = np.random.default_rng(seed)
    card = _with_thumb(card, shot.thumb)
    wanted = shot.px_per_module / MODULE_MM
    shrink = min(1.0, 1.25 * wanted / PX_PER_MM)
    seen = cv2.resize(card, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    x, y = _places(card.shape, shot, wanted, chance)
    scale = np.float32(PX_PER_MM * shrink)
    at = cv2.remap(
        seen,
        x * scale + np.float32(seen.shape[1] / 2),
        y * scale + np.float32(seen.shape[0] / 2),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
    ).astype(np.float32)
    opacity = at[:, :, 3:] / 255.0
    behind = cv2.resize(room(), shot.size, interpolation=cv2.INTER_AREA).astype(np.float32)
    frame = at[:, :, :3] * opacity + behind * (1 - opacity)
    return _taken(_lit(frame, x, y, shot, chance), shot, chance)


def _places(
    card: tuple[int, ...], shot: Shot, px_per_mm: float, chance: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each px of the frame, where it lies on the card, in mm from its middle."""
    roll, yaw, pitch = np.deg2rad([shot.roll, shot.yaw, shot.pitch])
    turn = (
        np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
        @ np.array(
            [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
        )
        @ np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    )
    focal = px_per_mm * _DISTANCE_MM
    wide, high = shot.size
    aside = chance.uniform(-0.03, 0.03, 2) * shot.size
    eye = np.array([[focal, 0, wide / 2 + aside[0]], [0, focal, high / 2 + aside[1]], [0, 0, 1]])
    plane = np.column_stack([turn[:, 0], turn[:, 1], (0, 0, _DISTANCE_MM)])
    back = np.linalg.inv(eye @ plane).astype(np.float32)
    across, down = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
    depth = back[2, 0] * across + back[2, 1] * down + back[2, 2]
    x = (back[0, 0] * across + back[0, 1] * down + back[0, 2]) / depth
    y = (back[1, 0] * across + back[1, 1] * down + back[1, 2]) / depth
    if shot.bend:
        curve = np.deg2rad(shot.bend) / (card[1] / PX_PER_MM)
        x = np.arcsin(np.clip(curve * x, -1, 1)) / curve
        y = y - (0.35 + np.sin(pitch)) * (1 - np.cos(curve * x)) / curve
    return x.astype(np.float32), y.astype(np.float32)


def _with_thumb(card: Image, covered_mm: float) -> Image:
    """A thumb over the symbol's end, from the card's edge on."""
    if not covered_mm:
        return card
    high, wide = card.shape[:2]
    edge_mm = 8.0  # from the card's edge to the symbol's
    reach = (abs(covered_mm) + edge_mm) * PX_PER_MM
    x = wide - reach / 2 if covered_mm > 0 else reach / 2
    tip = (round(x), round(0.76 * high))
    covered = card.copy()
    axes = (round(reach / 2 + 1), round(7.5 * PX_PER_MM))
    cv2.ellipse(covered, tip, axes, 0, 0, 360, (*_SKIN, 255), -1, cv2.LINE_AA)
    return covered


def _lit(
    frame: NDArray[np.float32],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    shot: Shot,
    chance: np.random.Generator,
) -> NDArray[np.float32]:
    """`x` and `y` are mm on the card: the lamp that it mirrors lies there."""
    if shot.shade:
        angle = chance.uniform(0, 2 * np.pi)
        frame = frame * (1 + shot.shade * (np.cos(angle) * x + np.sin(angle) * y) / 45)[..., None]
    frame = frame * shot.light
    if shot.glare:
        left, top = shot.lamp or chance.uniform((-25, 2), (25, 20))
        wide, high = chance.uniform((7, 4), (16, 9))
        lamp = np.exp(-0.5 * (((x - left) / wide) ** 2 + ((y - top) / high) ** 2))
        frame = frame + (shot.glare * 330 * lamp)[..., None]
    return frame


def _taken(frame: NDArray[np.float32], shot: Shot, chance: np.random.Generator) -> Image:
    """Through the lens, onto the sensor, out as a JPEG."""
    if shot.blur:
        frame = cv2.GaussianBlur(frame, (0, 0), shot.blur).astype(np.float32, copy=False)
    if shot.motion >= 1:
        streak = _streak(shot.motion, chance.uniform(0, np.pi))
        frame = cv2.filter2D(frame, -1, streak).astype(np.float32, copy=False)
    grain = chance.standard_normal(frame.shape[:2], dtype=np.float32)
    noisy = np.clip(frame + (shot.noise * grain)[..., None], 0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, shot.quality])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _streak(length: float, angle: float) -> NDArray[np.float32]:
    """A blur's kernel along a line, `length` px long."""
    size = 2 * int(np.ceil(length / 2)) + 1
    kernel = np.zeros((size * 8, size * 8), np.float32)
    middle, half = size * 4, length * 4
    ends = [
        (round(middle + s * half * np.cos(angle)), round(middle + s * half * np.sin(angle)))
        for s in (-1, 1)
    ]
    cv2.line(kernel, ends[0], ends[1], 1.0, 8)
    small = cv2.resize(kernel, (size, size), interpolation=cv2.INTER_AREA)
    streak: NDArray[np.float32] = (small / small.sum()).astype(np.float32)
    return streak
