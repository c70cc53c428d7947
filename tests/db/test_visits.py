"""Who counts as the same person, how names are found, and which decision is in force."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import text

from db import history, outbox, visit_events, visits
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.errors import StorageError
from db.domain.events import DecisionMade, VisitorScreened
from db.domain.people import Document, DocumentKind, Identity, PersonName
from db.domain.visit import VisitState
from db.engine import Database, open_database
from db.models import DecisionRow
from db.schema import alembic_config
from tests.makers import KIOSK, NINE, make_checked_in, make_identity, make_screened
from tests.raw import raw_engine

KEY = b"a district's key"
CHICAGO = ZoneInfo("America/Chicago")
LICENCE = Document(DocumentKind.DRIVER_LICENSE, "TX", "USA", number="12345678")


def make_decision(
    visit_id: UUID, verdict: Verdict = Verdict.APPROVE, by: str = "Dana Whitlock"
) -> Decision:
    return Decision(uuid4(), visit_id, verdict, "Known here", by, NINE, DecidedAt.CONSOLE)


def screen(database: Database, screened: VisitorScreened) -> UUID:
    with database.begin() as session:
        outbox.add(session, KIOSK, screened, NINE, actor="visitor", visit_id=screened.visit_id)
    return screened.visit_id


def sign_in(database: Database, identity: Identity, number_hash: str = "") -> UUID:
    screened = replace(make_screened(identity=identity), number_hash=number_hash)
    visit_id = screen(database, screened)
    with database.begin() as session:
        outbox.add(
            session, KIOSK, make_checked_in(visit_id), NINE, actor="visitor", visit_id=visit_id
        )
    return visit_id


# ---- the ID's number ---------------------------------------------------------------------------

OTHERS = [
    replace(LICENCE, jurisdiction="OK"),
    replace(LICENCE, country="MEX"),
    replace(LICENCE, kind=DocumentKind.PASSPORT),
    replace(LICENCE, number="12345679"),
    replace(LICENCE, country="US", jurisdiction="ATX"),
]


@pytest.mark.parametrize("other", OTHERS)
def test_same_number_of_another_issuer_or_kind_is_another_id(other: Document) -> None:
    assert visits.hash_document_number(KEY, other) != visits.hash_document_number(KEY, LICENCE)


@pytest.mark.parametrize("number", ["ab 12-34", "AB12-34", " aB1 2-34\t"])
def test_number_is_the_same_however_it_is_spaced_and_written(number: str) -> None:
    written = replace(LICENCE, number="AB12-34")
    read = replace(LICENCE, number=number, jurisdiction="tx ", country="usa")

    assert visits.hash_document_number(KEY, read) == visits.hash_document_number(KEY, written)


def test_id_without_a_number_has_no_hash() -> None:
    assert visits.hash_document_number(KEY, replace(LICENCE, number=" ")) == ""


def test_hash_needs_the_districts_key() -> None:
    plain = hashlib.sha256(b"USA\0TX\0driver_license\x0012345678").hexdigest()

    assert visits.hash_document_number(b"another", LICENCE) != visits.hash_document_number(
        KEY, LICENCE
    )
    assert visits.hash_document_number(KEY, LICENCE) != plain


def test_id_of_another_state_with_the_same_number_signs_nobody_else_out(
    database: Database,
) -> None:
    texan, number_hash = make_identity(), visits.hash_document_number(KEY, LICENCE)
    visit_id = sign_in(database, texan, number_hash)
    elsewhere = visits.hash_document_number(KEY, replace(LICENCE, jurisdiction="OK"))

    with database.read() as session:
        own = visits.on_site_of_person(session, texan, number_hash)
        others = visits.on_site_of_person(session, texan, elsewhere)

    assert ([v.visit_id for v in own], others) == ([visit_id], [])


# ---- names -------------------------------------------------------------------------------------

IRISH = ["O'Brien", "OBrien", "O\N{RIGHT SINGLE QUOTATION MARK}Brien", "O Brien", "o-brien"]


@pytest.mark.parametrize("on_the_id", ["O'Brien", "O Brien"])
def test_name_is_found_however_its_apostrophe_is_typed(database: Database, on_the_id: str) -> None:
    visit_id = sign_in(database, make_identity("Maeve", on_the_id))

    with database.read() as session:
        found = [visits.on_site_named(session, PersonName("maeve", typed)) for typed in IRISH]

    assert [[v.visit_id for v in people] for people in found] == [[visit_id]] * len(IRISH)


@pytest.mark.parametrize("given_name", ["José", "Jose", "José Luis"])
def test_given_name_may_be_typed_with_the_middle_one(database: Database, given_name: str) -> None:
    name = PersonName("José", "Ibarra Quintero", middle="Luis")
    visit_id = sign_in(database, replace(make_identity(), name=name))

    with database.read() as session:
        found = visits.on_site_named(session, PersonName(given_name, "Ibarra-Quintero"))
        others = visits.on_site_named(session, PersonName("Jo", "Ibarra-Quintero"))

    assert ([v.visit_id for v in found], others) == ([visit_id], [])


@pytest.mark.parametrize("typed", ["OBrien", "o'brien mae", "O\N{RIGHT SINGLE QUOTATION MARK}B"])
def test_history_finds_a_name_however_its_apostrophe_is_typed(
    database: Database, typed: str
) -> None:
    visit_id = sign_in(database, make_identity("Maeve", "O'Brien"))
    sign_in(database, make_identity("Hyejin", "Na"))

    with database.read() as session:
        page = history.page(session, history.Filters(typed), CHICAGO, NINE)

    assert [v.visit_id for v in page.visits] == [visit_id]


def test_searching_for_a_word_that_means_no_name_does_not_find_everybody(
    database: Database,
) -> None:
    visit_id = sign_in(database, make_identity("Hyejin", "Na"))
    sign_in(database, make_identity("Maeve", "O'Brien"))

    with database.read() as session:
        pages = [
            history.page(session, history.Filters(word), CHICAGO, NINE) for word in ("Na", "none")
        ]

    assert [[v.visit_id for v in p.visits] for p in pages] == [[visit_id], []]


# ---- decisions ---------------------------------------------------------------------------------


def decide(database: Database, decision: Decision) -> None:
    with database.begin() as session:
        outbox.add(
            session,
            KIOSK,
            DecisionMade(decision),
            NINE,
            actor="staff:x",
            visit_id=decision.visit_id,
        )


def test_later_decision_is_kept_and_changes_nothing(any_database: Database) -> None:
    visit_id = screen(any_database, make_screened(held=True))
    first = make_decision(visit_id, Verdict.DENY)

    decide(any_database, first)
    decide(any_database, make_decision(visit_id, Verdict.APPROVE))

    with any_database.read() as session:
        visit = visits.get(session, visit_id)
        assert visit is not None
        assert visit.state is VisitState.DENIED
        assert visits.decision_in_force(session, visit_id) == first
        assert len(visits.decisions_of(session, [visit_id])) == 2


def test_same_decision_told_twice_is_kept_once(any_database: Database) -> None:
    visit_id = screen(any_database, make_screened(held=True))
    decision = make_decision(visit_id)

    with any_database.begin() as session:
        told = [visit_events.apply_decision(session, decision) for _ in range(2)]

    assert told == [True, False]


def test_database_refuses_a_second_decision_in_force(any_database: Database) -> None:
    visit_id = screen(any_database, make_screened(held=True))
    decide(any_database, make_decision(visit_id))

    def write() -> None:
        with any_database.begin() as session:
            session.add(
                DecisionRow(
                    decision_id=uuid4(),
                    visit_id=visit_id,
                    verdict="deny",
                    reason="r",
                    decided_by="Rosa Begaye",
                    decided_at=NINE,
                    where="console",
                    superseded=False,
                )
            )

    with pytest.raises(StorageError):
        write()


# ---- databases of the version before -----------------------------------------------------------


@pytest.fixture
def old_url(any_url: str) -> str:
    """A database before decisions were unique and names folded: made anew, then taken back."""
    database = open_database(any_url)
    visit_id = sign_in(database, make_identity("Maeve", "O'Brien"))
    decide(database, make_decision(visit_id, by="Dana Whitlock"))
    decide(database, replace(make_decision(visit_id), decided_at=NINE + timedelta(seconds=1)))
    database.close()
    engine, config = raw_engine(any_url), alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.execute(text("UPDATE decision SET superseded = (1 = 0)"))
        connection.execute(text("UPDATE visit SET search_name = 'o''brien maeve'"))
    engine.dispose()
    return any_url


def test_old_database_keeps_the_first_of_two_decisions_in_force_and_finds_old_names(
    old_url: str,
) -> None:
    database = open_database(old_url)

    with database.read() as session:
        (visit,) = history.page(session, history.Filters("OBrien"), CHICAGO, NINE).visits
        in_force = visits.decision_in_force(session, visit.visit_id)
        kept = visits.decisions_of(session, [visit.visit_id])
    database.close()

    assert in_force is not None
    assert in_force.decided_at == NINE
    assert len(kept) == 2
