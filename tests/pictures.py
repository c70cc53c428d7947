"""Comparing pictures with their references: small tolerance, differences kept beside."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

NEAR = 24
"""Difference of a channel, 0 to 255, that no eye sees: anti-aliasing differs by so much."""
MOST_OFF = 0.002
"""Share of pixels that may differ by more."""


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
    off = (np.abs(picture.astype(np.int16) - expected.astype(np.int16)).max(axis=2) > NEAR).mean()
    if off > MOST_OFF:
        cv2.imwrite(str(reference.with_suffix(".actual.png")), picture)
    assert off <= MOST_OFF, f"{reference.name}: {off:.2%} of it looks different"
