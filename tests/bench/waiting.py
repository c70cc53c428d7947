"""What a sign-in takes on a kiosk that was offline for thirty days, beside one that was not.

    python -m tests.bench.waiting [--events 20000] [--sign-ins 200] [--folder PLACE]

Encrypted, WAL, `synchronous=FULL`, the product's own functions: screening against a list of one,
check-in and check-out of each visitor, three commits. A kiosk with nothing waiting and one with so
many events take turns, so that what else the computer does hits both; then the second one alone
while they are sent to a hub, which runs in this same process: harder than a hub at another
computer. `--folder` must be on the disk that is meant, not in memory.
"""

import argparse
import json
import os
import tempfile
import threading
import time
from pathlib import Path
from statistics import quantiles

from db import outbox
from db.list_index import ListIndexes
from db.screening.index import Index
from kiosk import reception
from kiosk.lists import load_index
from tests.district import District, QuietKiosk
from tests.hub_of_tests import Clock, hub_at
from tests.makers import make_identity
from tests.offline import fill

LIST = b"LNAME,FNAME,DOB\nFennimore,Marcus,02/27/1971\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--sign-ins", type=int, default=200)
    parser.add_argument("--folder", type=Path, default=None)
    asked = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(dir=asked.folder) as place:
        folder, clock = Path(place), Clock()
        with hub_at(f"sqlite:///{folder}/hub.db", folder / "hub", clock) as hub:
            district = District(hub, clock, folder)
            district.import_list(LIST)
            _measure(district, asked.events, asked.sign_ins)
            district.close()


def _measure(district: District, events: int, sign_ins: int) -> None:
    other, kiosk = district.open_kiosk("other"), district.open_kiosk("front")
    index = load_index(kiosk.database, ListIndexes(kiosk.database, None))
    began = time.perf_counter()
    fill(kiosk.database, kiosk.desk.device, events, district.clock())
    took = time.perf_counter() - began
    print(f"{_waiting(kiosk)} events wait, put there in {took:.0f} s")  # noqa: T201
    in_turns = [
        (_sign_in(other, index, number), _sign_in(kiosk, index, number))
        for number in range(sign_ins)
    ][10:]
    _say("nothing waits", [first for first, _ in in_turns])
    _say("they wait", [second for _, second in in_turns])
    sending = threading.Thread(target=kiosk.push)
    began = time.perf_counter()
    sending.start()
    times = []
    while sending.is_alive():
        times.append(_sign_in(kiosk, index, 2 * sign_ins + len(times)))
        time.sleep(0.2)  # nobody signs in without a pause
    took = time.perf_counter() - began
    _say(f"they are sent, which took {took:.0f} s", times)


def _sign_in(kiosk: QuietKiosk, index: Index | None, number: int) -> float:
    identity = make_identity(f"Visitor{number}", "Raghunathan", number=f"777{number}")
    began = time.perf_counter()
    with kiosk.database.begin() as session:
        came = reception.screen_visitor(session, kiosk.desk, identity, index, kiosk.clock())
    visit = kiosk.check_in(came)
    kiosk.check_out(visit.visit_id)
    return time.perf_counter() - began


def _waiting(kiosk: QuietKiosk) -> int:
    with kiosk.database.read() as session:
        return outbox.waiting(session, kiosk.desk.device)


def _say(when: str, seconds: list[float]) -> None:
    hundredths = quantiles(seconds, n=100)
    found = {"p50": 1000 * hundredths[49], "p99": 1000 * hundredths[98], "sign-ins": len(seconds)}
    print(when, json.dumps({name: round(value, 1) for name, value in found.items()}), "ms")  # noqa: T201


if __name__ == "__main__":
    main()
