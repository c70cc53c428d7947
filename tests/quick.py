"""What every test would do anew, done once: migrations, and reading trusted certificates.

Nothing is left out: a database that starts as a copy is the one that the migrations made, and
`db.schema` still looks at its version. The migrations themselves run in `tests/db/test_engine.py`.
"""

import functools
import sqlite3
import ssl
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from db import engine, schema

BRING_UP_TO_DATE = schema.bring_up_to_date
"""As the product does it."""


def copy_migrated_databases(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """A new SQLite database becomes a copy of one that was migrated (10 times as quick)."""
    kept = sqlite3.connect(":memory:", check_same_thread=False)

    def migrate(opened: Engine) -> None:
        if opened.dialect.name == "sqlite" and _is_empty(opened):
            if _has_no_tables(kept):
                _migrate_into(kept, folder / "migrated.db")
            with opened.connect() as connection:
                kept.backup(_sqlite_of(connection))
        BRING_UP_TO_DATE(opened)

    patch.setattr(schema, "bring_up_to_date", migrate)


def read_certificates_once(patch: pytest.MonkeyPatch) -> None:
    """An HTTP client reads all of the computer's certificates: here the first one does."""
    patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))


def _is_empty(opened: Engine) -> bool:
    with opened.connect() as connection:
        return _has_no_tables(_sqlite_of(connection))


def _has_no_tables(connection: sqlite3.Connection) -> bool:
    (count,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return bool(count == 0)


def _sqlite_of(connection: Connection) -> sqlite3.Connection:
    found = connection.connection.dbapi_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def _migrate_into(kept: sqlite3.Connection, path: Path) -> None:
    """Migrate a file as the product would, and keep what came of it."""
    with engine._engine(engine._address(f"sqlite:///{path}"), is_ours=True) as opened:
        BRING_UP_TO_DATE(opened)
        with opened.connect() as connection:
            _sqlite_of(connection).backup(kept)
        opened.dispose()
