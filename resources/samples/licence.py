"""The back of an invented licence: a picture of the card; its text is `resources.samples.payload`.

Layout after the AAMVA DL/ID Card Design Standard (2020), annex D: PDF417, X dimension within 0.17
to 0.38 mm, on a card of 85.6 x 54 mm (ISO/IEC 7810 ID-1).
"""

from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from resources.samples.payload import ISSUERS, aamva_payload

__all__ = ["ISSUERS", "Image", "aamva_payload", "licence_back"]

Image = NDArray[np.uint8]

CARD_MM = (85.6, 54.0)
MODULE_MM = 0.17
"""As small as the standard lets issuers print."""
ROW_MODULES = 5
_MODULE_PX = 4
PX_PER_MM = _MODULE_PX / MODULE_MM
"""Cards are drawn at this resolution, and made smaller by the camera."""
_LEFT_MM, _BOTTOM_MM = 7.0, 6.0


@dataclass(frozen=True, slots=True)
class Print:
    """How an issuer prints the symbol: data columns, error correction level, row in modules."""

    columns: int = 17
    level: int = 5
    row: int = ROW_MODULES


def licence_back(payload: bytes, seed: int = 0, print_as: Print | None = None) -> Image:
    """A picture of the card's back: height x width x 4 (BGR, opacity), PX_PER_MM px a mm."""
    how = print_as or Print()
    width, height = (round(mm * PX_PER_MM) for mm in CARD_MM)
    card = np.full((height, width, 3), (226, 234, 231), np.uint8)
    _guilloche(card, seed)
    _small_print(card)
    stock_number = zxingcpp.create_barcode(
        f"{seed % 10**8:08}", zxingcpp.BarcodeFormat.Code128
    ).to_image(scale=1, add_quiet_zones=False)
    bars = np.array(stock_number, dtype=np.uint8)[:1]
    _print_code(card, np.repeat(bars, 20, axis=0), (61.0, 3.6), (244, 246, 246), _MODULE_PX + 1)
    barcode = zxingcpp.create_barcode(
        payload, zxingcpp.BarcodeFormat.PDF417, columns=how.columns, ec_level=str(how.level)
    )
    rows = np.array(barcode.to_image(scale=1, add_quiet_zones=False), dtype=np.uint8)
    symbol = np.repeat(_one_line_a_row(rows), how.row, axis=0)
    top_mm = CARD_MM[1] - _BOTTOM_MM - symbol.shape[0] * MODULE_MM
    _print_code(card, symbol, (_LEFT_MM, top_mm), (244, 246, 246), _MODULE_PX)
    return _rounded(card)


def _one_line_a_row(symbol: Image) -> Image:
    """A symbol's rows without their repetitions: how tall rows are is the card's choice."""
    changes = np.any(symbol[1:] != symbol[:-1], axis=1)
    return symbol[np.flatnonzero(np.concatenate(([True], changes)))]


def _print_code(
    card: Image, symbol: Image, at_mm: tuple[float, float], paper: tuple[int, int, int], module: int
) -> None:
    """Print a code of one px a module, on a patch of paper, its upper left corner at `at_mm`."""
    large = np.kron(symbol, np.ones((module, module), np.uint8))
    left, top = (round(mm * PX_PER_MM) for mm in at_mm)
    high, wide = large.shape
    pad = round(1.4 * PX_PER_MM)
    cv2.rectangle(card, (left - pad, top - pad), (left + wide + pad, top + high + pad), paper, -1)
    card[top : top + high, left : left + wide] = np.where(
        large[:, :, None] > 127, np.array(paper, np.uint8), np.uint8(38)
    )


def _guilloche(card: Image, seed: int) -> None:
    height, width = card.shape[:2]
    xs = np.arange(0, width, 8)
    for line in range(-4, 30):
        ys = line * height / 26 + 14 * np.sin(xs / 95.0 + line * 0.5 + seed)
        points = np.stack([xs, ys], axis=1).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(card, [points], isClosed=False, color=(206, 214, 208), thickness=3)


def _small_print(card: Image) -> None:
    ink = (92, 82, 74)
    mm = PX_PER_MM
    for x, y, length, thick in (
        (5.0, 4.0, 29.0, 1.6),
        (5, 7.5, 18, 1.1),
        (5, 10.5, 24, 0.9),
        (5, 13, 21, 0.9),
        (40, 10.5, 18, 0.9),
        (40, 13, 14, 0.9),
    ):
        start = (round(x * mm), round(y * mm))
        end = (round((x + length) * mm), round((y + thick) * mm))
        cv2.rectangle(card, start, end, ink, -1)


def _rounded(card: Image) -> Image:
    """Round the corners, by a fourth channel that says where the card is."""
    height, width = card.shape[:2]
    radius = round(3.2 * PX_PER_MM)
    mask = np.zeros((height, width), np.uint8)
    cv2.rectangle(mask, (radius, 0), (width - radius, height), 255, -1)
    cv2.rectangle(mask, (0, radius), (width, height - radius), 255, -1)
    for across in (radius, width - radius - 1):
        for down in (radius, height - radius - 1):
            cv2.circle(mask, (across, down), radius, 255, -1)
    return np.dstack([card, mask])
