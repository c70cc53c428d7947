"""Every operation of the hub asked with good and bad requests that nobody thought of.

    python -m tests.bench.api PYTHON [--cases 25] [--as ROLE ...] [--only REGEX] [--seed 1]

`PYTHON` is one that has schemathesis (``python -m venv``, then
``pip install -r tests/bench/requirements-api.txt``): it reads the hub's OpenAPI and makes the
requests. Whoever asks has a hub of their own on loopback, with visits, a list and kiosks, all
invented. All checks of schemathesis are on. Ends with 1 at any failure.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from db import codec
from db.domain.clearance import Clearances
from db.domain.desk import Role
from db.domain.entry_history import EntryFile
from db.domain.notice import Notices
from db.domain.watchlist import Watchlist
from db.engine import open_database
from tests import sync_of_tests
from tests.hub_of_tests import FRONT_KIOSK, HubOfTests, hub_at
from tests.pairing_of_tests import asks, new_code, waiting
from tests.sync_of_tests import KioskOfTests, device_of

HERE = Path(__file__).parent
KIOSK, NOBODY = "kiosk", "nobody"
ASKERS = (*(role.value for role in Role), KIOSK, NOBODY)
USUAL = (Role.ADMINISTRATOR.value, Role.FRONT_DESK.value, KIOSK, NOBODY)
SIGN_OUTS = 400
VERSIONED = "/v1/watchlists/{list_id}"
CHECKS = """\
[checks]
# 422 is also for what no schema can say: a photo's name that is not its hash, a batch whose chain
# does not hold, a page's mark that was never given, a reason of blanks. Such a request is well
# formed, and must not be taken. 410: a version of a list that is no longer in force. 412: there is
# nothing that has the tag of If-Match.
positive_data_acceptance.expected-statuses = [
    "2xx", "304", "401", "403", "404", "409", "410", "412", "422", "429"
]
"""
"""One check is told more; none is off. (Schemathesis would take any 5xx too, we take none.)"""


@dataclass(frozen=True)
class Told:
    """What schemathesis says of one run."""

    operations: int
    cases: int
    failures: list[str]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("python", type=Path)
    parser.add_argument("--cases", type=int, default=25, help="random ones for each operation")
    parser.add_argument("--as", dest="askers", nargs="+", choices=ASKERS, default=USUAL)
    parser.add_argument("--only", default="", help="operations whose path this finds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slowest", type=float, default=10, help="seconds for an answer")
    parser.add_argument("--log", type=Path, help="where all that schemathesis says goes")
    asked = parser.parse_args()
    failed = [asker for asker in asked.askers if ask_as(asker, asked)]
    say("failed as " + ", ".join(failed) if failed else "no failure")
    return int(bool(failed))


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def ask_as(asker: str, asked: argparse.Namespace) -> bool:
    """Ask a new hub for everything; whether anything failed."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with hub_at(f"sqlite:///{folder}/hub.db", folder, lambda: datetime.now(UTC)) as hub:
            (folder / "seeds.json").write_text(json.dumps(furnish(hub, asker, folder)))
            (folder / "schemathesis.toml").write_text(CHECKS)
            status, words = run(hub, folder, asked)
        if asked.log:
            with asked.log.open("a", encoding="utf-8") as log:
                log.write(f"\n===== as {asker}\n{words}")
        told = read(folder / "report.json", words)
    took = time.monotonic() - began
    counts = f"{told.operations} operations, {told.cases} cases, {len(told.failures)} failures"
    say("\n  ".join([f"as {asker}: {counts}, {took:.0f} s", *told.failures]))
    return bool(told.failures) or status != 0


