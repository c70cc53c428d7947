"""The kiosks of a hub, and those that ask to be let in. Pure values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

STATE_HEADER = "Vestibule-State"
"""In which a kiosk says its `OwnState` as JSON when it asks what is new."""

LONGEST_TROUBLE = 200


@dataclass(frozen=True, slots=True)
class ListInForce:
    """In which version a kiosk has a list, and when that was imported at the hub."""

    version: int
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class LastUse:
    """How a kiosk's camera or printer did when it was last used."""

    at: datetime
    """By the kiosk's own clock."""
    trouble: str = ""
    """Why it did not work, in printable words of at most `LONGEST_TROUBLE`; empty when it did."""


@dataclass(frozen=True, slots=True)
class OwnState:
    """What a kiosk says of itself. It names nobody."""

    at: datetime
    """By its own clock."""
    waiting: int
    """How many of its events the hub has not confirmed."""
    version: str
    """Of its software."""
    lists: dict[UUID, ListInForce]
    has_all_lists: bool = True
    """False while a list of its hub has yet to come, or cannot be read there: everybody is held."""
    camera: LastUse | None = None
    """None until it was used once since the kiosk was started, as `printer`."""
    printer: LastUse | None = None
    authorities: tuple[str, ...] = ()
    """By which it knows its hub: SHA-256 of each certificate, in hex."""


@dataclass(frozen=True, slots=True)
class KioskList:
    """A list as a kiosk had it when it last spoke, beside the hub's."""

    name: str
    version: int
    """0 when the kiosk did not have it."""
    imported_at: datetime | None
    """When the kiosk's version was imported at the hub."""
    newest: int
    newest_at: datetime
    """When the hub last imported it whole; edits by hand do not change that."""
    behind_since: datetime | None = None
    """Since when the hub has a version that the kiosk did not have; None when it was the newest."""


@dataclass(frozen=True, slots=True)
class KioskState:
    """What a kiosk said of itself, and when: of a silent one it is not what is now."""

    said_at: datetime
    """By the hub's clock."""
    waiting: int
    version: str
    clock_ahead_seconds: float
    """By how much its clock was ahead of the hub's; below 0: behind."""
    has_all_lists: bool
    lists: tuple[KioskList, ...]
    camera: LastUse | None = None
    """Its moment is by the hub's clock. None when it was not used since the kiosk was started, when
    there is none, or in an older version."""
    printer: LastUse | None = None


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A kiosk that was let in; a revoked one stays here, as its log does."""

    kiosk_id: str
    name: str
    paired_at: datetime
    last_seen_at: datetime | None
    fork: str | None
    """What disagreed when its log forked: it has to be paired again."""
    revoked_at: datetime | None = None
    site_id: str = ""
    state: KioskState | None = None
    """None for one that has not said anything of itself since it was paired."""
    old_token_until: datetime | None = None
    """It comes with the token of an older version, which ends then: update it before."""
    lacks_authority: bool = False
    """It has not said that it knows the newest authority by which kiosks are to know the hub."""


@dataclass(frozen=True, slots=True)
class RevokedKiosk(Kiosk):
    """One that was revoked just now, and what whoever has it now may have to do with."""

    ended_clearances: int = 0
    """So many that were given there were ended with it."""
    knew_pins_of: tuple[str, ...] = ()
    """Whose PINs work at its school's kiosks: whoever has this one can find them out."""


@dataclass(frozen=True, slots=True)
class PairingRequest:
    """A kiosk that knew a pairing code and waits for somebody to accept it."""

    request_id: UUID
    short_string: str
    """Six digits; the kiosk that asks shows the same."""
    name: str
    asked_at: datetime
    expires_at: datetime
    replaces: str | None
    """Which other kiosk, not revoked, has the same name."""
    kiosk_id: str = ""
    site_id: str = ""


@dataclass(frozen=True, slots=True)
class ParkedEvents:
    """Events of one kiosk that the hub keeps and could not apply, for one reason."""

    kiosk_id: str
    why: str
    count: int
    since: datetime
    """When the first of them came, by the hub's clock."""
    to_do: str


@dataclass(frozen=True, slots=True)
class Kiosks:
    """All of them at one moment, by name."""

    as_of: datetime
    kiosks: tuple[Kiosk, ...]
    requests: tuple[PairingRequest, ...]
    parked: tuple[ParkedEvents, ...] = ()
    """By kiosk and reason, the most events first."""
    hub_version: str = ""
    """Of the hub's software."""


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """What came of trying parked events again."""

    applied: int
    left: int
    """So many are still parked."""


@dataclass(frozen=True, slots=True)
class PairingCode:
    """What somebody types at a kiosk."""

    code: str
    expires_at: datetime
    site_id: str = ""
    """The school that the kiosk will belong to."""
