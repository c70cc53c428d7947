"""A run's figures as the file that the console's page shows: `resources/accuracy.py`.

*Found* is how many of 100 listed visitors were held with the right person as the best match, at the
engine's own thresholds. *False alarms* is how many of 100 unlisted visitors were held for an entry
of that kind; only entries that know the year alone, or nothing, or the whole birth date tell their
kind, so that the other rows have none.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from measures import Score, Scores, Truth
from roster_files import Roster, lines_of

from db.screening.engine import ENGINE_VERSION

KINDS: Mapping[str, tuple[str, ...]] = {
    "Whole name, whole birth date": ("clean",),
    "Nickname or short form": ("nickname",),
    "Given and family name swapped": ("swap",),
    "One of two surnames": ("double surname",),
    "Middle name or initial as given name": ("middle as given", "initial"),
    "Accents written out": ("accents",),
    "Misspelled or cut short": ("typo", "respelled", "truncated"),
    "Day and month swapped": ("day/month",),
    "One wrong digit in the birth date": ("one wrong digit",),
    "Birth year only": ("year only",),
    "Birth date missing": ("birth date missing",),
    "Changed surname, not on the list": ("changed surname",),
}
WHOLE_DATE, YEAR, NONE = 10, 4, 0
BORN = {
    WHOLE_DATE: "Whole name, whole birth date", YEAR: "Birth year only", NONE: "Birth date missing",
}  # fmt: skip
SHOWN_GROUPS = {
    "100 most common surnames": "100 commonest surnames",
    "Hispanic double surnames": "Hispanic double surnames",
    "names outside English": "Names outside English",
    "women": "Women",
    "men": "Men",
}
NOBODY = Score(0.0, "", 0.0)


def write(path: Path, protocol: str, roster: Roster, extra: Sequence[Truth], s: Scores) -> None:
    """Write the file; `protocol` names the run, as `American, 100,000 entries`."""
    unlisted = [t for t in roster.truths if not t.entry_id]
    held = [t for t in unlisted if _is_held(t, s)]
    alarms = _alarms(roster, held, s)
    rows = []
    for what, errors in KINDS.items():
        some = [t for t in roster.truths if t.entry_id and t.error in errors]
        if some:
            found = sum(_is_held(t, s) and s[t.visitor_id].entry_id == t.entry_id for t in some)
            share = alarms.get(what)
            rows.append(
                {
                    "what": what,
                    "found": round(100 * found / len(some), 1),
                    "false_alarms": None
                    if share is None
                    else round(100 * share / len(unlisted), 3),
                    "tried": len(some),
                }
            )
    told = {
        "engine": ENGINE_VERSION,
        "measured_on": date.today().isoformat(),  # noqa: DTZ011  a day for people, no moment
        "protocol": protocol,
        "held_of_100": round(100 * len(held) / len(unlisted), 2),
        "rows": sorted(rows, key=lambda row: -row["found"]),
        "groups": _groups(unlisted, extra, s),
    }
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _is_held(truth: Truth, scores: Scores) -> bool:
    return scores.get(truth.visitor_id, NOBODY).outcome == "hold"


def _alarms(roster: Roster, held: Sequence[Truth], scores: Scores) -> dict[str, int]:
    """How many were held for an entry of each kind; a kind that nobody was held for has 0."""
    best = [scores[t.visitor_id].entry_id for t in held]
    born = {e["id"]: len(e["birth_date"]) for e in lines_of(roster.listed, dict.fromkeys(best))}
    return {kind: sum(born.get(e) == n for e in best) for n, kind in BORN.items()}


def _groups(
    unlisted: Sequence[Truth], extra: Sequence[Truth], s: Scores
) -> list[dict[str, object]]:
    """How often each group is held, by the rate of everybody; as `screening_groups.fairness`."""
    everybody = sum(_is_held(t, s) for t in unlisted) / len(unlisted)
    found = []
    for group, name in SHOWN_GROUPS.items():
        whom = unlisted if group in ("women", "men") else [*unlisted, *extra]
        of = [t for t in whom if group in t.groups]
        if of and everybody:
            share = sum(_is_held(t, s) for t in of) / len(of)
            found.append({"name": name, "times": round(share / everybody, 2)})
    return found
