"""Hashes of ID numbers that a list's file brings, while the district's key for them is changed.

A file says hashes, and no numbers that could be hashed with another key. So a key is not changed
while a list in force has some (`db.number_keys.add`), and here none comes in force that was read
before a change: whichever of both commits second finds the other, as each holds the keys.
"""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from db import number_keys
from db.domain.errors import ImportRefusedError
from db.engine import Database
from db.models import WatchlistEntryRow


def key_of_now(database: Database) -> str:
    """Which key a file is made with that is read from now on."""
    with database.read() as session:
        return number_keys.newest_id(number_keys.later(session))


def check(session: Session, edition: int, key_id: str) -> None:
    """Raise `ImportRefusedError` if an edition has hashes of a key that is not the newest.

    The key stays as it is until this transaction ends.
    """
    if number_keys.newest_id(number_keys.settled(session).keys) == key_id:
        return
    is_hashed = exists().where(
        WatchlistEntryRow.edition == edition, WatchlistEntryRow.number_hash != ""
    )
    if session.scalar(select(is_hashed)):
        raise ImportRefusedError(
            "The key for ID numbers was changed while this file came in, and its hashes of ID "
            "numbers are made with the key of before: they would agree with nobody. Nothing was "
            "changed. Empty the column of the ID number's hash, then import the file again."
        )
