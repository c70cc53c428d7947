"""A list of people whom staff want to be told about. Pure values."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from db.domain.people import PersonName, Sex


class Category(StrEnum):
    """Why a list exists."""

    REGISTRY = "registry"
    CUSTODY = "custody"
    TRESPASS = "trespass"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class WatchlistEntry:
    """One person on a list. A birth date may be whole, or only its year, or unknown."""

    entry_id: UUID
    name: PersonName
    birth_date: date | None = None
    birth_year: int | None = None
    """The year alone where the list has no whole date; also set when `birth_date` is."""
    sex: Sex = Sex.UNSPECIFIED
    aliases: tuple[PersonName, ...] = ()
    jurisdiction: str = ""
    number_hash: str = ""
    """Keyed hash of an ID number (see `db.visits.hash_document_number`), empty when unknown."""
    reference: str = ""
    """The list's own number for this person."""
    note: str = ""
    """What staff should know; shown on the match card only."""
    version: int = 1
    """Grows whenever the entry's content changes."""


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
