"""From a picture to a payload: a cascade, cheap first, each stage only if the one before failed.

zxing-cpp reads everything; pyzbar (ZBar) is the second reader for QR and one-dimensional codes,
which it sometimes reads where zxing-cpp does not. zxing-cpp's PDF417 reader needs rows within
about two degrees of level, so the symbol is located and turned first: measured on 1080p, that
takes 11 ms, and looking through the whole frame 27 ms for PDF417, 17 ms for QR and bar codes and
44 ms for Data Matrix alone.
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
from kiosk.scan.locate import Point, Region, levelled, locate

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
    """``zxing`` or ``pyzbar``."""
    milliseconds: float
    corners: tuple[Point, ...] = ()
    """Where the code is, in px of the picture: four points, or none when the reader tells none."""

    @property
    def is_stacked(self) -> bool:
        """Whether it is of the kind that licences bear."""
        return self.symbology == _STACKED[0].name


_Barcode = zxingcpp.BarcodeFormat
_STACKED = (_Barcode.PDF417,)
_SMALL = (_Barcode.QRCode, _Barcode.Code128, _Barcode.Code39, _Barcode.Aztec)
_SLOW = (_Barcode.DataMatrix,)
_SECOND_LOOK_WIDTH = 960
"""ZBar looks at a picture of this width in px: at 1920 it takes 150 ms."""


def decode(
    image: Image, wanted: Wanted = Wanted.ID, budget_seconds: float = BUDGET_SECONDS
) -> Decoded | None:
    """Read the first code in a picture, or None when the budget is spent or nothing helps."""
    began = time.monotonic()
    grey = grey_of(image)
    for stage, attempt in _stages(grey, wanted):
        found = attempt()
        spent = time.monotonic() - began
        if found is not None:
            return Decoded(
                found.payload, found.symbology, stage, found.reader, spent * 1000, found.corners
            )
        if spent > budget_seconds:
            return None
    return None


def grey_of(image: Image) -> Image:
    if image.ndim == 2:  # grey already
        return image
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True)
class _Found:
    payload: bytes
    symbology: str
    reader: str
    corners: tuple[Point, ...] = ()


_Attempt = Callable[[], _Found | None]


def _stages(grey: Image, wanted: Wanted) -> Iterator[tuple[str, _Attempt]]:
    """What a visitor is most likely to show comes first.

    While an ID is wanted, a licence's big symbol is tried hardest, and only then the small codes:
    many licences bear a bar code of their stock number beside it, which says nothing.
    """
    regions = locate(grey)
    if wanted is Wanted.BADGE:
        yield "raw", lambda: _zxing(grey, _SMALL)
    for region in regions:
        yield "levelled", partial(_level_once, grey, region)
    if wanted is Wanted.BADGE:
        yield "second reader", lambda: _pyzbar(grey)
    else:
        for region in regions:
            yield from _turned(grey, region)
        yield "raw", lambda: _zxing(grey, _STACKED)
        yield "raw", lambda: _zxing(grey, _SMALL)
        yield "second reader", lambda: _pyzbar(grey)
    yield "raw", lambda: _zxing(grey, _SLOW)


def _level_once(grey: Image, region: Region) -> _Found | None:
    return _zxing(levelled(grey, region), _STACKED, where=region.corners)


def _turned(grey: Image, region: Region) -> Iterator[tuple[str, _Attempt]]:
    """The dearer stages that take one region level."""
    read = partial(_zxing, formats=_STACKED, where=region.corners)
    doubled = lru_cache(maxsize=1)(lambda: levelled(grey, region, scale=2.0))
    yield "levelled twice the size", lambda: read(doubled())
    yield "blurred along the bars", lambda: read(_blur_down(doubled()))
    yield (
        "one threshold for all",
        lambda: read(doubled(), binarizer=zxingcpp.Binarizer.GlobalHistogram),
    )
    for turn in (-1.0, 1.0):
        yield "turned a little", partial(_turned_a_little, grey, region, turn)


def _turned_a_little(grey: Image, region: Region, turn: float) -> _Found | None:
    bent = _blur_down(levelled(grey, region, turn, 2.0))
    return _zxing(bent, _STACKED, where=region.corners)


def _blur_down(grey: Image) -> Image:
    return cv2.blur(grey, (1, 5)).astype(np.uint8, copy=False)


def _zxing(
    grey: Image,
    formats: tuple[zxingcpp.BarcodeFormat, ...],
    *,
    binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage,
    where: tuple[Point, ...] = (),
) -> _Found | None:
    """The first code in the picture; `where` it is, when the picture is cut from a frame."""
    for code in zxingcpp.read_barcodes(
        grey,
        formats=zxingcpp.BarcodeFormats(formats),
        try_downscale=False,
        try_invert=False,
        binarizer=binarizer,
    ):
        if code.valid and code.bytes:
            p = code.position
            own = (p.top_left, p.top_right, p.bottom_right, p.bottom_left)
            corners = where or tuple((float(c.x), float(c.y)) for c in own)
            return _Found(bytes(code.bytes), code.format.name, "zxing", corners)
    return None


def _pyzbar(grey: Image) -> _Found | None:
    reader = _second_reader()
    if isinstance(reader, str):
        return None
    scale = min(1.0, _SECOND_LOOK_WIDTH / grey.shape[1])
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    try:
        codes = reader(small.astype(np.uint8, copy=False))
    except ValueError:  # structured-append QR codes
        return None
    for code in codes:
        if code.data:
            corners = tuple((float(p.x) / scale, float(p.y) / scale) for p in code.polygon)
            return _Found(code.data, _ZBAR_NAMES.get(code.type, code.type), "pyzbar", corners)
    return None


_ZBAR_NAMES = {"QRCODE": "QRCode", "CODE128": "Code128", "CODE39": "Code39"}
"""One name per symbology, whoever read it."""


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
