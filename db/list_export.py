"""A list as a table that a spreadsheet opens, and that imports back to the very same list."""

import csv
import io
from collections.abc import Generator
from uuid import UUID

from db import watchlists
from db.aliases import aliases_as_text
from db.domain.people import Sex
from db.domain.watchlist import WatchlistEntry
from db.engine import Database
from db.table_cells import with_guard

COLUMNS = (
    "LAST", "FIRST", "MIDDLE", "SUFFIX", "BIRTH_DATE", "SEX", "AKA", "STATE", "CASE_NO", "NOTE",
    "INSTRUCTIONS", "VALID_FROM", "VALID_UNTIL", "ID_NUMBER_HASH", "PHOTO_HASH", "VESTIBULE_ID",
    "CATEGORY",
)  # fmt: skip
_SEXES = {Sex.MALE: "M", Sex.FEMALE: "F", Sex.UNSPECIFIED: ""}
_LINES_AT_ONCE = 1_000


def csv_of(database: Database, list_id: UUID) -> Generator[str]:
    """The header and a line for each entry, in a few thousand pieces for a million.

    The mark at the start tells a spreadsheet that this is UTF-8. A cell that a spreadsheet would
    run as a formula is quoted, which the import undoes.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(COLUMNS)
    with database.read() as session:
        known, edition = watchlists.get(session, list_id), watchlists.edition_of(session, list_id)
        if known is not None and edition is not None:
            category = known.category.value
            for count, entry in enumerate(watchlists.every_entry(session, edition), 1):
                writer.writerow([with_guard(cell) for cell in (*_cells(entry), category)])
                if count % _LINES_AT_ONCE == 0:
                    yield buffer.getvalue()
                    buffer.seek(0)
                    buffer.truncate()
    yield buffer.getvalue()


def _cells(entry: WatchlistEntry) -> tuple[str, ...]:
    name = entry.name
    return (
        name.family,
        name.given,
        name.middle,
        name.suffix,
        "" if entry.born is None else str(entry.born),
        _SEXES[entry.sex],
        aliases_as_text(entry.aliases),
        entry.jurisdiction,
        entry.reference,
        entry.note,
        entry.instructions,
        "" if entry.valid_from is None else entry.valid_from.isoformat(),
        "" if entry.valid_until is None else entry.valid_until.isoformat(),
        entry.number_hash,
        entry.photo,
        str(entry.entry_id),
    )
