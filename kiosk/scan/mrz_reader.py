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
from kiosk.scan.mrz_votes import bears_out, is_of_one_page, is_same_page, summed

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

    @property
    def sureness(self) -> float:
        """Mean log-probability of the likeliest characters."""
        return float(self.chances.max(axis=2).mean())


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
    """Adds up what the frames of one page show; a frame at a time, from one thread.

    All that it holds is of one run of frames: with the first frame of another page it starts over,
    and nothing of the run before is kept.
    """

    def __init__(self) -> None:
        self._layout: Layout | None = None
        self._frames: list[Floats] = []

    def look(self, grey: Image) -> MrzReading | None:
        """Read a frame, by itself or together with those before."""
        surest: MrzSight | None = None
        for sight in sights(grey):
            reading = reading_of(sight)
            if reading is not None:
                self.forget()
                return reading
            if surest is None or sight.sureness > surest.sureness:
                surest = sight
        # Sights of one frame are of one print, found in several ways: only one may vote.
        return None if surest is None else self.add(surest)

    def add(self, sight: MrzSight) -> MrzReading | None:
        """Add one frame's sight; the reading, once all frames together are sure."""
        layout = sight.layout
        if layout is not self._layout or not is_same_page(
            summed(self._frames), sight.chances, layout
        ):
            self.forget()
            self._layout = layout
        self._frames = [*self._frames, sight.chances][-_MOST_FRAMES:]
        reading = self._read(self._frames, sight)
        if reading is None:
            return None
        lines = reading.payload.decode("ascii").split()
        behind = [frame for frame in self._frames if bears_out(frame, lines, layout)]
        if len(behind) < len(self._frames):
            reading = self._read(behind, sight)
        if reading is None or reading.payload.decode("ascii").split() != lines:
            return None
        if not is_of_one_page(behind, lines, layout):
            return None
        self.forget()
        return reading

    def forget(self) -> None:
        """Begin anew: the page is gone, or another is shown."""
        self._layout, self._frames = None, []

    @staticmethod
    def _read(frames: list[Floats], sight: MrzSight) -> MrzReading | None:
        if len(frames) < 2:
            return None
        return reading_of(MrzSight(sight.layout, summed(frames), sight.corners))


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
