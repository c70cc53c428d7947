"""Sending messages to other programs: whose turn it is, and what follows from a try.

A clock may have been wrong: what is due later than any pause lasts is due now, and an address is
given up by how long it was waited between tries, and not by what the clock says.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from db import codec, districts
from db.domain.webhook import Fact, Failure, Message
from db.hub_models import WebhookMessageRow, WebhookRow
from db.models import VisitRow

AT_ONCE = 500
"""Addresses that are looked at in one transaction."""
LEASE = timedelta(seconds=60)
"""How long a try may take until another hub process may try too."""
PAUSES = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1_800, 3_600))
"""After the first failure, the second, ...; the last one again and again."""
GIVES_UP = timedelta(days=3)
REFUSALS = 5
"""So often a message is refused until it stands aside, and the next one is sent.

As long as nothing has arrived since, those that are refused after it do so at the second time:
else each of them would hold up the rest for as long as the first.
"""
REFUSALS_IN_A_ROW = 2
MOST_ASIDE = 1_000
"""So many refused ones of an address stand aside, the newest; where they are all that came since it
last took one, the next one waits, and what is behind it too.
"""
BOTH_SIGN = timedelta(days=1)
"""After a renewal the secret before signs too for so long."""
_LATEST = max(*PAUSES, LEASE)
"""Nothing is due later than that, unless a clock was wrong."""


def claim(
    session: Session,
    now: datetime,
    most: int = AT_ONCE,
    *,
    among: Collection[UUID] | None = None,
    but: Collection[UUID] = (),
) -> list[Message]:
    """The oldest message of addresses that are due; no other process gets it meanwhile.

    Of `most` addresses, of these only if some are named, and of none that is left out.
    """
    query = select(WebhookRow).where(
        WebhookRow.ended_at.is_(None),
        or_(WebhookRow.due_at <= now, WebhookRow.due_at > now + _LATEST),
        WebhookRow.webhook_id.not_in(but),
        exists().where(
            WebhookMessageRow.webhook_id == WebhookRow.webhook_id,
            WebhookMessageRow.refused == "",
        ),
    )
    if among is not None:
        query = query.where(WebhookRow.webhook_id.in_(among))
    rows = session.scalars(
        query.order_by(WebhookRow.due_at).limit(most).with_for_update(skip_locked=True)
    ).all()
    claimed = [_claimed(session, row, now) for row in rows]
    session.flush()
    return [message for message in claimed if message is not None]


def claim_next(session: Session, webhook_id: UUID, now: datetime) -> Message | None:
    """The same of one address that just took a message; None when nothing waits."""
    row = districts.get(session, WebhookRow, webhook_id, with_for_update=True)
    if row is None or row.ended_at is not None:
        return None
    message = _claimed(session, row, now)
    session.flush()
    return message


def _claimed(session: Session, row: WebhookRow, now: datetime) -> Message | None:
    oldest = session.scalar(
        select(WebhookMessageRow)
        .where(WebhookMessageRow.webhook_id == row.webhook_id, WebhookMessageRow.refused == "")
        .order_by(WebhookMessageRow.place)
        .limit(1)
    )
    if oldest is None:
        return None
    if row.renewed_at is None or abs(now - row.renewed_at) >= BOTH_SIGN:
        row.secret_before = None
    row.due_at = now + LEASE
    return Message(
        row.webhook_id,
        oldest.place,
        row.url,
        row.secret,
        oldest.body,
        row.tries,
        row.secret_before,
    )


def arrived(session: Session, message: Message, now: datetime) -> None:
    """It was taken: the next one may follow at once."""
    row = districts.get(session, WebhookRow, message.webhook_id, with_for_update=True)
    if row is None:
        return
    session.execute(
        delete(WebhookMessageRow).where(
            WebhookMessageRow.webhook_id == message.webhook_id,
            WebhookMessageRow.place == message.place,
        )
    )
    row.heard_at, row.due_at = now, now
    begin_anew(row)
    session.flush()


def failed(
    session: Session,
    message: Message,
    problem: str,
    now: datetime,
    failure: Failure = Failure.AWAY,
) -> bool:
    """It was not taken: it is tried again, later each time, or stands aside.

    Returns whether this was the last time: the address said that it is gone, or took nothing in
    tries of days. What waited is dropped then.
    """
    row = districts.get(session, WebhookRow, message.webhook_id, with_for_update=True)
    if row is None or row.ended_at is not None:
        return False
    row.failing_since = row.failing_since or now
    row.problem = problem[:200]
    is_aside, before = False, row.tries
    if failure is Failure.REFUSED:
        is_aside, before = _refused(session, row, message)
    pause = timedelta(0) if is_aside else PAUSES[min(before, len(PAUSES) - 1)]
    row.due_at = now + pause
    row.tries += 1
    row.failed_seconds += int(pause.total_seconds())
    if failure is Failure.GONE or row.failed_seconds >= GIVES_UP.total_seconds():
        row.ended_at = now
        drop(session, row.webhook_id)
    session.flush()
    return row.ended_at is not None


def is_any_aside(session: Session, webhook_id: UUID) -> bool:
    """Whether a message of this address stands aside, until somebody resumes it."""
    return bool(session.scalar(select(exists().where(*_is_aside(webhook_id)))))


def _refused(session: Session, address: WebhookRow, message: Message) -> tuple[bool, int]:
    """Whether the message stands aside from now on, and how often it was refused before."""
    row = districts.get(session, WebhookMessageRow, message.webhook_id, message.place)
    if row is None:
        return False, 0
    row.refusals += 1
    # Places have no gaps, and messages go in their order: one that arrived is there no more.
    before = districts.get(session, WebhookMessageRow, message.webhook_id, message.place - 1)
    is_in_a_row = before is not None and before.refused != ""
    if row.refusals < (REFUSALS_IN_A_ROW if is_in_a_row else REFUSALS):
        return False, row.refusals - 1
    # So many in a row are no matter of each of them: what waits is kept until it takes some again.
    just_before = WebhookMessageRow.place >= message.place - MOST_ASIDE
    in_a_row = select(func.count()).where(*_is_aside(message.webhook_id), just_before)
    if (session.scalar(in_a_row) or 0) >= MOST_ASIDE:
        return False, row.refusals - 1
    row.refused = address.problem
    session.flush()
    _drop_oldest_aside(session, message.webhook_id)
    return True, row.refusals - 1


def _is_aside(webhook_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return WebhookMessageRow.webhook_id == webhook_id, WebhookMessageRow.refused != ""


def _drop_oldest_aside(session: Session, webhook_id: UUID) -> None:
    """Of an address that takes the others: those that it refuses at this time are the newest."""
    newest_too_old = session.scalar(
        select(WebhookMessageRow.place)
        .where(*_is_aside(webhook_id))
        .order_by(WebhookMessageRow.place.desc())
        .offset(MOST_ASIDE)
        .limit(1)
    )
    if newest_too_old is not None:
        is_too_old = WebhookMessageRow.place <= newest_too_old
        session.execute(delete(WebhookMessageRow).where(*_is_aside(webhook_id), is_too_old))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a message says, as far as it matters here."""

    timestamp: datetime
    data: dict[str, Fact]

    @property
    def visit_id(self) -> UUID | None:
        told = self.data.get("visit_id")
        return UUID(told) if isinstance(told, str) else None


