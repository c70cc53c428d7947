"""What tests of a changed key for ID numbers share."""

from uuid import UUID

from sqlalchemy import select

from db import changes, number_keys, number_lifting
from db.engine import Database
from db.models import VisitRow
from tests.district import District
from tests.makers import make_identity

MOTHER = make_identity("Priya", "Raghunathan", number="55512")


def change_the_key(district: District) -> int:
    with district.hub.database.begin() as session:
        number_keys.add(session, district.clock())
        changes.add(session, "number_keys", number_keys.sealed(session))
    return number_lifting.lift_all(district.hub.database)


def hashes(database: Database) -> dict[UUID, tuple[str, str]]:
    with database.read() as session:
        query = select(VisitRow.visit_id, VisitRow.number_hash, VisitRow.visitor_key)
        return {visit_id: (number, key) for visit_id, number, key in session.execute(query)}


def newest_key(database: Database) -> str:
    with database.read() as session:
        return number_keys.newest_id(number_keys.later(session))
