"""Visits that are taken in while the key for ID numbers is being changed."""

import threading
import time
from dataclasses import replace

from sqlalchemy import select, text

from db import number_keys, number_lifting, visit_events
from db.chain import Envelope, Refs
from db.domain.events import VisitorScreened
from db.engine import Database, open_database
from db.ids import new_id
from db.models import VisitRow
from tests.makers import KIOSK, NINE, make_screened

HASH = "ab" * 32


def change_the_key(database: Database) -> None:
    with database.begin() as session:
        number_keys.add(session, NINE)
    number_lifting.lift_all(database)


def wait_until_somebody_waits(database: Database) -> None:
    """For a lock that another connection holds; an index that a hub makes waits by another kind."""
    deadline = time.monotonic() + 30
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype <> 'virtualxid'")
    while time.monotonic() < deadline:
        with database.read() as session:
            if session.scalar(waiting):
                return
    raise AssertionError("nobody waits")


def envelope_of(event: VisitorScreened) -> Envelope:
    return Envelope(
        1,
        "VisitorScreened",
        1,
        new_id(NINE),
        KIOSK.district_id,
        KIOSK.site_id,
        KIOSK.kiosk_id,
        KIOSK.epoch,
        1,
        NINE,
        0,
        "visitor",
        event.visit_id,
        None,
        Refs({}),
        "",
    )


def test_visit_that_is_taken_in_at_the_same_moment_gets_the_new_key_too(
    postgres_url: str,
) -> None:
    hub, other = open_database(postgres_url), open_database(postgres_url)
    with hub.begin() as session:
        number_keys.make(session)
    changing = threading.Thread(target=change_the_key, args=(other,))
    event = replace(make_screened(), number_hash=HASH)
    with hub.begin() as session:
        visit_events.apply(session, envelope_of(event), event)
        changing.start()
        wait_until_somebody_waits(other)

    changing.join(30)

    with hub.read() as session:
        known = number_keys.later(session)
        assert len(known) == 1
        kept = session.scalars(select(VisitRow.number_hash)).one()
    assert kept == number_keys.lift(HASH, known) != HASH
    hub.close()
    other.close()
