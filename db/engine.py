"""Opening a database: the only place where an engine is made.

SQLite (kiosk, small hub) runs in WAL mode with `synchronous=FULL`, so that what was confirmed on
a screen survives a power cut, and its file is encrypted (`db.encryption`); PostgreSQL (district)
runs with its defaults.

What is committed to SQLite lies in its write-ahead log. To bring it from there into the file takes
as long as several commits, so programs do it while nobody waits (`Database.write_back`); where they
do not come to it, the commit does that makes the log `LOG_PAGES` long.
"""

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    create_engine,
    event,
    select,
)
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from db import (
    addresses,
    applying,
    districts,
    encryption,
    key_store,
    limits,
    restoring,
    schema,
    scopes,
)
from db.columns import DISTRICT_OPTION
from db.domain.errors import StorageError
from db.key_store import Place
from db.models import DistrictRow
from db.private_files import make_empty, make_private_folder
from db.webhooks import put_down_notices

_LOST = (DBAPIError, PoolTimeoutError)
"""What stops a transaction that is not its own fault."""
LOG = logging.getLogger(__name__)
BUSY_TIMEOUT_MS = 5_000
LOG_PAGES = 4_000
"""16 MB; SQLite itself says 1000, which every 35th visit makes."""
FULL_BELOW_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Database:
    """One district's rows of an open database, ready to be used from any thread.

    A session stays in its thread.
    """

    engine: Engine
    district_id: UUID
    _writing: sessionmaker[Session]
    _reading: sessionmaker[Session]
    _looking: sessionmaker[Session]
    sites: frozenset[str] | None = None
    """The sites that its sessions are limited to (`db.scopes`), None when they are not."""
    _expect: Callable[[Session], object] | None = None

    def within(self, sites: frozenset[str] | None) -> "Database":
        """The same database, limited to these sites; None: to none."""
        return replace(self, sites=sites)

    def provided(self, expect: Callable[[Session], object]) -> "Database":
        """The same database, in which nothing is written once `expect` raises.

        Each transaction that writes asks it first, and sees all sites for that.
        """
        return replace(self, _expect=expect)

    def regardless(self) -> "Database":
        """The same database without what it was `provided`: to put away what was begun in it."""
        return replace(self, _expect=None)

    def check(self) -> None:
        """Raise what a transaction that writes would, where something else is to be done."""
        if self._expect is not None:
            with self.regardless().within(None).read() as session:
                self._expect(session)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction that writes: committed at the end, rolled back on any error.

        Raises `StorageError` when the database cannot be written (full disk, lost server).
        """
        try:
            with self._writing.begin() as session:
                if self._expect is not None:
                    self._expect(session)
                    session.expunge_all()  # what it read may be another once a lock was waited for
                session.info[scopes.SITES] = self.sites
                yield session
        except _LOST as error:
            raise StorageError(_why(error, self.engine.url)) from error

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One transaction that only reads: on SQLite it neither waits for writers nor stops them.

        Raises `StorageError` when the database cannot be read.
        """
        try:
            with self._reading.begin() as session:
                session.info[scopes.SITES] = self.sites
                yield session
        except _LOST as error:
            raise StorageError(_why(error, self.engine.url)) from error

    @contextmanager
    def look(self) -> Iterator[Session]:
        """`read` for single statements, each of which sees its own moment.

        A server is asked once for each, and not for a transaction around them too.
        """
        with replace(self, _reading=self._looking).read() as session:
            yield session

    def refuse_unfit(self) -> None:
        """Measure each row before it is written, as `db.limits` says. For a hub.

        Twice does no harm. (`event.contains` would say yes for another database that was here
        before: it goes by the address in memory.)
        """
        event.listen(self._writing, "before_flush", limits.check)

    def make_fit(self) -> None:
        """Make each row fit before it is written, as `db.limits` says."""
        event.listen(self._writing, "before_flush", limits.fit)

    def when_committed(self, tell: Callable[[], object]) -> Callable[[], None]:
        """Have `tell` called behind each commit, in its thread. Returns what ends that."""

        def committed(_: Session) -> None:
            tell()

        event.listen(self._writing, "after_commit", committed)
        return lambda: event.remove(self._writing, "after_commit", committed)

    def write_back(self) -> None:
        """Bring what was committed from SQLite's log into its file; nobody has to wait meanwhile.

        Nothing is lost when that cannot be, as on a full disk: it stays in the log.
        """
        if self.engine.dialect.name != "sqlite":
            return
        try:
            with closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except (SQLAlchemyError, encryption.Error) as error:
            LOG.warning("the database's log stays as it is for now: %s", error)

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str, district_id: UUID | None = None, keys: Place = Place.AUTO) -> Database:
    """Open `url` (``sqlite:///path`` or ``postgresql+psycopg://...``) and bring it up to date.

    `district_id` says whose rows are meant, where a database holds those of several districts;
    `keys` where the key of a SQLite file is kept when it is new. A file in clear is encrypted.

    Raises `StorageError` in words when that is not possible; the database is then unchanged.
    """
    parts = addresses.parts_of(url)
    key = _key_to_write(parts, keys)
    with _engine(parts, key, is_ours=True) as engine:
        schema.bring_up_to_date(engine)
        return _database(engine, _district(engine, district_id))


