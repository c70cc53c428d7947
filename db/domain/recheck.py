"""A visit that was screened again, since a list changed after the visitor had come. Pure values."""

from dataclasses import dataclass
from uuid import UUID

from db.domain.decision import Decision
from db.domain.screening import Screening


@dataclass(frozen=True, slots=True)
class Recheck:
    """What a later version of the lists says of a visitor: only what was not known before."""

    recheck_id: UUID
    """The screening's id."""
    visit_id: UUID
    screening: Screening
    decision: Decision | None = None
    """Staff's verdict, while the visitor was inside; the first one counts."""
