"""600 kiosks come back after a day offline, all at once, to one hub over PostgreSQL.

    .venv/bin/python tests/bench/return.py [--kiosks 600] [--events 200000]

The hub is a process of its own, as it is installed behind a reverse proxy, and speaks plain HTTP;
its database is on a server with fsync on, everything on loopback on this computer. Each kiosk asks
for its head and sends what the hub lacks in batches as kiosks do. What they send is prepared
beforehand; whoever is told to come again does so then. Told are the time until everything is stored
and confirmed, and the longest wait for one answer; behind it the time until the last event was
applied to the visits.
"""

import argparse
import asyncio
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from admin_console.hub import site
from db import applying, log
from db.engine import Database, open_database
from kiosk.sync.sending import BATCH
from tests.bench.days import chunks, new_kiosk, pair
from tests.postgres import start_postgres

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Coming:
    """One kiosk's requests, ready to be written."""

    requests: tuple[bytes, ...]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kiosks", type=int, default=600)
    parser.add_argument("--events", type=int, default=200_000)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="vestibule-return-") as folder,
        start_postgres(Path(folder), fsync=True) as server,
        server.new_database() as url,
    ):
        database = open_database(url)
        coming = prepare(database, asked.kiosks, asked.events)
        hub = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "admin_console.hub",
                "serve",
                "--database",
                url,
                "--listen",
                "127.0.0.1:0",
                "--behind-proxy",
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": folder},
            stdout=subprocess.PIPE,
        )
        try:
            assert hub.stdout is not None
            ready = re.search(rb":(\d+)\s*$", hub.stdout.readline())
            assert ready is not None
            run(database, coming, int(ready[1]), hub.pid)
        finally:
            hub.terminate()
            hub.wait(20)
            database.close()
    return 0


def prepare(database: Database, kiosks: int, events: int) -> list[Coming]:
    """Pair the kiosks, and write down what each will send."""
    now, coming = datetime.now(UTC), []
    with database.begin() as session:
        ours = site.ensure(
            session, site.SiteNames("Marlow Unified", "Lincoln", "America/Chicago"), now
        )
    for number in range(kiosks):
        kiosk = new_kiosk(ours)
        share = events // kiosks + (number < events % kiosks)
        token = pair(database, kiosk, f"Kiosk {number}", now)
        begins = now - timedelta(days=1)
        requests = [_request("GET", "/v1/head?epoch=1", token, b"")]
        for chunk in chunks(kiosk, share, BATCH, begins):
            path = f"/v1/events?epoch=1&signature={chunk.signature.hex()}"
            requests.append(_request("POST", path, token, chunk.content))
        coming.append(Coming(tuple(requests)))
    return coming


def _request(method: str, path: str, token: str, content: bytes) -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/x-ndjson\r\nContent-Length: {len(content)}\r\n\r\n"
    ).encode() + content


def run(database: Database, coming: list[Coming], port: int, pid: int) -> None:
    cpu, begins = _cpu_of(pid), time.perf_counter()
    waits, turned_away = asyncio.run(_all_come(coming, port))
    seconds, cpu = time.perf_counter() - begins, _cpu_of(pid) - cpu
    with database.read() as session:
        events, waiting = log.count(session), applying.waiting(session)
    sys.stdout.write(
        f"{len(coming)} kiosks, {events} events stored and confirmed in {seconds:.1f} s "
        f"({events / seconds:.0f} events/s)\nthe longest wait for an answer: {max(waits):.1f} s; "
        f"{turned_away} batches were told to come again\n"
        f"CPU of the hub for each event: {cpu / events * 1e6:.0f} us, what it applied meanwhile "
        f"with it; {waiting} were not applied yet\n"
    )
    sys.stdout.flush()
    while waiting:
        time.sleep(1)
        with database.read() as session:
            waiting = applying.waiting(session)
    sys.stdout.write(f"all were applied {time.perf_counter() - begins:.0f} s after the beginning\n")


async def _all_come(coming: list[Coming], port: int) -> tuple[list[float], int]:
    """How long each answer took, and how many sent a kiosk away for a moment."""
    found = await asyncio.gather(*(_comes(kiosk, port) for kiosk in coming))
    waits = [wait for waits in found for wait in waits]
    return waits, len(waits) - sum(len(kiosk.requests) for kiosk in coming)


async def _comes(kiosk: Coming, port: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    waits, left = list[float](), list(kiosk.requests)
    while left:
        begins = time.perf_counter()
        writer.write(left[0])
        status, told = await reader.readline(), dict[bytes, bytes]()
        while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
            name, _, value = line.partition(b":")
            told[name.lower()] = value
        answer = await reader.readexactly(int(told.get(b"content-length", b"0")))
        waits.append(time.perf_counter() - begins)
        if b" 503 " in status and b"retry-after" in told:
            spread = random.uniform(0.7, 1.3)  # noqa: S311  as a kiosk's worker does
            writer.close()  # the hub does not keep it open so long
            await asyncio.sleep(int(told[b"retry-after"]) * spread)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        elif b" 200 " in status:
            left.pop(0)
        else:
            raise RuntimeError(f"{status!r} {answer!r}")
    writer.close()
    return waits


def _cpu_of(pid: int) -> float:
    told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
