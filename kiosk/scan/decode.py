"""From a picture to a payload: a cascade, cheap first, each stage only if the one before failed.

zxing-cpp reads everything; pyzbar (ZBar) is the second reader for QR and one-dimensional codes,
which it sometimes reads where zxing-cpp does not. zxing-cpp's PDF417 reader needs rows within
about two degrees of level, hence the stages that locate the symbol and turn it.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache, partial
from typing import Any

import cv2
import numpy as np
import zxingcpp

from kiosk.scan.frames import Image
from kiosk.scan.locate import Region, levelled, locate

BUDGET_SECONDS = 0.12


class Wanted(Enum):
    """What the step that is shown waits for."""

    NOTHING = auto()
    ID = auto()
    BADGE = auto()
    PICTURE = auto()


@dataclass(frozen=True, slots=True)
class Decoded:
    """A code that was read: its bytes as they are, and how it was read."""

    payload: bytes
    symbology: str
    stage: str
    reader: str
    milliseconds: float


_Barcode = zxingcpp.BarcodeFormat
_STACKED = (_Barcode.PDF417,)
_SMALL = (
    _Barcode.QRCode,
    _Barcode.Code128,
    _Barcode.Code39,
    _Barcode.Aztec,
    _Barcode.DataMatrix,
)
FORMATS = {Wanted.ID: _STACKED + _SMALL, Wanted.BADGE: _SMALL + _STACKED}


def decode(
    image: Image, wanted: Wanted = Wanted.ID, budget_seconds: float = BUDGET_SECONDS
) -> Decoded | None:
    """Read the first code in a picture, or None when the budget is spent or nothing helps."""
    began = time.monotonic()
    grey = grey_of(image)
    for stage, attempt in _stages(grey, wanted):
        found = attempt()
        if found is not None:
            payload, symbology, reader = found
            spent = (time.monotonic() - began) * 1000
            return Decoded(payload, symbology, stage, reader, spent)
        if time.monotonic() - began > budget_seconds:
            return None
    return None


def grey_of(image: Image) -> Image:
    if image.ndim == 2:  # grey already
        return image
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


_Found = tuple[bytes, str, str]
_Attempt = Callable[[], _Found | None]


def _stages(grey: Image, wanted: Wanted) -> Iterator[tuple[str, _Attempt]]:
    formats = FORMATS[wanted]
    yield "raw", lambda: _zxing(grey, formats)
    if wanted is Wanted.BADGE:
        yield "second reader", lambda: _pyzbar(grey)
    for region in locate(grey):
        yield from _turned(grey, region)
    if wanted is Wanted.ID:
        yield "second reader", lambda: _pyzbar(grey)


def _turned(grey: Image, region: Region) -> Iterator[tuple[str, _Attempt]]:
    """The stages that take one region level."""
    yield "levelled", lambda: _zxing(levelled(grey, region), _STACKED)
    doubled = lru_cache(maxsize=1)(lambda: levelled(grey, region, scale=2.0))
    yield "levelled twice the size", lambda: _zxing(doubled(), _STACKED)
    yield "blurred along the bars", lambda: _zxing(_blur_down(doubled()), _STACKED)
    yield (
        "one threshold for all",
        lambda: _zxing(doubled(), _STACKED, zxingcpp.Binarizer.GlobalHistogram),
    )
    for turn in (-1.0, 1.0):
        yield "turned a little", partial(_turned_a_little, grey, region, turn)


def _turned_a_little(grey: Image, region: Region, turn: float) -> _Found | None:
    return _zxing(_blur_down(levelled(grey, region, turn, 2.0)), _STACKED)


def _blur_down(grey: Image) -> Image:
    return cv2.blur(grey, (1, 5)).astype(np.uint8, copy=False)


def _zxing(
    grey: Image,
    formats: tuple[zxingcpp.BarcodeFormat, ...],
    binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage,
) -> _Found | None:
    for code in zxingcpp.read_barcodes(
        grey,
        formats=zxingcpp.BarcodeFormats(formats),
        try_downscale=False,
        try_invert=False,
        binarizer=binarizer,
    ):
        if code.valid and code.bytes:
            return bytes(code.bytes), code.format.name, "zxing"
    return None


def _pyzbar(grey: Image) -> _Found | None:
    reader = _second_reader()
    if isinstance(reader, str):
        return None
    try:
        codes = reader(grey)
    except ValueError:  # structured-append QR codes
        return None
    return next(((c.data, c.type, "pyzbar") for c in codes if c.data), None)


def second_reader_problem() -> str:
    """Why the second reader does not work here, in words; empty when it does."""
    reader = _second_reader()
    return reader if isinstance(reader, str) else ""


@lru_cache(maxsize=1)
def _second_reader() -> Callable[[Image], list[Any]] | str:
    try:
        from pyzbar import pyzbar  # noqa: PLC0415  the kiosk runs without libzbar
    except (ImportError, OSError):
        return (
            "libzbar is missing, so QR codes and bar codes have one reader instead of two. "
            "Install the Debian package libzbar0."
        )
    wanted = [
        pyzbar.ZBarSymbol.QRCODE,
        pyzbar.ZBarSymbol.CODE128,
        pyzbar.ZBarSymbol.CODE39,
    ]
    return lambda grey: pyzbar.decode(grey, symbols=wanted)
