"""Large tables in pieces of a month, on PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import create_engine, exists, false, inspect, text

from db import log, outbox, partitions, visits
from db.engine import Database, open_database
from db.ids import new_id
from db.schema import alembic_config
from tests.makers import KIOSK, NINE, make_screened


@pytest.fixture
def hub(postgres_url: str) -> Iterator[Database]:
    database = open_database(postgres_url)
    yield database
    database.close()


def places(hub: Database, table: str) -> list[str]:
    with hub.read() as session:
        rows = session.scalars(text(f"SELECT tableoid::regclass::text FROM {table}"))  # noqa: S608
        return list(rows)


def visit_at(hub: Database, at: datetime) -> UUID:
    screened = make_screened(visit_id=new_id(at), now=at)
    with hub.begin() as session:
        outbox.add(session, KIOSK, screened, at, actor="visitor", visit_id=screened.visit_id)
    return screened.visit_id


def test_rows_lie_in_the_piece_of_their_month(hub: Database) -> None:
    with hub.begin() as session:
        partitions.make_ahead(session.connection(), NINE.date())

    visit_id = visit_at(hub, NINE)

    for table in partitions.TABLES:
        assert places(hub, table) == [f"{table}_2026_11"]
    with hub.read() as session:
        assert visits.get(session, visit_id) is not None


def test_row_whose_clock_was_far_off_is_kept_and_found(hub: Database) -> None:
    visit_id = visit_at(hub, datetime(2061, 1, 1, tzinfo=UTC))

    assert places(hub, "event") == ["event_default"]
    with hub.read() as session:
        assert visits.get(session, visit_id) is not None


def test_months_are_made_ahead_once_and_one_with_strays_is_left_out(hub: Database) -> None:
    visit_at(hub, datetime(2061, 2, 1, tzinfo=UTC))
    with hub.begin() as session:
        made = partitions.make_ahead(session.connection(), date(2061, 1, 31))
    with hub.begin() as session:
        again = partitions.make_ahead(session.connection(), date(2061, 1, 31))

    assert made == [
        f"{table}_2061_{month}" for table in partitions.TABLES for month in ("01", "03", "04")
    ]
    assert again == []


def test_stray_that_comes_while_months_are_made_keeps_no_other_month_from_it(
    hub: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    visit_at(hub, datetime(2061, 2, 1, tzinfo=UTC))
    months = list(partitions.months(date(2061, 1, 1), date(2061, 3, 1)))
    monkeypatch.setattr(partitions, "exists", lambda: exists().where(false()))

    with hub.begin() as session:
        made = partitions.make(session.connection(), "visit", months)

    assert made == ["visit_2061_01", "visit_2061_03"]
    assert "visit_2061_02 is not made" in caplog.text


def test_hub_begins_with_this_month_and_three_more(hub: Database) -> None:
    tables = set(inspect(hub.engine).get_table_names())
    today = datetime.now(UTC).date()

    wanted = [partitions.after(today, n) for n in range(partitions.MONTHS_AHEAD + 1)]

    assert {partitions.name_of("event", m) for m in wanted} <= tables
    assert "visit_default" in tables


def test_ids_of_a_month_lie_between_its_first_and_the_next_ones() -> None:
    last = datetime(2026, 11, 30, 23, 59, 59, 999_000, tzinfo=UTC)
    month, following = date(2026, 11, 1), date(2026, 12, 1)

    low, high = partitions.first_id(month), partitions.first_id(following)

    assert low < new_id(datetime(2026, 11, 1, tzinfo=UTC)) < new_id(last) < high
    assert high < new_id(last + timedelta(milliseconds=1))
    assert partitions.month_of(new_id(last)) == month
    assert partitions.month_of(uuid4()) is None
    assert partitions.after(date(2026, 12, 31), 2) == date(2027, 2, 1)


def test_indexes_that_cannot_be_unique_in_pieces_still_find_rows(hub: Database) -> None:
    found = {i["name"]: i["column_names"] for i in inspect(hub.engine).get_indexes("event")}

    assert found["uq_event_device_id_epoch_seq"] == ["district_id", "device_id", "epoch", "seq"]
    assert found["uq_event_leaf_index"] == ["district_id", "leaf_index"]


def test_rows_survive_the_way_into_pieces_and_back(postgres_url: str) -> None:
    hub = open_database(postgres_url)
    old, today = (visit_at(hub, at) for at in (datetime(2024, 2, 29, tzinfo=UTC), NINE))
    hub.close()

    for revision in ("0008", "head"):
        migrate(postgres_url, revision)

    hub = open_database(postgres_url)
    with hub.read() as session:
        assert visits.get(session, old) is not None
        assert visits.get(session, today) is not None
        assert all(v.is_good for v in log.verify_log(session))
    assert sorted(places(hub, "event")) == ["event_2024_02", "event_2026_11"]
    hub.close()


def is_whole(hub: Database) -> bool:
    """Whether the index of parked events holds those of every piece."""
    query = text("SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_event_parked'::regclass")
    with hub.read() as session:
        return bool(session.scalar(query))


def test_pieces_of_a_version_before_are_indexed_one_by_one(postgres_url: str) -> None:
    hub = open_database(postgres_url)
    visit_at(hub, NINE)
    hub.close()
    migrate(postgres_url, "0016")
    migrate(postgres_url, "head")
    hub = open_database(postgres_url)
    assert not is_whole(hub)
    with hub.begin() as session:
        session.execute(text("CREATE INDEX event_2026_11_parked ON event_2026_11 (seq)"))  # left

    done = partitions.index_pieces(hub.engine)

    assert "event_2026_11" in done
    assert "event_default" in done
    assert is_whole(hub)
    assert partitions.index_pieces(hub.engine) == []
    hub.close()


def test_visits_get_the_index_of_their_state_piece_by_piece_and_keep_the_one_before_till_then(
    postgres_url: str,
) -> None:
    hub = open_database(postgres_url)
    visit_at(hub, NINE)
    hub.close()
    for revision in ("0020", "head"):
        migrate(postgres_url, revision)
    hub = open_database(postgres_url)
    new, old = "ix_visit_state_started_at_visit_id", "ix_visit_state"
    assert is_valid(hub, old)
    assert is_valid(hub, new) is False
    with hub.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        partitions._drop_replaced(connection)
    assert is_valid(hub, old)

    done = partitions.index_pieces(hub.engine)

    assert "visit_2026_11" in done
    assert is_valid(hub, new)
    assert is_valid(hub, old) is None
    assert partitions.index_pieces(hub.engine) == []
    hub.close()


def test_index_that_was_replaced_goes_the_next_time_where_somebody_reads_its_table(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "_DROP_SECONDS", 1)
    hub = open_database(postgres_url)
    visit_at(hub, NINE)
    with hub.begin() as session:
        session.execute(text("CREATE INDEX ix_visit_state ON visit (state)"))

    with hub.read() as reading:
        assert reading.scalar(text("SELECT count(*) FROM visit")) == 1
        partitions.index_pieces(hub.engine)
        assert is_valid(hub, "ix_visit_state")
    partitions.index_pieces(hub.engine)

    assert is_valid(hub, "ix_visit_state") is None
    hub.close()


def is_valid(hub: Database, index: str) -> bool | None:
    """Whether an index holds the rows of every piece; None where there is none."""
    query = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:index)")
    with hub.read() as session:
        found = session.scalar(query, {"index": index})
    return None if found is None else bool(found)


def test_months_made_meanwhile_are_indexed_from_the_start(postgres_url: str) -> None:
    hub = open_database(postgres_url)
    visit_at(hub, NINE)
    hub.close()
    for revision in ("0016", "head"):
        migrate(postgres_url, revision)
    hub = open_database(postgres_url)

    with hub.begin() as session:
        partitions.make(session.connection(), "event", [date(2061, 3, 1)])

    assert "event_2061_03" not in partitions.index_pieces(hub.engine)
    assert is_whole(hub)
    hub.close()


def test_new_hub_has_the_index_of_parked_events_whole(hub: Database) -> None:
    assert is_whole(hub)
    assert partitions.index_pieces(hub.engine) == []


def migrate(url: str, revision: str) -> None:
    engine, config = create_engine(url), alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        way = command.upgrade if revision == "head" else command.downgrade
        way(config, revision)
    engine.dispose()
