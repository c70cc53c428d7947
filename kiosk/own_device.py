"""Who this kiosk is: its own id from the first start on, and what the hub gave it at pairing."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db import settings, signing
from db.domain.desk import Site
from db.ids import new_id
from db.outbox import Device
from kiosk.sync.client import Pairing
from kiosk.sync.known_hub import KnownHub, bytes_of

DEVICE = "device"
PAIRING = "hub.pairing"
NUMBER_KEY = "number_key"
SIGNING_KEY = "signing_key"
HUB_KEY = "hub.key"
SITE = "hub.site"


@dataclass(frozen=True, slots=True)
class HubAccess:
    """Where the hub is and the kiosk's token for it."""

    url: str
    token: str
    ca: str = ""
    """Who vouches for the hub, as PEM; empty: this computer's own authorities."""


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """This kiosk. `access` and `site` are None until it is paired."""

    device: Device
    number_key: bytes
    signing_key: bytes
    """Its private key: signs what it sends."""
    access: HubAccess | None
    site: Site | None
    hub_key: bytes
    """The public key of its hub, empty before it has one."""

    @property
    def known_hub(self) -> KnownHub:
        """Whose answers this kiosk takes."""
        return KnownHub(self.device.kiosk_id, self.hub_key)


def read(session: Session, now: datetime) -> OwnDevice:
    """Who this kiosk is; made at the first start, when nobody else knows it yet."""
    device = settings.read(session, DEVICE, Device)
    if device is None:
        device = Device("", "", str(new_id(now)))
        settings.write(session, DEVICE, device)
    key = settings.read(session, NUMBER_KEY, str)
    if key is None:
        key = secrets.token_hex(32)
        settings.write(session, NUMBER_KEY, key)
    signing_key = settings.read(session, SIGNING_KEY, str)
    if signing_key is None:
        signing_key = signing.new_key().hex()
        settings.write(session, SIGNING_KEY, signing_key)
    return OwnDevice(
        device,
        bytes.fromhex(key),
        bytes.fromhex(signing_key),
        settings.read(session, PAIRING, HubAccess),
        settings.read(session, SITE, Site),
        bytes_of(settings.read(session, HUB_KEY, str) or ""),
    )


def is_paired(session: Session) -> bool:
    """Whether this kiosk belongs to a hub."""
    return settings.read(session, PAIRING, HubAccess) is not None


def keep_pairing(session: Session, device: Device, given: Pairing, access: HubAccess) -> None:
    """Remember what the hub gave, all of it in one transaction."""
    settings.write(session, DEVICE, device)
    settings.write(session, NUMBER_KEY, given.number_key)
    settings.write(session, PAIRING, access)
    settings.write(session, SITE, given.site)
    settings.write(session, HUB_KEY, given.hub_key)
