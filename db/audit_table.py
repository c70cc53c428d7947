"""The audit as a table that a spreadsheet opens."""

from collections.abc import Generator

from sqlalchemy.orm import Session

from db import audit
from db.table_cells import line


def csv_lines(session: Session) -> Generator[str]:
    """The header and a line for each deed, oldest first; times in UTC."""
    yield line(("at", "who", "deed", "about", "about id", "address", "detail"))
    for told in audit.every_line(session):
        at, deed = told.at.isoformat(timespec="seconds"), str(told.deed)
        cells = (at, told.who, deed, told.about, told.about_id, told.address, told.detail)
        yield line(cells)
