"""What the office sees: answers of the hub to the console. Pure values; `db.codec` is their JSON.

Every answer says when it was true (`as_of`), so that a console without its hub can still say how
old what it shows is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from db.domain.custody import EntryBrief
from db.domain.decision import Decision, Verdict
from db.domain.recheck import Recheck
from db.domain.screening import Match, Screening
from db.domain.sites import KnownSite
from db.domain.visit import Visit
from db.domain.watchlist import Watchlist


class Role(StrEnum):
    """What a member of staff is here for; `db.domain.rights` says what each may do."""

    FRONT_DESK = "front_desk"
    ADMINISTRATOR = "administrator"
    DISTRICT = "district"
    """Does for the whole district what an administrator does for a school."""
    AUDITOR = "auditor"
    """Sees everything and changes nothing."""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who may sign in to the console."""

    staff_id: UUID
    name: str
    """Sign-in name, e.g. ``dwhitlock``."""
    display_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Site:
    """The school, as windows and badges name it."""

    district_id: str
    district_name: str
    site_id: str
    name: str
    time_zone: str
    """IANA name, e.g. ``America/Chicago``."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Answer to a sign-in. The token goes into ``Authorization: Bearer``."""

    token: str
    staff: StaffMember
    site: Site
    """The first one that they may see."""
    sites: tuple[KnownSite, ...] = ()
    """All that they may see; nobody needs to choose where there is one."""
    device: str = field(default="", repr=False)
    """What goes with the next sign-in of this name; empty for other ways to sign in."""
    is_limited: bool = False
    """Whether there is more than they may see, so that they settle nothing for every site."""


@dataclass(frozen=True, slots=True)
class EarlierVisit:
    """A past visit of the same person, as one line."""

    visit_id: UUID
    started_at: datetime
    destination: str
    outcome: str
    """``No match``, ``Approved``, ``Denied`` ..."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A visit that waits for a decision, with all that staff need for it. Oldest first."""

    visit: Visit
    screening: Screening
    held_since: datetime
    kiosk_name: str
    earlier_visits: tuple[EarlierVisit, ...] = ()
    earlier_decisions: tuple[Decision, ...] = ()
    """Decisions on earlier holds of the same person against the same entries."""
    is_inside: bool = False
    """Whether they were let in before a list changed: the decision is whether they may stay."""
    clears_until: date | None = None
    """How long *not this person* would hold; None when this visitor cannot be known again."""
    is_clearing_for_now: bool = False
    """Whether the hub's clock is doubted, so that this is dated anew once it is certain."""
    on_denial: str = ""
    """What the office does when it does not admit."""
    briefs: Mapping[UUID, EntryBrief] = field(default_factory=dict)
    """By the matches' entry ids, where the hub knows more than the kiosk."""

    def brief_of(self, match: Match) -> EntryBrief:
        """What the hub knows of this match's entry."""
        return self.briefs.get(match.entry.entry_id, EntryBrief())


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The day so far."""

    visits: int
    on_site: int
    overdue: int
    holds: int
    approved: int
    denied: int
    median_seconds_to_decide: float | None
    slowest_seconds_to_decide: float | None
    arrivals_by_hour: tuple[int, ...]
    """24 counts, in the site's own hours."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of what just happened."""

    at: datetime
    visit_id: UUID
    name: str
    visitor_type: str
    destination: str
    what: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """Somebody inside who should not be, or not alone: it ends when they are signed out."""

    visit: Visit
    decision: Decision
    """The decision in force: a denial, or that they may come in with an escort."""
    words: str
    what_to_do: str = ""


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Somebody who was not admitted a moment ago and may still stand in the lobby."""

    visit: Visit
    decision: Decision
    what_to_do: str


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk page in one answer."""

    as_of: datetime
    holds: tuple[Hold, ...]
    figures: DayFigures
    just_now: tuple[Happening, ...]
    """The last five, newest first."""
    kiosks_in_touch: int
    kiosks: int
    lists_current: int
    lists: int
    alarms: tuple[Alarm, ...] = ()
    """Oldest first; shown above the holds."""
    unread_notices: int = 0
    """Of those that whoever asks may see."""
    turned_away: tuple[TurnedAway, ...] = ()
    """The last minutes' denials, wherever they were decided, oldest first."""


