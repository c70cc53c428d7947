"""One stay at a school, from the moment somebody is screened. Pure values and rules."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from db.domain.people import Identity


class VisitorType(StrEnum):
    """What somebody is here as; each has its word and pattern on the badge."""

    PARENT = "parent"
    VOLUNTEER = "volunteer"
    CONTRACTOR = "contractor"
    DELIVERY = "delivery"
    SUBSTITUTE = "substitute"
    OFFICIAL = "official"
    EVENT = "event"
    OTHER = "other"


class VisitState(StrEnum):
    """Where a visit stands. CLEARED means screened or approved, and not yet signed in."""

    CLEARED = "cleared"
    HELD = "held"
    DENIED = "denied"
    ABANDONED = "abandoned"
    ON_SITE = "on_site"
    DEPARTED = "departed"


class CheckOutWay(StrEnum):
    """How we know that somebody left."""

    BADGE = "badge"
    IDENTITY = "identity"
    NAME = "name"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Host:
    """Whom or what a visitor goes to, as far as the school publishes it."""

    host_id: str
    name: str
    place: str = ""
    role: str = ""
    directions: str = ""


@dataclass(frozen=True, slots=True)
class VisitDetails:
    """What the visitor says about the visit."""

    visitor_type: VisitorType
    purpose: str
    host: Host | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as every screen shows it. Moments are aware UTC."""

    visit_id: UUID
    number: int
    """Counts the day's visits on one kiosk; what is called out in the lobby."""
    site_id: str
    kiosk_id: str
    state: VisitState
    identity: Identity
    """With an empty `document.number`: that is never stored."""
    started_at: datetime
    details: VisitDetails | None = None
    with_escort: bool = False
    photo: str = ""
    """SHA-256 of the photo's JPEG bytes in hex, empty without one."""
    badge_code: str = ""
    """The short code printed under the name, e.g. ``47K-29F``."""
    valid_until: datetime | None = None
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    checked_out_by: CheckOutWay | None = None
    sticker: str = ""
    """Number of the sticker worn instead of a badge."""

    def is_on_site(self) -> bool:
        """Whether the person was let in and nobody saw them leave."""
        return self.state is VisitState.ON_SITE

    def is_overdue(self, now: datetime) -> bool:
        """Whether the badge has run out while the person is still inside."""
        return self.is_on_site() and self.valid_until is not None and now > self.valid_until

    def is_departure_not_seen(self, now: datetime, zone: ZoneInfo) -> bool:
        """Whether the visit is from an earlier day of the site and nobody saw its end."""
        if not self.is_on_site() or self.checked_in_at is None:
            return False
        return self.checked_in_at.astimezone(zone).date() < now.astimezone(zone).date()
