"""Visitors who sign in with a photo."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from db import outbox, photos
from db.engine import Database
from db.outbox import Device
from tests.makers import NINE, make_checked_in, make_screened


def sign_in_with(database: Database, device: Device, photo: str, taken_at: datetime = NINE) -> UUID:
    """Somebody is let in at this kiosk, and their photo is noted. Returns the visit's id."""
    screened = make_screened(now=taken_at)
    came = replace(make_checked_in(screened.visit_id, taken_at), photo=photo)
    with database.begin() as session:
        for event in (screened, came):
            outbox.add(
                session, device, event, taken_at, actor="visitor", visit_id=screened.visit_id
            )
        photos.remember(session, photo, taken_at)
    return screened.visit_id
