"""Comparing pictures with their references: small tolerance, differences kept beside."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

NEAR = 24
"""Difference of a channel, 0 to 255, that no eye sees: anti-aliasing differs by so much."""
TILE = 32
"""Pixels on a side of the squares in which differences are counted, so that none of them is lost in
a large picture."""
MOST_OFF = 40
"""Of a square's 1024 pixels so many may differ by more: less than a word or a sign is made of."""


def picture_of_png(content: bytes) -> NDArray[np.uint8]:
    """PNG bytes as height x width x 3, BGR."""
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8)


def assert_looks_like(picture: NDArray[np.uint8], reference: Path, *, update: bool) -> None:
    """Fail when the picture is not the reference; `update` makes it the reference instead."""
    if update:
        reference.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(reference), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        return
    assert reference.exists(), f"{reference.name} is missing: look at it, then --update-pictures"
    expected = picture_of_png(reference.read_bytes())
    assert picture.shape == expected.shape, f"{reference.name}: another size"
    found = different_at(picture, expected)
    if found:
        cv2.imwrite(str(reference.with_suffix(".actual.png")), picture)
    assert not found, f"{reference.name}: it looks different at {found[:5]} (x, y)"


def different_at(picture: NDArray[np.uint8], expected: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """Where two pictures of one size look different: the upper left corners of squares, x and y."""
    off = np.abs(picture.astype(np.int16) - expected.astype(np.int16)).max(axis=2) > NEAR
    rows, columns = (-(-size // TILE) for size in off.shape)
    padded = np.zeros((rows * TILE, columns * TILE), dtype=bool)
    padded[: off.shape[0], : off.shape[1]] = off
    counts = padded.reshape(rows, TILE, columns, TILE).sum(axis=(1, 3))
    return [(int(x) * TILE, int(y) * TILE) for y, x in np.argwhere(counts > MOST_OFF)]
