"""What a school keeps of people: kinds of facts, and how many visits they are of. Pure values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KeptFacts:
    """One kind of facts, in words for whoever asks what is kept of them."""

    what: str
    where: str
    how_long: str
    who_sees: str
    protection: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """All kinds, with the days of this school."""

    as_of: datetime
    visit_days: int
    """For so long it is kept who came."""
    visits: int
    """Of so many visits it is still known who came."""
    oldest_at: datetime | None
    """When the oldest of them began; None when there is none."""
    facts: tuple[KeptFacts, ...]