def forget_aside(
    session: Session, is_old: Callable[[datetime], bool], has_facts: ColumnElement[bool]
) -> None:
    """Drop what stands aside and is old, or of a visit without facts, which was forgotten."""
    rows = session.execute(
        select(WebhookMessageRow.webhook_id, WebhookMessageRow.place, WebhookMessageRow.body).where(
            WebhookMessageRow.refused != ""
        )
    )
    aside = {(row.webhook_id, row.place): codec.from_json(row.body, _Told) for row in rows}
    of_visits = {told.visit_id for told in aside.values() if told.visit_id is not None}
    forgotten = set(
        session.scalars(
            select(VisitRow.visit_id).where(VisitRow.visit_id.in_(of_visits), ~has_facts)
        )
    )
    for (webhook_id, place), told in aside.items():
        if is_old(told.timestamp) or told.visit_id in forgotten:
            is_this = (*_is_aside(webhook_id), WebhookMessageRow.place == place)
            session.execute(delete(WebhookMessageRow).where(*is_this))


def begin_anew(row: WebhookRow) -> None:
    """It took something, or somebody says that it will: nothing of before counts."""
    row.tries, row.failed_seconds = 0, 0
    row.failing_since, row.problem = None, ""


def drop(session: Session, webhook_id: UUID) -> None:
    """Forget what waits for an address, and what stands aside."""
    session.execute(delete(WebhookMessageRow).where(WebhookMessageRow.webhook_id == webhook_id))
