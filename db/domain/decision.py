"""A person's verdict on a hold. Pure values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

REASON_LENGTH = 500
"""A reason is a sentence or two; longer ones are refused at the edge, in characters."""


class Verdict(StrEnum):
    """What staff decided. NOT_THIS_PERSON approves and says that the match is somebody else."""

    APPROVE = "approve"
    ESCORT = "escort"
    NOT_THIS_PERSON = "not_this_person"
    DENY = "deny"

    @property
    def admits(self) -> bool:
        """Whether the visitor may go on."""
        return self is not Verdict.DENY


class DecidedAt(StrEnum):
    """Where the decision was made."""

    CONSOLE = "console"
    KIOSK = "kiosk"


@dataclass(frozen=True, slots=True)
class Decision:
    """Staff's verdict on one visit, with a reason that is never empty."""

    decision_id: UUID
    visit_id: UUID
    verdict: Verdict
    reason: str
    decided_by: str
    """The staff member's name as the log shows it."""
    decided_at: datetime
    where: DecidedAt

    def __post_init__(self) -> None:
        """Refuse a decision without a reason or without a person."""
        if not self.reason.strip() or not self.decided_by.strip():
            msg = "a decision needs a reason and the name of the person who decided"
            raise ValueError(msg)
        if len(self.reason) > REASON_LENGTH:
            msg = f"a reason has at most {REASON_LENGTH} characters"
            raise ValueError(msg)
