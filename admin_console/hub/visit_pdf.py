"""One visit on paper: who it was, why it was held, what spoke for and against, who decided what."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from admin_console.hub.sheets import (
    LINE,
    QUIET,
    SEAL,
    Column,
    Paper,
    Sheets,
    day_and_time,
    day_of,
    moment_words,
    pdf_of,
    time_words,
)
from db.domain.clearance import Lapse
from db.domain.decision import Decision, Verdict
from db.domain.desk import Site, VisitStory
from db.domain.screening import ClearedMatch, Evidence, Field, Match, Screening
from db.domain.visit import Visit, VisitState
from db.screening.explain import chance_sentence, list_age_sentence
from db.signing import TreeHead
from db.story import HOLDS, VERDICTS

_FIELDS = {field: field.value.replace("_", " ").capitalize() for field in Field} | {
    Field.ID_NUMBER: "ID number"
}
_EVIDENCE = (
    Column("Field", 0.15),
    Column("Visitor", 0.24),
    Column("List entry", 0.24),
    Column("What it says", 0.27, 500),
    Column("Bits", 0.1),
)
_DECISIONS = (
    Column("When", 0.18),
    Column("Decision", 0.22, 600),
    Column("Reason", 0.36),
    Column("By", 0.24),
)
_HAPPENED = (Column("When", 0.18), Column("What", 0.38, 500), Column("", 0.44))
_INSIDE = VERDICTS | {Verdict.APPROVE: "May stay", Verdict.DENY: "Must leave"}
"""Of whoever was inside already."""
_LAPSES = {
    Lapse.ENTRY_CHANGED: "the entry has changed since",
    Lapse.EXPIRED: "the clearance has expired",
    Lapse.ENDED: "the clearance was ended",
}
_GAP = 4.0
"""Below a heading."""
_OF_A_MATCH = 95.0
"""Its paragraphs and the first rows of its evidence, which stay with its heading."""
_BELOW_ALL = 2 * LINE + 11 + SEAL
"""Whether the log is whole, and its seal."""
_STATES = {
    VisitState.CLEARED: "Not signed in yet",
    VisitState.HELD: "Waits for a decision",
    VisitState.DENIED: "Not admitted",
    VisitState.ABANDONED: "Left before signing in",
    VisitState.ON_SITE: "Signed in, not seen leaving",
    VisitState.DEPARTED: "Signed in and out",
}


def visit_pdf(story: VisitStory, site: Site, head: TreeHead, paper: Paper) -> bytes:
    """The record as a PDF. Raises `resources.lettering.NoFontError` where there is no font."""
    foot = f"{site.name}, made {moment_words(head.at, site)}"

    def write(sheets: Sheets) -> None:
        name = story.visit.identity.name.full or "(erased)"
        sheets.title(name, day_of(story.visit.started_at, site), site.name, "Record of a visit")
        _facts(sheets, story, site, head.at)
        screenings = ((story.screening,) if story.screening else ()) + tuple(
            recheck.screening for recheck in story.rechecks
        )
        for number, screening in enumerate(screenings):
            _screening(sheets, screening, site, is_later=number > 0)
        _decisions(sheets, story, site)
        lines = [(day_and_time(h.at, site), h.words, h.detail) for h in story.happened]
        room = sheets.beginning(_HAPPENED, lines, _BELOW_ALL)
        sheets.heading("What happened", room=room + _GAP)
        sheets.table(_HAPPENED, lines, below=_BELOW_ALL)
        sheets.top -= 6
        sheets.paragraph(
            "The log of this visit is whole: each event follows on the one before."
            if story.log_verified
            else "The log of this visit is NOT whole. Keep the database as it is, and see what "
            "vestibule-hub verify-log says.",
        )
        sheets.seal(head, site)

    return pdf_of("Record of a visit", paper, foot, write)


def _state(visit: Visit, site: Site, now: datetime) -> str:
    """Whoever came on an earlier day and was not seen leaving is not said to be inside."""
    came_at = visit.checked_in_at or visit.started_at
    is_of_today = day_of(came_at, site) == day_of(now, site)
    is_inside = visit.state is VisitState.ON_SITE and is_of_today
    return "On site" if is_inside else _STATES[visit.state]


def _facts(sheets: Sheets, story: VisitStory, site: Site, now: datetime) -> None:
    visit = story.visit
    birth, details = visit.identity.birth_date, visit.details
    host = details.host if details is not None else None
    facts = (
        ("State", _state(visit, site, now)),
        ("Born", "" if birth is None else f"{birth:%Y-%m-%d}"),
        ("Came", f"{time_words(visit.started_at, site)} at {story.kiosk_name}"),
        ("Signed in", time_words(visit.checked_in_at, site)),
        ("Signed out", time_words(visit.checked_out_at, site)),
        ("As", "" if details is None else details.visitor_type.value.capitalize()),
        ("Purpose", "" if details is None else details.purpose),
        ("To", "" if host is None else ", ".join(filter(None, (host.name, host.place)))),
        ("Badge", visit.badge_code or (f"Sticker {visit.sticker}" if visit.sticker else "")),
        ("Times", site.time_zone),
        ("Escort", "With escort" if visit.with_escort else ""),
    )
    sheets.top -= 8
    for name, value in facts:
        if value:
            sheets.fact(name, value)


def _screening(sheets: Sheets, screening: Screening, site: Site, *, is_later: bool) -> None:
    at = day_and_time(screening.screened_at, site)
    begun = "Screened again, since a list changed" if is_later else "Screened"
    sheets.heading(f"{begun}: {at}")
    lists = ", ".join(f"{one.name} (version {one.version})" for one in screening.lists)
    sheets.paragraph(f"Against {lists or 'no list'}. Engine {screening.engine_version}.")
    if screening.hold_reasons:
        why = ", ".join(HOLDS[reason] for reason in screening.hold_reasons)
        sheets.paragraph(f"Held: {why}.")
    else:
        sheets.paragraph("Not held.")
    for match in screening.matches:
        _match(sheets, "May be", match, screening, _lapse_words(match, screening, site))
    for cleared in screening.cleared:
        said = _cleared_words(cleared, site)
        _match(sheets, "Cleared earlier, not held:", cleared.match, screening, said)


def _lapse_words(match: Match, screening: Screening, site: Site) -> str:
    """That staff had said that the visitor is another person, and why that is over."""
    lapsed = screening.lapsed_of(match)
    if lapsed is None:
        return ""
    on = day_of(lapsed.cleared_at, site)
    return f"Cleared by {lapsed.cleared_by} on {on}, but {_LAPSES[lapsed.why]}."


def _cleared_words(cleared: ClearedMatch, site: Site) -> str:
    on = day_of(cleared.cleared_at, site)
    until = f"{cleared.expires_on:%Y-%m-%d}"
    return f"Not this person, said {cleared.cleared_by} on {on}, until {until}: {cleared.reason}"


def _match(sheets: Sheets, what: str, match: Match, screening: Screening, said: str) -> None:
    sheets.heading(f"{what} {match.entry.name.full}, {match.list_name}", size=9.5, room=_OF_A_MATCH)
    if said:
        sheets.paragraph(said)
    people = "1 person" if match.list_size == 1 else f"{match.list_size:,} people"
    age = list_age_sentence(match, screening.screened_at).lower()
    sheets.paragraph(
        f"{people} on version {match.list_version}, {age}. "
        f"{chance_sentence(match)} Together {_bits(match.bits)} bits.",
        grey=QUIET,
    )
    sheets.table(_EVIDENCE, [_row(e) for e in match.evidence])


def _row(evidence: Evidence) -> tuple[str, ...]:
    return (
        _FIELDS[evidence.field],
        evidence.visitor or "none",
        evidence.entry or "none",
        evidence.words,
        _bits(evidence.bits) if evidence.bits else "",
    )


def _bits(bits: float) -> str:
    sign = "\N{MINUS SIGN}" if bits < 0 else "+"
    return f"{sign}{abs(bits):.1f}"


def _decisions(sheets: Sheets, story: VisitStory, site: Site) -> None:
    """In the order in which they were made, whatever they are about."""
    later = [recheck.decision for recheck in story.rechecks if recheck.decision]
    decisions = sorted((*story.decisions, *later), key=lambda d: d.decided_at)
    if not decisions:
        return
    others = (d.decision_id for d in story.decisions if d.decision_id != story.in_force)
    superseded = set(others) if story.in_force is not None else set()
    again = {d.decision_id for d in later}
    rows = [
        (
            day_and_time(d.decided_at, site),
            _verdict_words(d, superseded, again),
            d.reason,
            f"{d.decided_by}, at the {d.where.value}",
        )
        for d in decisions
    ]
    sheets.heading("Decisions", room=sheets.beginning(_DECISIONS, rows) + _GAP)
    sheets.table(_DECISIONS, rows)


def _verdict_words(
    decision: Decision, superseded: Collection[UUID], again: Collection[UUID]
) -> str:
    if decision.decision_id in superseded:
        return f"{VERDICTS[decision.verdict]} (not in force: another reached the hub first)"
    if decision.decision_id in again:
        return f"{_INSIDE[decision.verdict]} (on the later match)"
    return VERDICTS[decision.verdict]
