"""What can be said in the log. Past tense, one dataclass per type; `db.codec` turns them to JSON.

How a type may grow: add fields with defaults, never rename or remove one; a reader ignores fields
that it does not know. Anything else is a new `TYPE_VERSIONS` number that the hub accepts beside
the old one, since kiosks are updated one by one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from db.domain.decision import Decision
from db.domain.entry_history import EntryChangeKind
from db.domain.people import Identity
from db.domain.screening import Screening
from db.domain.visit import CheckOutWay, VisitDetails


@dataclass(frozen=True, slots=True)
class VisitorScreened:
    """Somebody asked to come in and was compared with every list. Opens the visit."""

    visit_id: UUID
    number: int
    identity: Identity
    number_hash: str
    screening: Screening
    visitor_key: str = ""
    """Who this is for clearances; empty for somebody who cannot be known again."""
    key_id: str = ""
    """Up to which of the district's keys both are hashed: see `db.number_keys`."""


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """Staff decided on a hold."""

    decision: Decision
    clears_until: date | None = None
    """For *not this person*: the last day on which the pairs of the screening are cleared."""


@dataclass(frozen=True, slots=True)
class ClearanceEnded:
    """Staff took back that somebody is not the person of a list entry."""

    clearance_id: UUID
    ended_by: str
    """The staff member's name as the log shows it."""


@dataclass(frozen=True, slots=True)
class ClearanceDated:
    """The hub settled until when a clearance holds, by its own rules and clock."""

    clearance_id: UUID
    clears_until: date


@dataclass(frozen=True, slots=True)
class VisitorRechecked:
    """A list changed after somebody had come, and they may be on it now."""

    visit_id: UUID
    screening: Screening


@dataclass(frozen=True, slots=True)
class RecheckDecided:
    """Staff decided on somebody who was inside already."""

    recheck_id: UUID
    decision: Decision
    clears_until: date | None = None


@dataclass(frozen=True, slots=True)
class VisitAbandoned:
    """The visitor stopped before signing in."""

    visit_id: UUID


@dataclass(frozen=True, slots=True)
class VisitCheckedIn:
    """The visitor was let in and given a badge code."""

    visit_id: UUID
    details: VisitDetails
    with_escort: bool
    photo: str
    badge_token_hash: str
    """SHA-256 of the QR's random token in hex: the token itself is only on the badge."""
    badge_code: str
    valid_until: datetime
    agreed_to: str
    """Version of the rules that the visitor agreed to."""
    signed: bool


@dataclass(frozen=True, slots=True)
class BadgePrinted:
    """The printer says that the badge came out."""

    visit_id: UUID
    printer: str


@dataclass(frozen=True, slots=True)
class BadgeFailed:
    """The badge did not come out; `sticker` is worn instead once it is known."""

    visit_id: UUID
    printer: str
    reason: str
    sticker: str = ""


@dataclass(frozen=True, slots=True)
class VisitCheckedOut:
    """Somebody was seen leaving."""

    visit_id: UUID
    way: CheckOutWay


@dataclass(frozen=True, slots=True)
class WatchlistImported:
    """A list came into force in a new version."""

    list_id: UUID
    name: str
    version: int
    entry_count: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class WatchlistEntryEdited:
    """Somebody added, changed or removed an entry by hand, or asked for its removal.

    What the entry says is not here, since the log is kept longer than a list.
    """

    list_id: UUID
    list_version: int
    entry_id: UUID
    entry_version: int
    what: EntryChangeKind
    content_hash: str


DomainEvent = (
    VisitorScreened
    | DecisionMade
    | ClearanceEnded
    | ClearanceDated
    | VisitorRechecked
    | RecheckDecided
    | VisitAbandoned
    | VisitCheckedIn
    | BadgePrinted
    | BadgeFailed
    | VisitCheckedOut
    | WatchlistImported
    | WatchlistEntryEdited
)

TYPES: dict[str, type[DomainEvent]] = {
    "visitor.screened": VisitorScreened,
    "decision.made": DecisionMade,
    "clearance.ended": ClearanceEnded,
    "clearance.dated": ClearanceDated,
    "visitor.rechecked": VisitorRechecked,
    "recheck.decided": RecheckDecided,
    "visit.abandoned": VisitAbandoned,
    "visit.checked_in": VisitCheckedIn,
    "badge.printed": BadgePrinted,
    "badge.failed": BadgeFailed,
    "visit.checked_out": VisitCheckedOut,
    "watchlist.imported": WatchlistImported,
    "watchlist.entry_edited": WatchlistEntryEdited,
}
"""Wire name of every type that this version understands; others are stored, not refused."""

TYPE_VERSIONS: dict[str, int] = dict.fromkeys(TYPES, 1)


def type_of(event: DomainEvent) -> str:
    """The wire name of an event."""
    return next(name for name, kind in TYPES.items() if kind is type(event))
