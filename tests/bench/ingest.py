"""How fast the hub takes in a kiosk's log on PostgreSQL, beside psql and a bare COPY.

    .venv/bin/python tests/bench/ingest.py [--events 20000] [--rounds 5]

Every round fills a new database on a server of its own, on loopback, with fsync on:
- ours: what the hub does for each request but for the socket: JSON, every link, body and signature
  checked, rows, the order of all events with its Merkle tree, a signed receipt; 500 events each
- psql: the same rows in the same transactions, ready to be read from files: the chain's and the
  tree's row locked, COPY, both rows changed
- COPY: the same rows, all at once, by psql
Applying events to the visits comes behind it and is told apart. CPU is that of the process itself,
hub or psql; that of all processes of the PostgreSQL server is told beside it. What costs one kiosk
after the other is told: the hub waits while the server works, as psql does.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fastapi import Response

sys.path.insert(0, str(Path(__file__).parents[2]))

from admin_console.hub import event_routes, site
from admin_console.hub.applying import AT_ONCE
from admin_console.hub.context import Context
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import applying, ingest, kiosk_tokens, pairing
from db.domain.desk import Site
from db.engine import Database, open_database
from tests.bench.days import Chunk, Kiosk, chunks, new_kiosk
from tests.postgres import PostgresServer, start_postgres

BATCH = 500


@dataclass(frozen=True)
class Took:
    seconds: float
    cpu: float = 0.0
    server_cpu: float = 0.0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="vestibule-ingest-") as folder,
        start_postgres(Path(folder), fsync=True) as server,
        server.new_database() as template,
    ):
        kiosk = new_kiosk(_site(template))
        batches = chunks(kiosk, asked.events, BATCH, datetime.now(UTC).replace(day=1))
        files = Files(Path(folder) / "rows")
        files.write(batches, template)
        ways: dict[str, Callable[[str], Took]] = {
            "ours": lambda url: ours(url, kiosk, batches, server),
            "psql": lambda url: psql(url, files.in_batches, server),
            "COPY": lambda url: psql(url, files.at_once, server),
        }
        took: dict[str, list[Took]] = {name: [] for name in ways}
        for _ in range(asked.rounds):
            for name, way in ways.items():
                with server.new_database(template.rpartition("/")[2]) as url:
                    took[name].append(way(url))
        tell(took, asked.events)
        with server.new_database(template.rpartition("/")[2]) as url:
            tell_applying(url, kiosk, batches[: 2_000 // BATCH])
    return 0


def _site(url: str) -> Site:
    """The one school of a new database, and so of every copy of it."""
    database = open_database(url)
    names = site.SiteNames("Marlow Unified", "Lincoln", "America/Chicago")
    with database.begin() as session:
        made = site.ensure(session, names, datetime.now(UTC))
    database.close()
    return made


def tell(took: dict[str, list[Took]], events: int) -> None:
    rate = {n: statistics.median(events / t.seconds for t in rounds) for n, rounds in took.items()}
    for name, rounds in took.items():
        cpu, server = (
            statistics.median(getattr(t, of) for t in rounds) / events * 1e6
            for of in ("cpu", "server_cpu")
        )
        sys.stdout.write(
            f"{name:5} {rate[name]:8.0f} events/s, {rate['ours'] / rate[name]:5.2f} of it ours; "
            f"CPU for each event: {cpu:5.1f} us itself, {server:5.1f} us the server\n"
        )


# ---- the ways --------------------------------------------------------------------------------


def ours(url: str, kiosk: Kiosk, batches: list[Chunk], server: PostgresServer) -> Took:
    with hub(url, kiosk) as (_, take_in), timed(server) as clock:
        for batch in batches:
            answer = take_in(batch)
            assert answer.status_code == 200, answer.body
        return clock()


def psql(url: str, script: Path, server: PostgresServer) -> Took:
    with timed(server) as clock:
        before = os.times()
        subprocess.run(
            ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(script), url.replace("+psycopg", "")],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        after, took = os.times(), clock()
    own = (
        after.children_user - before.children_user + after.children_system - before.children_system
    )
    return Took(took.seconds, own, took.server_cpu)


def tell_applying(url: str, kiosk: Kiosk, batches: list[Chunk]) -> None:
    with hub(url, kiosk) as (context, take_in):
        for batch in batches:
            take_in(batch)
        events, begins = sum(len(b.events) for b in batches), time.perf_counter()
        while True:
            with context.database.begin() as session:
                if not applying.go_on(session, AT_ONCE).is_more:
                    break
        rate = events / (time.perf_counter() - begins)
    sys.stdout.write(f"applied to the visits behind it: {rate:.0f} events/s\n")


@contextmanager
def hub(url: str, kiosk: Kiosk) -> Iterator[tuple[Context, Callable[[Chunk], Response]]]:
    """The hub's parts, and how it takes in a batch of this kiosk, which is paired."""
    database, now = open_database(url), datetime.now(UTC)
    with database.begin() as session:
        pairing.let_in(
            session,
            kiosk.kiosk_id,
            "Front kiosk",
            now,
            public_key=kiosk.public_key,
            site_id=kiosk.site.site_id,
        )
        token = kiosk_tokens.issue(session, kiosk.kiosk_id, 1, now)
        paired = kiosk_tokens.kiosk_with(session, token, now)
    assert paired is not None
    context = Context(database, Path(), lambda: datetime.now(UTC), Wake(), Throttle())

    def take_in(batch: Chunk) -> Response:
        handed = event_routes._Batch(paired, token, 1, batch.content, batch.signature.hex())
        return event_routes._receive(context, handed)

    yield context, take_in
    database.close()


