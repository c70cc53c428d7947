"""What came of the morning: read back from the databases and files, never from the story itself."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from cast import TIME_ZONE
from checks import problems
from sqlalchemy import select
from sqlalchemy.orm import Session
from story import Story

from db import history, log, visits
from db.domain.visit import Visit
from db.engine import Database, open_database
from db.history import Filters
from db.log_models import EventRow
from db.story import VERDICTS

ZONE = ZoneInfo(TIME_ZONE)
CHAINS = ("kiosk", "hub")
STEPS_OF_NOBODY = frozenset({"WELCOME"})


@dataclass(frozen=True)
class VisitTold:
    """One visit as the hub holds it."""

    number: int
    name: str
    outcome: str
    arrived: str
    signed_in: str | None
    signed_out: str | None
    how: str | None
    decision: str | None
    reason: str | None
    decided_by: str | None
    badge: str | None
    ms_per_step: dict[str, int]


@dataclass(frozen=True)
class Summary:
    """The whole morning."""

    time_zone: str
    visits: list[VisitTold]
    counts: dict[str, int]
    events: dict[str, int]
    verification: dict[str, bool]
    readings: int
    """IDs that the camera read."""
    milliseconds: dict[str, float | None]
    files: dict[str, int]
    """Every picture that was taken, every badge and the log, with their bytes; 0 for a lost one."""
    problems: list[str] = field(default_factory=list)

    @classmethod
    def gathered(cls, story: Story, seconds: float) -> "Summary":
        """Ask the hub, then close everything, then read both databases."""
        cast = story.cast
        cast.export()
        hub_said = cast.hub_verification()
        if cast.kiosk is not None:
            cast.kiosk.quit()
        if cast.console is not None:
            cast.console.quit()
        cast.stop_hub()
        kiosk = open_database(f"sqlite:///{cast.work / 'kiosk' / 'kiosk.db'}")
        hub = open_database(cast.database)
        try:
            return _gathered(story, kiosk, hub, hub_said, seconds)
        finally:
            kiosk.close()
            hub.close()


def _gathered(
    story: Story, kiosk: Database, hub: Database, hub_said: dict[str, Any], seconds: float
) -> Summary:
    sittings = _sittings(story.kiosk_story["steps"])
    with kiosk.read() as here, hub.read() as there:
        page = history.page(there, Filters(), ZONE, datetime.now(ZONE))
        found = sorted(page.visits, key=lambda v: v.started_at)
        told = [_told(there, v, sittings) for v in found]
        chains = log.verify_log(here)
        verification = {
            "kiosk": bool(chains) and all(c.is_good for c in chains),
            "hub": bool(hub_said["good"]),
            "kiosk_and_hub_agree": all(visits.get(here, v.visit_id) == v for v in found),
        }
        events = _events(here, there, chains[0].device_id if chains else "")
    counts = {
        "visits": len(told),
        "badges": len(_badges(story)),
        "denials": sum(t.outcome == "denied" for t in told),
        "sign_outs_by_badge": sum(t.how == "badge" for t in told),
    }
    summary = Summary(
        time_zone=TIME_ZONE,
        visits=told,
        counts=counts,
        events=events,
        verification=verification,
        readings=len(story.kiosk_story["readings"]),
        milliseconds=_milliseconds(story, seconds),
        files=_files(story),
    )
    return replace(summary, problems=problems(asdict(summary)))


def _events(here: Session, there: Session, kiosk: str) -> dict[str, int]:
    """How the kiosk's events compare with what the hub holds of it, one by one."""

    def ids(session: Session) -> Counter[Any]:
        query = select(EventRow.event_id).where(EventRow.device_id == kiosk)
        return Counter(session.scalars(query))

    kept, arrived = ids(here), ids(there)
    return {
        "on_the_kiosk": kept.total(),
        "of_the_kiosk_at_the_hub": arrived.total(),
        "of_the_office_at_the_hub": log.count(there, "hub"),
        "missing": len(kept.keys() - arrived.keys()),
        "doubled": arrived.total() - len(arrived),
        "unknown": len(arrived.keys() - kept.keys()),
    }


def _milliseconds(story: Story, seconds: float) -> dict[str, float | None]:
    """Medians are None when nothing was read.

    The first is counted from the first frame that was looked at and showed the code well; frames
    that came while another was looked at are not in it. The second counts from the moment the
    film was changed, so it holds everything, the camera's own time too.
    """
    readings = story.kiosk_story["readings"]
    from_frame = [r["identified_at"] - r["first_seen_at"] for r in readings]
    from_card = [
        r["identified_at"] - shown_at
        for r, shown_at in zip(readings, story.cards_shown_at, strict=False)
    ]
    return {
        "median_first_frame_to_identity": _median_ms(from_frame),
        "median_card_shown_to_identity": _median_ms(from_card),
        "hub_ready": round(story.cast.hub_ready_ms),
        "kiosk_welcome": round(story.kiosk_start_ms),
        "console_sign_in": round(story.console_start_ms),
        "whole_morning": round(seconds * 1000),
    }


