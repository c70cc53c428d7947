"""How fast one visitor is screened against the whole list, on one core: used by `screening.py`.

Always: the engine's own milliseconds, as the command says them, over `VISITORS` visitors, and the
brute force of rapidfuzz (Jaro-Winkler of the whole name against every entry) beside it. With
`ENGINE` set, in a fresh process of its own: time until ready from the saved index, memory over the
bare process, and visitors in a batch per second.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Protocol

from matchers import ROOT, MatcherError, ours, peer
from measures import table
from roster_files import Line, Roster, lines_of

VISITORS, BRUTE = 2_000, 20
GOALS = {"p50": "2.5", "p99": "5", "ready": "0.5", "memory": "150", "batch": "300"}
ONE_CORE = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
}  # fmt: skip


class InProcess(Protocol):
    """What speed is measured through: the engine's own functions, without the command line."""

    def build(self, listed: Path, saved: Path) -> None:
        """Read the list and save the index."""

    def load(self, saved: Path) -> None:
        """Be ready to screen from the saved index."""

    def screen(self, line: Line) -> object:
        """Screen one visitor (a line of the visitors' table)."""

    def screen_all(self, lines: Sequence[Line]) -> object:
        """Screen many."""


ENGINE: Callable[[], InProcess] | None = None
"""Here `db.screening` is put in, imported inside the function: memory counts from before."""


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
    lines = lines_of(roster.listed)
    entries = len(lines)
    with TemporaryDirectory() as name, one_core():
        some = Path(name) / "visitors.csv"
        few = Path(name) / "few.csv"
        _first(roster.visitors, some, VISITORS)
        _first(roster.visitors, few, BRUTE)
        spent = [s.milliseconds for s in ours(command).scores(roster.listed, some, 99.0).values()]
        cuts = quantiles(spent, n=100)
        rows = [
            ["one visitor, p50", f"{median(spent):.2f} ms", GOALS["p50"]],
            ["one visitor, p99", f"{cuts[98]:.2f} ms", GOALS["p99"]],
        ]
        rows += _in_process(roster, Path(name)) if ENGINE is not None else []
        try:
            brute = [
                s.milliseconds
                for s in peer(peers, "brute force").scores(roster.listed, few, 0.0).values()
            ]
            rows.append(["rapidfuzz brute force, p50", f"{median(brute):.0f} ms", ""])
        except MatcherError:
            rows.append(["rapidfuzz brute force", "not installed", ""])
    return table(f"Speed against {entries:,} entries, one core", ("what", "measured", "goal"), rows)


def _first(path: Path, new: Path, count: int) -> None:
    with path.open(encoding="utf-8") as file:
        new.write_text("".join(line for line, _ in zip(file, range(count + 1), strict=False)))


def _in_process(roster: Roster, folder: Path) -> list[list[str]]:
    saved = folder / "index"
    words = [sys.executable, str(Path(__file__)), str(roster.listed), str(roster.visitors)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for part in ("build", "use"):
        done = subprocess.run(
            [*words, str(saved), part], check=True, capture_output=True, env=environment
        )
    told = json.loads(done.stdout)
    if saved.is_dir():
        shutil.rmtree(saved)
    return [
        ["ready from the saved index", f"{told['ready']:.2f} s", GOALS["ready"]],
        ["memory over the bare process", f"{told['memory']:.0f} MB", GOALS["memory"]],
        ["one visitor in process, p50", f"{told['p50']:.2f} ms", GOALS["p50"]],
        ["one visitor in process, p99", f"{told['p99']:.2f} ms", GOALS["p99"]],
        ["batch", f"{told['batch']:.0f} visitors a second", GOALS["batch"]],
    ]


def _worker(listed: Path, visitors: Path, saved: Path, part: str) -> None:
    assert ENGINE is not None
    bare = _resident()
    began = time.perf_counter()
    engine = ENGINE()
    if part == "build":
        engine.build(listed, saved)
        return
    engine.load(saved)
    ready = time.perf_counter() - began
    lines = lines_of(visitors)[:VISITORS]
    spent = []
    for line in lines:
        began = time.perf_counter()
        engine.screen(line)
        spent.append((time.perf_counter() - began) * 1000)
    memory = _resident() - bare
    began = time.perf_counter()
    engine.screen_all(lines)
    batch = len(lines) / (time.perf_counter() - began)
    told = {"ready": ready, "memory": memory, "batch": batch}
    told |= {"p50": median(spent), "p99": quantiles(spent, n=100)[98]}
    sys.stdout.write(json.dumps(told))


def _resident() -> float:
    """Megabytes of this process in memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    _worker(*(Path(word) for word in sys.argv[1:4]), sys.argv[4])
