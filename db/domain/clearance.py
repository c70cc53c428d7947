"""*Not this person*: staff's word that a visitor is not the person of a list entry. Pure values.

A clearance binds one visitor to one version of one entry. What was decided at the console holds on
every kiosk of the district, what was decided at a kiosk at that kiosk's school; until the entry
changes, the clearance expires, or staff end it. Then the visitor is held once more.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from db.domain.days import Days


class Lapse(StrEnum):
    """Why a clearance does not hold any more."""

    ENTRY_CHANGED = "entry_changed"
    EXPIRED = "expired"
    ENDED = "ended"


class Standing(StrEnum):
    """How a clearance stands, as the console lists it."""

    IN_FORCE = "in_force"
    ENTRY_CHANGED = "entry_changed"
    ENTRY_GONE = "entry_gone"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Clearance:
    """One pair that staff cleared. It keeps no name: the visit has it, as long as that is kept."""

    clearance_id: UUID
    visitor_key: str
    """Who was cleared, as a keyed hash: see `db.clearances.visitor_key`."""
    visit_id: UUID
    """The visit on which staff decided."""
    list_id: UUID
    list_name: str
    entry_id: UUID
    entry_version: int
    entry_mark: str
    """Tells the entry's content from any other: see `db.clearances.entry_mark`."""
    reason: str
    decided_by: str
    decided_at: datetime
    expires_on: date
    """The last day on which it holds, by the site's calendar."""
    ended_at: datetime | None = None
    ended_by: str = ""
    site_id: str = ""
    """The only school where it holds; empty: wherever somebody is screened by the list.

    Who decided at a kiosk is known by that kiosk's word alone, and it may be in other hands.
    """

    def holds_at(self, site_id: str) -> bool:
        """Whether it counts for who is screened at this school."""
        return self.site_id in ("", site_id)

    def lapse(self, entry_version: int, entry_mark: str, days: Days) -> Lapse | None:
        """Why it does not hold against this version of the entry; None if it does on all days."""
        if self.ended_at is not None:
            return Lapse.ENDED
        if (self.entry_version, self.entry_mark) != (entry_version, entry_mark):
            return Lapse.ENTRY_CHANGED
        return Lapse.EXPIRED if days.last > self.expires_on else None


@dataclass(frozen=True, slots=True)
class ClearanceLine:
    """A clearance as the console lists it. Names are empty once they were erased or removed.

    The entry's is also empty for those who may not see who is on a list.
    """

    clearance: Clearance
    visitor_name: str
    entry_name: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Clearances:
    """The clearances, newest first, and how many there are of those in force."""

    as_of: datetime
    clearances: tuple[ClearanceLine, ...]
    in_force: int
