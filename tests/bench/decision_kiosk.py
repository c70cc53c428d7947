"""The kiosk of `tests.bench.decision`, in a process of its own: its sync, without its screens.

    python -m tests.bench.decision_kiosk FOLDER VISITORS

Writes `VISITORS` held visitors, sends them, and prints a line for each decision, with the moment
(`time.monotonic_ns`, which all programs of a computer share) at which the signal to the screen is
sent: after the commit. Ends when its input does.
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from db import outbox
from db.engine import open_database
from kiosk import own_device
from kiosk.sync import http, proving
from kiosk.sync.exchange import Learned
from kiosk.sync.worker import SyncWorker
from tests.makers import make_screened


def main() -> None:
    folder, visitors = Path(sys.argv[1]), int(sys.argv[2])
    database, now = open_database(f"sqlite:///{folder}/kiosk.db"), datetime.now(UTC)
    with database.begin() as session:
        own = own_device.read(session, now)
    access = own.access
    assert access is not None
    token = proving.own_token(access.url, own.own_key, access.ca)
    for number in range(visitors):
        came = make_screened(number=number + 1, held=True, now=now)
        with database.begin() as session:
            outbox.add(session, own.device, came, now, actor="visitor", visit_id=came.visit_id)

    def on_learned(learned: Learned) -> None:
        at = time.monotonic_ns()
        if learned.decision is not None:
            sys.stdout.write(f"{learned.decision.visit_id} {at}\n")
            sys.stdout.flush()

    worker = SyncWorker(
        database,
        own.device,
        connect=lambda: http.connect(access.url, token, access.ca, own.known_hub),
        photos=folder / "photos",
        learned=on_learned,
        state_changed=lambda _: None,
    )
    worker.start()
    sys.stdin.read()
    worker.stop()


if __name__ == "__main__":
    main()
