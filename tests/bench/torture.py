"""Hub, kiosks and PostgreSQL killed at random under a bad network: nothing may be lost or doubled.

    python -m tests.bench.torture [--events 50000] [--kills 150] [--kiosks 4] [--postgresql]
    python -m tests.bench.torture --nightly [--postgresql]      1,000,000 events, 2,000 kills
    python -m tests.bench.torture --nightly --keep FOLDER       Ctrl-C stops it; this goes on

Real processes on loopback: a hub on a file or on a PostgreSQL that syncs to the disk, and kiosks on
files, each a process of its own (`tests.bench.torture_programs`). SIGKILL meets one of them again
and again; PostgreSQL is stopped as by a power cut. At the end both sides are compared. Ends with 1
when anything is not as it must be.
"""

import argparse
import json
import random
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import httpx

from db import applying, hub_trust, pairing_requests
from db.domain.errors import HubAwayError
from db.engine import Database, open_database, open_existing
from kiosk import own_device
from kiosk.config import KioskConfig, KioskPart
from kiosk.pairing import pair_with_hub
from tests.bench import torture_programs as programs
from tests.bench.torture_compare import compare
from tests.postgres import PostgresServer, start_postgres

POLL_SECONDS = 0.05
STATE = "state.json"
PROGRESS = 20
"""How often it says how far it is."""
LONGEST_SILENCE_SECONDS = 300.0
"""Nothing was written and nothing sent for so long: something hangs."""


@dataclass
class Kiosk:
    folder: Path
    program: programs.Program
    _read: int = 0
    wrote: int = 0
    sent: int = 0

    def look(self) -> None:
        """Read what it has noted since."""
        notes = self.folder / "notes"
        if not notes.exists():
            return
        with notes.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.decode().splitlines():
            kind, seq = line.split()
            if kind == "wrote":
                self.wrote = int(seq)
            else:
                self.sent = int(seq)


@dataclass
class Scene:
    """Everybody on it."""

    url: str
    hub: programs.Program
    address: str
    postgres: PostgresServer | None
    kiosks: list[Kiosk] = field(default_factory=list)
    crashes: int = 0
    seconds: float = 0.0

    def kills(self) -> int:
        return self.crashes + self.hub.kills + sum(k.program.kills for k in self.kiosks)

    def remember(self, file: Path) -> None:
        """Write down what another run in the same folder must know."""
        port = int(self.address.rpartition(":")[2])
        kiosks = [k.program.kills for k in self.kiosks]
        file.write_text(json.dumps([port, self.hub.kills, kiosks, self.crashes, self.seconds]))

    def recall(self, file: Path) -> None:
        _, self.hub.kills, kiosks, self.crashes, self.seconds = json.loads(file.read_text())
        if len(kiosks) != len(self.kiosks):
            raise SystemExit(f"this folder is of --kiosks {len(kiosks)}")
        for kiosk, kills in zip(self.kiosks, kiosks, strict=True):
            kiosk.program.kills = kills


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=150)
    parser.add_argument("--kiosks", type=int, default=4)
    parser.add_argument("--seconds", type=float, help="no more kills after that long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgresql", action="store_true", help="the hub's database")
    parser.add_argument("--nightly", action="store_true", help="1,000,000 events, 2,000 kills")
    parser.add_argument("--keep", type=Path, help="a folder; a run that was stopped goes on in it")
    asked = parser.parse_args()
    if asked.nightly:
        asked.events, asked.kills = 1_000_000, 2_000
    with ExitStack() as stack:
        folder = asked.keep or _temporary(stack)
        folder.mkdir(exist_ok=True)
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, signal.default_int_handler)
        try:
            scene = _set_up(stack, folder, asked)
            try:
                _torture(scene, asked)
            finally:
                scene.remember(folder / STATE)
        except KeyboardInterrupt:
            _say(f"stopped; the same command with --keep {folder} goes on")
            return 130
        for kiosk in scene.kiosks:
            kiosk.look()
        behind = _until_applied(scene)
        scene.hub.end()
        wrong = compare(scene.url, [(k.folder, k.wrote, k.sent) for k in scene.kiosks])
        _say(
            f"{sum(k.wrote for k in scene.kiosks)} events of {len(scene.kiosks)} kiosks in "
            f"{scene.seconds:.0f} s; killed: hub {scene.hub.kills}, kiosks "
            f"{sum(k.program.kills for k in scene.kiosks)}, PostgreSQL {scene.crashes}"
        )
        _say(f"the hub had applied all of them {behind:.0f} s after the last was sent")
        for words in wrong:
            _say(f"WRONG: {words}")
        _say("not as it must be" if wrong else "0 lost, 0 doubled, 0 broken: both sides agree")
    return 1 if wrong else 0


def _set_up(stack: ExitStack, folder: Path, asked: argparse.Namespace) -> Scene:
    """Everybody at work; what an earlier run has set up in the folder goes on as it is."""
    state = folder / STATE
    if not state.exists():
        if any(folder.iterdir()):
            raise SystemExit(f"{folder} is not empty, and not of a run: take another folder")
        # First, for kiosks know the hub by its port.
        state.write_text(json.dumps([_free_port(), 0, [0] * asked.kiosks, 0, 0.0]))
    port = json.loads(state.read_text())[0]
    postgres, url = None, f"sqlite:///{folder}/hub/hub.db"
    if asked.postgresql:
        home = folder / "postgresql"
        home.mkdir(exist_ok=True)
        postgres = stack.enter_context(start_postgres(home, fsync=True))
        url = postgres.kept_database("torture")
    arguments = [
        "serve", "--listen", f"127.0.0.1:{port}",
        "--database", url, "--time-zone", "America/Chicago",
    ]  # fmt: skip
    hub = programs.hub(arguments, folder / "hub.log")
    stack.callback(hub.end)
    hub.start()
    scene = Scene(url, hub, f"https://127.0.0.1:{port}", postgres)
    _until_ready(scene)
    for number in range(asked.kiosks):
        scene.kiosks.append(_kiosk(stack, scene, folder / f"kiosk-{number}", number, asked))
    scene.recall(state)
    return scene


