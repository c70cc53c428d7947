"""One comparison of a visitor with the lists, and what came of it. Pure values."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from db.domain.clearance import Lapse
from db.domain.watchlist import Category, WatchlistEntry


class Outcome(StrEnum):
    """CLEAR lets the visitor go on; HOLD asks a person. There is no third."""

    CLEAR = "clear"
    HOLD = "hold"


class Field(StrEnum):
    """What is compared, in the order in which it is always shown."""

    FAMILY_NAME = "family_name"
    GIVEN_NAME = "given_name"
    MIDDLE_NAME = "middle_name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    PLACE = "place"
    ID_NUMBER = "id_number"
    SUFFIX = "suffix"
    """Shown only where both sides have one."""


class Agreement(StrEnum):
    """How two values of a field compare, in three words that need no training."""

    AGREES = "agrees"
    DIFFERS = "differs"
    MISSING = "missing"


class Tier(StrEnum):
    """Orders and words a match by how rare it is among unlisted visitors; all tiers hold."""

    STRONG = "strong"
    POSSIBLE = "possible"
    CHECK_PHOTO = "check_photo"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One field's comparison: both values as shown to staff, the level in words, its bits.

    The words are English. `field`, `agreement`, `level` and the two codes say the same without
    any, so that they can be worded in every language.
    """

    field: Field
    visitor: str
    entry: str
    agreement: Agreement
    words: str
    """E.g. ``Same, one of two surnames``; see `db.screening.explain`."""
    bits: float
    """log2(m / u): positive speaks for the same person, negative against.

    What is missing may say a little too: few people have no given name, so it counts that neither
    side has one.
    """
    level: str = ""
    """The level's name in `db.screening.compare`, small letters: ``one_of_two``, ``missing``.

    Or ``swapped``, of a family name that is the given name on the other side (whose own row says
    how well it fits); or ``counted_elsewhere``, of a middle name that was compared as a given name.
    """
    visitor_code: str = ""
    """The visitor's value: a date as ``1979-07-14``, ``1979-07`` or ``1979``, a `Sex`, ``held``
    for an ID number, names and places as written; empty where the value is missing."""
    entry_code: str = ""
    """The list's value likewise."""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that may be the visitor, with its rows of evidence in `Field` order."""

    entry: WatchlistEntry
    list_id: UUID
    list_name: str
    category: Category
    list_version: int
    list_size: int
    list_imported_at: datetime
    max_age_days: int | None
    tier: Tier
    bits: float
    """The sum of the evidence."""
    one_in: int
    """On a list of this size one visitor in so many would match this well by chance.

    With this entry or any other, whatever there is of a birth date; the tiers count each kind of
    match apart (`db.screening.calibrate`).
    """
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ListVersion:
    """A list that a screening used, so that the log says against what somebody was screened."""

    list_id: UUID
    name: str
    version: int


class HoldReason(StrEnum):
    """Why a person must decide."""

    MATCH = "match"
    SCREENING_FAILED = "screening_failed"
    LIST_OUTDATED = "list_outdated"
    ID_NOT_READ = "id_not_read"
    ID_EXPIRED = "id_expired"
    UNDER_AGE = "under_age"


@dataclass(frozen=True, slots=True)
class ClearedMatch:
    """A match that does not hold any more: staff said *not this person* of this very pair."""

    match: Match
    clearance_id: UUID
    cleared_by: str
    cleared_at: datetime
    reason: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class LapsedClearance:
    """A match holds although staff had cleared the pair once: why their word is over."""

    list_id: UUID
    entry_id: UUID
    clearance_id: UUID
    cleared_by: str
    cleared_at: datetime
    why: Lapse


@dataclass(frozen=True, slots=True)
class Screening:
    """The result of comparing one identity with every list. Best match first."""

    screening_id: UUID
    screened_at: datetime
    engine_version: str
    lists: tuple[ListVersion, ...]
    matches: tuple[Match, ...] = ()
    hold_reasons: tuple[HoldReason, ...] = ()
    cleared: tuple[ClearedMatch, ...] = ()
    """Matches that do not hold, and whose word that is."""
    lapsed: tuple[LapsedClearance, ...] = ()
    """Of the matches that hold, those that were cleared once."""

    def lapsed_of(self, match: Match) -> LapsedClearance | None:
        """The clearance that this match had once."""
        pair = (match.list_id, match.entry.entry_id)
        return next((c for c in self.lapsed if (c.list_id, c.entry_id) == pair), None)

    @property
    def outcome(self) -> Outcome:
        """HOLD whenever there is any reason for one: fail closed."""
        return Outcome.HOLD if self.hold_reasons else Outcome.CLEAR
