"""How kiosks are told of one entry of a list that somebody changed by hand.

The feed names the entry and says nothing of it: what lies there stays. Who asks is told what the
list in force says. Where that is another version of the entry by now, or none, the kiosk is told
that the list has changed, fetches it, and learns nothing of who is on it no more.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from db import changes, codec, watchlists
from db.changes import LIST, Change
from db.domain.watchlist import EntryDelta, Watchlist, WatchlistEntry
from db.hub_models import ChangeRow

_EDITED, _DELTA = "edited", "delta"
"""What the hub keeps, and what kiosks read; a hub of a version before kept that."""


@dataclass(frozen=True, slots=True)
class _Edited:
    """Which entry was put, and in which version of it, or which one was dropped."""

    put: UUID | None = None
    version: int = 0
    drop: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    list_id: UUID
    edited: _Edited


@dataclass(frozen=True, slots=True)
class _WithDelta:
    delta: EntryDelta


def tell(session: Session, watchlist: Watchlist, delta: EntryDelta) -> None:
    """Tell kiosks of a list's next version, in which this one entry is new."""
    # The list as the feed has it, with all that is new: older kiosks fetch the whole of it.
    said = codec.from_json(codec.to_json(watchlist), dict[str, Any]) | {_EDITED: _edited(delta)}
    changes.add(session, LIST, said, site_id=watchlist.site_id)


def filled(session: Session, found: Sequence[Change]) -> list[Change]:
    """These changes as kiosks read them: with what the entries say that they name."""
    told = {
        c.version: codec.from_json(c.body, _Told)
        for c in found
        if c.kind == LIST and f'"{_EDITED}":' in c.body
    }
    put = defaultdict[UUID, list[UUID]](list)
    for one in told.values():
        if one.edited.put is not None:
            put[one.list_id].append(one.edited.put)
    says: dict[UUID, WatchlistEntry] = {}
    for list_id, ids in put.items():
        if (edition := watchlists.edition_of(session, list_id)) is not None:
            says |= watchlists.entries_by_id(session, edition, ids)
    return [_filled(c, told[c.version].edited, says) if c.version in told else c for c in found]


def forget_people(session: Session) -> None:
    """Take out of the feed what a hub of a version before wrote there of people on lists.

    Such a hub may run beside this one for a while.
    """
    has_delta = ChangeRow.body.contains(f'"{_DELTA}":')
    rows = session.execute(
        select(ChangeRow.version, ChangeRow.body)
        .where(ChangeRow.kind == LIST, has_delta)
        .order_by(ChangeRow.version)
    ).all()
    for version, body in rows:
        said = codec.from_json(body, dict[str, Any])
        del said[_DELTA]
        edited = _edited(codec.from_json(body, _WithDelta).delta)
        mended = changes.reworded(version, body, said | {_EDITED: edited})
        session.execute(update(ChangeRow).where(ChangeRow.version == version).values(body=mended))


def _edited(delta: EntryDelta) -> _Edited:
    if delta.put is None:
        return _Edited(drop=delta.drop)
    return _Edited(put=delta.put.entry_id, version=delta.put.version)


def _filled(change: Change, edited: _Edited, says: dict[UUID, WatchlistEntry]) -> Change:
    said = codec.from_json(change.body, dict[str, Any])
    del said[_EDITED]
    if edited.put is None:
        said[_DELTA] = EntryDelta(drop=edited.drop)
    elif (entry := says.get(edited.put)) is not None and entry.version == edited.version:
        said[_DELTA] = EntryDelta(put=entry)
    return replace(change, body=codec.to_json(said).decode())
