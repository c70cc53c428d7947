"""Entries of a list by what somebody typed: a page at a time, the rest stays in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from db import watchlists
from db.domain.entry_history import EntryPage
from db.entry_table import ENTRY, TABLE, is_of_edition
from db.list_rows import entry_of
from db.sought import spellings_of

_PAGE = 100


def page(
    session: Session, list_id: UUID, words: str, after: str | None, now: datetime
) -> EntryPage:
    """Entries whose names or number hold every one of `words`, in any order, by family name.

    Accents, capitals and other alphabets make no difference. `after` is `EntryPage.next_page`: the
    page goes on behind the entry that was the last one, whatever was put on the list meanwhile.
    Raises ValueError when that entry is not on the list any more, or was never.
    """
    is_ours = is_of_edition(session, watchlists.edition_of(session, list_id))
    query = select(*ENTRY).where(is_ours)
    for spellings in spellings_of(words):
        query = query.where(or_(*(TABLE.c.sought.contains(s, autoescape=True) for s in spellings)))
    if after:
        last = UUID(after)
        words_of_last = session.scalar(
            select(TABLE.c.sought).where(is_ours, TABLE.c.entry_id == last)
        )
        if words_of_last is None:
            raise ValueError(after)
        query = query.where(
            or_(
                TABLE.c.sought > words_of_last,
                and_(TABLE.c.sought == words_of_last, TABLE.c.entry_id > last),
            )
        )
    # The words begin with the family name, then the given one: å stands beside a.
    ordered = query.order_by(TABLE.c.sought, TABLE.c.entry_id)
    rows = session.execute(ordered.limit(_PAGE + 1)).all()
    entries = tuple(entry_of(row) for row in rows[:_PAGE])
    return EntryPage(now, entries, str(entries[-1].entry_id) if len(rows) > _PAGE else None)
