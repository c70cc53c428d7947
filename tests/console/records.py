"""What the hub of the invented school has on record: past visits, one story, lists, an import."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from db.domain.clearance import (
    Clearance,
    ClearanceLine,
    Clearances,
    Lapse,
    Standing,
)
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import (
    Alarm,
    BadRow,
    ChangeKind,
    EarlierVisit,
    EntryChange,
    Hold,
    ImportPreview,
    Lists,
    LogLine,
    TurnedAway,
    VisitPage,
    VisitStory,
)
from db.domain.notice import Notice, NoticeKind, Notices
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.screening import (
    Agreement,
    Evidence,
    Field,
    HoldReason,
    LapsedClearance,
    Match,
    Tier,
)
from db.domain.visit import Visit, VisitorType, VisitState
from db.domain.watchlist import Category, Watchlist, WatchlistEntry
from tests.console.invented import (
    DENIAL_WORDS,
    LISTS,
    NOW,
    at,
    make_id,
    make_match,
    make_screening,
    make_visit,
)


def make_past() -> tuple[Visit, ...]:
    """Four days, newest first."""
    people = (
        ("Wei-Ling", "Tsai", VisitorType.OTHER, "Conference", 15, 5, 37),
        ("Maryam", "al-Rashidi مريم", VisitorType.PARENT, "Conference", 14, 35, 29),
        ("Kofi", "Mensah-Bonsu", VisitorType.PARENT, "Conference", 14, 1, 31),
        ("Giorgos", "Παπαδόπουλος", VisitorType.OTHER, "Reading hour", 13, 2, 53),
        ("Ana Lucía", "Wójcik", VisitorType.PARENT, "Pick up", 11, 20, 21),
        ("Marcus", "Fennimore", VisitorType.CONTRACTOR, "Repair quote", 10, 2, None),
        ("Kateryna", "Шевчук", VisitorType.PARENT, "Late student", 8, 5, 14),
    )
    visits: list[Visit] = []
    for days_ago in (1, 4, 5, 7):
        for number, (given, family, kind, purpose, hour, minute, stay) in enumerate(people):
            came = at(hour, minute, days_ago=days_ago)
            denied = family == "Шевчук" and days_ago == 4
            left = came + timedelta(minutes=stay) if stay else None
            state = VisitState.DEPARTED if left else VisitState.ON_SITE
            visits.append(
                make_visit(
                    days_ago * 100 + number,
                    given,
                    family,
                    state=VisitState.DENIED if denied else state,
                    visitor_type=None if denied else kind,
                    purpose=purpose,
                    came=came,
                    left=None if denied else left,
                    until=came + timedelta(hours=1),
                    escort=family.startswith("Παπ"),
                )
            )
    return tuple(visits)


def make_page(visits: tuple[Visit, ...] | None = None, next_page: str | None = None) -> VisitPage:
    shown = make_past() if visits is None else visits
    total = 26_418 if visits is None else len(shown)
    return VisitPage(NOW, shown, total, next_page, make_verdicts(shown))


def make_verdicts(visits: tuple[Visit, ...]) -> dict[UUID, Verdict]:
    """Who was held, and how that ended."""
    verdicts = {v.visit_id: Verdict.ESCORT for v in visits if v.with_escort}
    verdicts |= {v.visit_id: Verdict.DENY for v in visits if v.state is VisitState.DENIED}
    held = {make_id(1402): Verdict.NOT_THIS_PERSON, make_id(1504): Verdict.APPROVE}
    return verdicts | {v.visit_id: held[v.visit_id] for v in visits if v.visit_id in held}


def make_story(visit: Visit) -> VisitStory:
    screening = make_screening(visit.number, HoldReason.MATCH, make_match(), when=visit.started_at)
    decided = visit.started_at + timedelta(seconds=41)
    reason = "Escort agreed. Photo does not match."
    decision = Decision(
        make_id(90),
        visit.visit_id,
        Verdict.ESCORT,
        reason,
        "Dana Whitlock",
        decided,
        DecidedAt.CONSOLE,
    )

    def line(seconds: int, kind: str, words: str, detail: str = "") -> LogLine:
        return LogLine(visit.started_at + timedelta(seconds=seconds), kind, words, detail)

    return VisitStory(
        visit=visit,
        screening=screening,
        decisions=(decision,),
        happened=(
            line(0, "visitor.screened", "Screened against 4 lists; held", "Possible match"),
            line(41, "decision.made", "Approved with escort by Dana Whitlock", reason),
            line(50, "visit.checked_in", "Signed in", "Badge 47K-29F"),
            line(52, "badge.failed", "Badge not printed", "The printer had no labels"),
            line(75, "badge.printed", "Badge printed", "Second printer"),
            line(3180, "visit.checked_out", "Signed out by badge"),
        ),
        kiosk_name="the front kiosk",
        log_verified=True,
    )


def make_alarm(visit: Visit) -> Alarm:
    """Priya had decided; a kiosk that did not hear of it let them in."""
    denied = Decision(
        make_id(82),
        visit.visit_id,
        Verdict.DENY,
        "Order of the court, do not admit.",
        "Priya Raghunathan",
        at(8, 54),
        DecidedAt.CONSOLE,
    )
    words = "Signed in although the office had decided: not admitted"
    return Alarm(visit, denied, words, DENIAL_WORDS)


def make_lists() -> Lists:
    categories = (Category.REGISTRY, Category.CUSTODY, Category.TRESPASS, Category.ALERT)
    return Lists(
        NOW,
        tuple(
            Watchlist(
                make_id(60 + number),
                name,
                category,
                kept.version,
                kept.imported_at,
                kept.people,
                kept.max_age_days,
            )
            for number, (category, (name, kept)) in enumerate(
                zip(categories, LISTS.items(), strict=True)
            )
        ),
    )


def make_preview(bad: int = 5) -> ImportPreview:
    added, changed, removed = ChangeKind.ADDED, ChangeKind.CHANGED, ChangeKind.REMOVED
    rows = (
        BadRow(112_041, "Tove Ahlgren", 'birth date "unknown" is not a date'),
        BadRow(204_377, "(empty)", "no family name"),
        BadRow(655_910, "Jun Nakashima", "birth date in the future, 2077"),
        BadRow(655_911, "Jun Nakashima", 'sex "7" is none of M, F and X'),
        BadRow(702_118, "Ro\ufffde Baptiste", "letters lost: not UTF-8 in this line"),
    )
    return ImportPreview(
        columns=(
            ("LNAME", "Ortega-Ruiz", "family"),
            ("FNAME", "Darnell", "given"),
            ("MI", "T", "middle"),
            ("SUFFIX", "Jr", "suffix"),
            ("DOB", "07/14/1979", "birth_date"),
            ("SEX_CD", "M", "sex"),
            ("AKA", "D. Ortega; Dee Ruiz", "aliases"),
            ("ST", "NM", "jurisdiction"),
            ("CASE_NO", "CR-2018-0441", "reference"),
            ("HGT", "511", ""),
            ("ADDR1", "redacted", ""),
        ),
        in_file=919_422 + bad,
        added=1_906,
        changed=412,
        removed=688,
        bad=bad,
        changes=(
            EntryChange(added, "Renford Achterberg", "Apr 2, 1971", "whole entry"),
            EntryChange(changed, "Bertrand Quillfeather", "Aug 9, 1977", "birth date now complete"),
            EntryChange(changed, "Ludmila Szczepańska", "Dec 9, 1966", "other names"),
            EntryChange(added, "Yusuf Bakırcıoğlu", "1990", "whole entry"),  # noqa: RUF001
            EntryChange(removed, "Osgood Tremblay", "Feb 27, 1958", "not in the file any more"),
            EntryChange(removed, "Fenwick Dalrymple", "Oct 11, 1949", "not in the file any more"),
        ),
        bad_rows=rows[:bad],
        current_version=41,
        people=919_422,
    )


def make_clearance(number: int, reason: str, *, days_ago: int, by: str = "") -> Clearance:
    decided = at(9, 14, days_ago=days_ago)
    return Clearance(
        clearance_id=make_id(600 + number),
        visitor_key="0" * 64,
        visit_id=make_id(1400 + number),
        list_id=make_id(60),
        list_name="State registry extract" if number % 2 else "Custody orders",
        entry_id=make_id(500 + number),
        entry_version=1,
        entry_mark="0" * 64,
        reason=reason,
        decided_by=by or "Dana Whitlock",
        decided_at=decided,
        expires_on=(decided + timedelta(days=365)).date(),
    )


def make_clearances() -> Clearances:
    def line(clearance: Clearance, visitor: str, entry: str, standing: Standing) -> ClearanceLine:
        return ClearanceLine(clearance, visitor, entry, standing)

    ended = replace(
        make_clearance(4, "Another person.", days_ago=60),
        ended_at=at(15, 2, days_ago=12),
        ended_by="Priya Raghunathan",
    )
    lines = (
        line(
            make_clearance(2, "Photo and middle name differ.", days_ago=1),
            "Rodrigo Vanterpoel",
            "Roderick Elliot Vanterpool",
            Standing.IN_FORCE,
        ),
        line(
            make_clearance(1, "Known to the office.", days_ago=46, by="Pia Moreno"),
            "Chukwuemeka Obi",
            "Emeka Obi",
            Standing.IN_FORCE,
        ),
        line(ended, "Ana Lucía Wójcik", "Ana Wojcik", Standing.ENDED),
        line(
            make_clearance(
                3, "Birth date differs on the ID.", days_ago=179, by="Priya Raghunathan"
            ),
            "Tony Ibarra-Quintero",
            "Anthony James Quintero",
            Standing.ENTRY_CHANGED,
        ),
        line(
            make_clearance(5, "Photo does not match.", days_ago=380),
            "Kofi Mensah-Bonsu",
            "Kofi Mensah",
            Standing.EXPIRED,
        ),
    )
    return Clearances(NOW, lines, 2)


def make_notices() -> Notices:
    alerts = "Office alerts, version 12"
    notices = (
        Notice(
            make_id(701),
            NoticeKind.ON_SITE,
            at(10, 41),
            f"Somebody on site now may be on {alerts}. Look at the desk.",
            make_id(1008),
        ),
        Notice(
            make_id(702),
            NoticeKind.WAS_HERE,
            at(10, 41),
            f"Somebody who may be on {alerts}, was here on Friday, November 13. 3 visits since"
            " October 18.",
            make_id(1402),
        ),
        Notice(
            make_id(703),
            NoticeKind.DENIED,
            at(8, 58, days_ago=1),
            "Dana Whitlock decided: not admitted. Possible match on Custody orders.",
            make_id(1406),
        ),
        Notice(
            make_id(704),
            NoticeKind.LIST_OUTDATED,
            at(7, 0, days_ago=9),
            "District no-trespass list was last updated 31 days ago; 30 are allowed. Until a new"
            " version is imported every visitor is held, and whoever was added since is not found.",
            None,
            make_id(62),
            at(8, 12, days_ago=8),
            "Priya Raghunathan",
        ),
    )
    return Notices(NOW, notices, 3)


def make_giorgos() -> Match:
    """An entry of the office's own, changed a minute ago."""
    agrees, missing = Agreement.AGREES, Agreement.MISSING
    family, given, middle, born, sex, place, number = (
        Evidence(field, visitor, entry, agreement, said, bits)
        for field, visitor, entry, agreement, said, bits in (
            (Field.FAMILY_NAME, "Παπαδόπουλος", "Papadopoulos", agrees, "Same", 14.1),
            (Field.GIVEN_NAME, "Giorgos", "George", agrees, "Same, a short form", 4.2),
            (Field.MIDDLE_NAME, "", "", missing, "Missing on both", 0.0),
            (Field.BIRTH_DATE, "Mar 7, 1984", "Mar 7, 1984", agrees, "Same", 13.6),
            (Field.SEX, "Man", "", missing, "Missing on the list", 0.0),
            (Field.PLACE, "Texas", "", missing, "Missing on the list", 0.0),
            (Field.ID_NUMBER, "held as a code", "none", missing, "Missing on the list", 0.0),
        )
    )
    entry = WatchlistEntry(
        make_id(51),
        PersonName("George", "Papadopoulos"),
        PartialDate(1984, 3, 7),
        Sex.UNSPECIFIED,
        version=2,
    )
    match = make_match(Category.ALERT, "Office alerts")
    evidence = (family, given, middle, born, sex, place, number)
    return replace(match, entry=entry, tier=Tier.STRONG, bits=31.9, evidence=evidence)


