"""``vestibule-hub screen``: whole files of people against whole lists, with every reason given.

For a volunteer roster, and for judging the engine. Nothing is stored and no database is touched.
"""

import json
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TextIO

from admin_console.hub.roster import Roster, RosterRow, read_roster
from db.domain.days import Days
from db.domain.screening import Tier
from db.screening.engine import Found, Visitor, evidence, find_matches
from db.screening.explain import Person
from db.screening.index import Index, ListIndex
from db.screening.names import fold
from db.screening.population import load_population

_TIERS: Mapping[Tier | None, str | None] = {
    None: None,
    Tier.STRONG: "strong",
    Tier.POSSIBLE: "possible",
    Tier.CHECK_PHOTO: "photo",
}
_EACH = 2.0
"""Seconds between two lines of progress."""


def screen_files(
    lists: list[Path],
    visitors: Path,
    out: TextIO,
    said: TextIO,
    *,
    as_json: bool,
    min_bits: float | None,
    today: date,
) -> bool:
    """Screen every row of `visitors`; True when each could be compared as it was written.

    One line for each visitor goes to `out`, progress and remarks to `said`. What could not be read
    of a list is told there by file and line, and again with every match of that entry; it changes
    no outcome. Raises `ImportRefusedError` when a file as a whole cannot be used.
    """
    people = read_roster(visitors)
    people.report(said)
    listed = [pair for path in lists for pair in _lists(path, said)]
    index = Index(tuple(one for one, _ in listed), load_population())
    files = {id(one): roster for one, roster in listed}
    _say(said, f"{sum(i.rows for i in index.each):,} names on the lists are ready.")
    is_whole, began = True, time.monotonic()
    for number, row in enumerate(people.rows(), start=1):
        answer = _answer(row, index, files, today, min_bits)
        is_whole &= "error" not in answer
        out.write((json.dumps(answer, ensure_ascii=False) if as_json else _words(answer)) + "\n")
        if time.monotonic() - began > _EACH:
            began = time.monotonic()
            _say(said, f"{number:,} of {len(people):,} visitors screened")
    return is_whole


def _lists(path: Path, said: TextIO) -> list[tuple[ListIndex, Roster]]:
    roster = read_roster(path)
    found = roster.index(said)
    if not found:
        _say(said, f"{path.name}, look: with nobody on it, it finds nobody")
    return [(one, roster) for one in found]


def _answer(
    row: RosterRow,
    index: Index,
    files: Mapping[int, Roster],
    today: date,
    min_bits: float | None,
) -> dict[str, object]:
    began = time.perf_counter()
    if not row.can_be_compared:  # a screening that could not run is a hold
        return {
            "id": row.id,
            "outcome": "hold",
            "tier": None,
            "milliseconds": 0.0,
            "matches": [],
            "error": f"line {row.line}: {row.why_bad or 'no name'}",
            **_remarks(row),
        }
    person = Person(row.name, row.born, row.sex, "", has_number=False)
    found = find_matches(Visitor(person), index, Days.of(today), min_bits)
    tiers = {f.tier for f in found}
    return {
        "id": row.id,
        "outcome": "clear" if tiers <= {None} and not row.why_bad else "hold",
        "tier": next((word for tier, word in _TIERS.items() if word and tier in tiers), None),
        "milliseconds": round((time.perf_counter() - began) * 1000, 3),
        "matches": [_match(f, files[id(f.list_index)]) for f in _each_once(found)],
        # Of a row with more or fewer columns nobody knows what stands where, and a birth date that
        # was written and not read would have told this person from others.
        **({"error": f"line {row.line}: {row.why_bad}"} if row.why_bad else {}),
        **_remarks(row),
    }


def _remarks(row: RosterRow) -> dict[str, object]:
    return {"remarks": list(row.remarks)} if row.remarks else {}


def _each_once(found: list[Found]) -> list[Found]:
    """A file may have somebody twice: the row that holds stands for both, then the better one.

    Two people under one number, such as both parents of an order, are two.
    """
    best: dict[tuple[object, ...], Found] = {}
    for one in found:
        entry = one.entry
        key = (id(one.list_index), entry.reference, fold(entry.name.full), entry.born)
        known = best.get(key)
        if known is None or (known.tier is None and one.tier is not None):
            best[key] = one
    return sorted(best.values(), key=lambda f: -f.bits)


def _match(found: Found, roster: Roster) -> dict[str, object]:
    row = roster.row(found.entry.entry_id.int)
    unread = [f"{roster.path.name}, line {row.line}: {row.why_bad}"] if row.why_bad else []
    return {
        "entry_id": found.entry.reference,
        "bits": round(found.bits, 2),
        "tier": _TIERS[found.tier],
        "expected_false_alarms": float(f"{found.expected:.3g}"),
        "evidence": [
            {"field": e.field.value, "level": e.level, "bits": e.bits, "text": e.words}
            for e in evidence(found)
        ],
        **({"remarks": unread} if unread else {}),
    }


def _words(answer: Mapping[str, object]) -> str:
    matches = answer["matches"]
    said = f"{answer['id']}: {answer['outcome']}"
    if "error" in answer:
        said += f" ({answer['error']})"
    remarks = answer.get("remarks")
    said += "".join(f"\n  {remark}" for remark in (remarks if isinstance(remarks, list) else []))
    for match in matches if isinstance(matches, list) else []:
        reasons = "; ".join(
            f"{e['field'].replace('_', ' ')}: {e['text'].lower()} ({e['bits']:+.1f})"
            for e in match["evidence"]
            if e["bits"] or e["level"] not in ("missing", "counted_elsewhere")
        )
        said += f"\n  {match['tier'] or 'below'}: {match['entry_id']}, {match['bits']}: {reasons}"
        said += "".join(f"\n    {remark}" for remark in match.get("remarks", ()))
    return said


def _say(said: TextIO, text: str) -> None:
    said.write(f"{text}\n")
    said.flush()
