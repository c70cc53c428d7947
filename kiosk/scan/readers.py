"""The two readers of codes behind one kind of value: zxing-cpp first, ZBar (pyzbar) second.

ZBar has no PDF417, and sometimes reads a QR code or bar code that zxing-cpp does not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import zxingcpp

from kiosk.scan.frames import Image
from kiosk.scan.locate import Point

_Barcode = zxingcpp.BarcodeFormat
STACKED = (_Barcode.PDF417,)
"""What licences bear; compact PDF417 too."""
SMALL = (_Barcode.QRCode, _Barcode.Code128, _Barcode.Code39, _Barcode.Aztec)
SLOW = (_Barcode.DataMatrix,)
"""Looking for it takes longer than for all others together."""
EVERY = (*STACKED, *SMALL, *SLOW)


@dataclass(frozen=True, slots=True)
class Code:
    """A code as one of the readers read it."""

    payload: bytes
    """Its bytes as they are."""
    text: str
    """Its bytes as text, in the charset that the code names or seems to have."""
    symbology: str
    reader: str
    """``zxing``, ``pyzbar``, or ``soft`` (see `pdf417_soft`)."""
    corners: tuple[Point, ...] = ()
    """Where the code is, in px of the picture: four points, or none when the reader tells none."""


def zxing(
    grey: Image,
    formats: tuple[zxingcpp.BarcodeFormat, ...],
    *,
    is_thorough: bool = False,
    binarizer: zxingcpp.Binarizer = zxingcpp.Binarizer.LocalAverage,
    where: tuple[Point, ...] = (),
    accepts: Callable[[bytes], bool] = lambda _: True,
) -> Code | None:
    """The first code in the picture whose payload is accepted.

    `where` it is, when the picture is cut from a frame.
    `is_thorough`: smaller copies and light-on-dark codes are tried too.
    """
    for code in zxingcpp.read_barcodes(
        grey,
        formats=zxingcpp.BarcodeFormats(formats),
        try_downscale=is_thorough,
        try_invert=is_thorough,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=binarizer,
    ):
        if code.valid and code.bytes and accepts(bytes(code.bytes)):
            p = code.position
            own = (p.top_left, p.top_right, p.bottom_right, p.bottom_left)
            corners = where or tuple((float(c.x), float(c.y)) for c in own)
            return Code(bytes(code.bytes), code.text, code.format.name, "zxing", corners)
    return None


def zbar(grey: Image, width: int) -> Code | None:
    """The first QR code or bar code in a copy `width` px wide; None without libzbar too.

    Only ASCII: ZBar guesses the charset of a QR code's bytes, takes the Latin-1 of ``Wójcik`` for
    Big5, and hands out that guess in UTF-8 and never the bytes.
    """
    reader = _zbar()
    if isinstance(reader, str):
        return None
    scale = width / grey.shape[1]
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    copy = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=way)
    try:
        codes = reader(copy.astype(np.uint8, copy=False))
    except ValueError:  # structured-append QR codes
        return None
    for code in codes:
        if code.data and code.data.isascii():
            corners = tuple((float(p.x) / scale, float(p.y) / scale) for p in code.polygon)
            symbology = _ZBAR_NAMES.get(code.type, code.type)
            return Code(code.data, code.data.decode("ascii"), symbology, "pyzbar", corners)
    return None


_ZBAR_NAMES = {"QRCODE": "QRCode", "CODE128": "Code128", "CODE39": "Code39"}
"""One name per symbology, whoever read it."""


def text_of(payload: bytes) -> str:
    """Bytes as UTF-8, or as Latin-1 where they are none."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return payload.decode("latin-1")


def second_reader_problem() -> str:
    """Why the second reader does not work here, in words; empty when it does."""
    reader = _zbar()
    return reader if isinstance(reader, str) else ""


@lru_cache(maxsize=1)
def _zbar() -> Callable[[Image], list[Any]] | str:
    try:
        from pyzbar import pyzbar  # the kiosk runs without libzbar
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
