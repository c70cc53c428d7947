"""A list from the hub: page by page beside the one in force, checked, then put in force at once.

What has come stays when the hub goes away or the kiosk is switched off: it goes on from there.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from db import codec, list_bulk, settings, watchlists
from db.domain.errors import HubAwayError
from db.domain.watchlist import EntryDelta, Watchlist
from db.engine import Database
from db.list_rows import values_of
from kiosk.sync.client import HubClient, HubGoneError, HubUnreadableError

LOG = logging.getLogger(__name__)

PAGE = 2_000
"""Entries in one answer: well below a megabyte."""
_PLACE = "hub.list_pull"


class DeltaMisfitError(Exception):
    """The list here was not the one that the hub changed: all of it is needed."""


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a version of a list has come."""

    list_id: UUID
    version: int
    edition: int
    after: UUID | None = None


@dataclass(frozen=True, slots=True)
class _WithDelta:
    delta: EntryDelta | None = None


@dataclass(frozen=True, slots=True)
class Pulled:
    """A version of a list that is all here: in `edition`, or one entry away, or nothing to do."""

    watchlist: Watchlist
    edition: int | None = None
    delta: EntryDelta | None = None

    def put_in_force(self, session: Session) -> None:
        """In the transaction that also moves the feed's cursor.

        Raises `DeltaMisfitError` when one entry does not make it what the hub has.
        """
        if self.delta is not None:
            found = watchlists.apply_delta(session, self.watchlist, self.delta)
            if found.content_hash != self.watchlist.content_hash:
                raise DeltaMisfitError
        elif self.edition is not None:
            watchlists.put_in_force(session, self.watchlist, self.edition)
            settings.remove(session, _PLACE)


def pull_list(
    database: Database, hub: HubClient, body: bytes, *, is_whole: bool = False
) -> Pulled | None:
    """Fetch what a change of a list needs; None when a newer version follows in the feed.

    With `is_whole` all of it comes, though one entry might be enough.

    Raises `HubAwayError` when what came is not what the hub says it is: it is fetched anew then;
    and `HubUnreadableError` when it is not either though all of it came just now.
    """
    wanted = codec.from_json(body, Watchlist)
    delta = codec.from_json(body, _WithDelta).delta
    with database.read() as session:
        known = watchlists.get(session, wanted.list_id)
        if known is not None and known == wanted and wanted.content_hash:
            return Pulled(wanted)
    is_next = known is not None and known.version == wanted.version - 1
    if is_next and delta is not None and not is_whole:
        return Pulled(wanted, delta=delta)
    try:
        edition = _fetch(database, hub, wanted)
    except HubGoneError:
        return None
    return Pulled(wanted, edition)


def sweep(database: Database) -> None:
    """Take away the entries of editions that are not in force and not coming in."""
    with database.read() as session:
        place = settings.read(session, _PLACE, _Place)
        editions = watchlists.orphans(session, None if place is None else place.edition)
    for edition in editions:
        is_left = True
        while is_left:
            with database.begin() as session:
                is_left = watchlists.delete_some(session, edition)


def _fetch(database: Database, hub: HubClient, wanted: Watchlist) -> int:
    place = _begin(database, wanted)
    is_from_before = place.after is not None
    while True:
        page = hub.entries(wanted.list_id, wanted.version, place.after, PAGE)
        if page:
            place = _Place(
                place.list_id, place.version, place.edition, max(e.entry_id for e in page)
            )
            with database.begin() as session:
                list_bulk.add(session, place.edition, [values_of(e) for e in page])
                settings.write(session, _PLACE, place)
        if len(page) < PAGE:
            break
    with database.read() as session:
        found = watchlists.content_hash(session, place.edition)
    if wanted.content_hash and found != wanted.content_hash:
        with database.begin() as session:
            settings.remove(session, _PLACE)
        sweep(database)
        if not is_from_before:  # it would not be the next time either, and the feed would wait
            raise HubUnreadableError(
                "A list is not here what it is at the hub, though all of it came. Update Vestibule "
                "on this kiosk."
            )
        LOG.warning("version %d of a list did not come whole: it is fetched anew", wanted.version)
        raise HubAwayError(
            "A list did not come whole from the hub. The one before stays in force, and it is "
            "fetched anew."
        )
    return place.edition


def _begin(database: Database, wanted: Watchlist) -> _Place:
    """Where to go on, or a new edition."""
    with database.read() as session:
        place = settings.read(session, _PLACE, _Place)
    if place is not None and (place.list_id, place.version) == (wanted.list_id, wanted.version):
        return place
    with database.begin() as session:
        settings.remove(session, _PLACE)
    sweep(database)
    with database.begin() as session:
        place = _Place(wanted.list_id, wanted.version, watchlists.new_edition(session))
        settings.write(session, _PLACE, place)
    return place