def open_existing(
    url: str, district_id: UUID | None = None, *, of_any_version: bool = False
) -> Database:
    """Open a database to look at it: it is neither made nor brought up to date.

    One `of_any_version` has the tables of that. Raises `StorageError` in words when there is none,
    or it is of another version.
    """
    parts = addresses.parts_of(url)
    path, key = _file_of(parts), None
    if path is not None:
        restoring.refuse_halfway(path.parent)
    if path is not None and not path.is_file() and encryption.is_halfway(path):
        raise StorageError(
            f"A change of the key of {path} did not come to its end. Nothing is lost: change the "
            "key again, or start the hub or the kiosk once, then try again."
        )
    if path is not None and not path.is_file():
        raise StorageError(
            f"There is no database at {path}, and none was made. Check what --database or --config "
            "says."
        )
    if path is not None:
        with _in_words(parts):
            key = encryption.key_to_open(path)
    with _engine(parts, key, is_ours=False) as engine:
        with engine.connect() as connection:
            revision = schema.revision_of(connection)
        if revision is None:
            raise StorageError(
                "That is no database of Vestibule. It was not changed. Check what --database or "
                "--config says."
            )
        if of_any_version:
            return _database(engine, _district(engine, district_id))
        if revision != schema.HEAD and not schema.is_older(revision):
            raise StorageError(schema.NEWER)
        if revision != schema.HEAD:
            raise StorageError(
                "This database is of an older version of Vestibule. It was not changed. Make a "
                "copy of it, start the hub or the kiosk once to bring it up to date, then try "
                "again."
            )
        return _database(engine, _district(engine, district_id))


def _key_to_write(parts: URL, keys: Place) -> bytes | None:
    path = _file_of(parts)
    if path is None:
        return None
    restoring.refuse_halfway(path.parent)
    with _in_words(parts):
        make_private_folder(path.parent)
        key = encryption.key_to_write(path, keys)
        _make_private_file(path)
    return key


def _make_private_file(path: Path) -> None:
    """Close the database to other accounts; SQLite gives the files beside it the same mode."""
    if os.name != "posix":
        return
    make_empty(path)
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        # Somebody else's file, or one that is not there: what matters is that it can be used.
        with suppress(PermissionError, FileNotFoundError):
            path.with_name(name).chmod(0o600)


def database_file(url: str) -> Path | None:
    """The file of a SQLite database; None for a server and for one in memory."""
    return _file_of(addresses.parts_of(url))


def is_server(url: str) -> bool:
    """Whether it is a PostgreSQL server's. Raises `StorageError` for what is no address at all."""
    return addresses.parts_of(url).get_backend_name() == "postgresql"


def _file_of(parts: URL) -> Path | None:
    is_file = parts.get_backend_name() == "sqlite" and parts.database not in (None, "", ":memory:")
    return Path(parts.database or "") if is_file else None


