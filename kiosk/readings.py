"""Which reader read how many codes on this kiosk, by kind of code and stage. No names, no codes."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from db import settings

READINGS = "readings"


@dataclass(frozen=True, slots=True)
class Way:
    """How a code came in: its symbology, the stage that it was read at, and by which reader."""

    symbology: str
    stage: str
    reader: str


TYPED = Way("", "typed", "scanner")
"""By a USB scanner, which does not say what it read."""


@dataclass(frozen=True, slots=True)
class Readings:
    """How many codes were accepted that came in one way."""

    way: Way
    count: int


def all_readings(session: Session) -> list[Readings]:
    """Every way that a code ever came in, the commonest first."""
    return sorted(_stored(session), key=lambda r: -r.count)


def count_one(session: Session, way: Way) -> None:
    """One more code came in this way and was accepted."""
    counts = {r.way: r.count for r in _stored(session)}
    counts[way] = counts.get(way, 0) + 1
    settings.write(session, READINGS, [Readings(w, n) for w, n in counts.items()])


def _stored(session: Session) -> tuple[Readings, ...]:
    return settings.read(session, READINGS, tuple[Readings, ...]) or ()
