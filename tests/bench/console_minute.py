"""What a console costs while nothing happens that it shows: bytes, requests, processor time.

    python -m tests.bench.console_minute [--seconds 60]

Console and hub are processes of their own, over HTTP on loopback; the console has no screen but
draws all the same. 120 visitors are on site and 6 wait. First nothing happens at all; then there
is news every three seconds that changes nothing of what is shown (a photo of a list comes): the
desk's page is open, then On site now, Lists and Kiosks. Bytes are those of the answers' bodies.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import cv2
import httpx
import numpy as np

from db import outbox
from db.engine import open_database
from tests.makers import make_checked_in, make_identity, make_screened
from tests.sync_of_tests import LIST_CSV, device_of

INSIDE, WAITING = 120, 6
EVERY_SECONDS = 3.0
PAGES = ("Desk", "On site now", "Lists", "Kiosks")


@dataclass
class Cost:
    """Of one stretch of time; processor time in milliseconds."""

    requests: int = 0
    unchanged: int = 0
    body_bytes: int = 0
    console_ms: float = 0.0
    hub_ms: float = 0.0


def serve(folder: Path) -> None:
    """The hub's process: prints its address and a kiosk's token, ends with its input."""
    from tests import hub_of_tests

    def now() -> datetime:
        return datetime.now(UTC)

    with hub_of_tests.hub_at(f"sqlite:///{folder}/hub.db", folder / "hub", now) as hub:
        given = hub.pair()
        _fill(folder, hub.kiosk(given).push, given, now())
        hub.client.post(
            "/v1/watchlists",
            params={"name": "District no-trespass list", "category": "trespass"},
            content=LIST_CSV,
            headers=hub.sign_in(),
        ).raise_for_status()
        sys.stdout.write(f"{hub.client.base_url}\n{given.token}\n")
        sys.stdout.flush()
        sys.stdin.read()


def _fill(folder: Path, push: Callable[..., object], given: object, now: datetime) -> None:
    device = device_of(given)  # type: ignore[arg-type]
    with closing(open_database(f"sqlite:///{folder}/kiosk.db")) as database:
        with database.begin() as session:
            for number in range(INSIDE + WAITING):
                identity = make_identity("Ada", f"Marlowe{number}", number="")
                is_held = number >= INSIDE
                came = make_screened(number=number + 1, held=is_held, identity=identity, now=now)
                told = [came] if is_held else [came, make_checked_in(came.visit_id, now)]
                for event in told:
                    outbox.add(session, device, event, now, actor="visitor", visit_id=came.visit_id)
        with database.read() as session:
            events = outbox.pending(session, device, 0, 1000)
    for start in range(0, len(events), 40):
        push(events[start : start + 40], device.epoch, b"")


def measure(url: str, token: str, hub_pid: int, seconds: float) -> None:
    """The console's process."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from admin_console.console.app import build_console
    from admin_console.console.http_hub import HttpHub
    from tests.hub_of_tests import PASSWORD

    application = QApplication([])
    cost = Cost()

    class Counted(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = super().handle_request(request)
            response.read()
            cost.requests += 1
            cost.unchanged += response.status_code == httpx.codes.NOT_MODIFIED
            cost.body_bytes += len(response.content)
            return response

    window = build_console(hub=HttpHub(url, Counted()), clock=lambda: datetime.now(UTC))
    window.resize(1440, 900)
    window.show()
    window.sign_in("dwhitlock", PASSWORD)
    while window.shell is None:
        QTest.qWait(50)
    shell = window.shell
    _say("page", "happens", cost=None)
    for is_news in (False, True):
        for page in PAGES if is_news else PAGES[:1]:
            shell.go(page)
            QTest.qWait(2_000)
            stop = threading.Event()
            teller = threading.Thread(target=_tell, args=(url, token, stop), daemon=True)
            cost.requests = cost.unchanged = cost.body_bytes = 0
            before, hub_before = time.process_time(), _processor(hub_pid)
            if is_news:
                teller.start()
            until = time.monotonic() + seconds
            while (left := until - time.monotonic()) > 0:
                QTest.qWait(int(min(left, 1.0) * 1000) + 1)
            cost.console_ms = (time.process_time() - before) * 1000
            cost.hub_ms = (_processor(hub_pid) - hub_before) * 1000
            stop.set()
            _say(page, "news elsewhere" if is_news else "nothing", cost)
    window.close()
    application.processEvents()


def _tell(url: str, token: str, stop: threading.Event) -> None:
    """News that no page shows: a photo of a visitor comes in late."""
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        shade = 0
        while not stop.wait(EVERY_SECONDS):
            shade += 1
            picture = np.full((120, 96, 3), shade, np.uint8)
            jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
            client.put(
                f"/v1/blobs/{sha256(jpeg).hexdigest()}",
                content=jpeg,
                headers={"Content-Type": "image/jpeg"},
            ).raise_for_status()


def _processor(pid: int) -> float:
    """Seconds of processor time that a process took so far (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _say(page: str, happens: str, cost: Cost | None) -> None:
    told = (
        ("requests", "304", "KB", "console ms", "hub ms")
        if cost is None
        else (
            str(cost.requests),
            str(cost.unchanged),
            f"{cost.body_bytes / 1000:.1f}",
            f"{cost.console_ms:.0f}",
            f"{cost.hub_ms:.0f}",
        )
    )
    sys.stdout.write(f"{page:<12} {happens:<15}" + "".join(f"{t:>12}" for t in told) + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--serve", type=Path)
    arguments = parser.parse_args()
    if arguments.serve is not None:
        serve(arguments.serve)
        return
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.console_minute", "--serve", folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as hub,
    ):
        if hub.stdout is None or hub.stdin is None:
            raise RuntimeError("the hub has no pipes")
        url, token = (hub.stdout.readline().strip() for _ in range(2))
        try:
            measure(url, token, hub.pid, arguments.seconds)
        finally:
            hub.stdin.close()
            hub.wait(30)


if __name__ == "__main__":
    main()
