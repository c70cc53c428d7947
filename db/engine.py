"""Opening a database: the only place where an engine is made.

SQLite (kiosk, small hub) runs in WAL mode with `synchronous=FULL`, so that what was confirmed on
a screen survives a power cut; PostgreSQL (district) runs with its defaults.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from db.domain.errors import StorageError

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0001"
"""The newest revision in `migrations/versions`; a test compares the two."""
BUSY_TIMEOUT_MS = 5_000
MIGRATIONS = Path(__file__).parent / "migrations"
logging.getLogger("alembic").setLevel(logging.WARNING)  # it would tell of every start


@dataclass(frozen=True, slots=True)
class Database:
    """An open database, ready to be used from any thread. A session stays in its thread."""

    engine: Engine
    _writing: sessionmaker[Session]
    _reading: sessionmaker[Session]

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction that writes: committed at the end, rolled back on any error.

        Raises `StorageError` when the database cannot be written (full disk, lost server).
        """
        try:
            with self._writing.begin() as session:
                yield session
        except DBAPIError as error:
            raise StorageError(_why(error)) from error

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One transaction that only reads: on SQLite it neither waits for writers nor stops them.

        Raises `StorageError` when the database cannot be read.
        """
        try:
            with self._reading.begin() as session:
                yield session
        except DBAPIError as error:
            raise StorageError(_why(error)) from error

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open `url` (``sqlite:///path`` or ``postgresql+psycopg://...``) and bring it up to date.

    Raises `StorageError` in words when that is not possible; the database is then unchanged.
    """
    try:
        parts = make_url(url)
        if parts.get_backend_name() == "sqlite" and parts.database:
            Path(parts.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parts, connect_args=_connect_args(parts.get_backend_name()))
        if engine.dialect.name == "sqlite":
            _tune_sqlite(engine)
        _migrate(engine)
    except ArgumentError as error:
        raise StorageError(
            "The database's address cannot be understood. It starts with sqlite:/// and a path, "
            "or with postgresql+psycopg:// and a server's name."
        ) from error
    except (SQLAlchemyError, OSError, ImportError) as error:
        raise StorageError(_why(error)) from error
    return Database(
        engine,
        sessionmaker(engine, expire_on_commit=False),
        sessionmaker(engine.execution_options(only_reads=True)),
    )


def _connect_args(backend: str) -> dict[str, object]:
    return {"check_same_thread": False} if backend == "sqlite" else {}


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        # sqlite3 would begin transactions by itself, and too late for BEGIN IMMEDIATE.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later could not wait for another writer.
        only_reads = connection.get_execution_options().get("only_reads", False)
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def alembic_config() -> "Config":
    """Alembic's settings for our one history; `attributes["connection"]` is set by the caller."""
    from alembic.config import Config  # noqa: PLC0415  see _migrate

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _migrate(engine: Engine) -> None:
    with engine.begin() as connection:
        if _revision(connection) == HEAD:
            return
        # Alembic takes a quarter of a second to load: only where there is something to migrate.
        from alembic import command  # noqa: PLC0415

        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _why(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    text = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
    if "disk is full" in text or "No space left" in text:
        return (
            "The disk is full, so nothing new can be kept. What was confirmed before is safe. "
            "Free some space on this computer, then try again."
        )
    if "locked" in text:
        return "The database is busy with other work. Nothing was changed; try again."
    if "not a database" in text or "malformed" in text:
        return (
            "The database's file is damaged. It was not changed. Put it aside and restore the "
            "newest backup."
        )
    return f"The database cannot be used ({text}). Nothing was changed."
