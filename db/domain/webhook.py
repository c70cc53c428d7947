"""What other programs are told by HTTP: door controllers, mass notification. Pure values.

A message says that something happened, where and to which visit, and never who it was. That of a
notice has its kind and ids, and not its text, which may name staff, lists and kiosks.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from uuid import UUID

from db.domain.events import (
    TYPES,
    DecisionMade,
    DomainEvent,
    RecheckDecided,
    VisitCheckedIn,
    VisitCheckedOut,
    VisitorRechecked,
    VisitorScreened,
)

NOTICE_TOLD = "notice.told"
KINDS = (*TYPES, NOTICE_TOLD)
"""What one can ask to be told of: every type of event in the log, and notices."""

Fact = str | int | bool


class Failure(Enum):
    """What it means that a message was not taken."""

    AWAY = auto()
    """Nobody answered, or said that they cannot now."""
    REFUSED = auto()
    """This message is not taken; another one may be."""
    GONE = auto()
    """Nobody wants to be told there any more."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A message that was refused again and again, and is sent no more."""

    message_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told; `problem` is why the oldest message has not arrived yet."""

    webhook_id: UUID
    url: str
    kinds: tuple[str, ...]
    waiting: int
    """Messages that have not arrived."""
    heard_at: datetime | None
    """When it last took a message."""
    problem: str
    ended_at: datetime | None
    """Since when it is told nothing any more: it failed for days, or said that it is gone."""
    failing_since: datetime | None = None
    """When the first try failed since it last took a message."""
    aside: tuple[Aside, ...] = ()
    """What it refused, oldest first."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address. `body` is the exact JSON that is signed and sent."""

    webhook_id: UUID
    place: int
    url: str
    secret: bytes
    body: str
    tries: int
    """How often it was tried in vain."""
    secret_before: bytes | None = None
    """Signs as well for a while after a renewal, so that the receiver can change over."""

    @property
    def message_id(self) -> str:
        """The same for every try, so that a receiver can pass over what it has."""
        return message_id(self.webhook_id, self.place)


def message_id(webhook_id: UUID, place: int) -> str:
    """What a message is called."""
    return f"msg_{webhook_id.hex}_{place}"


def facts_of(event: DomainEvent | None) -> dict[str, Fact]:
    """What a message says of an event beside its ids; no name, no date of birth, no reason."""
    match event:
        case VisitorScreened():
            return {"outcome": event.screening.outcome.value, "number": event.number}
        case VisitorRechecked():
            return {"outcome": event.screening.outcome.value}
        case DecisionMade() | RecheckDecided():
            return {"verdict": event.decision.verdict.value}
        case VisitCheckedIn():
            return {
                "with_escort": event.with_escort,
                "badge_code": event.badge_code,
                "valid_until": event.valid_until.isoformat(),
            }
        case VisitCheckedOut():
            return {"way": event.way.value}
        case _:
            return {}