def _temporary(stack: ExitStack) -> Path:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vestibule-bench-")))
    folder.chmod(0o755)  # PostgreSQL runs as a user of its own when we are root
    return folder


def _kiosk(
    stack: ExitStack, scene: Scene, folder: Path, number: int, asked: argparse.Namespace
) -> Kiosk:
    folder.mkdir(exist_ok=True)
    config = KioskConfig(kiosk=KioskPart(f"Kiosk {number}", str(folder)))
    if not _is_paired(config):
        now, database = datetime.now(UTC), open_database(scene.url)
        with database.begin() as session:
            code = pairing_requests.new_code(session, now)
        pair_with_hub(config, scene.address, code, now, show=lambda _: _accept(database, now))
        database.close()
    arguments = [str(folder), str(asked.events // asked.kiosks), str(asked.seed + number)]
    program = programs.kiosk(arguments, folder / "log")
    stack.callback(program.end)
    program.start()
    return Kiosk(folder, program)


def _is_paired(config: KioskConfig) -> bool:
    """Whether an earlier run came so far."""
    with closing(open_database(config.database_url)) as database, database.read() as session:
        return own_device.is_paired(session)


def _accept(database: Database, now: datetime) -> None:
    """Let in whoever waits: kiosks are paired one behind the other."""
    with database.begin() as session:
        for request in pairing_requests.waiting(session, now):
            pairing_requests.accept(session, request.request_id, "Dana", now, is_replaced=False)


def _torture(scene: Scene, asked: argparse.Namespace) -> None:
    chance = random.Random(asked.seed)  # noqa: S311  no secret
    began = heard_at = time.monotonic()
    began -= scene.seconds
    deaths = islice(_deaths(chance, asked.events, asked.kills), scene.kills(), None)
    next_at, heard, next_words = next(deaths), -1, 0.0
    while any(kiosk.program.status() is None for kiosk in scene.kiosks):
        time.sleep(POLL_SECONDS)
        for kiosk in scene.kiosks:
            kiosk.look()
            if kiosk.program.status() not in (None, 0):
                raise SystemExit((kiosk.folder / "log").read_text()[-2000:])
        done = sum(k.sent + k.wrote for k in scene.kiosks) // 2
        scene.seconds = time.monotonic() - began
        if done != heard:
            heard, heard_at = done, time.monotonic()
        if done >= next_words:
            _say(f"{done} events, {scene.kills()} kills, {scene.seconds:.0f} s")
            next_words = done + asked.events / PROGRESS
        if time.monotonic() - heard_at > LONGEST_SILENCE_SECONDS:
            raise SystemExit("nothing was written or sent any more: something hangs")
        is_over = asked.seconds is not None and scene.seconds > asked.seconds
        if done >= next_at and not is_over:
            _kill_somebody(scene, chance)
            next_at = next(deaths)


def _deaths(chance: random.Random, events: int, kills: int) -> Iterator[float]:
    """After how many events somebody is killed: at random, all of them before the end."""
    yield from sorted(chance.uniform(0, events * 0.98) for _ in range(kills))
    while True:
        yield float("inf")


def _kill_somebody(scene: Scene, chance: random.Random) -> None:
    alive = [k.program for k in scene.kiosks if k.program.status() is None]
    what = chance.random()
    if scene.postgres is not None and what < 0.2:
        scene.postgres.crash()
        scene.crashes += 1
    elif what < 0.5 or not alive:
        scene.hub.kill()
        _until_ready(scene)
    else:
        chance.choice(alive).kill()


def _until_ready(scene: Scene) -> None:
    until = time.monotonic() + LONGEST_SILENCE_SECONDS
    while time.monotonic() < until:
        try:
            trusted = hub_trust.context(hub_trust.ca_of(scene.address))
            ready = httpx.get(f"{scene.address}/readyz", verify=trusted, trust_env=False)
            if ready.status_code == httpx.codes.OK:
                return
        except (HubAwayError, httpx.HTTPError):
            pass
        time.sleep(POLL_SECONDS)
    raise SystemExit("the hub did not come back: " + scene.hub.log.read_text()[-2000:])


def _until_applied(scene: Scene) -> float:
    """Wait until the hub's visits are those of its events. Returns the seconds."""
    began = heard_at = time.monotonic()
    database, left = open_existing(scene.url), -1
    try:
        while True:
            with database.read() as session:
                waiting = applying.waiting(session)
            if not waiting:
                return time.monotonic() - began
            if waiting != left:
                left, heard_at = waiting, time.monotonic()
            if time.monotonic() - heard_at > LONGEST_SILENCE_SECONDS:
                raise SystemExit(f"{left} events are not applied, and that goes on no more")
            time.sleep(POLL_SECONDS)
    finally:
        database.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
