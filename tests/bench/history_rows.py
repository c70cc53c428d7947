"""Millions of visits of invented people, as a hub's database holds them: filled by `history.py`."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from uuid import UUID

from sqlalchemy import Connection, text

from db import codec, name_search, partitions
from db.domain.people import Document, DocumentKind, Sex
from db.domain.visit import CheckOutWay, Host, VisitDetails, VisitorType, VisitState
from db.engine import Database
from db.screening.names import letters, population

COLUMNS = (
    "district_id", "visit_id", "number", "site_id", "kiosk_id", "state", "given_name",
    "middle_name", "family_name", "suffix", "search_name", "birth_date", "sex", "document",
    "number_hash", "visitor_key", "started_at", "visitor_type", "details", "with_escort", "photo",
    "badge_token_hash", "badge_code", "valid_until", "checked_in_at", "checked_out_at",
    "checked_out_by", "sticker",
)  # fmt: skip
LAST_DAY = date(2026, 1, 5)
YEARS = 3
SITES = 60
_AT_ONCE = 20_000
_MIDDLE = 0.4
"""Share of people who show a middle name."""
_HOST = Host("okafor", "Ms Okafor", "Room 12")
Row = tuple[object, ...]


def fill(database: Database, count: int, seed: int) -> None:
    """Add so many visits of three years at sixty schools, in the order in which they came.

    Their indexes are made behind, since that is not what is measured.
    """
    rows = _rows(database.district_id, count, random.Random(seed))  # noqa: S311  no secret
    with _without_a_journal(database), database.engine.begin() as connection:
        indexes = _take_indexes_away(connection)
        if connection.dialect.name == "postgresql":
            _copy(connection, rows)
        else:
            name_search.drop_parts(connection)
            _insert(connection, rows)
            name_search.make_parts(connection)
            name_search.make_names(connection)
        for statement in indexes:
            connection.exec_driver_sql(statement)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


@contextmanager
def _without_a_journal(database: Database) -> Iterator[None]:
    """SQLite writes each page once meanwhile: with its log all of them would be written twice."""
    if database.engine.dialect.name != "sqlite":
        yield
        return
    database.engine.dispose()  # only the last that has it open may end the log
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
            driver.execute(f"PRAGMA {pragma}")
    yield
    database.engine.dispose()


def _rows(district_id: UUID, count: int, rng: random.Random) -> Iterator[Row]:
    """People come again and again, as they do: each some twenty-five times."""
    people = list(_people(max(count // 25, 1), rng))
    places = [f"{rng.getrandbits(128):032x}" for _ in range(SITES)]
    kinds = [
        (kind.value, _details(VisitDetails(kind, "A meeting about the term", _HOST)))
        for kind in VisitorType
    ]
    state, by_badge = VisitState.DEPARTED.value, CheckOutWay.BADGE.value
    a_minute, most_of_an_hour, eight_hours = (timedelta(minutes=m) for m in (1, 50, 480))
    days = [d for d in _days() if d.weekday() < 5]
    for at, day in enumerate(days):
        today = count * (at + 1) // len(days) - count * at // len(days)
        opens = datetime.combine(day, time(13), UTC)
        began = sorted(rng.randrange(30_000_000) for _ in range(today))
        for number, (millisecond, who) in enumerate(
            zip(began, rng.choices(people, k=today), strict=True), start=1
        ):
            moment = opens + timedelta(milliseconds=millisecond)
            place, (kind, told) = rng.choice(places), rng.choice(kinds)
            yield (
                district_id, _id(moment, rng), number, place, place, state, *who,
                moment, kind, told, False, "", f"{rng.getrandbits(256):064x}", "",
                moment + eight_hours, moment + a_minute, moment + most_of_an_hour, by_badge, "",
            )  # fmt: skip


def _people(count: int, rng: random.Random) -> Iterator[Row]:
    """From the given name to the visitor's key, as `COLUMNS` has them."""
    family, woman, man = population()
    draws = [(list(of), list(accumulate(of.values()))) for of in (family, woman, man)]
    licence = codec.to_json(Document(DocumentKind.DRIVER_LICENSE, "TX", "USA")).decode()
    for _ in range(count):
        sex = rng.choice((Sex.FEMALE, Sex.MALE))
        names, weights = draws[1 if sex is Sex.FEMALE else 2]
        (surname,) = rng.choices(draws[0][0], cum_weights=draws[0][1])
        given, other = rng.choices(names, cum_weights=weights, k=2)
        middle = other if rng.random() < _MIDDLE else ""
        yield (
            given.title(), middle.title(), surname.title(), "",
            letters(f"{surname} {given} {middle}"),
            date(1940, 1, 1) + timedelta(days=rng.randrange(24_000)), sex.value, licence,
            f"{rng.getrandbits(256):064x}", f"{rng.getrandbits(256):064x}",
        )  # fmt: skip


def _details(details: VisitDetails) -> str:
    return codec.to_json(details).decode()


def _days() -> Iterator[date]:
    first = LAST_DAY - timedelta(days=365 * YEARS)
    return (first + timedelta(days=n) for n in range((LAST_DAY - first).days + 1))


def _id(moment: datetime, rng: random.Random) -> UUID:
    random_bits = rng.getrandbits(74)
    high, low = random_bits >> 62, random_bits & (1 << 62) - 1
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def _take_indexes_away(connection: Connection) -> list[str]:
    """Drop the indexes of the visits but for the key. Returns what makes them again."""
    if connection.dialect.name == "postgresql":
        found = connection.execute(
            text(
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'visit'"
                " AND indexdef NOT LIKE 'CREATE UNIQUE%'"
            )
        ).all()
        partitions.make(connection, "visit", list(partitions.months(next(_days()), LAST_DAY)))
    else:
        found = connection.execute(
            text(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
                " AND tbl_name = 'visit' AND sql NOT LIKE 'CREATE UNIQUE%'"
            )
        ).all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return [str(made).replace(" ON ONLY ", " ON ") for _, made in found]


def _copy(connection: Connection, rows: Iterator[Row]) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor().copy(f"COPY visit ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(connection: Connection, rows: Iterator[Row]) -> None:
    marks = ", ".join("?" * len(COLUMNS))
    statement = f"INSERT INTO visit ({', '.join(COLUMNS)}) VALUES ({marks})"  # noqa: S608
    while some := [_written(row) for _, row in zip(range(_AT_ONCE), rows, strict=False)]:
        connection.exec_driver_sql(statement, some)


def _written(row: Row) -> Row:
    """As SQLite has it."""
    return tuple(map(_as_sqlite, row))


def _as_sqlite(value: object) -> object:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat() if isinstance(value, date) else value
