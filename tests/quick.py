"""What every test would do anew, done once: tables, hubs, statements, routes, certificates.

Nothing is left out: a database that starts as a copy is the one that the migrations made, and
`db.schema` still looks at its version. The migrations themselves run in `tests/db/test_engine.py`.
"""

import functools
import sqlite3
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute, _EffectiveRouteContext
from sqlalchemy import Connection, Engine
from sqlalchemy.util import LRUCache

from db import addresses, encryption, engine, schema
from db.columns import Base

BRING_UP_TO_DATE = schema.bring_up_to_date
"""As the product does it."""
_KEY = bytes(range(32))
Rows = list[tuple[Any, ...]]


def copy_migrated_databases(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """A new SQLite database becomes a copy of one that was migrated (10 times as quick).

    SQLite copies encrypted files only from encrypted ones, whatever their keys are.
    """
    kept: dict[type, Any] = {
        sqlite3.Connection: sqlite3.connect(":memory:", check_same_thread=False),
        encryption.Connection: encryption.connect(":memory:", _KEY),
    }

    def migrate(opened: Engine) -> None:
        if opened.dialect.name == "sqlite" and _is_empty(opened):
            with opened.connect() as connection:
                ours = _sqlite_of(connection)
                source = kept[type(ours)]
                if _has_no_tables(source):
                    _migrate_into(source, folder / f"{len(list(folder.iterdir()))}.db")
                source.backup(ours)
        BRING_UP_TO_DATE(opened)

    patch.setattr(schema, "bring_up_to_date", migrate)


def compile_statements_once(patch: pytest.MonkeyPatch) -> None:
    """SQLAlchemy keeps what it made of a statement with an engine: here with a kind of server.

    It keeps them by the dialect, so that engines of one kind share the first one's, which knows
    its server from then on. Most of what a database of its own costs a test is this.
    """
    kept: dict[tuple[type, Any], Any] = {}
    open_one = engine._database

    def database(opened: Engine, district_id: UUID) -> engine.Database:
        own = opened.dialect
        opened.dialect, opened._compiled_cache = kept.setdefault(
            (type(own), own.dbapi), (own, LRUCache(5_000))
        )
        return open_one(opened, district_id)

    patch.setattr(engine, "_database", database)


def build_routes_once(patch: pytest.MonkeyPatch) -> None:
    """FastAPI builds each route for each application: here once for a place that it has there."""
    kept: dict[tuple[Any, ...], Any] = {}
    build = _EffectiveRouteContext.from_api_route

    def from_api_route(*, original_route: APIRoute, include_context: Any) -> Any:
        place = include_context.path_for(original_route), *include_context.dependencies
        found = kept.get((id(original_route), *place))
        if found is None:
            found = build(original_route=original_route, include_context=include_context)
            kept[id(original_route), *place] = found
        return found

    patch.setattr(_EffectiveRouteContext, "from_api_route", from_api_route)


def read_certificates_once(patch: pytest.MonkeyPatch) -> None:
    """An HTTP client reads all of the computer's certificates: here the first one does."""
    patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))


@dataclass
class _Beginning:
    """What one hub's set-up wrote, by table, and when."""

    at: datetime
    rows: dict[str, Rows]
    is_in_use: bool = False


_beginnings: dict[tuple[Any, ...], _Beginning] = {}
"""By the kind of server, and by the ids of its districts, which the rows name."""


@contextmanager
def set_up_once(
    database: engine.Database, now: datetime, set_up: Callable[[], None]
) -> Iterator[None]:
    """A database without a hub gets the rows that `set_up` wrote into another one that day.

    Only one has them at a time: two that did would be one hub, with one key.
    """
    with database.engine.begin() as connection:
        ids = connection.exec_driver_sql("SELECT district_id FROM district").scalars()
        kind = (connection.dialect.name, *ids)
        kept = _beginnings.get(kind)
        is_in_use = kept is not None and kept.is_in_use
        is_of_today = kept is not None and timedelta(0) <= now - kept.at < timedelta(days=1)
        if kept is not None and is_of_today and not is_in_use:
            _write(connection, kept.rows)
        else:
            kept = None
            there = _rows_of(connection)
    if kept is None:
        set_up()
        with database.engine.connect() as connection:
            rows = {name: r for name, r in _rows_of(connection).items() if name not in there}
        kept = _Beginning(now, rows)
        if not is_in_use:
            _beginnings[kind] = kept
    kept.is_in_use = True
    try:
        yield
    finally:
        kept.is_in_use = False


def _rows_of(connection: Connection) -> dict[str, Rows]:
    """Of each table that has any, in an order in which they can be written."""
    read = connection.exec_driver_sql
    every = {t.name: read(f'SELECT * FROM "{t.name}"').all() for t in Base.metadata.sorted_tables}  # noqa: S608
    return {name: [tuple(row) for row in rows] for name, rows in every.items() if rows}


def _write(connection: Connection, tables: dict[str, Rows]) -> None:
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    for name, rows in tables.items():
        marks = ", ".join([mark] * len(rows[0]))
        connection.exec_driver_sql(f'INSERT INTO "{name}" VALUES ({marks})', rows)  # noqa: S608


def _is_empty(opened: Engine) -> bool:
    with opened.connect() as connection:
        return _has_no_tables(_sqlite_of(connection))


def _has_no_tables(connection: Any) -> bool:
    (count,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(count == 0)


def _sqlite_of(connection: Connection) -> Any:
    return connection.connection.dbapi_connection


def _migrate_into(kept: Any, path: Path) -> None:
    """Migrate a database as the product would, and keep what came of it."""
    is_encrypted = isinstance(kept, encryption.Connection)
    url = addresses.parts_of(f"sqlite:///{path}" if is_encrypted else "sqlite://")
    with engine._engine(url, _KEY, is_ours=True) as opened:
        BRING_UP_TO_DATE(opened)
        with opened.connect() as connection:
            _sqlite_of(connection).backup(kept)
        opened.dispose()
