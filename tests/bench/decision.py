"""How long a decision at the console takes to the kiosk's screen. Goal: p99 of 50 ms.

    python -m tests.bench.decision [--decisions 200] [--pause 0] [--folder PLACE]

Console, hub and kiosk are processes of their own on this computer, over TLS by the hub's authority;
hub and kiosk write to encrypted databases (`synchronous=FULL`). From before the console sends the
decision until the kiosk has committed it and sends the signal to its screen. In the same run, turn
by turn, and so under the same load: a bare TLS round trip to another process and two bare SQLite
commits, which no way can do without. `--folder` must be on the disk that is meant, not in memory.

Each decision follows at once on the one before, while the kiosk still holds the hub's log against
the one that it saw last; with `--pause` SECONDS in between it listens again, as it does when people
decide.
"""

import argparse
import os
import re
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from uuid import UUID

import httpx
from sqlalchemy import select

from admin_console.hub import authority
from db import hub_trust, pairing_requests, staff
from db.domain.desk import Role
from db.domain.visit import VisitState
from db.engine import Database, open_database
from db.models import VisitRow
from kiosk.config import KioskConfig, KioskPart
from kiosk.pairing import pair_with_hub

ROOT = Path(__file__).parents[2]
LONGEST_SECONDS = 120.0
WARM_UP = 10
CA_FILE = "echo-ca.pem"


@dataclass
class Took:
    """Milliseconds, one number for each decision."""

    whole: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    """Until the console had its answer, which comes after the hub's commit."""
    round_trip: list[float] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)
    processor: dict[str, float] = field(default_factory=dict)
    """Milliseconds of processor time for each decision, by program: the load changes it little."""


def main() -> None:
    if sys.argv[1:2] == ["--echo"]:
        echo(Path(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--decisions", type=int, default=200)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="vestibule-bench-", dir=asked.folder) as place,
        ExitStack() as stack,
    ):
        took = measure(stack, Path(place), asked.decisions, asked.pause)
    bare = [trip + two for trip, two in zip(took.round_trip, took.commits, strict=True)]
    load = os.getloadavg()[0]
    sys.stdout.write(f"{len(bare)} decisions, {os.cpu_count()} cores, load {load:.1f}; ms\n")
    for name, found in (
        ("console to the kiosk's screen", took.whole),
        ("  until the console had its answer", took.answered),
        ("bare TLS round trip, two commits", bare),
        ("  the TLS round trip alone", took.round_trip),
    ):
        cuts = quantiles(found, n=100, method="inclusive")
        sys.stdout.write(f"{name:36} p50 {cuts[49]:7.1f}   p99 {cuts[98]:7.1f}\n")
    told = ", ".join(f"{name} {spent:.1f}" for name, spent in took.processor.items())
    sys.stdout.write(f"processor time of each decision: {told}\n")


def measure(stack: ExitStack, folder: Path, decisions: int, pause: float = 0.0) -> Took:
    """Set everybody up, and let the console decide on one visitor after the other."""
    url, count = f"sqlite:///{folder}/hub/hub.db", decisions + WARM_UP
    hub = stack.enter_context(
        program("admin_console.hub", "serve", "--listen", "127.0.0.1:0", "--database", url)
    )
    port = re.search(r":(\d+)\s*$", line_of(hub))
    assert port is not None
    address = f"https://127.0.0.1:{port[1]}"
    console = stack.enter_context(
        httpx.Client(
            base_url=address, trust_env=False, verify=hub_trust.context(hub_trust.ca_of(address))
        )
    )
    database = open_database(url)
    stack.callback(database.close)
    pair(database, folder / "kiosk", address)
    console.headers["Authorization"] = f"Bearer {sign_in(database)}"
    kiosk = stack.enter_context(
        program("tests.bench.decision_kiosk", str(folder / "kiosk"), str(count))
    )
    visits = held(database, count)
    trip, commits = bare_trip(stack, folder), Commits(folder)
    took, began = Took(), {}
    for number, visit_id in enumerate(visits):
        if number == WARM_UP:
            took = Took()
            began = {"hub": processor_time(hub.pid), "kiosk": processor_time(kiosk.pid)}
        time.sleep(pause)
        decide(took, console, kiosk, visit_id)
        took.round_trip.append(trip.turn())
        took.commits.append(commits.turn() + commits.turn())
    ended = {"hub": processor_time(hub.pid), "kiosk": processor_time(kiosk.pid)}
    took.processor = {name: (ended[name] - began[name]) / decisions for name in ended}
    return took


def decide(took: Took, console: httpx.Client, kiosk: subprocess.Popen[str], visit: UUID) -> None:
    """One decision, and when the kiosk told its screen of it."""
    began = time.monotonic_ns()
    console.post(
        f"/v1/visits/{visit}/decision", json={"verdict": "approve", "reason": "Photo differs"}
    ).raise_for_status()
    answered = time.monotonic_ns()
    told, at = line_of(kiosk).split()
    assert UUID(told) == visit
    took.whole.append((int(at) - began) / 1e6)
    took.answered.append((answered - began) / 1e6)


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """One of the programs, which is ended with the bench."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def processor_time(pid: int) -> float:
    """Milliseconds that a process has had so far, in its own code and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"{process.args} ended")
    return line.strip()