@contextmanager
def _engine(parts: URL, key: bytes | None, *, is_ours: bool) -> Iterator[Engine]:
    """An engine while it is tried: what goes wrong is told in words, and nothing stays open."""
    engine = _new_engine(parts, key)
    if parts.get_backend_name() == "sqlite":
        _tune_sqlite(engine, is_ours=is_ours)
    with _in_words(parts):
        try:
            yield engine
        except BaseException:
            engine.dispose()
            raise


def _new_engine(parts: URL, key: bytes | None) -> Engine:
    """Errors of SQLAlchemy would carry the values of a statement, names among them, into logs."""
    path = _file_of(parts)
    if path is not None:
        return create_engine(
            parts,
            module=encryption.DBAPI,
            creator=lambda: encryption.connect(path.absolute(), key),
            poolclass=QueuePool,
            hide_parameters=True,
        )
    is_sqlite = parts.get_backend_name() == "sqlite"
    return create_engine(
        parts,
        connect_args={"check_same_thread": False} if is_sqlite else {},
        hide_parameters=True,
        **({} if is_sqlite else {"pool_size": 20, "max_overflow": 0}),
    )


@contextmanager
def _in_words(parts: URL) -> Iterator[None]:
    try:
        yield
    except StorageError:
        raise
    except (SQLAlchemyError, OSError, encryption.Error) as error:
        raise StorageError(_why(error, parts)) from error


def _database(engine: Engine, district_id: UUID) -> Database:
    engine = engine.execution_options(**{DISTRICT_OPTION: district_id})
    writing = districts.sessions_of(district_id, sessionmaker(engine, expire_on_commit=False))
    event.listen(writing, "before_commit", applying.take_in)
    event.listen(writing, "before_commit", put_down_notices)  # last, as it says
    return Database(
        engine,
        district_id,
        writing,
        districts.sessions_of(district_id, sessionmaker(_that_reads(engine, "REPEATABLE READ"))),
        districts.sessions_of(district_id, sessionmaker(_that_reads(engine, "AUTOCOMMIT"))),
    )


def _district(engine: Engine, wanted: UUID | None) -> UUID:
    """The district that is meant: a new database has one, and says itself which."""
    with engine.connect() as connection:
        known = set(connection.scalars(select(DistrictRow.district_id)))
    if wanted is None and len(known) == 1:
        return known.pop()
    if wanted in known and wanted is not None:
        return wanted
    raise StorageError(
        "This database holds several districts, or not the one that was asked for. Nothing was "
        f"changed. It holds: {', '.join(sorted(map(str, known)))}."
    )


def _that_reads(engine: Engine, on_server: IsolationLevel) -> Engine:
    """SQLite shows one moment to all that a transaction reads, PostgreSQL as it is told."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(only_reads=True, isolation_level=on_server)
    return engine.execution_options(only_reads=True)


def _tune_sqlite(engine: Engine, *, is_ours: bool) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: ConnectionPoolEntry) -> None:
        # sqlite3 would begin transactions by itself, and too late for BEGIN IMMEDIATE.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        if is_ours:  # it is written into the file, and the file may be another program's
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later could not wait for another writer.
        only_reads = connection.get_execution_options().get("only_reads", False)
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _why(error: Exception, where: URL) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    text = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
    is_full = "disk is full" in text or "No space left" in text
    if is_full or ("disk I/O error" in text and _is_full(_file_of(where))):
        return (
            "The disk is full, so nothing new can be kept. What was confirmed before is safe. "
            "Free some space on this computer, then try again."
        )
    if "locked" in text:
        return "The database is busy with other work. Nothing was changed; try again."
    if "not a database" in text and (path := _file_of(where)) is not None:
        return encryption.NO_KEY.format(keys=path.parent / key_store.FOLDER)
    if "not a database" in text or "malformed" in text:
        return encryption.DAMAGED
    return f"The database cannot be used ({text}). Nothing was changed."


def _is_full(path: Path | None) -> bool:
    """SQLite often says "disk I/O error" when the disk is full: ask the disk itself."""
    try:
        return path is not None and shutil.disk_usage(path.parent).free < FULL_BELOW_BYTES
    except OSError:
        return False
