"""Entries of a list by what somebody typed: a page at a time, the rest stays in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
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

    Accents, capitals and other alphabets make no difference. `after` is `EntryPage.next_page`.
    """
    query = select(*ENTRY).where(is_of_edition(session, watchlists.edition_of(session, list_id)))
    for spellings in spellings_of(words):
        query = query.where(or_(*(TABLE.c.sought.contains(s, autoescape=True) for s in spellings)))
    skipped = int(after) if after and after.isdecimal() else 0
    # The words begin with the family name, then the given one: å stands beside a.
    ordered = query.order_by(TABLE.c.sought, TABLE.c.entry_id)
    rows = session.execute(ordered.offset(skipped).limit(_PAGE + 1)).all()
    is_more = len(rows) > _PAGE
    return EntryPage(
        now, tuple(entry_of(r) for r in rows[:_PAGE]), str(skipped + _PAGE) if is_more else None
    )
