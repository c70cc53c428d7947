"""What a person wrote about an entry, who changed it when, and what it has done. Pure values."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from db.domain.clearance import ClearanceLine
from db.domain.custody import CustodyRule
from db.domain.figures import HoldFigures
from db.domain.watchlist import Category, WatchlistEntry


class EntryChangeKind(StrEnum):
    """What was done to an entry."""

    ADDED = "added"
    CHANGED = "changed"
    IMPORTED = "imported"
    """Changed by an import."""
    REMOVAL_ASKED = "removal_asked"
    CHANGE_ASKED = "change_asked"
    """A change by which somebody would pass whom the entry holds."""
    REMOVAL_TAKEN_BACK = "removal_taken_back"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry as somebody typed it; texts are read by the rules of an import."""

    family: str
    given: str = ""
    middle: str = ""
    suffix: str = ""
    birth_date: str = ""
    """``YYYY-MM-DD``, or as much of it as is known."""
    sex: str = ""
    aliases: str = ""
    """Other names by the rule of `db.aliases`."""
    jurisdiction: str = ""
    reference: str = ""
    note: str = ""
    instructions: str = ""
    valid_from: str = ""
    valid_until: str = ""
    """``YYYY-MM-DD``, empty for no such limit."""
    photo: str = ""
    """SHA-256 in hex of a photo that the hub has, empty for none."""
    rule: CustodyRule | None = None
    """None leaves the custody rule as it is."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EntryEvent:
    """One change by hand. `entry_version` is the one that it made, or that was removed."""

    what: EntryChangeKind
    entry_version: int
    list_version: int
    at: datetime
    by: str
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RemovalAsked:
    """Somebody asked that the entry be removed, or changed; it counts until another confirms."""

    by: str
    by_id: UUID
    at: datetime
    reason: str
    changes: tuple[FieldChange, ...] = ()
    """What is to change; nothing when the entry is to be removed."""


@dataclass(frozen=True, slots=True)
class EntryFile:
    """One entry with all that happened to it by hand, newest first. None: it was removed."""

    as_of: datetime
    list_id: UUID
    list_name: str
    list_version: int
    entry: WatchlistEntry | None
    history: tuple[EntryEvent, ...]
    removal: RemovalAsked | None = None
    needs_two: bool = True
    """Whether removing it takes a second person."""
    category: Category = Category.ALERT
    rule: CustodyRule | None = None
    clearances: tuple[ClearanceLine, ...] = ()
    """Who was cleared of it, newest first."""


@dataclass(frozen=True, slots=True)
class EntryDeeds:
    """What an entry has done at the doors since `since`."""

    since: date
    screenings: int
    """How many visitors were screened, whoever was found."""
    holds: HoldFigures
    confirmed_on: date | None = None
    """The last day on which somebody was not admitted for it."""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries of a list, in the order of their names. `next_page` is None at the end."""

    as_of: datetime
    entries: tuple[WatchlistEntry, ...]
    next_page: str | None = None
