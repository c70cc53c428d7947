"""What each screen shows and says: frozen values between the controller and the screens.

A `...View` goes to a screen (`KioskWindow.show_step`), everything else comes back from one as
the value of a signal. No Qt, no database. Moments are aware and in the site's own zone, so that
screens only format them. A screen never decides what follows: it says what was touched.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, IntEnum, auto

from db.domain.decision import Verdict
from db.domain.screening import Agreement
from db.domain.visit import Host, VisitDetails, VisitorType

# ---- shown by screens ------------------------------------------------------------------------


class Hint(Enum):
    """What the camera tells the visitor to change; one at a time."""

    NONE = auto()
    LOOKING = auto()
    CLOSER = auto()
    FARTHER = auto()
    LEVEL = auto()
    AWAY_FROM_LIGHT = auto()
    HOLD_STILL = auto()
    TURN_OVER = auto()
    NOT_AN_ID = auto()
    NOT_A_BADGE = auto()
    MILITARY_ID = auto()
    FOUND = auto()


@dataclass(frozen=True, slots=True)
class WelcomeView:
    """The start. `notice` is a sentence for everybody, e.g. that the printer needs labels."""

    notice: str = ""


@dataclass(frozen=True, slots=True)
class ScanView:
    """Show an ID. Without a camera the screen says why and offers the other ways."""

    camera_trouble: str = ""
    """Why no picture comes, in words for the visitor; empty when the camera works."""


@dataclass(frozen=True, slots=True)
class TypeNameView:
    """Type given name, family name and birth date, one field after the other."""


@dataclass(frozen=True, slots=True)
class ConfirmView:
    """Is this you? Only the birth year is ever shown."""

    name: str
    birth_year: int | None
    document: str
    """In words, e.g. ``Driver license, Texas``; empty when the name was typed."""
    notice: str = ""
    """What to know of this ID, in a calm sentence; empty for nothing."""


@dataclass(frozen=True, slots=True)
class WaitView:
    """The same for everybody. `number` is None while the visit has none yet (screening)."""

    number: int | None = None
    come_to_desk: bool = False
    is_typed: bool = False
    """Whether the name was typed: that, and no ID, then leads back to this page."""


@dataclass(frozen=True, slots=True)
class DetailsView:
    """Type and purpose (picture 04), then whom or where (04b): two pages of one step."""

    name: str
    types: tuple[VisitorType, ...]
    purposes: tuple[str, ...]
    """At most six; the last is always the free one."""
    hosts: tuple[Host, ...]
    office: Host
    given: VisitDetails | None = None
    """What was chosen before, when somebody comes back to this step."""


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo or none."""

    keep_days: int
    countdown_seconds: int
    camera_trouble: str = ""


@dataclass(frozen=True, slots=True)
class PolicyView:
    """Four rules and a signature, or agreement without signing."""

    name: str
    rules: tuple[str, ...]
    full_text: str


class Printing(Enum):
    """How far the badge is."""

    PRINTING = auto()
    PRINTED = auto()


@dataclass(frozen=True, slots=True)
class BadgeView:
    """Signed in: where to go, and the badge as it comes out."""

    given_name: str
    destination: str
    """E.g. ``Room 12``, or the host's name when there is no place."""
    host: str
    """The line under it, e.g. ``Mr. Okafor, Grade 3``."""
    directions: str
    badge_picture: bytes
    """PNG of the badge, empty until rendered."""
    printing: Printing
    with_escort: bool = False
    returns_after: int = 0
    """Seconds until the welcome screen comes back without a touch, only shown; 0 for none."""


@dataclass(frozen=True, slots=True)
class StickerView:
    """No badge came out: take a numbered sticker (picture 11)."""

    reason: str
    """In the visitor's words, e.g. ``The printer is out of labels.``"""
    site_name: str
    digits: int = 4


@dataclass(frozen=True, slots=True)
class SignOutView:
    """Show a badge to sign out. `just_left` are initials with times, newest first."""

    just_left: tuple[tuple[str, datetime], ...] = ()
    camera_trouble: str = ""
    not_found: str = ""
    """What to say when the last badge, name or number was nobody on site; empty otherwise."""


class Farewell(Enum):
    """Why somebody leaves; DECLINED has the same calm look and neutral words."""

    SIGNED_OUT = auto()
    DECLINED = auto()


@dataclass(frozen=True, slots=True)
class GoodbyeView:
    """Goodbye. Who was not admitted is called by number: the next in line reads it too."""

    given_name: str
    """Empty for DECLINED."""
    at: datetime
    farewell: Farewell
    returns_after: int = 10
    number: int | None = None
    """The visit's number, for DECLINED."""


@dataclass(frozen=True, slots=True)
class TroubleView:
    """Something of ours failed: what happened, what was kept, what to do."""

    what_happened: str
    what_was_kept: str
    what_to_do: str


@dataclass(frozen=True, slots=True)
class PinView:
    """Staff PIN. `wrong` says what was wrong with the last try; `locked_until` after too many."""

    digits: int = 6
    wrong: str = ""
    locked_until: datetime | None = None
    is_service: bool = False
    """Whether how the kiosk stands is behind it, and no visit."""


class Standing(IntEnum):
    """How something stands, from good to bad."""

    GOOD = auto()
    LOOK = auto()
    BROKEN = auto()


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One thing about the kiosk, and in what state it is."""

    standing: Standing
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class ServiceView:
    """How this kiosk stands, for a member of staff who gave their PIN. About no visitor.

    Without any lines it is still being read.
    """

    staff_name: str
    lines: tuple[ServiceLine, ...]
    """The hub, what waits for it, and what is wrong with its log."""
    lists: tuple[ServiceLine, ...]
    looked_at: datetime
    version: str = ""
    locks_after: int = 60
    """Seconds without a touch until the page closes; only shown."""


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One row of the explained match on the staff screen: no score anywhere."""

    field: str
    visitor: str
    entry: str
    agreement: Agreement
    words: str


@dataclass(frozen=True, slots=True)
class StaffView:
    """A hold, for a member of staff who gave their PIN (picture 16)."""

    staff_name: str
    number: int
    waiting_since: datetime
    visitor_heading: str
    """E.g. ``Texas driver license``."""
    list_heading: str
    """E.g. ``District no-trespass list, updated 3 days ago``; empty without a match."""
    lines: tuple[EvidenceLine, ...]
    summary: str
    """E.g. ``1 field agrees, 3 differ, 1 is missing.`` or why the screening could not run."""
    other_matches: int = 0
    locks_after: int = 60
    """Seconds without a touch until the page closes; only shown."""


@dataclass(frozen=True, slots=True)
class EmergencyView:
    """Replaces everything in one frame (picture 17). Words come from the console."""

    title: str
    subtitle: str
    steps: tuple[tuple[str, str], ...]
    sent_at: datetime


StepView = (
    WelcomeView
    | ScanView
    | TypeNameView
    | ConfirmView
    | WaitView
    | DetailsView
    | PhotoView
    | PolicyView
    | BadgeView
    | StickerView
    | SignOutView
    | GoodbyeView
    | TroubleView
    | PinView
    | StaffView
    | ServiceView
)

# ---- said by screens -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TypedName:
    """What a visitor typed instead of showing an ID."""

    given_name: str
    family_name: str
    birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class PolicyAgreement:
    """The visitor agreed; `signature` holds strokes of points in px, empty without signing."""

    signature: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class StaffChoice:
    """Staff decided at the kiosk."""

    verdict: Verdict
    reason: str
