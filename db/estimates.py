"""What SQLite is told of the tables, so that it finds rows by the index that leads to few of them.

A file holds one district, whose id leads every key. SQLite does not know, takes each key for the
way to a few rows, and so reads all visits where it should read the newest ones. It asks for as much
in ``sqlite_stat1`` (https://sqlite.org/fileformat2.html#the_sqlite_stat1_table). `ANALYZE` would
count the rows of one day, and the same statement would go another way on another computer: these
are the same everywhere, and what is not said here SQLite guesses. PostgreSQL counts by itself.
"""

from sqlalchemy import Connection

ROWS = 1_000_000
"""Of any table: about what SQLite takes for granted where nothing is said."""
_LEADING = "district_id"
_OF_EACH: dict[str, tuple[int, ...]] = {"ix_visit_site_id_started_at_visit_id": (ROWS // 20, 2, 1)}
"""Rows that one value of the first column leads to, one pair of the first two, and so on."""


def tell(connection: Connection) -> None:
    """Write down how many rows the indexes that a district leads, and `_OF_EACH`, lead to.

    For the connections that are opened from now on, and this one. Again after every migration.
    """
    read = connection.exec_driver_sql
    read("ANALYZE sqlite_schema")  # makes the table
    read("DELETE FROM sqlite_stat1")
    found = read(
        'SELECT made.name, own.name, own."unique", count(*),'
        " max(CASE part.seqno WHEN 0 THEN part.name END)"
        " FROM sqlite_schema AS made, pragma_index_list(made.name) AS own,"
        " pragma_index_info(own.name) AS part WHERE made.type = 'table' GROUP BY 1, 2, 3"
    ).all()
    for table, index, is_unique, columns, first in found:
        rows = _OF_EACH.get(index, ())
        if first == _LEADING:
            # Behind the district what SQLite would guess.
            guessed = [max(10 - place, 2) for place in range(columns - 1)]
            rows = (ROWS, *guessed[:-1], 1) if is_unique and guessed else (ROWS, *guessed)
        if rows:
            said = " ".join(map(str, (ROWS, *rows)))
            read("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, index, said))
    read("ANALYZE sqlite_schema")  # reads it
