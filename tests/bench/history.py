"""How long the history takes at ten million visits: ``python -m tests.bench.history``.

    python -m tests.bench.history [--visits 10000000] [--postgresql] [--keep FOLDER] [--seed 1]

Fills a database as a hub has it (SQLite encrypted, PostgreSQL in pieces of a month) with three
years of visits at sixty schools. Prints p50 and p95 in milliseconds, with a warm cache, as whoever
sees every school and as whoever sees one asks for a page of 100:

- page: `db.history.page`, with its count and all that the program makes of the rows
- statement: what brings the visits, said once more to the driver, until its rows are fetched

of these:

- newest: the first page of all visits; deeper: a page from anywhere in the three years
- day: the first page of one day
- exact name: surname, given and middle name of somebody who was there, as they stand
- surname: of somebody who was there
- part: four letters from the middle of such a surname
- nobody: letters that no name holds

A hub adds its JSON, its socket and TLS. `--keep` leaves the database for the next time.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, event, func, select

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
            url = server.kept_database("history")
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
        sys.stdout.write(f"{who:14}{'statement p50':>14}{'p95':>8}{'page p50':>10}{'p95':>8} ms\n")
        there = known if seen is database else [k for k in known if k.site_id == school]
        for what, wanted in _questions(there, rng):
            pages, statements = zip(*(_took(seen, *wanted()) for _ in range(ASKED)), strict=True)
            (low, high), (page_low, page_high) = map(_p50_p95, (statements, pages))
            sys.stdout.write(f"  {what:12}{low:14.1f}{high:8.1f}{page_low:10.1f}{page_high:8.1f}\n")
            sys.stdout.flush()


def _p50_p95(took: Sequence[float]) -> tuple[float, float]:
    return statistics.median(took), statistics.quantiles(took, n=20)[18]


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
        return history.Mark(visit.started_at, visit.visit_id).written()

    yield "deeper", lambda: (Filters(), mark())
    yield "day", lambda: (day(), "")
    yield "exact name", lambda: (Filters(text=somebody().search_name), "")
    yield "surname", lambda: (Filters(text=somebody().family_name), "")
    yield "part", lambda: (Filters(text=part()), "")
    yield "nobody", lambda: (Filters(text="qxzv"), "")


def _took(database: Database, filters: Filters, after: str) -> tuple[float, float]:
    """Milliseconds that a page takes, and the statements that bring its visits."""
    said: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        if "count(*)" not in statement and not statement.startswith("BEGIN"):
            said.append((statement, values))

    with database.read() as session:
        event.listen(database.engine, "before_cursor_execute", note)
        began = time.perf_counter()
        history.page(session, filters, ZONE, NOW, after=after)
        page = time.perf_counter() - began
        event.remove(database.engine, "before_cursor_execute", note)
        driver = session.connection().connection.driver_connection
        assert driver is not None
        cursor = driver.cursor()
        began = time.perf_counter()
        for statement, values in said:
            cursor.execute(statement, values)
            if cursor.description is not None:
                cursor.fetchall()
        statements = time.perf_counter() - began
        cursor.close()
    return page * 1000, statements * 1000


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
