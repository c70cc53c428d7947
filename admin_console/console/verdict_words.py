"""What each verdict is called and what it will do, for somebody at the door and for one inside."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from admin_console.console import words
from db.domain.clearance import Lapse
from db.domain.decision import Verdict
from db.domain.desk import Hold
from db.domain.screening import LapsedClearance, Match

INSIDE: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.APPROVE: "May stay",
        Verdict.DENY: "Must leave",
        Verdict.ESCORT: "Escort",
        Verdict.NOT_THIS_PERSON: "Not this person",
    }
)
"""The verdicts on somebody who is in the building already."""

ONLY_NOW = (
    "Not this person: counts for this visit only. Without a birth date or an ID number nobody can "
    "be known again."
)
FOR_NOW = (
    "Not this person: cleared until {until} for now. The hub was off or its clock is wrong: "
    "counted anew once it is sure"
)
_LAPSES = {
    Lapse.ENTRY_CHANGED: "the entry has changed since",
    Lapse.EXPIRED: "the clearance has expired",
    Lapse.ENDED: "the clearance was ended",
}


def verdicts(*, is_inside: bool) -> Mapping[Verdict, str]:
    return INSIDE if is_inside else words.VERDICTS


def ask(verdict: Verdict, letter: str, *, is_inside: bool) -> str:
    """What a verdict without a reason still waits for."""
    name = verdicts(is_inside=is_inside)[verdict]
    again = "" if verdict is Verdict.NOT_THIS_PERSON else " again"
    return f"{name}: say why. Press a figure, or write it and press {letter}{again}."


def done(verdict: Verdict, *, is_inside: bool) -> str:
    """What the toast says once the hub has it."""
    if is_inside:
        return f"{INSIDE[verdict]}, the log has it"
    return f"{words.VERDICTS_DONE[verdict]}, sent to the kiosk"


def denial_hint(hold: Hold) -> str:
    """What to do after a denial; empty where the school has settled nothing."""
    if not hold.on_denial:
        return ""
    return f"{verdicts(is_inside=hold.is_inside)[Verdict.DENY]}: {hold.on_denial}"


def clearing_hint(hold: Hold) -> str:
    """How long *not this person* will hold; empty when there is no match to say it of."""
    if not hold.screening.matches:
        return ""
    if hold.clears_until is None:
        return ONLY_NOW
    until = words.day(hold.clears_until)
    if hold.is_clearing_for_now:
        return FOR_NOW.format(until=until)
    return f"Not this person: cleared until {until}, or until the entry changes"


def lapsed_words(lapsed: LapsedClearance, zone: ZoneInfo) -> str:
    """``Cleared on May 22, 2025 by Priya Raghunathan; the entry has changed since.``."""
    on = lapsed.cleared_at.astimezone(zone).date()
    return f"Cleared on {words.day(on)} by {lapsed.cleared_by}; {_LAPSES[lapsed.why]}."


def inside_words(match: Match, hold: Hold, now: datetime, zone: ZoneInfo) -> str:
    """Why somebody inside is asked about: the list is newer than their coming."""
    came = words.clock_or_day(hold.visit.checked_in_at or hold.visit.started_at, now, zone)
    return f"On site since {came} · may be on {match.list_name}, version {match.list_version}"