def _median_ms(seconds: list[float]) -> float | None:
    return round(median(seconds) * 1000, 1) if seconds else None


def _badges(story: Story) -> list[Path]:
    return sorted((story.cast.keep / "badges").glob("*.pdf"))


def _files(story: Story) -> dict[str, int]:
    keep = story.cast.keep
    wanted = [story.cast.pictures / name for name in story.pictures]
    wanted += [*_badges(story), keep / "log.csv"]
    return {
        path.relative_to(keep).as_posix(): path.stat().st_size if path.is_file() else 0
        for path in wanted
    }


def write_summary(summary: Summary, keep: Path) -> tuple[str, bool]:
    """Write summary.json. Returns the readable summary, and whether all was as it should be."""
    (keep / "summary.json").write_text(
        json.dumps(asdict(summary), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    lines = ["", f"Visits (times in {summary.time_zone})"]
    for told in summary.visits:
        lines += _visit_lines(told)
    events = summary.events
    said = (
        f"{events['on_the_kiosk']} on the kiosk, {events['of_the_kiosk_at_the_hub']} of them at "
        f"the hub, {events['missing']} missing, {events['doubled']} doubled; "
        f"{events['of_the_office_at_the_hub']} of the office"
    )
    chains = [f"{who} {'unbroken' if summary.verification[who] else 'CHANGED'}" for who in CHAINS]
    lines += ["", f"Events  {said}", f"Log     {', '.join(chains)}"]
    for at, (name, taken) in enumerate(summary.milliseconds.items()):
        head = "" if at else "Times"
        lines.append(f"{head:8}{name.replace('_', ' ')} {_readable(taken)}")
    counted = ", ".join(_counted(n, what) for what, n in summary.counts.items())
    lines.append(f"Counts  {counted}; {_counted(len(summary.files), 'files')}")
    if summary.problems:
        lines += ["", "Not as it should be:", *(f"  {p}" for p in summary.problems)]
    else:
        lines += ["", "All of it happened."]
    return "\n".join(lines), not summary.problems


def _visit_lines(told: VisitTold) -> list[str]:
    lines = [f"  {told.number}  {told.name}: {told.outcome.replace('_', ' ')}"]
    moments = [("arrived", told.arrived), ("signed in", told.signed_in)]
    moments.append((f"signed out by {told.how}", told.signed_out))
    lines.append("     " + ", ".join(f"{what} {at}" for what, at in moments if at))
    if told.decision:
        lines.append(f"     {told.decision} by {told.decided_by}: {told.reason}")
    steps = ", ".join(
        f"{s.lower().replace('_', ' ')} {ms / 1000:.1f}" for s, ms in told.ms_per_step.items()
    )
    return [*lines, f"     seconds: {steps}"]


def _readable(milliseconds: float | None) -> str:
    if milliseconds is None:
        return "not known"
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def _counted(number: int, what: str) -> str:
    """``1 denial``, ``2 badges``, ``1 sign out by badge``."""
    words = what.replace("_", " ")
    if number == 1:
        words = words.replace("outs ", "out ") if "outs " in words else words.removesuffix("s")
    return f"{number} {words}"


def _told(session: Any, visit: Visit, sittings: list[dict[str, Any]]) -> VisitTold:
    decision = visits.decision_in_force(session, visit.visit_id)
    steps: dict[str, int] = next(
        (s["ms"] for s in sittings if s["from"] <= visit.started_at <= s["to"]), {}
    )
    return VisitTold(
        number=visit.number,
        name=visit.identity.name.full,
        outcome=visit.state.value,
        arrived=_clock(visit.started_at) or "",
        signed_in=_clock(visit.checked_in_at),
        signed_out=_clock(visit.checked_out_at),
        how=visit.checked_out_by.value if visit.checked_out_by else None,
        decision=VERDICTS[decision.verdict] if decision else None,
        reason=decision.reason if decision else None,
        decided_by=decision.decided_by if decision else None,
        badge=visit.badge_code or None,
        ms_per_step=steps,
    )


def _sittings(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stretches between two welcome screens, each with its milliseconds per step."""
    found: list[dict[str, Any]] = []
    for this, following in pairwise(steps):
        began = datetime.fromisoformat(this["at"])
        ended = datetime.fromisoformat(following["at"])
        if this["step"] in STEPS_OF_NOBODY:
            found.append({"from": began, "to": ended, "ms": {}})
            continue
        spent = round((ended - began).total_seconds() * 1000)
        found[-1]["ms"][this["step"]] = found[-1]["ms"].get(this["step"], 0) + spent
        found[-1]["to"] = ended
    return found


def _clock(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(ZONE):%H:%M:%S}"
