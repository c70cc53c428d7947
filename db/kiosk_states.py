"""What kiosks said of themselves, beside what the hub knows. Hub only."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import authorities, pairing, watchlists
from db.domain.kiosks import Kiosk, KioskList, KioskState, LastUse, OwnState
from db.domain.watchlist import Watchlist
from db.hub_models import DeviceRow
from db.list_models import EntryHistoryRow

LONGEST_AGO = timedelta(days=3650)


def of_kiosks(session: Session, kiosks: Sequence[Kiosk]) -> tuple[Kiosk, ...]:
    """These kiosks, each with what it said last, compared with the hub's lists of now."""
    rows = session.execute(select(DeviceRow.device_id, DeviceRow.state, DeviceRow.state_at))
    said = {kiosk_id: (pairing.own_state(text), at) for kiosk_id, text, at in rows}
    lists, since = watchlists.all_lists(session), _Since(session)
    told = authorities.told(session)
    return tuple(
        replace(
            _with_state(kiosk, *said[kiosk.kiosk_id], lists, since),
            lacks_authority=kiosk.revoked_at is None
            and authorities.does_lack(told, said[kiosk.kiosk_id][0]),
        )
        for kiosk in kiosks
    )


class _Since:
    """Since when a list has had versions behind one; each is looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[UUID, int], datetime] = {}

    def behind(self, known: Watchlist, version: int) -> datetime:
        """When the first version after this came in force, as far as any entry tells of it."""
        key = (known.list_id, version)
        if key not in self._known:
            changed_at = self._session.scalar(
                select(func.min(EntryHistoryRow.changed_at)).where(
                    EntryHistoryRow.list_id == known.list_id,
                    EntryHistoryRow.list_version > version,
                    EntryHistoryRow.list_version <= known.version,
                )
            )
            self._known[key] = changed_at or known.imported_at
        return self._known[key]


def _with_state(
    kiosk: Kiosk,
    said: OwnState | None,
    said_at: datetime | None,
    lists: Sequence[Watchlist],
    since: _Since,
) -> Kiosk:
    if said is None or said_at is None:
        return kiosk
    own = [known for known in lists if known.site_id in ("", kiosk.site_id)]
    state = KioskState(
        said_at,
        said.waiting,
        said.version,
        (said.at - said_at).total_seconds(),
        said.has_all_lists,
        tuple(_list(known, said, since, kiosk.paired_at) for known in own),
        _by_hub(said.camera, said, said_at),
        _by_hub(said.printer, said, said_at),
    )
    return replace(kiosk, state=state)


def _by_hub(use: LastUse | None, said: OwnState, said_at: datetime) -> LastUse | None:
    """As long before it was said as by the kiosk's clock, which may have been set since."""
    if use is None:
        return None
    before = min(max(said.at - use.at, timedelta()), LONGEST_AGO)
    return replace(use, at=said_at - before)


def _list(known: Watchlist, said: OwnState, since: _Since, paired_at: datetime) -> KioskList:
    there = said.lists.get(known.list_id)
    version = 0 if there is None else there.version
    is_behind = version < known.version
    return KioskList(
        known.name,
        version,
        None if there is None else there.imported_at,
        known.version,
        known.imported_at,
        max(since.behind(known, version), paired_at) if is_behind else None,
    )
