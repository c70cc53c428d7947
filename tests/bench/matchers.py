"""Ways to screen a file of visitors against a file of entries, all of one shape: `Matcher`.

Ours is the command `vestibule-hub screen`, from this very source tree; the others run in another
environment (`peers.py`).
"""

import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measures import Score

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PEERS = ("jaro-winkler", "jaro-winkler, graded", "splink", "logic-v2")
DIGITS_OF_DATE = 8
NO_BITS_BELOW = 8.0
"""So far below one chance match in the whole list no threshold can be."""


class MatcherError(Exception):
    """A matcher failed; its own words are in the message."""


@dataclass(frozen=True)
class Matcher:
    """A name for the tables, and how to screen: list, visitors, least bits to be told of."""

    name: str
    scores: Callable[[Path, Path, float], Mapping[str, Score]]


def ours(command: str = "") -> Matcher:
    """The engine of this tree; `command` replaces the start of the command line."""
    start = command.split() or [sys.executable, "-m", "admin_console.hub", "screen"]

    def scores(listed: Path, visitors: Path, min_bits: float) -> dict[str, Score]:
        line = [*start, "--list", str(listed), str(visitors), "--json", "--min-bits", str(min_bits)]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
            process = subprocess.Popen(
                line, cwd=ROOT, stdout=subprocess.PIPE, stderr=complaints, encoding="utf-8"
            )
            assert process.stdout is not None
            open_dates = _open_dates(listed)
            lines = filter(str.strip, process.stdout)
            found = dict(_score(line, open_dates) for line in lines)
            if process.wait() not in (0, 1) or not found:
                complaints.seek(0)
                raise MatcherError(f"{' '.join(line)}\n{complaints.read()[-2000:]}")
        return found

    return Matcher("vestibule", scores)


def _open_dates(listed: Path) -> frozenset[str]:
    """Entries whose birth date is not whole."""
    with listed.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        heads = next(rows)
        entry, born = heads.index("id"), heads.index("birth_date")
        return frozenset(
            row[entry] for row in rows if sum(map(str.isdigit, row[born])) < DIGITS_OF_DATE
        )


def _score(line: str, open_dates: frozenset[str]) -> tuple[str, Score]:
    answer = json.loads(line)
    matches = answer["matches"]
    best = matches[0] if matches else {}
    evidence = " · ".join(
        f"{e['field']} {e['level']} {e['bits']:+.1f}" for e in best.get("evidence", ())
    )
    return str(answer["id"]), Score(
        bits=float(best.get("bits", 0.0)),
        entry_id=str(best.get("entry_id", "")),
        milliseconds=float(answer["milliseconds"]),
        outcome=answer["outcome"],
        tier=answer["tier"] or "",
        text=evidence,
        all_bits={str(m["entry_id"]): float(m["bits"]) for m in matches[:10]},
        tiers=frozenset(m["tier"] for m in matches if m["tier"]),
        expected_of=_expected_of(matches, open_dates),
    )


def _expected_of(
    matches: Iterable[Mapping[str, Any]], open_dates: frozenset[str]
) -> dict[str, float]:
    least: dict[str, float] = {}
    for match in matches:
        level = next(e["level"] for e in match["evidence"] if e["field"] == "birth_date")
        is_open = level == "missing" or level.endswith("_only_known")
        if is_open or str(match["entry_id"]) in open_dates:
            kind = "not whole"
        else:
            kind = "differs" if level == "different" else "agrees"
        least[kind] = min(least.get(kind, 1.0), match["expected_false_alarms"])
    return least


def peer(python: Path, method: str) -> Matcher:
    def scores(listed: Path, visitors: Path, _min_bits: float) -> dict[str, Score]:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "scores.csv"
            run_peer(python, "peers.py", method, str(listed), str(visitors), str(out))
            with out.open(encoding="utf-8", newline="") as file:
                return {
                    row["visitor_id"]: Score(
                        float(row["score"]), row["entry_id"], float(row["milliseconds"])
                    )
                    for row in csv.DictReader(file)
                }

    return Matcher(method, scores)


def run_peer(python: Path, script: str, *words: str) -> None:
    """Run a script beside this one in the peers' environment."""
    done = subprocess.run(
        [str(python), str(HERE / script), *words],
        check=False, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    if done.returncode:
        raise MatcherError(f"{script} {' '.join(words)}\n{done.stderr[-2000:]}")
