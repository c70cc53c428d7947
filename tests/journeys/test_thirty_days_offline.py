"""However much waits for the hub, a sign-in costs the kiosk's database the same.

Counted in steps of SQLite's machine, which no busy computer changes. `tests/bench/waiting.py` has
the milliseconds, with 20,000 events.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from db import outbox
from db.engine import Database
from tests.district import District, QuietKiosk
from tests.makers import make_identity
from tests.offline import fill

FEW, MANY = 30, 600
_EACH = 2
"""Steps between two counts."""


@contextmanager
def counted(database: Database) -> Iterator[list[int]]:
    """What the statements within cost, in steps of SQLite's machine."""
    steps = [0]

    def count() -> int:
        steps[0] += _EACH
        return 0

    def on_checkout(connection: Any, *_: object) -> None:
        connection.set_progress_handler(count, _EACH)

    event.listen(database.engine, "checkout", on_checkout)
    try:
        yield steps
    finally:
        event.remove(database.engine, "checkout", on_checkout)


def sign_in(kiosk: QuietKiosk, number: int) -> int:
    """From the ID to the way out: what all of it costs."""
    identity = make_identity(f"Visitor{number}", "Raghunathan", number=f"5551{number}")
    with counted(kiosk.database) as steps:
        visit = kiosk.check_in(kiosk.screen(identity))
        kiosk.check_out(visit.visit_id)
    return steps[0]


def test_sign_in_costs_the_same_whatever_waits(district: District) -> None:
    kiosk = district.open_kiosk("front")
    fill(kiosk.database, kiosk.desk.device, FEW, district.clock())
    sign_in(kiosk, 1)
    with_few = sign_in(kiosk, 2)

    fill(kiosk.database, kiosk.desk.device, MANY, district.clock())
    with_many = sign_in(kiosk, 3)

    with kiosk.database.read() as session:
        assert outbox.waiting(session, kiosk.desk.device) > MANY
    assert with_few > 1_000
    assert with_many < 1.15 * with_few