def pair(database: Database, folder: Path, address: str) -> None:
    now = datetime.now(UTC)
    with database.begin() as session:
        code = pairing_requests.new_code(session, now)

    def accept(_: object) -> None:
        with database.begin() as session:
            for request in pairing_requests.waiting(session, now):
                pairing_requests.accept(session, request.request_id, "Dana", now, is_replaced=False)

    config = KioskConfig(kiosk=KioskPart("Front kiosk", str(folder)))
    pair_with_hub(config, address, code, now, show=accept)


def sign_in(database: Database) -> str:
    """The token of an administrator."""
    now = datetime.now(UTC)
    with database.begin() as session:
        member = staff.add(
            session,
            "dwhitlock",
            staff.hashed("invented pass phrase"),
            display_name="Dana Whitlock",
            role=Role.ADMINISTRATOR,
            now=now,
        )
        return staff.open_session(session, member.staff_id, now)


def held(database: Database, count: int) -> list[UUID]:
    """Who waits at the hub, once all have arrived there."""
    until = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until:
        with database.read() as session:
            waiting = select(VisitRow.visit_id).where(VisitRow.state == VisitState.HELD)
            found = list(session.scalars(waiting))
        if len(found) == count:
            return found
        time.sleep(0.5)
    raise SystemExit("the kiosk's visitors did not arrive at the hub")


class Commits:
    """One row into a plain SQLite file, committed as durably as ours."""

    def __init__(self, folder: Path) -> None:
        self._file = sqlite3.connect(folder / "bare.db", isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.execute("CREATE TABLE decision (body TEXT)")

    def turn(self) -> float:
        began = time.monotonic_ns()
        self._file.execute("INSERT INTO decision VALUES (?)", ("x" * 300,))
        return (time.monotonic_ns() - began) / 1e6


class Trip:
    """A connection to a program that sends back what it gets."""

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self._connection = connection

    def turn(self) -> float:
        began = time.monotonic_ns()
        self._connection.sendall(b"x" * 300)
        left = 300
        while left:
            left -= len(self._connection.recv(left))
        return (time.monotonic_ns() - began) / 1e6


def bare_trip(stack: ExitStack, folder: Path) -> Trip:
    there = stack.enter_context(program("tests.bench.decision", "--echo", str(folder)))
    address = ("127.0.0.1", int(line_of(there)))
    context = hub_trust.context((folder / CA_FILE).read_text())
    plain = stack.enter_context(socket.create_connection(address))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Trip(stack.enter_context(context.wrap_socket(plain, server_hostname=address[0])))


def echo(folder: Path) -> None:
    """Send back what comes over one TLS connection, by an authority of its own."""
    now = datetime.now(UTC)
    ca = authority.make_ca(now)
    own = authority.issue(ca, frozenset(["127.0.0.1"]), now, now + timedelta(days=1))
    (folder / CA_FILE).write_text(ca.pem())
    certificate = folder / "echo.pem"
    certificate.touch(0o600)
    certificate.write_bytes(own.with_key())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        plain, _ = listener.accept()
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(plain, server_side=True) as connection:
            while content := connection.recv(4096):
                connection.sendall(content)


if __name__ == "__main__":
    main()
