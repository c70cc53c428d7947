"""What the office is told without having asked. Pure values.

A notice names a visit and never a person: it holds no more than the visit does, and when the
visit's facts are erased nothing of them is left here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class NoticeKind(StrEnum):
    """Why somebody is told."""

    DENIED = "denied"
    ON_SITE = "on_site"
    WAS_HERE = "was_here"
    NOT_COMPARED = "not_compared"
    LIST_OUTDATED = "list_outdated"
    KIOSK_FORKED = "kiosk_forked"
    WEBHOOK_ENDED = "webhook_ended"
    PEOPLE_REMOVED = "people_removed"
    LIST_LAXER = "list_laxer"
    ONE_TO_REMOVE = "one_to_remove"
    EVENTS_PARKED = "events_parked"
    CLOCK_LEAPT = "clock_leapt"
    WEBHOOK_ASIDE = "webhook_aside"
    NEW_AUTHORITY = "new_authority"
    NO_BACKUP = "no_backup"
    WRONG_CODES = "wrong_codes"

    @property
    def is_for_everybody(self) -> bool:
        """Whether the front desk is told too; the others are for administrators."""
        return self in (NoticeKind.ON_SITE, NoticeKind.WAS_HERE, NoticeKind.NOT_COMPARED)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that somebody should know of. Whoever reads it first has read it for all."""

    notice_id: UUID
    kind: NoticeKind
    at: datetime
    text: str
    visit_id: UUID | None = None
    list_id: UUID | None = None
    read_at: datetime | None = None
    read_by: str = ""


@dataclass(frozen=True, slots=True)
class Notices:
    """The newest notices, newest first, and how many are unread."""

    as_of: datetime
    notices: tuple[Notice, ...]
    unread: int
