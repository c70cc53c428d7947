"""Reading the machine-readable zone in a picture, and over the frames of a film.

A reading is accepted only when it adds up, says possible dates and known countries, and no other
reading that adds up is nearly as likely: names and sex have no check digit, so for them likelihood
is all there is. Frames of one page are added up as chances of characters, never as pictures.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from db.domain.errors import UnreadableIdError
from db.domain.people import Identity
from kiosk.scan.frames import Image
from kiosk.scan.locate import Point
from kiosk.scan.mrz import ALPHABET, LAYOUTS, Layout, parse_mrz
from kiosk.scan.mrz_cells import Cut, cut
from kiosk.scan.mrz_decode import Decoded, decode_zone
from kiosk.scan.mrz_find import find_zones
from kiosk.scan.mrz_net import CELL, Floats, log_chances

LEAST_LEAD = 3.5
"""Natural logarithm of how much likelier than the next a reading must be."""
MOST_BENT = 7.0
"""Most that check digits and grammar may take from the characters' own likelihood."""
LEAST_SURE = -0.6
"""Least mean log-probability of the likeliest characters: other print looks like none of them."""
_DAZZLED = np.float32(0.15)
"""So much is left of what a dazzled character seems to be, on the scale of logarithms."""
_TELLING = 24
"""So many characters tell which way up the page is."""
_MOST_FRAMES = 12
_FRAME_WEIGHT = 0.6
"""Frames of one film share light and blur, so that each says less than a picture of its own."""


@dataclass(frozen=True, slots=True)
class MrzReading:
    """A zone that was read and adds up."""

    payload: bytes
    """Its lines, each ended by a line feed."""
    corners: tuple[Point, ...]
    """Of the print in px of the frame, from its own upper left, clockwise."""
    identity: Identity
    size: str
    """``TD1``, ``TD2`` or ``TD3``."""


@dataclass(frozen=True, slots=True)
class MrzSight:
    """What one picture shows of a zone: chances of every character, right or not."""

    layout: Layout
    chances: Floats
    """Log-probabilities, lines x columns x 37, in ALPHABET's order."""
    corners: tuple[Point, ...]


def read_mrz(grey: Image) -> MrzReading | None:
    """Read the passport or ID card in a grey picture; None when there is none, or it is unsure."""
    for sight in sights(grey):
        reading = reading_of(sight)
        if reading is not None:
            return reading
    return None


def sights(grey: Image) -> Iterator[MrzSight]:
    """What the picture shows of zones, the likeliest place first."""
    for zone in find_zones(grey):
        for cells in cut(grey, zone):
            sight = _seen(cells)
            if sight is not None:
                yield sight


def reading_of(sight: MrzSight) -> MrzReading | None:
    """What a sight says, when it is sure and adds up."""
    decoded = decode_zone(sight.chances, sight.layout)
    if decoded is None or not _is_sure(decoded):
        return None
    try:
        identity = parse_mrz(decoded.lines)
    except UnreadableIdError:
        return None
    payload = "".join(f"{line}\n" for line in decoded.lines).encode("ascii")
    return MrzReading(payload, sight.corners, identity, sight.layout.name)


class MrzVotes:
    """Adds up what the frames of one page show; a frame at a time, from one thread."""

    def __init__(self) -> None:
        self._layout: Layout | None = None
        self._frames: list[Floats] = []

    def look(self, grey: Image) -> MrzReading | None:
        """Read a frame, by itself or together with those before."""
        for sight in sights(grey):
            reading = reading_of(sight) or self.add(sight)
            if reading is not None:
                self.forget()
                return reading
        return None

    def add(self, sight: MrzSight) -> MrzReading | None:
        """Add one frame's sight; the reading, once all frames together are sure."""
        if sight.layout is not self._layout or not self._is_same_page(sight):
            self.forget()
            self._layout = sight.layout
        self._frames = [*self._frames, sight.chances][-_MOST_FRAMES:]
        if len(self._frames) < 2:
            return None
        total = _FRAME_WEIGHT * np.sum(self._frames, axis=0)
        total -= np.log(np.exp(total - (top := total.max(2, keepdims=True))).sum(2, keepdims=True))
        return reading_of(MrzSight(sight.layout, (total - top).astype(np.float32), sight.corners))

    def forget(self) -> None:
        """Begin anew: the page is gone, or another is shown."""
        self._layout, self._frames = None, []

    def _is_same_page(self, sight: MrzSight) -> bool:
        """Whether most characters are those of the last frame."""
        if not self._frames:
            return True
        same = self._frames[-1].argmax(axis=2) == sight.chances.argmax(axis=2)
        return float(same.mean()) > 0.6


def _seen(cells: Cut) -> MrzSight | None:
    """The characters' chances, the right way up; None when they are no such characters."""
    lines, columns = cells.cells.shape[:2]
    layout = next(x for x in LAYOUTS if (x.lines, x.columns) == (lines, columns))
    turned = cells.upside_down
    if _uprightness(turned) > _uprightness(cells):
        cells = turned
    chances = log_chances(cells.cells.reshape(-1, *CELL)).reshape(lines, columns, -1)
    if float(chances.max(axis=2).mean()) < LEAST_SURE:
        return None
    # An O whose top a lamp took away is a flawless U.
    chances[cells.dazzled] *= _DAZZLED
    chances -= np.log(np.exp(chances).sum(axis=2, keepdims=True))
    return MrzSight(layout, chances, cells.zone.corners)


def _uprightness(cells: Cut) -> float:
    """How sure some characters, spread over the zone, are, and how many of them are fillers.

    Most characters upside down look like none; fillers then look like others, but never the other
    way round, and every zone has some.
    """
    flat = cells.cells.reshape(-1, *CELL)
    chosen = flat[:: max(1, len(flat) // _TELLING)]
    chances = log_chances(np.ascontiguousarray(chosen))
    fillers = chances.argmax(axis=1) == ALPHABET.index("<")
    return float(chances.max(axis=1).mean() + fillers.mean())


def _is_sure(decoded: Decoded) -> bool:
    return decoded.lead >= LEAST_LEAD and decoded.bent <= MOST_BENT
