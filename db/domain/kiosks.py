"""The kiosks of a hub, and those that ask to be let in. Pure values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


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
class Kiosks:
    """All of them at one moment, by name."""

    as_of: datetime
    kiosks: tuple[Kiosk, ...]
    requests: tuple[PairingRequest, ...]


@dataclass(frozen=True, slots=True)
class PairingCode:
    """What somebody types at a kiosk."""

    code: str
    expires_at: datetime
    site_id: str = ""
    """The school that the kiosk will belong to."""
