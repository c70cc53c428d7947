"""Letting a hub know this kiosk: one code, traded for the kiosk's own token."""

from dataclasses import replace
from datetime import datetime

import httpx

from db import settings
from db.domain.desk import Site
from db.engine import open_database
from db.outbox import Device
from kiosk import own_device
from kiosk.config import KioskConfig
from kiosk.own_device import HubAccess
from kiosk.sync.exchange import CURSOR
from kiosk.sync.http import pair


def pair_with_hub(config: KioskConfig, url: str, code: str, now: datetime) -> Site:
    """Pair; everything that the hub gave is kept, or nothing.

    Raises `HubAwayError` or `HubRefusedError` in words; the code is then still good or used up as
    the hub said.
    """
    database = open_database(config.database_url)
    try:
        with database.begin() as session:
            own = own_device.read(session, now)
        with httpx.Client(base_url=url, trust_env=False) as client:
            given = pair(client, code, config.kiosk.name, own.device.kiosk_id)
        device = Device(given.district_id, given.site_id, given.kiosk_id, given.epoch)
        with database.begin() as session:
            own_device.keep_pairing(
                session,
                replace(device, clock_offset_ms=own.device.clock_offset_ms),
                given.number_key,
                HubAccess(url, given.token),
                given.site,
            )
            settings.write(session, CURSOR, 0)
    finally:
        database.close()
    return given.site
