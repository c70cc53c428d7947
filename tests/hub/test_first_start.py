"""Hubs that start for the first time side by side, over one database that holds nothing yet."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from sqlalchemy.orm import Session

from admin_console.hub import site as hub_site
from db import sites
from db.engine import open_database
from tests.makers import NINE

NAMES = ("Lincoln Elementary School", "Roosevelt Middle School", "Harding High School")


def test_hubs_that_start_side_by_side_for_the_first_time_are_one_hub(any_url: str) -> None:
    with closing(open_database(any_url)) as database:
        together = threading.Barrier(len(NAMES))

        def start(name: str) -> tuple[str, str, str]:
            together.wait(30)
            with database.begin() as session:
                hub_site.ensure(session, hub_site.SiteNames("Marlow Unified", name), NINE)
                return told(session)

        def told(session: Session) -> tuple[str, str, str]:
            (key,) = hub_site.public_keys(session)
            return key, hub_site.log_id(session), hub_site.number_key(session)

        with ThreadPoolExecutor(len(NAMES)) as pool:
            each = set(pool.map(start, NAMES))
        with database.read() as session:
            assert each == {told(session)}
            assert len(sites.everyone(session)) == 1
