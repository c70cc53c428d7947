"""Whether frames show the same page, and whether they bear out what was read from them. Pure.

Two passports of one family have the same issuer, the same family name and often the same expiry,
and names have no check digit: what the one's name and the other's number say together adds up. So
frames are one page's only as long as no character that both show well differs, and a reading counts
only as far as every single frame behind it bears out its names as well as its numbers.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kiosk.scan.mrz import ALPHABET, Layout
from kiosk.scan.mrz_decode import decode_zone
from kiosk.scan.mrz_net import Floats

_FRAME_WEIGHT = np.float32(0.6)
"""Frames of one film share light and blur, so that each says less than a picture of its own."""
_LIKELY = float(np.log(0.97))
"""What a character must have at least to tell two pages apart."""
_LEAST_ALIKE = 0.5
"""So many of all characters but fillers are the same on frames of one page, however blurred."""
_UNCHECKED_LETTERS = 2
"""So many letters without a check digit differ between pages; one may be a speck."""
_FLOOR = np.float32(-6.0)
"""No single character speaks more than this against a reading: it may be a finger's."""
_AGAINST_NAMES, _AGAINST_CHECKED = 4.0, 12.0
"""Most that a frame may have against the letters of a reading, and against what is checked, in
natural logarithms beyond what its own blur makes likely. Of 570 blurred frames 19 in 20 had at most
0.0 and 5.4 against what they showed, and none less than 2.5 and 15 against a sibling's passport."""
_SOME_LEAD = 0.5
"""How much likelier than the next, in natural logarithms, is more than chance."""

Cells = NDArray[np.bool_]
_FILLER = ALPHABET.index("<")
_ZERO, _O = ALPHABET.index("0"), ALPHABET.index("O")
_NEVER = np.float32(-30.0)


def summed(frames: Sequence[Floats]) -> Floats:
    """All frames' log-probabilities together, as those of one picture."""
    total = np.asarray(_FRAME_WEIGHT * np.sum(frames, axis=0), np.float32)
    total -= total.max(axis=2, keepdims=True)
    return np.asarray(total - np.log(np.exp(total).sum(axis=2, keepdims=True)), np.float32)


def is_same_page(total: Floats, frame: Floats, layout: Layout) -> bool:
    """Whether a frame may show the page that earlier ones, summed up, show."""
    total, frame = _alike(total), _alike(frame)
    before, now = total.argmax(axis=2), frame.argmax(axis=2)
    print_there = (before != _FILLER) | (now != _FILLER)
    differ = (before != now) & print_there
    if differ.sum() > (1 - _LEAST_ALIKE) * print_there.sum():
        return False
    likely = (total.max(axis=2) > _LIKELY) & (frame.max(axis=2) > _LIKELY)
    checked = checked_cells(layout)
    in_numbers = int((differ & likely & checked).sum())
    in_names = int((differ & likely & ~checked).sum())
    return not in_numbers and in_names < _UNCHECKED_LETTERS


def bears_out(frame: Floats, lines: Sequence[str], layout: Layout) -> bool:
    """Whether one frame by itself speaks for a reading: for its names, and for its numbers."""
    frame = _alike(frame)
    says = frame.argmax(axis=2)
    read = np.array([[ALPHABET.index(c) for c in line.replace("0", "O")] for line in lines])
    behind = np.maximum(frame - frame.max(axis=2, keepdims=True), _FLOOR)
    # What a frame is expected to have against the truth, as unsure as it is.
    expected = -(np.exp(frame) * behind).sum(axis=2)
    against = -np.take_along_axis(behind, read[..., None], axis=2)[..., 0] - expected
    print_there = (read != _FILLER) | (says != _FILLER)
    checked = checked_cells(layout)
    for cells, most in ((~checked, _AGAINST_NAMES), (checked, _AGAINST_CHECKED)):
        counted = cells & print_there
        same = (says == read) & counted
        if against[counted].sum() > most or same.sum() < _LEAST_ALIKE * counted.sum():
            return False
    return True


def is_of_one_page(frames: Sequence[Floats], lines: Sequence[str], layout: Layout) -> bool:
    """Whether, wherever a swap may have been, one side of it alone would say the same.

    Twins' passports may differ in a letter and two digits, each too dim to see on the other's.
    """
    return all(
        _says(frames[:at], lines, layout) or _says(frames[at:], lines, layout)
        for at in range(1, len(frames))
    )


def _says(frames: Sequence[Floats], lines: Sequence[str], layout: Layout) -> bool:
    decoded = decode_zone(summed(frames), layout)
    return decoded is not None and decoded.lead > _SOME_LEAD and [*decoded.lines] == [*lines]


def _alike(chances: Floats) -> Floats:
    """With zeros counted as the letter O, since many faces make no difference."""
    merged = chances.copy()
    merged[..., _O] = np.logaddexp(chances[..., _O], chances[..., _ZERO])
    merged[..., _ZERO] = _NEVER
    return merged


@lru_cache(maxsize=4)
def checked_cells(layout: Layout) -> Cells:
    """Lines x columns: which characters a check digit is over, and the check digits."""
    cells = np.zeros((layout.lines, layout.columns), np.bool_)
    for span in (*layout.composed, layout.composite.check):
        cells[span.line, span.start : span.stop] = True
    return cells
