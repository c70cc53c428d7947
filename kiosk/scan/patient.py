"""Reading a picture that comes alone: everything is tried, as long as the time allows.

No other frame follows, so nothing takes turns: every place, size, turn and threshold is tried at
which one of the readers was seen to read what it otherwise does not.
"""

from collections.abc import Callable, Iterator
from functools import partial

import cv2
import numpy as np
import zxingcpp

from kiosk.scan.decode import (
    MRZ,
    Attempt,
    Decoded,
    first_read,
    grey_of,
    level_once,
    soft_code,
)
from kiosk.scan.frames import Image
from kiosk.scan.locate import Region, levelled, locate
from kiosk.scan.mrz_reader import read_mrz
from kiosk.scan.pdf417_soft import decided, read_soft
from kiosk.scan.readers import EVERY, SLOW, SMALL, STACKED, Code, text_of, zbar, zxing

BUDGET_SECONDS = 4.0
_MOST_REGIONS = 4
_LARGEST = 2400
"""Px of a picture's longer side: larger ones are made smaller, where codes are still large."""
_LARGEST_RAW = 5000
_SMALLEST = 16
"""Px of a side: less holds no code, and cannot be made smaller."""
_Binarizer = zxingcpp.Binarizer


def decode_patiently(image: Image, budget_seconds: float = BUDGET_SECONDS) -> Decoded | None:
    """Read the first code or zone in a picture: a licence's before any other."""
    if min(image.shape[:2]) < _SMALLEST:
        return None
    return first_read(_stages(grey_of(image)), budget_seconds)


def _stages(picture: Image) -> Iterator[tuple[str, Attempt]]:
    whole = _resized(picture, min(1.0, _LARGEST_RAW / max(picture.shape)))
    grey = _resized(whole, min(1.0, _LARGEST / max(whole.shape)))
    regions = locate(grey, most=_MOST_REGIONS)
    for region in regions:
        yield "levelled", partial(level_once, grey, region)
    for region in regions:
        yield "soft", partial(_soft, grey, region)
    yield "raw", partial(zxing, whole, STACKED, is_thorough=True)
    yield MRZ, partial(_mrz, grey)
    yield "raw", partial(zxing, whole, SMALL, is_thorough=True)
    yield "second reader", partial(zbar, whole, min(whole.shape[1], _LARGEST))
    yield "raw", partial(zxing, whole, SLOW, is_thorough=True)
    for region in regions:
        yield from _turned(grey, region)
    for binarizer in (_Binarizer.GlobalHistogram, _Binarizer.FixedThreshold):
        yield (
            "another threshold",
            partial(zxing, whole, EVERY, is_thorough=True, binarizer=binarizer),
        )
    for size in (0.5, 2.0, 0.7, 1.5, 0.35):
        if 200 <= size * max(whole.shape) <= 2 * _LARGEST:
            yield "another size", partial(_sized, whole, size)
            yield "second reader", partial(zbar, whole, round(size * whole.shape[1]))
    for change in (_even, _sharp, _smooth):
        yield "another contrast", partial(_changed, grey, change)
    for degrees in (20.0, 45.0, 70.0):
        yield "turned", partial(_rotated, grey, degrees)


def _soft(grey: Image, region: Region) -> Code | None:
    for evidence in read_soft(grey, region):
        payload = decided(evidence)
        if payload is not None:
            return soft_code(payload, region)
    return None


def _mrz(grey: Image) -> Code | None:
    found = read_mrz(grey)
    if found is None:
        return None
    return Code(found.payload, text_of(found.payload), MRZ, "mrz", found.corners)


def _turned(grey: Image, region: Region) -> Iterator[tuple[str, Attempt]]:
    """One region at twice the size, blurred along its bars, by one threshold, turned a little."""
    read = partial(zxing, formats=STACKED, where=region.corners)
    doubled = levelled(grey, region, scale=2.0)
    yield "levelled twice the size", partial(read, doubled)
    yield "blurred along the bars", partial(read, _blur_down(doubled))
    yield "one threshold for all", partial(read, doubled, binarizer=_Binarizer.GlobalHistogram)
    for turn in (-1.0, 1.0):
        bent = _blur_down(levelled(grey, region, turn, 2.0))
        yield "turned a little", partial(read, bent)


def _blur_down(grey: Image) -> Image:
    return cv2.blur(grey, (1, 5)).astype(np.uint8, copy=False)


def _sized(grey: Image, size: float) -> Code | None:
    return zxing(_resized(grey, size), EVERY, is_thorough=True)


def _resized(grey: Image, size: float) -> Image:
    if size == 1.0:
        return grey
    way = cv2.INTER_AREA if size < 1 else cv2.INTER_CUBIC
    wide, high = (max(1, round(size * side)) for side in grey.shape[::-1])
    return cv2.resize(grey, (wide, high), interpolation=way).astype(np.uint8, copy=False)


def _changed(grey: Image, change: Callable[[Image], Image]) -> Code | None:
    changed = change(grey)
    return zxing(changed, EVERY, is_thorough=True) or zbar(changed, changed.shape[1])


def _even(grey: Image) -> Image:
    """Local contrast, for uneven light."""
    return cv2.createCLAHE(3.0, (8, 8)).apply(grey).astype(np.uint8, copy=False)


def _sharp(grey: Image) -> Image:
    """An unsharp mask, for a lens out of focus."""
    soft = cv2.GaussianBlur(grey, (0, 0), 2.0)
    return cv2.addWeighted(grey, 2.5, soft, -1.5, 0).astype(np.uint8, copy=False)


def _smooth(grey: Image) -> Image:
    """For print that shows its dots, and for noise."""
    return cv2.GaussianBlur(grey, (0, 0), 1.2).astype(np.uint8, copy=False)


def _rotated(grey: Image, degrees: float) -> Code | None:
    """Bar codes that lie slanted; QR codes are read at any turn."""
    high, wide = grey.shape
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 1.0)
    turned = cv2.warpAffine(grey, turn, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    upright = turned.astype(np.uint8, copy=False)
    return zxing(upright, EVERY, is_thorough=True) or zbar(upright, wide)
