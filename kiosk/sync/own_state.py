"""What this kiosk says of itself to its hub: what waits here, and by which lists it screens."""

from datetime import datetime
from importlib.metadata import version

from db import hub_trust, outbox, settings, watchlists
from db.domain.kiosks import LastUse, ListInForce, OwnState
from db.engine import Database
from db.outbox import Device
from kiosk import own_device
from kiosk.sync import unread
from kiosk.sync.exchange import COMPLETE

_VERSION = version("vestibule")


def read(
    database: Database,
    device: Device,
    now: datetime,
    *,
    camera: LastUse | None = None,
    printer: LastUse | None = None,
) -> OwnState:
    """How it stands at this moment; counts and versions, and nobody's name.

    `now` is this computer's own clock, as it is of `camera` and `printer`.
    """
    with database.read() as session:
        return OwnState(
            at=now,
            waiting=outbox.waiting(session, device),
            version=_VERSION,
            lists={
                known.list_id: ListInForce(known.version, known.imported_at)
                for known in watchlists.all_lists(session)
            },
            has_all_lists=bool(settings.read(session, COMPLETE, bool))
            and unread.LIST not in unread.kinds(session),
            camera=camera,
            printer=printer,
            authorities=tuple(map(hub_trust.mark_of, hub_trust.separate(own_device.ca(session)))),
        )
