"""Kiosks are told the PINs of who works there now, whoever else keeps the staff meanwhile."""

import json
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_console.hub import pin_desk, staff_command, staff_desk
from admin_console.hub.pin_desk import ComparedPin, Others
from admin_console.hub.staff_desk import TERMINAL, Keeper
from db import changes, sites, staff, staff_list, staff_pins
from db.domain.desk import Role
from db.domain.rights import Power
from db.domain.sites import SiteDraft
from db.engine import Database, open_database
from db.hub_models import ChangeRow
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
            session,
            name,
            staff.hashed(PASSWORD),
            display_name=shown,
            role=Role.ADMINISTRATOR,
            now=NINE,
        )
        staff_pins.add(session, member.staff_id, shown, staff_pins.hash_pin(f"48291{number}"))
    pin_desk.tell_kiosks(session)


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
        pin_desk.tell_kiosks(session)

    assert told(any_database) == ["Dana Whitlock"]


def test_pin_made_while_somebody_is_removed_does_not_bring_theirs_back(
    hubs: tuple[Database, Database],
) -> None:
    one, terminal = hubs
    with one.begin() as session:
        begin(session)
        dana, rosa = (staff.named(session, name).staff_id for name in NAMES)

    def make() -> None:
        pin_desk.put_in_force(
            terminal,
            pin_desk.everybodys,
            lambda session, pin: staff_desk.set_pin(session, TERMINAL, dana, pin, NINE),
            "271828",
        )

    later = threading.Thread(target=make)
    with one.begin() as session:
        staff_desk.remove(session, TERMINAL, rosa, NINE)
        later.start()
        wait_until_somebody_waits(terminal)
    later.join(30)

    assert told(one) == ["Dana Whitlock"]


def test_pin_of_who_became_an_auditor_is_in_no_change(any_database: Database) -> None:
    with any_database.begin() as session:
        begin(session)
        rosa = staff.named(session, "rbegaye")
        staff.set_role(session, rosa.staff_id, Role.AUDITOR)
        pin_desk.tell_kiosks(session)

    assert told(any_database) == ["Dana Whitlock"]


def test_who_is_made_an_auditor_at_the_terminal_keeps_no_pin_that_they_are_given_meanwhile(
    hubs: tuple[Database, Database], postgres_url: str
) -> None:
    one, other = hubs
    with one.begin() as session:
        begin(session)
        rosa = staff.named(session, "rbegaye")
        staff_desk.set_role(session, TERMINAL, rosa, Role.FRONT_DESK, NINE)
        staff_pins.forget(session, rosa.staff_id)
        dana = staff.named(session, "dwhitlock")
        keeper = Keeper(TERMINAL.by, dana.staff_id, Power(dana.role, sites.of_staff(session, dana)))

    def give(session: Session, pin: ComparedPin) -> None:
        staff_desk.set_pin(session, keeper, rosa.staff_id, pin, NINE)
        later.start()
        wait_until_somebody_waits(other)

    later = threading.Thread(
        target=staff_command.set_role, args=(postgres_url, "rbegaye", Role.AUDITOR)
    )
    pin_desk.put_in_force(one, pin_desk.everybodys, give)
    later.join(30)

    with one.read() as session:
        assert staff.named(session, "rbegaye").role is Role.AUDITOR
        assert [pin["display_name"] for pin in staff_pins.everybody(session)] == ["Dana Whitlock"]


# ---- of several schools ------------------------------------------------------------------------


@pytest.fixture
def district(any_database: Database) -> tuple[Database, dict[str, str]]:
    """A database, and its schools' ids by their names: both have an administrator with a PIN."""
    with any_database.begin() as session:
        begin(session)
        birch = sites.add(session, SiteDraft("Birch School", "America/Chicago"), NINE)
        staff_desk.set_sites(
            session, TERMINAL, staff.named(session, "rbegaye"), [birch.site_id], NINE
        )
        staff.add(
            session, "ines", staff.hashed(PASSWORD), display_name="Ines Moreau",
            role=Role.DISTRICT, now=NINE,
        )  # fmt: skip
        ids = {site.name: site.site_id for site in sites.everyone(session)}
    return any_database, ids


