"""Whether the front of an ID is shown: a portrait with rows of print beside it. Pure.

A face alone is the visitor's own, and print alone is on every card's back. What tells a card is
their proportion: beside a portrait, letters are a tenth of the face and more; beside somebody's
head, print on a card is far smaller, and what hangs on the wall is no stack of rows.
"""

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from kiosk.scan.frames import Image
from kiosk.scan.mrz_find import find_zones

_FACE_WIDTH = 400
"""Px of the copy in which faces are looked for."""
_SMALLEST, _LARGEST = 24, 92
"""Px of a face in it: below, print could not be seen; above, it is no card's."""
_PRINT_WIDTH = 1200
"""Px of the copy in which print is looked for."""
_MOST_FACES = 3
_LEAST_ROWS = 4
_REACH = 4.5
"""How far from the face print is looked for, in faces; a licence is five wide."""
_ROW = (0.06, 0.34)
"""Height of a row of print, in faces."""
_SHORTEST_ROW = 0.5
_GAP = 0.16
"""Widest gap between letters of a row, in faces."""
_FAINTEST = 24
"""Contrast of print to its paper, in grey levels."""

Face = tuple[float, float, float]
"""Left, top and width, in px of the frame; as high as wide."""


def shows_front(grey: Image) -> bool:
    """Whether a portrait with print beside it, and no zone of a passport, is in the frame."""
    return any(_rows_beside(grey, face) >= _LEAST_ROWS for face in _faces(grey)) and not any(
        True for _ in find_zones(grey, most=1)
    )


def _faces(grey: Image) -> list[Face]:
    """The largest first: a card's second portrait is smaller."""
    finder = _finder()
    if finder is None:
        return []
    scale = min(1.0, _FACE_WIDTH / grey.shape[1])
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = finder.detectMultiScale(
        small, 1.2, 3, minSize=(_SMALLEST, _SMALLEST), maxSize=(_LARGEST, _LARGEST)
    )
    faces = sorted(((float(x), float(y), float(w)) for x, y, w, _ in found), key=lambda f: -f[2])
    return [(x / scale, y / scale, w / scale) for x, y, w in faces[:_MOST_FACES]]


def _rows_beside(grey: Image, face: Face) -> int:
    """Rows of print on that side of the face that has more of them."""
    left, top, size = face
    first, last = round(top - 0.9 * size), round(top + 2.4 * size)
    rights = (round(left + 1.2 * size), round(left + (1 + _REACH) * size))
    lefts = (round(left - _REACH * size), round(left - 0.2 * size))
    sides = (grey[max(0, first) : last, max(0, a) : max(0, b)] for a, b in (rights, lefts))
    return max(_rows(side, size) for side in sides)


def _rows(side: Image, face: float) -> int:
    """How many blobs of dark, fine strokes are as long and as low as a row of print."""
    if min(side.shape) < face / 2:
        return 0
    scale = min(1.0, 60.0 / face)  # print is then 6 to 15 px high
    small = cv2.resize(side, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    unit = face * scale
    stroke = 2 * round(0.07 * unit) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (stroke, stroke))
    dark = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, kernel)
    _, ink = cv2.threshold(dark, _FAINTEST, 255, cv2.THRESH_BINARY)
    across = cv2.getStructuringElement(cv2.MORPH_RECT, (round(_GAP * unit), 1))
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, across)
    contours, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return sum(_is_row(np.asarray(contour), unit) for contour in contours)


def _is_row(contour: "np.typing.NDArray[np.int32]", unit: float) -> bool:
    _, (wide, high), _ = cv2.minAreaRect(contour)
    wide, high = (max(wide, high) + 1) / unit, (min(wide, high) + 1) / unit
    is_long = wide >= _SHORTEST_ROW and wide >= 2.5 * high
    return is_long and _ROW[0] <= high <= _ROW[1]


@lru_cache(maxsize=1)
def _finder() -> cv2.CascadeClassifier | None:
    """OpenCV's own (Viola and Jones, 2001; Lienhart's training); None where it was left out."""
    file = Path(cv2.__file__).parent / "data" / "haarcascade_frontalface_default.xml"
    finder = cv2.CascadeClassifier(str(file)) if file.exists() else None
    return None if finder is None or finder.empty() else finder
