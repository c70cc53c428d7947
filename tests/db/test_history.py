"""Past visits are found by any part of a name, newest first, a page at a time."""

import logging
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import create_engine, delete, text, update

from db import encryption, history, name_search, partitions
from db.engine import Database, open_database
from db.history import Filters
from db.ids import new_id
from db.models import VisitRow
from db.schema import alembic_config
from db.screening.names import letters
from tests.makers import NINE
from tests.raw import raw_engine

ZONE = ZoneInfo("America/Chicago")
FAMILIES = ("Raghunathan", "Mann", "Manning", "O'Brien", "Li", "Xu", "de la Cruz", "Ångström")
GIVEN = ("Priya", "Ann", "Anna-Lena", "Xi", "Brien", "Lina", "José")
WORDS = (
    "man", "manning", "anning", "ann mann", "mann ann", "brien", "o'brien", "li", "x", "cruz de",
    "angstrom", "ångs", "jose man", "raghunathan priya", "nobody", 'ma"n', "ma%n", "l", "an li",
)  # fmt: skip


@pytest.fixture
def crowd(any_database: Database) -> Database:
    """Seventy visits at two schools, some of which began in the same moment."""
    chance = random.Random(7)  # noqa: S311  no secret
    with any_database.begin() as session:
        for number in range(70):
            began = NINE + timedelta(microseconds=chance.randrange(5) * 300 + number // 9 * 1_000)
            school = chance.choice(("north", "south"))
            names = chance.choice(GIVEN), chance.choice(FAMILIES)
            session.add(visit_row(*names, site_id=school, started_at=began))
    return any_database


def visit_row(given: str, family: str, **other: object) -> VisitRow:
    known = {"visit_id": new_id(NINE), "site_id": "north", "started_at": NINE} | other
    return VisitRow(
        given_name=given,
        family_name=family,
        search_name=letters(f"{family} {given}"),
        number=1,
        kiosk_id="front",
        state="departed",
        sex="unspecified",
        **known,
    )


def every_page(database: Database, words: str, limit: int = 3) -> Iterator[history.VisitPage]:
    after: str | None = ""
    while after is not None:
        with database.read() as session:
            filters = Filters(text=words)
            page = history.page(session, filters, ZONE, NINE, after=after, limit=limit)
        yield page
        after = page.next_page


def ids_of(pages: Sequence[history.VisitPage]) -> list[UUID]:
    return [visit.visit_id for page in pages for visit in page.visits]


def fits(name: str, word: str) -> bool:
    """The rule, said once more and in another way."""
    return word in name if len(word) > 2 else any(w.startswith(word) for w in name.split())


@pytest.mark.parametrize("words", WORDS)
def test_pages_hold_each_visit_that_fits_once_and_the_newest_first(
    crowd: Database, words: str
) -> None:
    with crowd.read() as session:
        rows = [(r.started_at, r.visit_id, r.search_name) for r in session.query(VisitRow)]
    wanted = {
        visit_id for _, visit_id, name in rows if all(fits(name, w) for w in letters(words).split())
    }

    pages = list(every_page(crowd, words))

    found = ids_of(pages)
    assert len(found) == len(set(found))
    assert set(found) == wanted
    began = {visit_id: at for at, visit_id, _ in rows}
    milliseconds = [began[i].replace(microsecond=began[i].microsecond // 1000) for i in found]
    assert milliseconds == sorted(milliseconds, reverse=True)
    assert {page.total for page in pages} == {len(wanted)}


@pytest.mark.parametrize("words", ["", "mann", "li"])
def test_only_visits_of_the_own_school_are_found_and_counted(crowd: Database, words: str) -> None:
    everywhere = ids_of(list(every_page(crowd, words)))

    pages = list(every_page(crowd.within(frozenset({"south"})), words))

    assert {visit.site_id for page in pages for visit in page.visits} == {"south"}
    assert 0 < pages[0].total < len(everywhere)
    assert pages[0].total == len(ids_of(pages))


def test_page_says_when_there_are_more_visits_than_were_counted(
    crowd: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MOST_COUNTED", 20)
    monkeypatch.setattr(history, "MOST_COUNTED_OF_NAME", 7)

    whole, some, few = (list(every_page(crowd, words)) for words in ("", "man", "raghunathan jo"))

    assert {(page.total, page.is_more) for page in whole} == {(20, True)}
    assert {(page.total, page.is_more) for page in some} == {(7, True)}
    assert {(page.total, page.is_more) for page in few} == {(len(ids_of(few)), False)}


def test_visitor_is_found_by_the_name_that_stands_now(any_database: Database) -> None:
    row = visit_row("Priya", "Raghunathan")
    with any_database.begin() as session:
        session.add(row)
    named = update(VisitRow).where(VisitRow.visit_id == row.visit_id)

    def found() -> list[bool]:
        return [bool(ids_of(list(every_page(any_database, w)))) for w in ("nathan", "thanga", "")]

    assert found() == [True, False, True]
    with any_database.begin() as session:
        session.execute(named.values(search_name="thangarajan priya"))
    assert found() == [False, True, True]
    with any_database.begin() as session:
        session.execute(named.values(search_name=""))  # as when it is forgotten
    assert found() == [False, False, True]
    with any_database.begin() as session:
        session.execute(delete(VisitRow))
    assert found() == [False, False, False]


def test_page_goes_on_behind_a_visitor_who_was_forgotten_meanwhile(crowd: Database) -> None:
    pages = every_page(crowd, "ann")
    first = next(pages)
    with crowd.begin() as session:
        last = VisitRow.visit_id == first.visits[-1].visit_id
        session.execute(update(VisitRow).where(last).values(search_name=""))

    later = [visit for page in pages for visit in page.visits]

    assert later
    assert not {v.visit_id for v in later} & {v.visit_id for v in first.visits}


def downgrade(url: str, revision: str) -> None:
    engine, config = raw_engine(url), alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


def test_visits_of_a_version_before_are_found(any_url: str) -> None:
    database = open_database(any_url)
    with database.begin() as session:
        session.add_all(visit_row("Priya", family) for family in FAMILIES)
    database.close()
    downgrade(any_url, "0018")
    database = open_database(any_url)

    found = ids_of(list(every_page(database, "manning")))

    database.close()
    assert len(found) == 1


def test_visitors_are_found_in_a_file_with_a_new_key(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    database = open_database(url)
    with database.begin() as session:
        session.add_all(visit_row("Priya", family) for family in FAMILIES)
    database.close()

    encryption.rekey(tmp_path / "hub.db")

    database = open_database(url)
    with database.begin() as session:
        session.add(visit_row("Dana", "Whitlock"))
    found = [len(ids_of(list(every_page(database, words)))) for words in ("manning", "itloc")]
    database.close()
    assert found == [1, 1]


@pytest.fixture
def hub(postgres_url: str) -> Iterator[Database]:
    opened = open_database(postgres_url)
    with opened.begin() as session:
        session.add_all(visit_row("Priya", family) for family in FAMILIES)
    yield opened
    opened.close()


def test_postgresql_looks_a_part_up_once_the_hub_has_made_its_index(hub: Database) -> None:
    with hub.begin() as session:  # enough that it is worth an index
        session.add_all(visit_row(f"P{n:x}", f"R{n * 7919:x}") for n in range(3_000))
    assert name_search.make_index(hub.engine)
    assert name_search.make_index(hub.engine)
    partitions.index_pieces(hub.engine)

    with hub.begin() as session:
        session.execute(text("ANALYZE visit"))
        asked = text("EXPLAIN SELECT 1 FROM visit WHERE search_name LIKE '%anning%'")
        plan = "\n".join(session.scalars(asked))
        valid = text("SELECT indisvalid FROM pg_index WHERE indexrelid = CAST(:name AS regclass)")
        is_whole = session.scalar(valid, {"name": name_search.INDEX})

    assert "search_name_part" in plan
    assert is_whole
    assert partitions.index_pieces(hub.engine) == []


def test_index_that_is_there_is_not_asked_for_again_while_somebody_writes(hub: Database) -> None:
    assert name_search.make_index(hub.engine)

    with hub.begin() as writing:
        writing.execute(text("LOCK TABLE visit IN ROW EXCLUSIVE MODE"))
        assert name_search.make_index(hub.engine)


def test_index_waits_no_longer_for_who_writes_than_others_can_bear(
    hub: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(name_search, "_LOCK_SECONDS", 1)
    with hub.begin() as writing, caplog.at_level(logging.WARNING, name_search.LOG.name):
        writing.execute(text("LOCK TABLE visit IN ROW EXCLUSIVE MODE"))

        assert not name_search.make_index(hub.engine)

    assert not caplog.records
    assert name_search.make_index(hub.engine)


def test_hub_that_may_not_add_the_extension_says_so_and_finds_visitors(
    hub: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with hub.begin() as session:
        session.execute(text("DROP ROLE IF EXISTS clerk"))
        session.execute(text("CREATE ROLE clerk LOGIN"))
        session.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk"))
    weak = create_engine(hub.engine.url.set(username="clerk"))

    with caplog.at_level(logging.WARNING, name_search.LOG.name):
        made = name_search.make_index(weak)

    weak.dispose()
    with hub.begin() as session:
        session.execute(text("DROP OWNED BY clerk"))
        session.execute(text("DROP ROLE clerk"))
    assert not made
    assert "pg_trgm" in caplog.text
    assert ids_of(list(every_page(hub, "anning")))


def test_visitors_of_a_version_that_knew_no_names_are_found_by_them(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    with closing(open_database(url)) as database, database.begin() as session:
        session.add_all(visit_row("Priya", family) for family in (*FAMILIES, *FAMILIES))
    downgrade(url, "0023")

    with closing(open_database(url)) as database:
        found = ids_of(list(every_page(database, "priya mann")))
        names = names_kept(database)

    assert len(found) == 4  # Mann and Manning, twice each
    assert len(names) == len(set(names)) == len(FAMILIES)


@pytest.mark.parametrize("few", [0, 1, 2, 25])
@pytest.mark.parametrize("words", WORDS)
def test_it_is_all_the_same_how_many_names_are_few(
    crowd: Database, words: str, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the order of those who came within one millisecond."""
    wanted = list(every_page(crowd, words))
    monkeypatch.setattr(name_search, "_FEW_NAMES", few)

    found = list(every_page(crowd, words))

    assert sorted(ids_of(found)) == sorted(ids_of(wanted))
    assert [page.total for page in found] == [page.total for page in wanted]


def test_name_is_kept_as_long_as_a_visit_has_it_and_leaves_no_letter_behind(
    tmp_path: Path,
) -> None:
    with closing(open_database(f"sqlite:///{tmp_path}/hub.db")) as database:
        rows = [visit_row("Priya", "Quillfeather") for _ in range(2)]
        with database.begin() as session:
            session.add_all([*rows, visit_row("Dana", "Whitlock")])

        for row, is_kept in zip(rows, (True, False), strict=True):
            with database.begin() as session:
                of_this = VisitRow.visit_id == row.visit_id
                session.execute(update(VisitRow).where(of_this).values(search_name=""))
            assert ("quillfeather priya" in names_kept(database)) is is_kept
            assert bool({"qui", "uil", "fea"} & letters_kept(database)) is is_kept

        assert names_kept(database) == ["whitlock dana"]
        assert {"whi", "ock", "dan"} <= letters_kept(database)


def names_kept(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(text(f"SELECT search_name FROM {name_search.NAMES}")))  # noqa: S608


def letters_kept(database: Database) -> set[str]:
    """Every three letters that the index of names knows."""
    with database.engine.connect() as connection:
        run = connection.exec_driver_sql
        run(f"CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, {name_search.NAMES}_part, row)")
        return {str(term) for term in run("SELECT term FROM temp.terms").scalars()}
