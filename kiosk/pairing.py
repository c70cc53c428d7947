"""Letting a hub know this kiosk: one code, traded for the kiosk's own token."""

import logging
from dataclasses import replace
from datetime import datetime

import httpx

from db import outbox, signing
from db.domain.desk import Site
from db.engine import open_database
from db.outbox import Device
from kiosk import own_device
from kiosk.config import KioskConfig
from kiosk.own_device import HubAccess
from kiosk.sync import exchange
from kiosk.sync.http import pair

LOG = logging.getLogger(__name__)


def pair_with_hub(config: KioskConfig, url: str, code: str, now: datetime) -> Site:
    """Pair; everything that the hub gave is kept, or nothing.

    With another school's hub, what the hub before has sent is dropped in the same transaction.
    What was not sent to that one stays here and is said: it is nothing for another school.

    Raises `HubAwayError` or `HubRefusedError` in words; the code is then still good or used up as
    the hub said.
    """
    database = open_database(config.database_url)
    try:
        with database.begin() as session:
            own = own_device.read(session, now)
        with httpx.Client(base_url=url, trust_env=False) as client:
            given = pair(
                client,
                code,
                config.kiosk.name,
                own.device.kiosk_id,
                epoch=own.device.epoch if own.access is not None else 0,
                site_id=own.device.site_id,
                public_key=signing.public_of(own.signing_key),
            )
        device = Device(given.district_id, given.site_id, given.kiosk_id, given.epoch)
        with database.begin() as session:
            if (own.device.district_id, own.device.site_id) != (given.district_id, given.site_id):
                exchange.forget_hub(session)
            if given.kiosk_id != own.device.kiosk_id:
                _say_what_stays(outbox.waiting(session, own.device))
            own_device.keep_pairing(
                session,
                replace(device, clock_offset_ms=own.device.clock_offset_ms),
                given,
                HubAccess(url, given.token),
            )
            exchange.start_over(session)
    finally:
        database.close()
    return given.site


def _say_what_stays(count: int) -> None:
    if count:
        LOG.warning(
            "%d events were not sent to the hub that this kiosk was paired with before. They are "
            "kept on this kiosk, and are not sent to another school's hub.",
            count,
        )