@contextmanager
def timed(server: PostgresServer) -> Iterator[Callable[[], Took]]:
    begins, cpu, theirs = time.perf_counter(), time.process_time(), server.cpu_seconds()
    yield lambda: Took(
        time.perf_counter() - begins, time.process_time() - cpu, server.cpu_seconds() - theirs
    )


# ---- what psql reads -------------------------------------------------------------------------

_CHAIN = "(district_id, device_id, epoch, head_seq, head_hash, acked_seq)"


@dataclass(frozen=True)
class Files:
    """The rows as the hub itself would write them, and scripts that read them."""

    folder: Path

    @property
    def in_batches(self) -> Path:
        return self.folder / "in_batches.sql"

    @property
    def at_once(self) -> Path:
        return self.folder / "at_once.sql"

    def write(self, batches: list[Chunk], url: str) -> None:
        self.folder.mkdir()
        database = open_database(url)
        ours = database.district_id.bytes
        links = _links(batches)
        script = ["\\set QUIET on"]
        for number, some in enumerate(links):
            script.append(self._batch(database, number, some))
        self.in_batches.write_text("\n".join(script), encoding="utf-8")
        everything = [link for some in links for link in some]
        self._rows("all", ours, everything, 0)
        self.at_once.write_text(self._copy("all"), encoding="utf-8")
        database.close()

    def _batch(self, database: Database, number: int, links: list[ingest.Link]) -> str:
        self._rows(str(number), database.district_id.bytes, links, number * BATCH)
        last, district = links[-1], f"'{database.district_id}'"
        chain_row = f"WHERE device_id = '{last.envelope.kiosk_id}' AND epoch = 1"
        begin = "BEGIN;\n"
        if number == 0:
            begin += (
                f"INSERT INTO chain {_CHAIN} VALUES ({district}, '{last.envelope.kiosk_id}', 1, 0, "  # noqa: S608
                f"'', 0);\nINSERT INTO tree VALUES ({district}, 1, 0, '');\n"
            )
        return (
            f"{begin}SELECT * FROM chain {chain_row} FOR UPDATE;\n"  # noqa: S608
            f"SELECT * FROM tree WHERE district_id = {district} FOR UPDATE;\n"
            f"{self._copy(str(number))}"
            f"UPDATE tree SET size = {last.envelope.seq}, roots = '\\x{'00' * 320}';\n"
            f"UPDATE chain SET head_seq = {last.envelope.seq}, head_hash = '\\x{last.hash.hex()}' "
            f"{chain_row};\nCOMMIT;\n"
        )

    def _rows(self, name: str, ours: bytes, links: list[ingest.Link], first: int) -> None:
        placing = ingest.Placing(datetime.now(UTC), first)
        events, bodies = self._paths(name)
        events.write_bytes(ingest._packed_events(ours, links, placing))
        bodies.write_bytes(ingest._packed_bodies(ours, links))

    def _copy(self, name: str) -> str:
        events, bodies = self._paths(name)
        return "".join(
            f"\\copy {statement.removeprefix('COPY ').replace('STDIN', repr(str(path)))}\n"
            for statement, path in ((ingest._COPY_EVENT, events), (ingest._COPY_BODY, bodies))
        )

    def _paths(self, name: str) -> tuple[Path, Path]:
        return self.folder / f"{name}.events", self.folder / f"{name}.bodies"


def _links(batches: list[Chunk]) -> list[list[ingest.Link]]:
    found, head = [], (0, bytes(32))
    for batch in batches:
        device_id = batch.events[0].envelope.kiosk_id
        links = list(ingest.check(head, device_id, 1, batch.events).new)
        head = (links[-1].envelope.seq, links[-1].hash)
        found.append(links)
    return found


if __name__ == "__main__":
    sys.exit(main())
