"""How long a kiosk takes to commit a visit with its outbox row, encrypted and in clear.

    python -m tests.bench.commit [--visits 500] [--runs 5] [--folder PLACE]

Both ways take turns, so that what else the computer does hits both. Each run begins a new file;
WAL, `synchronous=FULL`, the product's own functions. The figures are medians of the runs. As often
as a kiosk does in a crowd, what was committed is written back in between, and not measured: there
too no visitor waits for that.
`--folder` must be on the disk that is meant, not in memory. Goal: p99 of 5 ms, encrypted.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

from db import encryption, name_search, outbox
from db.domain.events import VisitorScreened
from db.engine import Database, open_database
from tests.makers import KIOSK, NINE, make_identity, make_screened

WARM_UP = 20
WRITTEN_BACK_AFTER = 30
"""Visits in `kiosk.app.WRITE_BACK_MS`, a visit a second: more than any desk sees."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    found: dict[str, list[dict[str, float]]] = {"encrypted": [], "in clear": [], "disk": []}
    with tempfile.TemporaryDirectory(dir=asked.folder) as place:
        for run in range(asked.runs):
            for way, key_of in (("encrypted", encryption.key_to_write), ("in clear", _no_key)):
                folder = Path(place) / f"{run} {way}"
                found[way].append(_commits(folder, asked.visits, key_of))
                shutil.rmtree(folder)
            found["disk"].append(_syncs(Path(place) / "sync", asked.visits))
    for way, runs in found.items():
        line = {name: round(median(r[name] for r in runs), 2) for name in runs[0]}
        print(way, json.dumps(line), "ms")  # noqa: T201


def _no_key(*_: object) -> None:
    """As versions before this one opened their files."""


def _commits(folder: Path, visits: int, key_of: Callable[..., bytes | None]) -> dict[str, float]:
    kept = encryption.key_to_write
    encryption.key_to_write = key_of  # type: ignore[assignment]
    try:
        opened = open_database(f"sqlite:///{folder}/kiosk.db")
    finally:
        encryption.key_to_write = kept
    with closing(opened) as database:
        with database.engine.begin() as connection:
            name_search.drop_parts(connection)  # as `kiosk.app` does
        assert encryption.is_plain(folder / "kiosk.db") == (key_of is _no_key)
        times = []
        for number in range(visits + WARM_UP):
            times.append(_commit(database, number))
            if number % WRITTEN_BACK_AFTER == 0:
                database.write_back()
    return _figures(times[WARM_UP:])


def _commit(database: Database, number: int) -> float:
    screened: VisitorScreened = make_screened(number=number, identity=make_identity())
    at = NINE + timedelta(seconds=number)
    began = time.perf_counter()
    with database.begin() as session:
        outbox.add(session, KIOSK, screened, at, actor="visitor", visit_id=screened.visit_id)
    return time.perf_counter() - began


def _syncs(path: Path, count: int) -> dict[str, float]:
    """What the disk itself takes for 8 kB that are safe."""
    times = []
    with path.open("wb") as file:
        for _ in range(count):
            began = time.perf_counter()
            file.write(bytes(8192))
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - began)
    return _figures(times)


def _figures(seconds: list[float]) -> dict[str, float]:
    hundredths = quantiles(seconds, n=100)
    return {"p50": 1000 * hundredths[49], "p99": 1000 * hundredths[98]}


if __name__ == "__main__":
    main()
