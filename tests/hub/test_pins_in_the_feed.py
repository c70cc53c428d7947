"""Kiosks are told the PINs of who works there now, whoever else keeps the staff meanwhile."""

import json
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from admin_console.hub import staff_desk
from admin_console.hub.staff_desk import TERMINAL
from db import changes, sites, staff, staff_pins
from db.domain.desk import Role
from db.domain.sites import SiteDraft
from db.engine import Database, open_database
from tests.db.test_number_keys import wait_until_somebody_waits
from tests.hub_of_tests import PASSWORD
from tests.makers import NINE

NAMES = {"dwhitlock": "Dana Whitlock", "rbegaye": "Rosa Begaye"}


@pytest.fixture
def hubs(postgres_url: str) -> Iterator[tuple[Database, Database]]:
    """The hub, and a command at its terminal."""
    both = open_database(postgres_url), open_database(postgres_url)
    yield both
    for each in both:
        each.close()


def begin(session: Session) -> None:
    """One school, where both have a PIN."""
    sites.add(session, SiteDraft("Cedar Hollow School", "America/Chicago"), NINE)
    for number, (name, shown) in enumerate(NAMES.items()):
        member = staff.add(
            session, name, PASSWORD, display_name=shown, role=Role.ADMINISTRATOR, now=NINE
        )
        staff_pins.add(session, member.staff_id, shown, staff_pins.hash_pin(f"48291{number}"))
    staff_desk.tell_kiosks(session)


def told(database: Database) -> list[str]:
    """Whose PINs the newest change holds."""
    with database.read() as session:
        newest = changes.newest(session)
    assert newest is not None
    assert newest.kind == "staff_pins"
    return [pin["display_name"] for pin in json.loads(newest.body)]


def test_pin_of_who_was_removed_is_in_no_change(any_database: Database) -> None:
    with any_database.begin() as session:
        begin(session)
    assert len(told(any_database)) == 2

    with any_database.begin() as session:  # as when a PIN is made while somebody is removed
        staff.remove(session, staff.named(session, "rbegaye").staff_id, NINE)
        staff_desk.tell_kiosks(session)

    assert told(any_database) == ["Dana Whitlock"]


def test_pin_made_while_somebody_is_removed_does_not_bring_theirs_back(
    hubs: tuple[Database, Database],
) -> None:
    one, terminal = hubs
    with one.begin() as session:
        begin(session)
        dana, rosa = (staff.named(session, name).staff_id for name in NAMES)

    def make() -> None:
        with terminal.begin() as session:
            pin_hash = staff_pins.hash_pin("271828")
            staff_desk.set_pin(session, TERMINAL, dana, pin_hash, NINE)

    later = threading.Thread(target=make)
    with one.begin() as session:
        staff_desk.remove(session, TERMINAL, rosa, NINE)
        later.start()
        wait_until_somebody_waits(terminal)
    later.join(30)

    assert told(one) == ["Dana Whitlock"]