def make_inside(visit: Visit) -> Hold:
    """Somebody who came in before the list's new version, and whom staff had cleared once."""
    match = make_giorgos()
    screening = replace(
        make_screening(visit.number, HoldReason.MATCH, match, when=NOW - timedelta(seconds=48)),
        lapsed=(
            LapsedClearance(
                match.list_id,
                match.entry.entry_id,
                make_id(607),
                "Priya Raghunathan",
                at(9, 20, days_ago=179),
                Lapse.ENTRY_CHANGED,
            ),
        ),
    )
    return Hold(
        visit=visit,
        screening=screening,
        held_since=screening.screened_at,
        kiosk_name="Front kiosk",
        is_inside=True,
        earlier_visits=(
            EarlierVisit(make_id(78), at(9, 20, days_ago=179), "Library", "Not this person"),
        ),
        clears_until=date(2027, 11, 17),
        on_denial=DENIAL_WORDS,
    )


def make_turned_away(visit: Visit) -> TurnedAway:
    """Somebody on a custody order, whom the kiosk's staff did not admit."""
    denied = Decision(
        make_id(83),
        visit.visit_id,
        Verdict.DENY,
        "Same person",
        "Pia Moreno",
        at(10, 41),
        DecidedAt.KIOSK,
    )
    told = f"Do not release the children. {DENIAL_WORDS}"
    return TurnedAway(visit, denied, told)
