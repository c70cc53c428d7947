"""The engine in process, as the hub and the kiosk use it: started by `screening_speed.py`.

``screening_engine.py LIST.csv VISITORS.csv SAVED build`` saves the index, ``... use`` prints JSON:
`ready` (seconds after the imports until the first visitor could be screened), `memory` (MB over
the process with its imports; the whole index is in it, decrypted), `p50` and `p99` (ms),
`batch` (visitors a second), and `ready_cpu`, `p50_cpu`, `p99_cpu`: the same by this process's own
time, which others on the machine do not stretch. Entries are looked up in SQLite, as the product
does.
"""

import json
import os
import pickle
import sqlite3
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median, quantiles
from uuid import UUID

from admin_console.hub.roster import RosterRow, read_roster
from db.domain.days import Days
from db.domain.watchlist import Category, Watchlist, WatchlistEntry
from db.screening import store
from db.screening.engine import Visitor, find_matches
from db.screening.explain import Person
from db.screening.index import Index
from db.screening.population import load_population

TODAY = date(2026, 1, 5)
VISITORS = 2_000
KEY = bytes(range(32))
"""Of nothing but these files."""


def build(listed: Path, saved: Path) -> None:
    """Save the index of a list of one category, and its entries."""
    (index,) = read_roster(listed).index(sys.stderr)
    saved.mkdir()
    store.save(index, saved / "list.index", KEY)
    store.save_population(load_population(), saved / "population", KEY)
    entries = sqlite3.connect(saved / "entries.db")
    with entries:
        entries.execute("CREATE TABLE entry (place INTEGER PRIMARY KEY, pickled BLOB)")
        entries.executemany(
            "INSERT INTO entry VALUES (?, ?)",
            ((place, pickle.dumps(index.entry(place))) for place in range(len(index.ids))),
        )
    entries.close()


def load(saved: Path) -> Index:
    entries = sqlite3.connect(saved / "entries.db")

    def entry_of(entry_id: UUID) -> WatchlistEntry | None:
        query = "SELECT pickled FROM entry WHERE place = ?"
        found = entries.execute(query, (entry_id.int,)).fetchone()
        return pickle.loads(found[0]) if found else None  # noqa: S301  our own file

    watchlist = Watchlist(UUID(int=0), "list", Category.REGISTRY, 1, datetime.now(UTC), 0)
    index = store.load(saved / "list.index", watchlist, entry_of, KEY)
    population = store.load_population(saved / "population", KEY)
    assert index is not None
    assert population is not None
    return Index((index,), population)


def visitor_of(row: RosterRow) -> Visitor:
    return Visitor(Person(row.name, row.born, row.sex, "", has_number=False))


def use(visitors: Path, saved: Path) -> dict[str, float]:
    people = [
        visitor_of(row) for row in read_roster(visitors).rows() if row.can_be_compared
    ][:VISITORS]  # fmt: skip
    bare, began, began_cpu = _resident(), time.perf_counter(), time.process_time()
    index = load(saved)
    ready, ready_cpu = time.perf_counter() - began, time.process_time() - began_cpu
    find_matches(people[0], index, Days.of(TODAY))
    wall, cpu, started = [], [], time.perf_counter()
    for person in people:
        began, began_cpu = time.perf_counter(), time.process_time()
        find_matches(person, index, Days.of(TODAY))
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - began_cpu) * 1000)
    batch = len(people) / (time.perf_counter() - started)
    return {
        "ready": ready,
        "ready_cpu": ready_cpu,
        "memory": _resident() - bare,
        "p50": median(wall),
        "p99": quantiles(wall, n=100)[98],
        "p50_cpu": median(cpu),
        "p99_cpu": quantiles(cpu, n=100)[98],
        "batch": batch,
    }


def _resident() -> float:
    """Megabytes of this process in memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    listed, visitors, saved = (Path(word) for word in sys.argv[1:4])
    if sys.argv[4] == "build":
        build(listed, saved)
    else:
        sys.stdout.write(json.dumps(use(visitors, saved)))


if __name__ == "__main__":
    main()
