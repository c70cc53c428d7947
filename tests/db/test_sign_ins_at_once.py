"""A sign-in is used and ended at the same time, and neither has to be done again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from db import staff
from db.domain.desk import Role
from db.engine import Database, open_database
from tests.db.test_number_keys import wait_until_somebody_waits
from tests.hub_of_tests import PASSWORD
from tests.makers import NINE


@pytest.fixture
def hubs(postgres_url: str) -> Iterator[tuple[Database, Database]]:
    """Two processes of a hub, as far as the database knows."""
    both = open_database(postgres_url), open_database(postgres_url)
    yield both
    for each in both:
        each.close()


def test_somebody_is_signed_out_while_they_use_their_sign_in(
    hubs: tuple[Database, Database],
) -> None:
    one, other = hubs
    with one.begin() as session:
        rosa = staff.add(
            session,
            "rbegaye",
            staff.hashed(PASSWORD),
            display_name="Rosa B.",
            role=Role.FRONT_DESK,
            now=NINE,
        ).staff_id
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