def schools_told(database: Database, deed: Callable[[Session], object]) -> dict[str, list[str]]:
    """Which schools' kiosks hear of PINs by it, and whose."""
    with database.read() as session:
        before = changes.version(session)
    with database.begin() as session:
        deed(session)
    with database.read() as session:
        names = {site.site_id: site.name for site in sites.everyone(session)}
        told = select(ChangeRow.kind, ChangeRow.site_id, ChangeRow.body)
        rows = session.execute(told.where(ChangeRow.version > before)).all()
    assert {kind for kind, _, _ in rows} <= {"staff_pins"}
    return {
        names[site_id]: sorted(pin["display_name"] for pin in json.loads(body))
        for _, site_id, body in rows
    }


def give_pin(database: Database, name: str, others: Others = pin_desk.everybodys) -> str:
    """A PIN that is made."""
    with database.read() as session:
        staff_id = staff.named(session, name).staff_id

    def give(session: Session, pin: ComparedPin) -> None:
        staff_desk.set_pin(session, TERMINAL, staff_id, pin, NINE)

    return pin_desk.put_in_force(database, others, give)[1]


def test_change_of_the_districts_own_staff_without_a_pin_tells_no_school(
    district: tuple[Database, dict[str, str]],
) -> None:
    database, _ = district

    def change(session: Session) -> None:
        ines = staff.named(session, "ines")
        staff_desk.set_role(session, TERMINAL, ines, Role.AUDITOR, NINE)
        staff_desk.remove(session, TERMINAL, ines.staff_id, NINE)

    assert schools_told(database, change) == {}


def test_pin_of_the_districts_own_staff_is_told_to_every_school_and_goes_from_every_one(
    district: tuple[Database, dict[str, str]],
) -> None:
    database, _ = district
    give_pin(database, "ines")

    def become_an_auditor(session: Session) -> None:
        ines = staff.named(session, "ines")
        staff_desk.set_role(session, TERMINAL, ines, Role.AUDITOR, NINE)

    assert schools_told(database, pin_desk.tell_kiosks) == {}, "they know it already"
    assert schools_told(database, become_an_auditor) == {
        "Cedar Hollow School": ["Dana Whitlock"],
        "Birch School": ["Rosa Begaye"],
    }


def test_who_works_at_another_school_from_now_on_is_told_to_these_two_alone(
    district: tuple[Database, dict[str, str]],
) -> None:
    database, ids = district
    with database.begin() as session:
        sites.add(session, SiteDraft("Dogwood School", "America/Chicago"), NINE)
        pin_desk.tell_kiosks(session)

    def move(session: Session) -> None:
        rosa = staff.named(session, "rbegaye")
        staff_desk.set_sites(session, TERMINAL, rosa, [ids["Cedar Hollow School"]], NINE)

    assert schools_told(database, move) == {
        "Cedar Hollow School": ["Dana Whitlock", "Rosa Begaye"],
        "Birch School": [],
    }


def test_pin_that_somebody_else_got_while_one_was_compared_is_not_given_twice(
    district: tuple[Database, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = district
    rolled = iter(("271828", "314159"))
    monkeypatch.setattr(pin_desk, "_new", lambda: next(rolled))
    meanwhile = iter((True,))

    def others(session: Session) -> frozenset[str]:
        known = pin_desk.everybodys(session)
        if next(meanwhile, False):
            with database.begin() as other:
                dana = staff.named(other, "dwhitlock")
                staff_pins.forget(other, dana.staff_id)
                pin_hash = staff_pins.hash_pin("271828")
                staff_pins.add(other, dana.staff_id, dana.display_name, pin_hash)
        return known

    assert give_pin(database, "ines", others) == "314159"


def test_pin_of_who_became_the_districts_is_compared_with_those_of_every_school(
    district: tuple[Database, dict[str, str]],
) -> None:
    database, _ = district
    with database.begin() as session:
        rosa = staff.named(session, "rbegaye")
        staff_desk.set_role(session, TERMINAL, rosa, Role.DISTRICT, NINE)

    with database.read() as session:
        beside = pin_desk.beside(session, staff_list.get(session, rosa.staff_id))

        assert beside == pin_desk.everybodys(session)
