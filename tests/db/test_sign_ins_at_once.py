"""A sign-in begins, is used and ends at the same time, and none of it has to be done again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from db import accounts, staff
from db.domain.desk import Role
from db.engine import Database, open_database
from tests.db.test_number_keys import wait_until_somebody_waits
from tests.hub_of_tests import PASSWORD
from tests.makers import NINE

ISSUER = "https://accounts.marlow.example"


@pytest.fixture
def hubs(postgres_url: str) -> Iterator[tuple[Database, Database]]:
    """Two processes of a hub, as far as the database knows."""
    both = open_database(postgres_url), open_database(postgres_url)
    yield both
    for each in both:
        each.close()


def let_in(hub: Database, name: str, role: Role) -> UUID:
    """Somebody more, whose account at the district's provider has their name."""
    with hub.begin() as session:
        member = staff.add(
            session, name, staff.hashed(PASSWORD), display_name=name, role=role, now=NINE
        )
        accounts.link(session, member.staff_id, ISSUER, name, NINE)
    return member.staff_id


def by_account(hub: Database, name: str) -> str:
    """Sign somebody in with the district's account; empty for who is not let in."""
    with hub.begin() as session:
        member = accounts.hold(session, ISSUER, name)
        return "" if member is None else staff.open_session(session, member.staff_id, NINE)


def test_somebody_is_signed_out_while_they_use_their_sign_in(
    hubs: tuple[Database, Database],
) -> None:
    one, other = hubs
    rosa = let_in(one, "rbegaye", Role.FRONT_DESK)
    with one.begin() as session:
        token = staff.open_session(session, rosa, NINE)

    def use() -> None:
        with other.begin() as session:
            staff.seen(session, token, rosa, NINE)

    with ThreadPoolExecutor(1) as pool:
        with one.begin() as session:
            staff.rename(session, rosa, "Rosa Begaye")
            used = pool.submit(use)
            wait_until_somebody_waits(one)
            staff.close_sessions(session, rosa)
        used.result(30)

    with one.read() as session:
        assert staff.of_token(session, token, NINE) is None


def test_who_signs_in_with_the_districts_account_and_who_is_changed_wait_for_each_other(
    hubs: tuple[Database, Database],
) -> None:
    one, other = hubs
    let_in(one, "dwhitlock", Role.ADMINISTRATOR)
    rosa = let_in(one, "rbegaye", Role.FRONT_DESK)
    with one.begin() as session:
        staff.open_session(session, rosa, NINE - timedelta(days=2))  # over, and its row is here

    with ThreadPoolExecutor(1) as pool:
        with one.begin() as session:
            staff.lock_keepers(session)
            signed_in = pool.submit(by_account, other, "dwhitlock")
            wait_until_somebody_waits(one)
            staff.close_sessions(session, rosa)
        token = signed_in.result(30)

    with one.read() as session:
        assert staff.of_token(session, token, NINE) is not None


def test_account_that_is_unlinked_while_it_signs_in_is_out(
    hubs: tuple[Database, Database],
) -> None:
    one, other = hubs
    rosa = let_in(one, "rbegaye", Role.FRONT_DESK)

    with ThreadPoolExecutor(1) as pool:
        with one.begin() as session:
            accounts.unlink(session, rosa)
            staff.close_sessions(session, rosa)
            signed_in = pool.submit(by_account, other, "rbegaye")
            wait_until_somebody_waits(one)
        token = signed_in.result(30)

    assert not token


def test_account_that_signs_in_while_it_is_unlinked_is_signed_out(
    hubs: tuple[Database, Database],
) -> None:
    one, other = hubs
    rosa = let_in(one, "rbegaye", Role.FRONT_DESK)

    def unlink() -> None:
        with other.begin() as session:
            accounts.unlink(session, rosa)
            staff.close_sessions(session, rosa)

    with ThreadPoolExecutor(1) as pool:
        with one.begin() as session:
            member = accounts.hold(session, ISSUER, "rbegaye")
            unlinked = pool.submit(unlink)
            wait_until_somebody_waits(one)
            token = staff.open_session(session, rosa, NINE)
        unlinked.result(30)

    assert member is not None
    with one.read() as session:
        assert staff.of_token(session, token, NINE) is None
