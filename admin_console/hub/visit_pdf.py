"""One visit on paper: who it was, why it was held, what spoke for and against, who decided what."""

from admin_console.hub.sheets import (
    QUIET,
    Column,
    Paper,
    Sheets,
    day_and_time,
    moment_words,
    pdf_of,
    time_words,
)
from db.domain.decision import Decision
from db.domain.desk import Site, VisitStory
from db.domain.screening import Evidence, Field, Match, Screening
from db.domain.visit import VisitState
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
        day, _, _ = day_and_time(story.visit.started_at, site).partition(" ")
        sheets.title(name, day, site.name, "Record of a visit")
        _facts(sheets, story, site)
        screenings = ((story.screening,) if story.screening else ()) + tuple(
            recheck.screening for recheck in story.rechecks
        )
        for number, screening in enumerate(screenings):
            _screening(sheets, screening, site, is_later=number > 0)
        later = tuple(recheck.decision for recheck in story.rechecks if recheck.decision)
        _decisions(sheets, story.decisions + later, site)
        sheets.heading("What happened")
        lines = [(day_and_time(h.at, site), h.words, h.detail) for h in story.happened]
        sheets.table(_HAPPENED, lines)
        sheets.top -= 6
        sheets.paragraph(
            "The log of this visit is whole: each event follows on the one before."
            if story.log_verified
            else "The log of this visit is NOT whole. Keep the database as it is, and see what "
            "vestibule-hub verify-log says.",
        )
        sheets.seal(head, site)

    return pdf_of("Record of a visit", paper, foot, write)


def _facts(sheets: Sheets, story: VisitStory, site: Site) -> None:
    visit = story.visit
    birth, details = visit.identity.birth_date, visit.details
    host = details.host if details is not None else None
    facts = (
        ("State", _STATES[visit.state]),
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
    for cleared in screening.cleared:
        sheets.paragraph(f"Cleared by {cleared.cleared_by} until {cleared.expires_on:%Y-%m-%d}.")
    for match in screening.matches:
        _match(sheets, match, screening)


def _match(sheets: Sheets, match: Match, screening: Screening) -> None:
    sheets.heading(f"May be {match.entry.name.full}, {match.list_name}", size=9.5)
    age = list_age_sentence(match, screening.screened_at).lower()
    sheets.paragraph(
        f"{match.list_size:,} people on version {match.list_version}, {age}. "
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


def _decisions(sheets: Sheets, decisions: tuple[Decision, ...], site: Site) -> None:
    if not decisions:
        return
    sheets.heading("Decisions")
    rows = [
        (
            day_and_time(d.decided_at, site),
            VERDICTS[d.verdict],
            d.reason,
            f"{d.decided_by}, at the {d.where.value}",
        )
        for d in decisions
    ]
    sheets.table(_DECISIONS, rows)
