"""How long the history takes at ten million visits: ``python -m tests.bench.history``.

    python -m tests.bench.history [--visits 10000000] [--postgresql] [--keep FOLDER] [--seed 1]

Fills a database as a hub has it (SQLite encrypted, PostgreSQL in pieces of a month) with three
years of visits at sixty schools, and prints p50 and p95 of `db.history.page`, in milliseconds and
with a warm cache, as whoever sees every school and as whoever sees one asks for it:

- newest: the first page of all visits; deeper: a page from anywhere in the three years
- day: the first page of one day
- exact name: surname, given and middle name of somebody who was there, as they stand
- surname: of somebody who was there
- part: four letters from the middle of such a surname
- nobody: letters that no name holds

The database alone is asked: a hub adds its JSON, its socket and TLS. `--keep` leaves SQLite's file
for the next time.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from db import history, name_search, partitions
from db.engine import Database, open_database
from db.history import Filters
from db.models import VisitRow
from tests.bench.history_rows import LAST_DAY, YEARS, fill
from tests.postgres import start_postgres

NOW = datetime.combine(LAST_DAY, datetime.max.time(), UTC)
ZONE = ZoneInfo("UTC")
ASKED = 100
"""Pages of each kind."""
KNOWN = 2_000
"""Visitors from whom the names to look for are drawn."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--visits", type=int, default=10_000_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--keep", type=Path, help="a folder for the database, used again if filled")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(exist_ok=True)
        url = f"sqlite:///{folder}/hub.db"
        if asked.postgresql:
            server = stack.enter_context(start_postgres(folder))
            server.set_up("ALTER SYSTEM SET autovacuum = on")
            url = stack.enter_context(server.new_database())
        database = open_database(url)
        stack.callback(database.close)
        _fill(database, asked.visits, asked.seed)
        _measure(database, random.Random(asked.seed))  # noqa: S311  no secret
    return 0


def _fill(database: Database, count: int, seed: int) -> None:
    with database.read() as session:
        if session.scalar(select(VisitRow.visit_id).limit(1)):
            return
    began = time.perf_counter()
    fill(database, count, seed)
    if partitions.are_used(database.engine):  # as a running hub does
        name_search.make_index(database.engine)
        partitions.index_pieces(database.engine)
    sys.stdout.write(f"{count} visits filled in, in {time.perf_counter() - began:.0f} s\n")


def _measure(database: Database, rng: random.Random) -> None:
    known = _some(database, rng)
    school = known[0].site_id
    for who, seen in (
        ("every school", database),
        ("one school", database.within(frozenset({school}))),
    ):
        sys.stdout.write(f"{who:14}{'p50':>10}{'p95':>10} ms\n")
        there = known if seen is database else [k for k in known if k.site_id == school]
        for what, wanted in _questions(there, rng):
            took = sorted(_milliseconds(seen, *wanted()) for _ in range(ASKED))
            p95 = statistics.quantiles(took, n=20)[18]
            sys.stdout.write(f"  {what:12}{statistics.median(took):10.1f}{p95:10.1f}\n")
            sys.stdout.flush()


Question = Callable[[], tuple[Filters, str]]


def _questions(known: list[VisitRow], rng: random.Random) -> Iterator[tuple[str, Question]]:
    def somebody() -> VisitRow:
        return rng.choice(known)

    def part() -> str:
        name = somebody().family_name
        at = rng.randrange(max(len(name) - 4, 0) + 1)
        return name[at : at + 4]

    def day() -> Filters:
        on = LAST_DAY - timedelta(days=rng.randrange(365 * YEARS))
        return Filters(first_day=on, last_day=on)

    yield "newest", lambda: (Filters(), "")

    def mark() -> str:
        visit = somebody()
        return history.mark_of(visit.started_at, visit.visit_id)

    yield "deeper", lambda: (Filters(), mark())
    yield "day", lambda: (day(), "")
    yield "exact name", lambda: (Filters(text=somebody().search_name), "")
    yield "surname", lambda: (Filters(text=somebody().family_name), "")
    yield "part", lambda: (Filters(text=part()), "")
    yield "nobody", lambda: (Filters(text="qxzv"), "")


def _milliseconds(database: Database, filters: Filters, after: str) -> float:
    with database.read() as session:
        began = time.perf_counter()
        history.page(session, filters, ZONE, NOW, after=after)
        return (time.perf_counter() - began) * 1000


def _some(database: Database, rng: random.Random) -> list[VisitRow]:
    """Visitors of any time, drawn by the moment."""
    first = NOW - timedelta(days=365 * YEARS)
    with database.read() as session:
        found = [
            row
            for _ in range(KNOWN)
            if (row := session.scalar(_next_after(first + timedelta(days=rng.random() * 1_090))))
        ]
        session.expunge_all()
        rows = session.scalar(select(func.count()).select_from(VisitRow))
        sys.stdout.write(f"{rows} visits\n")
    return found


def _next_after(moment: datetime) -> Select[tuple[VisitRow]]:
    asked = select(VisitRow).where(VisitRow.started_at >= moment)
    return asked.order_by(VisitRow.started_at).limit(1)


if __name__ == "__main__":
    sys.exit(main())