def run(hub: HubOfTests, folder: Path, asked: argparse.Namespace) -> tuple[int, str]:
    """Schemathesis' exit status and all that it says."""
    command = [
        asked.python, "-m", "schemathesis.cli", "--config-file", folder / "schemathesis.toml",
        "run", f"{hub.client.base_url}/openapi.json",
        "--checks", "all", "--max-examples", str(asked.cases), "--seed", str(asked.seed),
        "--continue-on-failure", "--suppress-health-check", "all", "--no-color",
        "--request-timeout", "60", "--max-response-time", str(asked.slowest),
        "--generation-database", "none",
        "--report", "json", "--report-json-path", folder / "report.json",
    ]  # fmt: skip
    if asked.only:
        command += ["--include-path-regex", asked.only]
    ended = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "api_hooks",
            "VESTIBULE_SEEDS": str(folder / "seeds.json"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def read(report: Path, words: str) -> Told:
    if not report.exists():
        return Told(0, 0, [words[-2000:]])
    said = json.loads(report.read_text())
    failures = [
        f"{f['count']}x {f['title']}: {', '.join(f['operations'])}" for f in said["failures"]
    ]
    failures += [f"{e['count']}x {e['title']}" for e in said["errors"]]
    if not said["complete"]:
        failures.append("it did not come to its end")
    return Told(said["operations"]["tested"], said["test_cases"]["generated"], failures)


def furnish(hub: HubOfTests, asker: str, folder: Path) -> dict[str, Any]:
    """Put something of everything into the hub: what ids there are, and the asker's tokens."""
    sync_of_tests.import_list(hub, "District no-trespass list")
    given = hub.pair()
    database = open_database(f"sqlite:///{folder}/kiosk.db")
    kiosk = KioskOfTests(database, hub.kiosk(given), device_of(given))
    held, came, decided = (kiosk.visitor_comes(held=h) for h in (True, False, True))
    kiosk.push()
    database.close()
    sync_of_tests.decide(hub, decided)
    office = hub.token_of("dwhitlock")
    photo = io.BytesIO()
    Image.new("RGB", (40, 50), "gray").save(photo, "JPEG")

    def ask(method: str, path: str, **more: Any) -> bytes:
        answer = hub.client.request(method, f"/v1/{path}", headers=office, **more)
        answer.raise_for_status()
        return answer.content

    named = json.loads(ask("POST", "watchlists/photos", content=photo.getvalue()))["photo"]
    told = {"name": "Custody orders", "category": "custody"}
    ours = codec.from_json(ask("POST", "watchlists/new", json=told), Watchlist).list_id
    person = {"family": "Quillfeather", "given": "Daniel", "photo": named}
    entry = codec.from_json(ask("POST", f"watchlists/{ours}/people", json=person), EntryFile)
    assert entry.entry is not None
    asks(hub, new_code(hub), "019378a0-0000-7000-8000-00000000a5c5", "Back kiosk")
    ids: dict[str, str] = {
        "list_id": str(ours),
        "entry_id": str(entry.entry.entry_id),
        "kiosk_id": FRONT_KIOSK,
        "name": named,
        "request_id": str(waiting(hub)[0].request_id),
    }
    for name, found in (
        ("clearance_id", codec.from_json(ask("GET", "clearances"), Clearances).clearances),
        ("notice_id", codec.from_json(ask("GET", "notices"), Notices).notices),
    ):
        if found:
            ids[name] = str(getattr(found[0], name))
    for role in Role:
        hub.add_staff(f"a-{role.value}", role)

    def token_of(name: str) -> str:
        return hub.token_of(name)["Authorization"].partition(" ")[2]

    seeds: dict[str, Any] = {"ids": ids, "visits": [str(v) for v in (held, came, decided)]}
    if asker in (KIOSK, NOBODY):
        return {**seeds, "token": given.token if asker == KIOSK else "", "sign-outs": []}
    sign_outs = [token_of(f"a-{asker}") for _ in range(SIGN_OUTS)]
    return {**seeds, "token": token_of(f"a-{asker}"), "sign-outs": sign_outs}


if __name__ == "__main__":
    sys.exit(main())
