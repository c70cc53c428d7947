"""Lists as administrators change them: the log and the kiosks learn of it in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from admin_console.hub import site as hub_site
from db import changes, list_import, outbox
from db.domain.errors import ImportRefusedError
from db.domain.events import WatchlistImported
from db.domain.watchlist import Watchlist
from db.engine import Database
from db.list_import import Imported, ListWanted, Watch


def import_list(
    database: Database,
    file: BinaryIO,
    wanted: ListWanted,
    actor: str,
    now: Callable[[], datetime],
    *,
    watch: Watch = list_import.to_nobody,
) -> Imported:
    """Put a file in force as the next version of the list of that name: all of it, or nothing.

    Raises what `db.list_import.import_list` raises.
    """

    def publish(session: Session, imported: Watchlist) -> None:
        site = hub_site.of(session)
        if site is None:
            raise ImportRefusedError("This hub is not set up yet: start it once first.")
        event = WatchlistImported(
            list_id=imported.list_id,
            name=imported.name,
            version=imported.version,
            entry_count=imported.entry_count,
            content_hash=imported.content_hash,
        )
        outbox.add(session, hub_site.hub_device(site), event, imported.imported_at, actor=actor)
        changes.add(session, "watchlist", imported)

    return list_import.import_list(database, file, wanted, now=now, publish=publish, watch=watch)
