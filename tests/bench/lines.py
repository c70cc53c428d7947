"""600 kiosks keep their lines to one hub, and all are poked at once.

    python -m tests.bench.lines [--kiosks 600] [--pokes 20]

The hub is a process of its own with its own TLS; its database is a PostgreSQL with fsync on, and
everything is on loopback on this computer. Told are how long it takes until all lines are open; how
long a poke takes to the kiosks from the commit on, and to the last of them; how long somebody waits
who asks the hub something meanwhile; and what the lines cost the hub: memory, descriptors, and the
processor while nothing happens. One process plays all kiosks, and so shares the computer with the
hub: the times are those of both.
"""

import argparse
import asyncio
import os
import re
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import httpx
from websockets.asyncio.client import ClientConnection, connect

from admin_console.hub import site
from db import changes, hub_trust
from db.engine import Database, open_database
from kiosk.sync.line import PATH
from tests.bench.days import new_kiosk, pair
from tests.postgres import start_postgres

ROOT = Path(__file__).parents[2]
AT_ONCE = 50
"""So many open their line at the same time: kiosks spread their tries."""
QUIET_SECONDS = 20.0
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Hub:
    """A running hub, and what its database is."""

    pid: int
    port: int
    database: Database
    trusted: ssl.SSLContext

    @property
    def rss(self) -> int:
        """Mebibytes that it has in memory."""
        told = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", told)
        assert found is not None
        return int(found[1]) // 1024

    @property
    def descriptors(self) -> int:
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    @property
    def processor(self) -> float:
        """Seconds that it has had so far, in its own code and in the kernel."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kiosks", type=int, default=600)
    parser.add_argument("--pokes", type=int, default=20)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="vestibule-lines-") as folder,
        start_postgres(Path(folder), fsync=True) as server,
        server.new_database() as url,
    ):
        database = open_database(url)
        tokens = paired(database, asked.kiosks)
        with running(database, url, folder) as hub:
            asyncio.run(measure(hub, tokens, asked.pokes))
        database.close()
    return 0


def paired(database: Database, kiosks: int) -> list[str]:
    """A token of each kiosk."""
    now = datetime.now(UTC)
    with database.begin() as session:
        ours = site.ensure(
            session, site.SiteNames("Marlow Unified", "Lincoln", "America/Chicago"), now
        )
    return [pair(database, new_kiosk(ours), f"Kiosk {n}", now) for n in range(kiosks)]


@contextmanager
def running(database: Database, url: str, folder: str) -> Iterator[Hub]:
    """The hub, which is ended with the bench."""
    arguments = ("serve", "--database", url, "--listen", "127.0.0.1:0")
    process = subprocess.Popen(
        [sys.executable, "-m", "admin_console.hub", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": folder},
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        ready = re.search(rb":(\d+)\s*$", process.stdout.readline())
        assert ready is not None
        port = int(ready[1])
        trusted = hub_trust.context(hub_trust.ca_of(f"https://127.0.0.1:{port}"))
        yield Hub(process.pid, port, database, trusted)
    finally:
        process.terminate()
        process.wait(20)


async def measure(hub: Hub, tokens: list[str], pokes: int) -> None:
    memory, descriptors = hub.rss, hub.descriptors
    async with AsyncExitStack() as stack:
        began = time.perf_counter()
        lines = await opened(hub, tokens, stack)
        print_line(f"{len(lines)} lines open after {time.perf_counter() - began:.1f} s")
        print_line(
            f"memory of the hub {memory} MiB before, {hub.rss} with them; "
            f"descriptors {descriptors} and {hub.descriptors}"
        )
        spent = hub.processor
        await asyncio.sleep(QUIET_SECONDS)
        quiet = (hub.processor - spent) / QUIET_SECONDS
        print_line(f"processor of the hub while nothing happens: {quiet * 100:.1f} % of a core")
        await poke(hub, lines, pokes)


async def opened(hub: Hub, tokens: list[str], stack: AsyncExitStack) -> list[ClientConnection]:
    """A line of each kiosk, on which the hub has said how far its feed is."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(token: str) -> ClientConnection:
        async with turn:
            line = await connect(
                f"wss://127.0.0.1:{hub.port}{PATH}",
                ssl=hub.trusted,
                additional_headers={"Authorization": f"Bearer {token}"},
                compression=None,
                proxy=None,
                open_timeout=LONGEST_SECONDS,
            )
            await line.recv()
            return line

    lines = await asyncio.gather(*(one(token) for token in tokens))
    for line in lines:
        stack.push_async_callback(line.close)
    return lines


async def poke(hub: Hub, lines: list[ClientConnection], pokes: int) -> None:
    """Something new for all, again and again; meanwhile somebody asks the hub."""
    each, last, asked, spent = list[float](), list[float](), list[float](), hub.processor
    url = f"https://127.0.0.1:{hub.port}/readyz"
    async with httpx.AsyncClient(verify=hub.trusted, trust_env=False) as other:
        await other.get(url)
        for _ in range(pokes):
            heard = [asyncio.create_task(_heard(line)) for line in lines]
            await asyncio.to_thread(_something_new, hub.database)
            began = time.perf_counter()
            (await other.get(url)).raise_for_status()
            asked.append(time.perf_counter() - began)
            took = [at - began for at in await asyncio.gather(*heard)]
            each += took
            last.append(max(took))
    for name, found in (
        ("a poke, from the commit to a kiosk", each),
        ("  to the last of them", last),
        ("an answer to somebody who asks at that moment", asked),
    ):
        cuts = quantiles(found, n=100, method="inclusive")
        print_line(f"{name:46} p50 {cuts[49] * 1000:6.1f} ms   p99 {cuts[98] * 1000:6.1f}")
    print_line(f"processor of the hub for a poke of all: {(hub.processor - spent) / pokes:.3f} s")


async def _heard(line: ClientConnection) -> float:
    async with asyncio.timeout(LONGEST_SECONDS):
        await line.recv()
    return time.perf_counter()


def _something_new(database: Database) -> None:
    with database.begin() as session:
        changes.add(session, "hosts", ())


def print_line(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