@dataclass(frozen=True, slots=True)
class OnSite:
    """Everybody who was let in and was not seen leaving, earlier days included."""

    as_of: datetime
    visits: tuple[Visit, ...]
    not_admitted: tuple[UUID, ...] = ()
    """Visits among them that the office had decided against: see `Alarm`."""


MOST_COUNTED, MOST_COUNTED_OF_NAME = 10_000, 1_000
"""Visits that are counted: counting ten million takes longer than anybody waits."""


@dataclass(frozen=True, slots=True)
class VisitPage:
    """One page of the history, newest first. `next_page` is opaque; None at the end."""

    as_of: datetime
    visits: tuple[Visit, ...]
    total: int
    """How many visits there are; with `is_more` there are more than these."""
    next_page: str | None = None
    verdicts: Mapping[UUID, Verdict] = field(default_factory=dict)
    """The verdict in force on each of these visits that was decided on."""
    is_more: bool = False
    """Whether only the first ones were counted: `MOST_COUNTED`, or of a name fewer."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event of a visit in words, as the drawer lists it."""

    at: datetime
    event_type: str
    words: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class VisitStory:
    """One visit with everything that happened to it, oldest first."""

    visit: Visit
    screening: Screening | None
    decisions: tuple[Decision, ...]
    happened: tuple[LogLine, ...]
    kiosk_name: str
    log_verified: bool
    """Whether the kiosk's chain up to the visit's last event is unbroken at the hub."""
    rechecks: tuple[Recheck, ...] = ()
    """What later versions of the lists said, oldest first."""
    in_force: UUID | None = None
    """Which of the decisions counts: others came after it and changed nothing."""


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists in force."""

    as_of: datetime
    lists: tuple[Watchlist, ...]


class ChangeKind(StrEnum):
    """What an import does to an entry of the list in force."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One line of the difference to the version in force."""

    kind: ChangeKind
    name: str
    birth_date: str
    what: str
    """E.g. ``whole entry`` or ``birth date now complete``."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row with something wrong or odd about it, with its line in the file, counted from 1."""

    line: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far the import has come that is under way."""

    list_name: str
    started_at: datetime
    phase: str
    """``reading`` (bytes or lines of the file), ``comparing`` or ``storing`` (people)."""
    done: int
    total: int


class ByHand(StrEnum):
    """What becomes of what people wrote into a list by hand, where a file says otherwise."""

    KEEP = "keep"
    UNDO = "undo"


_FEW_GONE = 3
_MANY_GONE = 5
"""One in so many people of a list who go at once are told of, if they are more than a few."""


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do. Nothing has changed yet."""

    columns: tuple[tuple[str, str, str], ...]
    """(column in the file, first value, field it is read as; empty when left out)."""
    in_file: int
    added: int
    changed: int
    removed: int
    bad: int
    changes: tuple[EntryChange, ...]
    """At most 200, in the file's order; removed ones last."""
    bad_rows: tuple[BadRow, ...]
    """At most 200."""
    current_version: int | None
    remarks: tuple[BadRow, ...] = ()
    """Rows that are used although something is odd about them; at most 200."""
    remarked: int = 0
    people: int = 0
    """How many entries the list would have: the same person twice is one."""
    undone: tuple[EntryChange, ...] = ()
    """What people wrote by hand and the file says otherwise; at most 200. The counts are those of
    an import that keeps it, unless one that undoes it was asked for."""
    undoes: int = 0
    notes: tuple[str, ...] = ()
    """What somebody should know first, in sentences: what of the whole file is not read, such as
    birth dates or another sheet, and whom the list would no longer hold."""
    laxer: int = 0
    """How many changed entries may let somebody pass whom they held."""

    @property
    def warning(self) -> str:
        """Words where so many people go that the file may be a part, or of another list."""
        before = self.people - self.added + self.removed
        if self.removed < _FEW_GONE or self.removed * _MANY_GONE < before:
            return ""
        return (
            f"{self.removed:,} of the {before:,} people who were on the list are not in the file: "
            "make sure that it is whole, and of this list."
        )
