"""A list of people whom staff want to be told about. Pure values."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from db.domain.days import Days
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex

LONGEST_AGE_DAYS = 36_500
"""How old a list may at most be allowed to be."""


class Category(StrEnum):
    """Why a list exists."""

    REGISTRY = "registry"
    CUSTODY = "custody"
    TRESPASS = "trespass"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class WatchlistEntry:
    """One person on a list."""

    entry_id: UUID
    name: PersonName
    born: PartialDate | None = None
    """The birth date as the list has it, None when it is unknown."""
    sex: Sex = Sex.UNSPECIFIED
    aliases: tuple[PersonName, ...] = ()
    jurisdiction: str = ""
    number_hash: str = ""
    """Keyed hash of an ID number (see `db.visits.hash_document_number`), empty when unknown."""
    reference: str = ""
    """The list's own number for this person."""
    note: str = ""
    """What staff should know; shown on the match card only."""
    instructions: str = ""
    """What staff should do, such as *call the principal*."""
    valid_from: date | None = None
    valid_until: date | None = None
    """The first and the last day on which the entry counts; None for no such limit."""
    photo: str = ""
    """SHA-256 of a photo in hex, empty for none."""
    version: int = 1
    """Grows whenever what the entry says changes; kept over imports that do not change it."""

    def is_in_force(self, days: Days) -> bool:
        """Whether the entry counts on any of these days; one that does not is not compared."""
        return days.has_any_from(self.valid_from, self.valid_until)


@dataclass(frozen=True, slots=True)
class EntryDelta:
    """All that a version of a list changes to the one before: an entry put, or one dropped."""

    put: WatchlistEntry | None = None
    drop: UUID | None = None


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A named list in one version, as it was imported; `entry_count` people."""

    list_id: UUID
    name: str
    category: Category
    version: int
    imported_at: datetime
    entry_count: int
    max_age_days: int | None = None
    content_hash: str = ""
    """SHA-256 in hex over what the entries say (see `db.watchlists.content_hash`)."""
    site_id: str = ""
    """Whose list it is; empty for the district's, by which every site screens."""
