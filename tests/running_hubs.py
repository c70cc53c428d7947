"""Hubs that run as processes of their own, and a kiosk at work with all of them."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from db import pairing_requests
from db.engine import Database, database_file
from kiosk.config import KioskConfig
from kiosk.pairing import pair_with_hub
from kiosk.sync.http import HttpHub
from kiosk.sync.worker import HubState, SyncWorker
from tests.sync_of_tests import KioskOfTests

ROOT = Path(__file__).parents[1]
EVERY = {"sqlite": 31, "postgresql": 5}
"""At which of its steps a command is killed, so that a test ends soon; 1 takes them all."""
ENOUGH_SECONDS = 90.0


@contextmanager
def running_hubs(
    url: str, folder: Path, program: Sequence[str] = ("-m", "admin_console.hub")
) -> Iterator[list[str]]:
    """The addresses of one hub with SQLite, of two side by side with PostgreSQL, on one folder."""
    count = 1 if database_file(url) is not None else 2
    with ExitStack() as stack:
        yield [stack.enter_context(_running_hub(url, folder, program)) for _ in range(count)]


@contextmanager
def _running_hub(url: str, folder: Path, program: Sequence[str]) -> Iterator[str]:
    """Over TLS."""
    where = [] if database_file(url) is not None else ["--data-folder", str(folder)]
    command = [
        sys.executable, *program, "serve", "--listen", "127.0.0.1:0", "--database", url, *where,
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    ) as hub:
        assert hub.stdout is not None
        try:
            port = hub.stdout.readline().split()[-1].rsplit(":", 1)[1]
            yield f"https://127.0.0.1:{port}"
        finally:
            hub.terminate()
            hub.communicate(timeout=30)


def pair(config: KioskConfig, hub: Database, address: str) -> None:
    """As somebody does at the kiosk, and an administrator accepts it."""
    now = datetime.now(UTC)

    def accept(digits: str) -> None:
        with hub.begin() as session:
            for request in pairing_requests.waiting(session, now):
                assert request.short_string == digits
                pairing_requests.accept(session, request.request_id, "Dana", now, is_replaced=False)

    with hub.begin() as session:
        code = pairing_requests.new_code(session, now)
    pair_with_hub(config, address, code, now, show=accept)


@contextmanager
def at_work(
    kiosk: KioskOfTests, connect: Callable[[], HttpHub], photos: Path
) -> Iterator[list[HubState]]:
    """The kiosk's own threads, and a visitor every so often; at the end all is sent.

    Yields how the hub stood, one behind the other.
    """
    states, ends = list[HubState](), threading.Event()
    worker = SyncWorker(
        kiosk.database,
        kiosk.device,
        connect=connect,
        photos=photos,
        learned=lambda _: None,
        state_changed=states.append,
        listen_seconds=0.2,
    )

    def visitors_come() -> None:
        while not ends.wait(0.3):
            kiosk.visitor_comes()
            worker.wake()

    def is_all_sent() -> bool:
        worker.wake()
        return not kiosk.waiting()

    coming = threading.Thread(target=visitors_come)
    worker.start()
    coming.start()
    try:
        yield states
        ends.set()
        coming.join()
        wait_until(is_all_sent, "what waits is not sent")
    finally:
        ends.set()
        coming.join()
        worker.stop()


def wait_until(is_so: Callable[[], bool], else_: str) -> None:
    until = time.monotonic() + ENOUGH_SECONDS
    while not is_so():
        assert time.monotonic() < until, else_
        time.sleep(0.1)
