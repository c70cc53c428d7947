"""How long a district's kiosks wait when the database server dies and its replica takes over.

    python -m tests.bench.replica [--rounds 5] [--kiosks 4]

Each round starts a primary and a synchronous replica on loopback, with fsync, a hub that has both
in its address, and kiosks that send visitors without a pause. The primary gets SIGKILL, the replica
is promoted at once. Told: events confirmed, lost and doubled, and the seconds from the kill until
the promoted server takes writing and until every kiosk was confirmed something again.
"""

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from sqlalchemy import func, select

from admin_console.hub import log_command
from db.log_models import EventRow
from tests.hub.test_promotion import acked, until, url_of, visitors_coming
from tests.hub_of_tests import hub_at
from tests.postgres import start_postgres, start_replica
from tests.signed_log import signing_kiosk


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kiosks", type=int, default=4)
    asked = parser.parse_args()
    rounds = [_round(asked.kiosks) for _ in range(asked.rounds)]
    for place, (promoted, again, events, lost, doubled) in enumerate(rounds, 1):
        print(f"round {place}: {events} events, {lost} lost, {doubled} doubled; ", end="")  # noqa: T201
        print(f"promoted {promoted:.2f} s, all kiosks again {again:.2f} s")  # noqa: T201
    print(  # noqa: T201
        f"median: promoted {median(r[0] for r in rounds):.2f} s, "
        f"all kiosks again {median(r[1] for r in rounds):.2f} s after the kill"
    )
    if any(lost or doubled for *_, lost, doubled in rounds):
        raise SystemExit(1)


def _round(count: int) -> tuple[float, float, int, int, int]:
    """Seconds until promoted and until all go on; events at the hub, lost and doubled ones."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vestibule-replica-")))
        place.chmod(0o755)
        folders = [place / name for name in ("first", "second", "hub")]
        for folder in folders:
            folder.mkdir()
        primary = stack.enter_context(start_postgres(folders[0], fsync=True))
        replica = stack.enter_context(start_replica(primary, folders[1]))
        url = url_of(primary, replica)
        hub = stack.enter_context(hub_at(url, folders[2]))
        kiosks = [
            stack.enter_context(signing_kiosk(hub, place / f"kiosk{number}"))
            for number in range(count)
        ]
        with ExitStack() as coming:
            confirmed = [coming.enter_context(visitors_coming(kiosk)) for kiosk in kiosks]
            for each in confirmed:
                until(each, 20)
            began = time.monotonic()
            primary.kill()
            replica.take_over()
            promoted = time.monotonic() - began
            for each in confirmed:
                until(each, 1)
            again = time.monotonic() - began
            for each in confirmed:
                until(each, 20)
        lost = doubled = 0
        for kiosk in kiosks:
            kiosk.push()
            with hub.database.read() as session:
                of_kiosk = EventRow.device_id == kiosk.device.kiosk_id
                kept = session.scalars(select(EventRow.seq).where(of_kiosk)).all()
            lost += len(set(range(1, acked(kiosk.database) + 1)) - set(kept))
            doubled += len(kept) - len(set(kept))
        said, is_good = log_command.verify_log(url, as_json=False)
        if not is_good:
            raise SystemExit(said)
        with hub.database.read() as session:
            events = session.scalar(select(func.count()).select_from(EventRow)) or 0
        return promoted, again, events, lost, doubled


if __name__ == "__main__":
    main()
