"""The staff as who keeps them sees them: who may sign in, how, and what was made for them. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from db.domain.desk import Role


@dataclass(frozen=True, slots=True)
class KnownStaff:
    """Somebody who may sign in, as was settled for them."""

    staff_id: UUID
    name: str
    """Sign-in name, e.g. ``dwhitlock``."""
    display_name: str
    role: Role
    added_at: datetime
    sites: tuple[str, ...] = ()
    """Ids of the sites that they were given, of those that whoever asks sees. The district and
    auditors see all sites, and were given none."""
    must_choose: bool = False
    """Whether they have the first password yet, and choose their own when they sign in."""
    has_pin: bool = False
    has_second_factor: bool = False
    has_account: bool = False
    """Whether they may sign in with the district's account too."""


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One of the staff, and what they do just now."""

    member: KnownStaff
    last_seen_at: datetime | None = None
    """When they last used a sign-in; None before their first one."""
    sign_ins: int = 0
    """How many are in use now."""
    why_not: str = ""
    """Why whoever asks may not change them, in words; empty when they may."""


@dataclass(frozen=True, slots=True)
class StaffPage:
    """Some of the staff, by the name that is shown. `next_page` is opaque; None at the end."""

    as_of: datetime
    staff: tuple[StaffLine, ...]
    total: int
    """How many there are that were asked for, on all pages."""
    signed_in: int = 0
    """How many of all who are seen here are signed in now."""
    next_page: str | None = None


@dataclass(frozen=True, slots=True)
class StaffDraft:
    """What is to be settled for somebody. The district and auditors need no sites."""

    display_name: str
    role: Role
    sites: tuple[str, ...] = ()
    """Ids. Without any: the one site that there is, or that whoever asks has."""


@dataclass(frozen=True, slots=True)
class StaffStart:
    """Somebody who is to be let in: see `StaffDraft`."""

    name: str
    """With which they will sign in."""
    display_name: str
    role: Role
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffAdded:
    """Somebody who was let in. The password is told once, and is known to nobody afterwards."""

    member: KnownStaff
    first_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """With it somebody signs in once and chooses their own. Told once."""

    first_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewPin:
    """Six digits with which somebody decides at kiosks. Told once."""

    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FactorStanding:
    """Whether whoever asks has a second factor, and how many recovery codes are left."""

    is_on: bool
    recovery_codes: int = 0


@dataclass(frozen=True, slots=True)
class FactorStart:
    """A second factor that begins when its first code is given. Told once, to whose it is."""

    key: str = field(repr=False)
    """In base32, for typing it into an authenticator application."""
    address: str = field(repr=False)
    """What a QR code says to one."""


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """Each lets their owner in once without the telephone. Told once."""

    codes: tuple[str, ...] = field(repr=False)
