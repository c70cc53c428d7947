"""Who this kiosk is: its own id from the first start on, and what the hub gave it at pairing."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from db import number_keys, outbox, settings, signing
from db.domain.desk import Site
from db.ids import new_id
from db.outbox import Device
from kiosk.sync.client import Pairing
from kiosk.sync.known_hub import KnownHub, bytes_of
from kiosk.sync.own_token import OwnKey

PAIRING = "hub.pairing"
SIGNING_KEY = "signing_key"
EARLIER_KEYS = "signing_keys.earlier"
HUB_KEY = "hub.key"
SITE = "hub.site"


@dataclass(frozen=True, slots=True)
class HubAccess:
    """Where the hub is. No token is kept: this kiosk gets one for its key."""

    url: str
    ca: str = ""
    """Who vouches for the hub, as PEM; empty: this computer's own authorities.

    Two of them while the hub changes from one to the next.
    """
    told: int = 0
    """The number of the hub's word by which it is so; 0: it is as it was at pairing."""


@dataclass(frozen=True, slots=True)
class EarlierKey:
    """What has signed up to this epoch, in hex: what is not sent of it yet is signed with that."""

    kiosk_id: str
    upto_epoch: int
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """This kiosk. `access` and `site` are None until it is paired."""

    device: Device
    number_key: bytes
    """The district's first one; those behind it are in the database (`db.number_keys`)."""
    signing_key: bytes
    """Its private key of this pairing: signs what it sends, and gets it its tokens."""
    access: HubAccess | None
    site: Site | None
    hub_key: bytes
    """The public key of its hub, empty before it has one."""

    @property
    def known_hub(self) -> KnownHub:
        """Whose answers this kiosk takes."""
        return KnownHub(self.device.kiosk_id, self.hub_key)

    @property
    def own_key(self) -> OwnKey:
        """With what this kiosk proves to its hub who it is."""
        device = self.device
        return OwnKey(device.kiosk_id, device.epoch, self.signing_key, self.hub_key.hex())


def read(session: Session, now: datetime) -> OwnDevice:
    """Who this kiosk is; made at the first start, when nobody else knows it yet."""
    device = outbox.own(session)
    if device is None:
        device = Device("", "", str(new_id(now)))
        settings.write(session, outbox.OWN, device)
    number_keys.make(session)
    key = settings.read(session, number_keys.FIRST, str) or ""
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


def key_to_show(session: Session) -> OwnKey | None:
    """`OwnDevice.own_key` as it is kept, for who only looks; None on a kiosk that never ran."""
    device = outbox.own(session)
    key, hub_key = (settings.read(session, name, str) or "" for name in (SIGNING_KEY, HUB_KEY))
    if device is None or not key:
        return None
    return OwnKey(device.kiosk_id, device.epoch, bytes_of(key), hub_key)


def ca(session: Session) -> str:
    """Who vouches for the hub at this moment, as PEM; see `HubAccess`."""
    access = settings.read(session, PAIRING, HubAccess)
    return "" if access is None else access.ca


def is_paired(session: Session) -> bool:
    """Whether this kiosk belongs to a hub."""
    return settings.read(session, PAIRING, HubAccess) is not None


def keep_pairing(
    session: Session, device: Device, given: Pairing, access: HubAccess, key: bytes
) -> None:
    """Remember what the hub gave, all of it in one transaction.

    `key` is this pairing's own: whoever has copied the disk before is not let in with the old one.
    """
    before = outbox.own(session)
    if before is not None and is_paired(session):
        earlier = settings.read(session, EARLIER_KEYS, list[EarlierKey]) or []
        old = settings.read(session, SIGNING_KEY, str) or ""
        earlier.append(EarlierKey(before.kiosk_id, before.epoch, old))
        settings.write(session, EARLIER_KEYS, earlier)
    settings.write(session, SIGNING_KEY, key.hex())
    settings.write(session, outbox.OWN, device)
    settings.write(session, number_keys.FIRST, given.number_key)
    number_keys.take(session, given.later_number_keys)
    number_keys.finish(session)  # nobody signs in while a kiosk is paired
    settings.write(session, PAIRING, access)
    settings.write(session, SITE, given.site)
    settings.write(session, HUB_KEY, given.hub_key)


def key_of(session: Session, device: Device) -> bytes:
    """The private key that signs this epoch of this kiosk's log; empty before there is one."""
    for earlier in settings.read(session, EARLIER_KEYS, list[EarlierKey]) or []:
        if earlier.kiosk_id == device.kiosk_id and device.epoch <= earlier.upto_epoch:
            return bytes_of(earlier.key)
    return bytes_of(settings.read(session, SIGNING_KEY, str) or "")
