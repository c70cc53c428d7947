"""What the kiosk holds of the visitor in front of it, until it is written or dropped.

A draft is replaced and never changed; going home drops it, so that no name stays anywhere.
"""

from dataclasses import dataclass, replace

from db.domain.people import Identity
from db.domain.screening import Screening
from db.domain.visit import Visit, VisitDetails


@dataclass(frozen=True, slots=True)
class VisitDraft:
    """One visitor's sign-in so far; the defaults are somebody who just touched *Sign in*."""

    identity: Identity | None = None
    visit: Visit | None = None
    screening: Screening | None = None
    details: VisitDetails | None = None
    photo: bytes = b""
    """The photo as JPEG, empty without one."""
    signed: bool = False

    def with_identity(self, identity: Identity) -> "VisitDraft":
        """Start over with another person: nothing of the one before may stay."""
        return VisitDraft(identity=identity)

    def with_visit(self, visit: Visit, screening: Screening) -> "VisitDraft":
        return replace(self, visit=visit, screening=screening)

    def with_details(self, details: VisitDetails) -> "VisitDraft":
        return replace(self, details=details)

    def with_photo(self, photo: bytes) -> "VisitDraft":
        return replace(self, photo=photo)

    def with_agreement(self, *, signed: bool) -> "VisitDraft":
        return replace(self, signed=signed)
