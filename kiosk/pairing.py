"""Letting a hub know this kiosk: a code, digits to compare, and a key of its own."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import httpx

from db import hub_trust, outbox, signing
from db.domain.desk import Site
from db.domain.errors import HubAwayError
from db.engine import open_database
from db.outbox import Device
from kiosk import own_device
from kiosk.config import KioskConfig
from kiosk.own_device import HubAccess
from kiosk.sync import exchange
from kiosk.sync.asking import Asked, ask, collect
from kiosk.sync.client import Pairing

LOG = logging.getLogger(__name__)
ASKED_AGAIN_SECONDS = 1.0
AWAY_AT_MOST = 60
"""How often in a row the hub may not answer while somebody is awaited."""
LEFT_ELSEWHERE = (
    "The hub that this kiosk was paired with before (%s) does not learn that it is gone, and who "
    "has a copy of its disk is still let in there. Revoke the kiosk there: at the console's page "
    "Kiosks, or with vestibule-hub kiosks revoke."
)


def _pause() -> None:
    time.sleep(ASKED_AGAIN_SECONDS)


def pair_with_hub(
    config: KioskConfig,
    url: str,
    code: str,
    now: datetime,
    *,
    show: Callable[[str], object],
    pause: Callable[[], object] = _pause,
) -> Site:
    """Pair; everything that the hub gave is kept, or nothing.

    `show` gets the six digits that the hub's console has to show as well; then somebody there is
    awaited, with a `pause` between two questions. The hub's authority is pinned.

    With another school's hub, what the hub before has sent is dropped in the same transaction.
    What was not sent to that one stays here and is said: it is nothing for another school.

    Raises `HubAwayError`, `HubRefusedError` or `ConfigError` in words.
    """
    ca, key = hub_trust.ca_of(url), signing.new_key()
    database = open_database(config.database_url, keys=config.keys)
    try:
        with database.begin() as session:
            own = own_device.read(session, now)
        trusted = hub_trust.context_at_any_time(ca)
        with httpx.Client(base_url=url, trust_env=False, verify=trusted) as client:
            asked = ask(
                client,
                ca,
                code,
                config.kiosk.name,
                own.device.kiosk_id,
                epoch=own.device.epoch if own.access is not None else 0,
                site_id=own.device.site_id,
                public_key=signing.public_of(key),
                key=own.signing_key if own.access is not None else b"",
            )
            show(asked.short_string)
            given = _await_acceptance(client, asked, pause)
        device = Device(given.district_id, given.site_id, given.kiosk_id, given.epoch)
        with database.begin() as session:
            if (own.device.district_id, own.device.site_id) != (given.district_id, given.site_id):
                exchange.forget_hub(session)
            if given.kiosk_id != own.device.kiosk_id:
                _say_what_stays(outbox.waiting(session, own.device))
                if own.access is not None and not given.has_ended_before:
                    LOG.warning(LEFT_ELSEWHERE, own.access.url)
            own_device.keep_pairing(
                session,
                replace(device, clock_offset_ms=own.device.clock_offset_ms),
                given,
                HubAccess(url, ca),
                key,
            )
            exchange.start_over(session)
    finally:
        database.close()
    return given.site


def _await_acceptance(client: httpx.Client, asked: Asked, pause: Callable[[], object]) -> Pairing:
    away = 0
    while True:
        try:
            given = collect(client, asked)
            away = 0
        except HubAwayError:
            given, away = None, away + 1
            if away > AWAY_AT_MOST:
                raise
        if given is not None:
            return given
        pause()


def _say_what_stays(count: int) -> None:
    if count:
        LOG.warning(
            "%d events were not sent to the hub that this kiosk was paired with before. They are "
            "kept on this kiosk until their days are over. No event and no photo of before goes to "
            "another school's hub.",
            count,
        )
