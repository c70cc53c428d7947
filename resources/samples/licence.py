"""The back of an invented licence: its AAMVA text, and a picture of the card.

Layout after the AAMVA DL/ID Card Design Standard (2020), annex D: PDF417, X dimension within 0.17
to 0.38 mm, on a card of 85.6 x 54 mm (ISO/IEC 7810 ID-1).
"""

import unicodedata
from datetime import date

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from resources.samples.people import SamplePerson

Image = NDArray[np.uint8]

CARD_MM = (85.6, 54.0)
MODULE_MM = 0.25
PX_PER_MM = 20
"""Cards are drawn at this resolution, and made smaller by the camera."""

ISSUERS = {"TX": "636015", "NM": "636009", "CA": "636014", "IL": "636035", "NY": "636001"}


def aamva_payload(person: SamplePerson, jurisdiction: str = "TX", version: int = 9) -> bytes:
    """The text of a licence's PDF417, in capitals without accents as issuers print them."""
    lines = [
        f"DAQ{person.number}",
        f"DCS{_printed(person.family_name)}",
        "DDEN",
        f"DAC{_printed(person.given_name)}",
        "DDFN",
        f"DAD{_printed(person.middle_name) or 'NONE'}",
        "DDGN",
        "DCAC",
        "DCBNONE",
        "DCDNONE",
        f"DBD{_day(person.issued_on)}",
        f"DBB{_day(person.birth_date)}",
        f"DBA{_day(person.expires_on)}",
        f"DBC{1 if person.sex == 'M' else 2}",
        "DAU066 in",
        "DAYBRO",
        "DAG100 SAMPLE STREET",
        "DAISAMPLETON",
        f"DAJ{jurisdiction}",
        "DAK000000000  ",
        "DCF00000000000000000000",
        "DCGUSA",
        "DDAF",
    ]
    body = "DL" + "\n".join(lines) + "\r"
    head = f"@\n\x1e\rANSI {ISSUERS[jurisdiction]}{version:02}0001"
    offset = len(head) + len("DL00000000")
    return f"{head}DL{offset:04}{len(body):04}{body}".encode("ascii")


def licence_back(payload: bytes, seed: int = 0) -> Image:
    """A picture of the card's back: height x width x 4 (BGR, opacity), PX_PER_MM px a mm."""
    width, height = (round(mm * PX_PER_MM) for mm in CARD_MM)
    card = np.full((height, width, 3), (226, 234, 231), np.uint8)
    _guilloche(card, seed)
    _small_print(card)
    barcode = zxingcpp.create_barcode(
        payload, zxingcpp.BarcodeFormat.PDF417, options="columns=13,ec_level=5"
    )
    symbol = np.array(barcode.to_image(scale=1, add_quiet_zones=False), dtype=np.uint8)
    module = round(MODULE_MM * PX_PER_MM)
    symbol = np.kron(symbol, np.ones((module, module), np.uint8))
    left, top = (width - symbol.shape[1]) // 2, height - symbol.shape[0] - 5 * PX_PER_MM
    pad = 2 * PX_PER_MM
    cv2.rectangle(
        card,
        (left - pad, top - pad),
        (left + symbol.shape[1] + pad, top + symbol.shape[0] + pad),
        (244, 246, 246),
        -1,
    )
    card[top : top + symbol.shape[0], left : left + symbol.shape[1]] = np.where(
        symbol[:, :, None] > 127, np.uint8(244), np.uint8(38)
    )
    return _rounded(card)


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
    at = 62.0
    for bar in (0.3, 0.6, 0.3, 0.9, 0.6, 0.3, 0.3, 0.9, 0.6, 0.3, 0.9, 0.3, 0.6, 0.3):
        start = (round(at * mm), round(3.5 * mm))
        cv2.rectangle(card, start, (round((at + bar) * mm), round(8 * mm)), (60, 52, 46), -1)
        at += bar + 0.6


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


def _printed(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("ø", "o")).upper()
    return plain.encode("ascii", errors="ignore").decode()


def _day(day: date) -> str:
    return f"{day:%m%d%Y}"
