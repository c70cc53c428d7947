"""How fast one visitor is screened against the whole list, on one core: used by `screening.py`.

The engine's own milliseconds, as the command says them; then the engine in a fresh process of its
own (`screening_engine.py`): time until ready from the saved index, memory, visitors a second; and
beside it the brute force of rapidfuzz (Jaro-Winkler of the whole name with every entry's).
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from matchers import HERE, ROOT, MatcherError, ours, peer
from measures import table
from roster_files import Roster, count_of

VISITORS, BRUTE = 2_000, 20
NO_MORE = 99.0
"""Bits that nobody has: nothing below the tiers is asked for."""
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@contextmanager
def one_core() -> Iterator[None]:
    """This process and those it starts stay on one core, with one thread for each library."""
    before, cores = dict(os.environ), os.sched_getaffinity(0)
    os.environ.update(ONE_CORE)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        os.environ.clear()
        os.environ.update(before)


def measured(roster: Roster, peers: Path, command: str = "") -> str:
    with TemporaryDirectory() as name, one_core():
        some, few = Path(name) / "visitors.csv", Path(name) / "few.csv"
        _first(roster.visitors, some, VISITORS)
        _first(roster.visitors, few, BRUTE)
        spent = [
            s.milliseconds for s in ours(command).scores(roster.listed, some, NO_MORE).values()
        ]
        rows = [
            ["one visitor by the command, p50", f"{median(spent):.2f} ms", "", "2.5 ms"],
            [
                "one visitor by the command, p99",
                f"{quantiles(spent, n=100)[98]:.2f} ms",
                "",
                "5 ms",
            ],
            *_in_process(roster, Path(name)),
        ]
        try:
            scores = peer(peers, "brute force").scores(roster.listed, few, NO_MORE)
            brute = f"{median(s.milliseconds for s in scores.values()):.0f} ms"
        except MatcherError:
            brute = "not installed"
        rows.append(["rapidfuzz brute force, p50", brute, "", ""])
    title = f"Speed against {count_of(roster.listed):,} entries, one core, {VISITORS:,} visitors"
    return table(title, ("what", "clock", "own time", "goal"), rows)


def _first(path: Path, new: Path, count: int) -> None:
    with path.open(encoding="utf-8") as file:
        new.write_text("".join(islice(file, count + 1)), encoding="utf-8")


def _in_process(roster: Roster, folder: Path) -> list[list[str]]:
    told: dict[str, float] = {}
    for part in ("build", "use"):
        done = subprocess.run(
            [
                sys.executable, str(HERE / "screening_engine.py"), str(roster.listed),
                str(roster.visitors), str(folder / "index"), part,
            ],
            check=True, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        told = json.loads(done.stdout or "{}")
    return [
        ["one visitor in process, p50", *_times(told, "p50", "ms"), "2.5 ms"],
        ["one visitor in process, p99", *_times(told, "p99", "ms"), "5 ms"],
        ["ready from the saved index", *_times(told, "ready", "s"), "0.5 s"],
        ["visitors a second", f"{told['batch']:.0f}", "", "300"],
        ["memory over the bare process", f"{told['memory']:.0f} MB", "", "150 MB"],
    ]


def _times(told: dict[str, float], what: str, unit: str) -> tuple[str, str]:
    return f"{told[what]:.2f} {unit}", f"{told[f'{what}_cpu']:.2f} {unit}"
