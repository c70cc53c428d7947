"""From a camera's frame to a payload: a cascade, cheap first, within a frame's time.

zxing-cpp's PDF417 reader needs rows within about two degrees of level, so the symbol is located and
turned first; what it then does not read goes to the soft reader, whose evidence is kept for the
frames to come (`Votes`). Stages that rarely help take turns from frame to frame, since another
frame follows at once. Pictures that come alone are read by `patient`.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

import cv2
import numpy as np

from kiosk.scan.badge_code import badge_token_of
from kiosk.scan.frames import Image
from kiosk.scan.locate import Point, Region, levelled, locate
from kiosk.scan.mrz_reader import MrzVotes
from kiosk.scan.pdf417_soft import Votes
from kiosk.scan.readers import SLOW, SMALL, STACKED, Code, text_of, zbar, zxing

BUDGET_SECONDS = 0.045
"""No further stage begins after so long; the longest one takes about as long."""
MRZ = "MRZ"
_SECOND_LOOK_WIDTH = 960
"""ZBar looks at a frame of this width in px: at 1920 it takes 150 ms."""


class Wanted(Enum):
    """What the step that is shown waits for."""

    NOTHING = auto()
    ID = auto()
    BADGE = auto()
    PICTURE = auto()


@dataclass(frozen=True, slots=True)
class Decoded:
    """A code or zone that was read: its bytes as they are, and how it was read."""

    payload: bytes
    symbology: str
    stage: str
    reader: str
    """``zxing``, ``pyzbar``, ``soft`` or ``mrz``."""
    milliseconds: float
    corners: tuple[Point, ...] = ()
    """Where it is, in px of the picture: four points, or none when the reader tells none."""
    text: str = ""

    @property
    def is_stacked(self) -> bool:
        """Whether it is of the kind that IDs bear."""
        return self.symbology in (STACKED[0].name, MRZ)


Attempt = Callable[[], Code | None]


class Memory:
    """What is kept from frame to frame of one card, by one thread."""

    def __init__(self) -> None:
        self.turn = 0
        self.votes = Votes()
        self.mrz_votes = MrzVotes()

    def forget(self) -> None:
        """The card is gone: the next one is another."""
        self.votes.forget()
        self.mrz_votes.forget()


def decode(
    image: Image,
    wanted: Wanted = Wanted.ID,
    budget_seconds: float = BUDGET_SECONDS,
    memory: Memory | None = None,
) -> Decoded | None:
    """Read the first code in a frame, or None when the budget is spent or nothing helps."""
    memory = memory or Memory()
    memory.turn += 1
    return first_read(_stages(grey_of(image), wanted, memory), budget_seconds)


def first_read(stages: Iterator[tuple[str, Attempt]], budget_seconds: float) -> Decoded | None:
    """Try one stage after the other until one reads something, or the time is over."""
    began = time.monotonic()
    for stage, attempt in stages:
        code = attempt()
        spent = time.monotonic() - began
        if code is not None:
            return Decoded(
                code.payload,
                code.symbology,
                stage,
                code.reader,
                spent * 1000,
                code.corners,
                code.text,
            )
        if spent > budget_seconds:
            return None
    return None


def grey_of(image: Image) -> Image:
    if image.ndim == 2:  # grey already
        return image
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def _stages(grey: Image, wanted: Wanted, memory: Memory) -> Iterator[tuple[str, Attempt]]:
    """What a visitor is most likely to show comes first.

    While an ID is wanted, a licence's big symbol is tried hardest, and only then the small codes:
    many licences bear a bar code of their stock number beside it, which says nothing.
    """
    regions = locate(grey)
    small: list[tuple[str, Attempt]] = [
        ("raw", lambda: zxing(grey, SMALL)),
        ("second reader", lambda: zbar(grey, min(_SECOND_LOOK_WIDTH, grey.shape[1]))),
        ("raw", lambda: zxing(grey, SLOW)),
    ]
    if wanted is Wanted.BADGE:
        # Of all codes in the frame only a badge's: licences and posters bear others.
        yield "raw", lambda: zxing(grey, SMALL, accepts=lambda p: badge_token_of(p) is not None)
    for region in regions:
        yield "levelled", partial(level_once, grey, region)
    if wanted is Wanted.BADGE:
        if regions and memory.turn % 2:
            yield "soft", partial(_soft, memory.votes, grey, regions[0])
        else:
            yield small[memory.turn // 2 % 3]
        return
    # One dear stage a frame: the others' turn comes with the next.
    if regions and memory.turn % 3:
        again = memory.turn - 1 - memory.turn // 3
        region = regions[min(again % 3 // 2, len(regions) - 1)]  # the likeliest twice as often
        yield "soft", partial(_soft, memory.votes, grey, region)
        return
    yield MRZ, partial(_mrz, memory.mrz_votes, grey)
    turn = memory.turn // 3 if regions else memory.turn
    yield small[(0, 1, 0, 2)[turn % 4]]


def level_once(grey: Image, region: Region) -> Code | None:
    return zxing(levelled(grey, region), STACKED, where=region.corners)


def _soft(votes: Votes, grey: Image, region: Region) -> Code | None:
    payload = votes.look(grey, region)
    return None if payload is None else soft_code(payload, region)


def soft_code(payload: bytes, region: Region) -> Code:
    return Code(payload, text_of(payload), STACKED[0].name, "soft", region.corners)


def _mrz(votes: MrzVotes, grey: Image) -> Code | None:
    found = votes.look(grey)
    if found is None:
        return None
    return Code(found.payload, text_of(found.payload), MRZ, "mrz", found.corners)
