"""The table of entries as statements name it: bare, for rows are read and written in thousands."""

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from db import districts
from db.list_rows import COLUMNS
from db.models import WatchlistEntryRow

TABLE = WatchlistEntryRow.__table__
ENTRY = tuple(TABLE.c[name] for name in COLUMNS)
"""What to select for `db.list_rows.entry_of`."""


def is_of_edition(session: Session, edition: int | None) -> ColumnElement[bool]:
    """Picks the district's rows of one edition from the bare table."""
    return and_(TABLE.c.district_id == districts.of(session), TABLE.c.edition == edition)
