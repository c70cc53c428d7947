"""What came of the morning: read back from the databases and files, never from the story itself."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from props import HELEN, MARCUS, PRIYA
from story import Story

from db import history, log, visits
from db.domain.visit import Visit
from db.engine import Database, open_database
from db.history import Filters
from db.story import VERDICTS

ZONE = ZoneInfo("America/Chicago")
EXPECTED = ((PRIYA, "departed"), (MARCUS, "denied"), (HELEN, "on_site"))
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

    visits: list[VisitTold]
    counts: dict[str, int]
    events: dict[str, int]
    verification: dict[str, Any]
    milliseconds: dict[str, float]
    files: list[str]
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
        same = all(visits.get(here, v.visit_id) == v for v in found)
        chains = log.verify_log(here)
        events = {
            "on the kiosk": log.count(here),
            "of the kiosk at the hub": log.count(there, chains[0].device_id),
            "of the office at the hub": log.count(there, "hub"),
        }
    badges = sorted((story.cast.keep / "badges").glob("*.pdf"))
    counts = {
        "visits": len(told),
        "badges": len(badges),
        "denials": sum(t.outcome == "denied" for t in told),
        "sign_outs_by_badge": sum(t.how == "badge" for t in told),
    }
    identified = story.kiosk_story["identified_ms"]
    milliseconds = {
        "median_first_frame_to_identity": round(median(identified), 1),
        "hub_ready": round(story.cast.hub_ready_ms),
        "kiosk_welcome": round(story.kiosk_start_ms),
        "console_sign_in": round(story.console_start_ms),
        "whole_morning": round(seconds * 1000),
    }
    verification = {"kiosk": all(c.is_good for c in chains), "hub": hub_said["good"]}
    problems = _problems(counts, events, verification, milliseconds, same=same)
    outcomes = [(t.name, t.outcome) for t in told]
    if outcomes != [(v.name, outcome) for v, outcome in EXPECTED]:
        problems.append("the visits are not those of the story")
    keep = story.cast.keep
    files = sorted(str(p.relative_to(keep)) for p in keep.rglob("*.p[dn][fg]"))
    return Summary(told, counts, events, verification, milliseconds, [*files, "log.csv"], problems)


def _problems(
    counts: dict[str, int],
    events: dict[str, int],
    verification: dict[str, Any],
    milliseconds: dict[str, float],
    *,
    same: bool,
) -> list[str]:
    expected = {"visits": 3, "badges": 2, "denials": 1, "sign_outs_by_badge": 1}
    problems = [
        f"{name}: {counts[name]} instead of {value}"
        for name, value in expected.items()
        if counts[name] != value
    ]
    if events["on the kiosk"] != events["of the kiosk at the hub"]:
        problems.append("the hub does not hold exactly the kiosk's events")
    if not same:
        problems.append("kiosk and hub tell the same visit differently")
    problems += [
        f"the log of the {who} was changed" for who, good in verification.items() if not good
    ]
    if milliseconds["median_first_frame_to_identity"] >= 500:
        problems.append("an ID took half a second or more to be read")
    return problems


def write_summary(summary: Summary, keep: Path) -> tuple[str, bool]:
    """Write summary.json. Returns the readable summary, and whether all was as it should be."""
    (keep / "summary.json").write_text(
        json.dumps(asdict(summary), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    lines = ["", "Visits"]
    for told in summary.visits:
        lines.append(f"  {told.number}  {told.name}: {told.outcome.replace('_', ' ')}")
        moments = [("arrived", told.arrived), ("signed in", told.signed_in)]
        moments.append((f"signed out by {told.how}", told.signed_out))
        lines.append("     " + ", ".join(f"{what} {at}" for what, at in moments if at))
        if told.decision:
            lines.append(f"     {told.decision} by {told.decided_by}: {told.reason}")
        steps = ", ".join(
            f"{s.lower().replace('_', ' ')} {ms / 1000:.1f}" for s, ms in told.ms_per_step.items()
        )
        lines.append(f"     seconds: {steps}")
    lines += ["", "Events  " + ", ".join(f"{n} {who}" for who, n in summary.events.items())]
    chains = [f"{w} {'unbroken' if ok else 'CHANGED'}" for w, ok in summary.verification.items()]
    lines.append("Log     " + ", ".join(chains))
    lines.append(
        "Times   "
        + ", ".join(f"{n.replace('_', ' ')} {v:g} ms" for n, v in summary.milliseconds.items())
    )
    counted = ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in summary.counts.items())
    lines.append(f"Counts  {counted}; {len(summary.files)} files")
    if summary.problems:
        lines += ["", "Not as it should be:", *(f"  {p}" for p in summary.problems)]
    else:
        lines += ["", "All of it happened."]
    return "\n".join(lines), not summary.problems


def _told(session: Any, visit: Visit, sittings: list[dict[str, Any]]) -> VisitTold:
    decision = visits.decision_in_force(session, visit.visit_id)
    steps = next((s["ms"] for s in sittings if s["from"] <= visit.started_at <= s["to"]), {})
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
