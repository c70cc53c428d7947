"""The sites of a district: its schools, as who oversees them sees them. Pure values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A school of the district; a closed one stays, as its visits do."""

    site_id: str
    name: str
    time_zone: str
    """IANA name, e.g. ``America/Chicago``."""
    opened_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sites:
    """Those that somebody may see, by name; closed ones last."""

    as_of: datetime
    sites: tuple[KnownSite, ...]


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """What a site is to be called, and by which clock it lives; empty leaves what is known."""

    name: str = ""
    time_zone: str = ""
