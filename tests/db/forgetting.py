"""A kiosk and a hub whose visits are over, for tests of how they are forgotten."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, text

from db import changes, inbox, name_search, outbox
from db.columns import Base
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.events import DecisionMade, DomainEvent, VisitCheckedOut
from db.domain.notice import NoticeKind
from db.domain.visit import CheckOutWay
from db.engine import Database, open_database
from db.ids import new_id
from db.notices import tell
from db.outbox import Device
from tests.makers import KIOSK, NINE, make_checked_in, make_identity, make_screened

HUB = Device("district", "lincoln", "hub")
LEFT = make_screened(number=1, identity=make_identity("Priya", "Raghunathan"))
DENIED = make_screened(number=2, held=True, identity=make_identity("Daniel", "Quillfeather"))
INSIDE = make_screened(number=3, identity=make_identity("Maeve", "Okonkwo-Bright"))
PEOPLE = ("Raghunathan", "Quillfeather", "Dana Whitlock", "a court order")
A_YEAR_ON = NINE + timedelta(days=366)
TWO_YEARS_ON = NINE + timedelta(days=732)


def say(database: Database, event: DomainEvent, visit_id: UUID, at: datetime = NINE) -> None:
    with database.begin() as session:
        outbox.add(session, KIOSK, event, at, actor="visitor", visit_id=visit_id)


def kiosk_of_the_day(tmp_path: Path) -> Database:
    """One who came and left, one who was turned away, and one whom nobody saw leave."""
    database = open_database(f"sqlite:///{tmp_path}/kiosk.db")
    for screened in (LEFT, DENIED, INSIDE):
        say(database, screened, screened.visit_id)
    for came in (LEFT, INSIDE):
        say(database, make_checked_in(came.visit_id), came.visit_id)
    say(database, VisitCheckedOut(LEFT.visit_id, CheckOutWay.BADGE), LEFT.visit_id)
    return database


def hub_of_the_day(any_database: Database, kiosk: Database) -> Database:
    """A hub that has all of it, and decided."""
    with kiosk.begin() as session:
        sent = outbox.pending(session, KIOSK, 0, 100)
    with any_database.begin() as session:
        inbox.receive(session, KIOSK.kiosk_id, KIOSK.epoch, sent, NINE)
    decision = Decision(
        new_id(NINE),
        DENIED.visit_id,
        Verdict.DENY,
        "There is a court order",
        "Dana Whitlock",
        NINE,
        DecidedAt.CONSOLE,
    )
    with any_database.begin() as session:
        said = DecisionMade(decision)
        outbox.add(session, HUB, said, NINE, actor="staff:x", visit_id=DENIED.visit_id)
        changes.add(session, "decision", {"decision": decision, "event_id": new_id(NINE)})
        told = "Daniel Quillfeather was turned away by Dana Whitlock"
        tell(session, NoticeKind.WAS_HERE, told, NINE, about="x", visit_id=DENIED.visit_id)
    kiosk.close()
    return any_database


def everything(database: Database) -> str:
    """Every value of every table, as text."""
    with database.read() as session:
        tables = [select(table) for table in Base.metadata.sorted_tables]
        if database.engine.dialect.name == "sqlite":
            tables += [
                text(f"SELECT * FROM {name}")  # noqa: S608
                for name in (name_search.TABLE, name_search.NAMES)
            ]
        return "\n".join(
            bytes(value).decode(errors="replace") if isinstance(value, bytes) else str(value)
            for table in tables
            for row in session.execute(table)
            for value in row
        )
