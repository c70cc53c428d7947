"""The front of an invented licence: a portrait and text, and no code. It belongs to nobody.

Layout after the AAMVA DL/ID Card Design Standard (2020), annex A: portrait on the left, issuer
above, numbered elements beside it, signature and a second, small portrait below.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from resources.samples.licence import CARD_MM, PX_PER_MM, Image, _guilloche, _rounded
from resources.samples.people import SamplePerson
from resources.samples.scene import somebody

_INK, _HEAD, _LABEL = (44, 38, 36), (120, 66, 24), (120, 100, 92)
_HEAD_AND_SHOULDERS = (slice(120, 1000), slice(610, 1310))
"""Of `somebody`, in px."""


def licence_front(person: SamplePerson, seed: int = 0, issuer: str = "NORTHLAND") -> Image:
    """A picture of the card's front: height x width x 4 (BGR, opacity), PX_PER_MM px a mm."""
    width, height = (round(mm * PX_PER_MM) for mm in CARD_MM)
    card = np.full((height, width, 3), (232, 228, 218), np.uint8)
    _guilloche(card, seed)
    cv2.rectangle(card, (0, 0), (width, round(8.5 * PX_PER_MM)), (226, 206, 178), -1)
    _print(card, issuer, (4, 6.6), 5.0, _HEAD, bold=True)
    _print(card, "DRIVER LICENSE", (48, 6.4), 3.4, _HEAD)
    _lay(card, (3.5, 12), (25, 31.4))
    _lay(card, (68, 33), (10.5, 13.2), pale=0.45)
    for at, (label, value) in enumerate(_lines(person)):
        top = 13.5 + 4.4 * at
        _print(card, label, (30.5, top), 1.5, _LABEL)
        _print(card, value, (39, top), 2.3, _INK, bold=at < 4)
    _sign(card, seed)
    return _rounded(card)


def _lines(person: SamplePerson) -> Sequence[tuple[str, str]]:
    return (
        ("4d DLN", person.number),
        ("3 DOB", f"{person.birth_date:%m/%d/%Y}"),
        ("1", _plain(person.family_name)),
        ("2", _plain(f"{person.given_name} {person.middle_name}")),
        ("8", "123 INVENTED STREET"),
        ("", "NOWHERE 00000"),
        ("4b EXP", f"{person.expires_on:%m/%d/%Y}"),
        ("15 SEX", f"{person.sex}  5'-07\"  BRO"),
    )


def _plain(name: str) -> str:
    """OpenCV's letters are ASCII."""
    return name.encode("ascii", errors="replace").decode().upper()


def _print(
    card: Image,
    text: str,
    at_mm: tuple[float, float],
    high_mm: float,
    ink: tuple[int, int, int],
    *,
    bold: bool = False,
) -> None:
    """Write a line: `at_mm` is its lower left corner, `high_mm` its capitals' height."""
    face = cv2.FONT_HERSHEY_DUPLEX
    scale = cv2.getFontScaleFromHeight(face, round(high_mm * PX_PER_MM * 0.8), 1)
    thick = max(1, round((0.32 if bold else 0.2) * high_mm / 2.5 * PX_PER_MM))
    left, base = (round(mm * PX_PER_MM) for mm in at_mm)
    cv2.putText(card, text, (left, base), face, scale, ink, thick, cv2.LINE_AA)


def _lay(
    card: Image, at_mm: tuple[float, float], size_mm: tuple[float, float], pale: float = 0.0
) -> None:
    """Print the portrait; `pale` is how much of the card shines through."""
    left, top, wide, high = (round(mm * PX_PER_MM) for mm in (*at_mm, *size_mm))
    portrait = somebody()[_HEAD_AND_SHOULDERS]
    small = cv2.resize(portrait, (wide, high), interpolation=cv2.INTER_AREA)
    place = card[top : top + high, left : left + wide]
    place[:] = cv2.addWeighted(small, 1 - pale, place, pale, 0)


def _sign(card: Image, seed: int) -> None:
    xs = np.linspace(32, 62, 120)
    ys = 50.3 + 1.6 * np.sin(xs * 1.1 + seed) * np.sin(xs * 0.37) - 0.02 * (xs - 32)
    points = (np.stack([xs, ys], axis=1) * PX_PER_MM).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(card, [points], isClosed=False, color=_INK, thickness=9, lineType=cv2.LINE_AA)
