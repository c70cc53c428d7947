"""A PostgreSQL server for tests: Debian's binaries, loopback only, gone at the end."""

import os
import shutil
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

USER = "postgres"


@dataclass(frozen=True)
class PostgresServer:
    port: int
    data: Path
    _stop: tuple[str, ...] = ()
    _start: tuple[str, ...] = ()

    def crash(self) -> None:
        """Stop at once, as when the power fails, and come back."""
        _call([*self._stop])
        _call([*self._start])

    def kill(self) -> None:
        """End it by SIGKILL, as when the computer dies; the server's other processes follow."""
        first = _first_process(self.data)
        children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="utf-8").split()
        os.kill(first, signal.SIGKILL)
        while any(map(_is_there, (first, *map(int, children)))):
            time.sleep(0.01)

    def cpu_seconds(self) -> float:
        """What all of the server's processes have used so far, those that ended too (Linux)."""
        first = _first_process(self.data)
        tick = os.sysconf("SC_CLK_TCK")
        children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="utf-8").split()
        found = [_cpu_ticks(first), *(_cpu_ticks(int(child)) for child in children)]
        return sum(found) / tick

    @contextmanager
    def new_database(self, template: str = "template1") -> Iterator[str]:
        """A copy of the database `template` (that of the server is empty), dropped afterwards.

        Its files are copied as they are, which costs less than to write each of them anew.
        """
        name = f"test_{uuid.uuid4().hex}"
        with self._connection() as connection:
            # Older servers know no other way.
            how = "STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}'.encode())
        yield f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"
        with self._connection() as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    def kept_database(self, name: str) -> str:
        """The database of this name, which stays as long as the server's folder."""
        with self._connection() as connection:
            asked = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(asked, (name,)).fetchone() is None:
                connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"

    def set_up(self, statement: LiteralString) -> None:
        """Change the server's configuration, which it reads again at once."""
        with self._connection() as connection:
            connection.execute(statement)
            connection.execute("SELECT pg_reload_conf()")

    def wait_for(self, question: LiteralString, seconds: float = 30.0) -> None:
        """Until the server answers the question with yes."""
        ends = time.monotonic() + seconds
        with self._connection() as connection:
            while (row := connection.execute(question).fetchone()) is None or not row[0]:
                assert time.monotonic() < ends, question
                time.sleep(0.02)

    def _connection(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, dbname="postgres", autocommit=True
        )


@contextmanager
def start_postgres(folder: Path, *, fsync: bool = False) -> Iterator[PostgresServer]:
    """Start a server; fails the test in words when PostgreSQL is not installed.

    A folder that had one before has its databases again. Without `fsync` it is quicker and may
    lose what it confirmed, which no test looks at.
    """
    binaries = _binaries()
    if binaries is None:
        pytest.fail(
            "PostgreSQL is not installed: run sh packaging/setup.sh --tests, which installs it."
        )
    port, data = _free_port(), folder / "data"
    as_owner = _as_owner(folder)
    if not data.exists():
        made = folder / "data.part"  # whoever is stopped meanwhile leaves no half of one
        shutil.rmtree(made, ignore_errors=True)
        _call([*as_owner, str(binaries / "initdb"), "-D", str(made), "-U", USER, "-A", "trust"])
        made.rename(data)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder}"
    options += "" if fsync else " -c fsync=off -c autovacuum=off -c max_wal_size=128MB"
    control = [*as_owner, str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    start = [*control, "-o", options, "-l", str(folder / "log"), "start"]
    stop = [*control, "-m", "immediate", "stop"]
    _call(start)
    try:
        yield PostgresServer(port, data, (*stop,), (*start,))
    finally:
        if _is_there(_first_process(data)):
            _call(stop)


@contextmanager
def start_replica(primary: PostgresServer, folder: Path) -> Iterator["Replica"]:
    """A second server that has whatever the first one confirms (synchronous, hot standby).

    From now on the first one confirms nothing before the second has it on its disk. This is how
    README tells a district's people to set it up.
    """
    binaries, as_owner = _binaries(), _as_owner(folder)
    assert binaries is not None
    port, data = _free_port(), folder / "replica"
    first = f"host=127.0.0.1 port={primary.port} user={USER} application_name=second"
    copy = ["-D", str(data), "-d", first, "--write-recovery-conf", "--checkpoint=fast"]
    _call([*as_owner, str(binaries / "pg_basebackup"), *copy])
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder}"
    control = [*as_owner, str(binaries / "pg_ctl"), "-D", str(data), "-w"]
    _call([*control, "-o", options, "-l", str(folder / "replica.log"), "start"])
    try:
        primary.set_up("ALTER SYSTEM SET synchronous_standby_names = 'second'")
        primary.wait_for("SELECT sync_state = 'sync' FROM pg_stat_replication")
        yield Replica(port, data, promote=(*control, "promote"))
    finally:
        _call([*control, "-m", "immediate", "stop"])


@dataclass(frozen=True)
class Replica(PostgresServer):
    """A server that follows another one until it is promoted."""

    promote: tuple[str, ...] = ()

    def take_over(self) -> None:
        """Become the one that is written to; it waits for no other any more."""
        _call([*self.promote])
        self.set_up("ALTER SYSTEM SET synchronous_standby_names = ''")


def _first_process(data: Path) -> int:
    return int((data / "postmaster.pid").read_text(encoding="utf-8").split()[0])


def _is_there(process: int) -> bool:
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


def _cpu_ticks(process: int) -> int:
    """Of a process, and of those of its children that ended (proc(5): utime to cstime)."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return 0
    return sum(int(n) for n in told.rpartition(")")[2].split()[11:15])


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def _as_owner(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: then it runs as its own user, who gets the folder."""
    if os.getuid() != 0:
        return []
    shutil.chown(folder, USER, USER)
    return ["runuser", "-u", USER, "--"]


def _call(command: list[str]) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{command[-1]} failed: {done.stderr.decode(errors='replace')[-500:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
