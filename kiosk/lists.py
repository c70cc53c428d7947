"""The index of all lists, kept ready in memory, and rebuilt when a list changes."""

from db import watchlists
from db.engine import Database
from db.screening.index import Index, build_index


def load_index(database: Database) -> Index:
    """Read every list and build the index. Slow for large lists: never on the GUI thread."""
    with database.read() as session:
        loaded = [
            (w, watchlists.entries_of(session, w.list_id)) for w in watchlists.all_lists(session)
        ]
    return build_index(loaded)
