"""The address of a database, as somebody says it. It may hold a password, so it is never told."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from db.domain.errors import StorageError

_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_UNCLEAR = (
    "The database's address cannot be understood. It starts with sqlite:/// and a path, or with "
    "postgresql+psycopg:// and a server's name. For a password with signs like @ : / in it use "
    "~/.pgpass, or write them in percent-encoding (@ as %40)."
)


def parts_of(url: str) -> URL:
    """The address in its parts, with the driver that we use. Raises `StorageError` in words."""
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError(_UNCLEAR) from None  # their words would hold what was said
    driver = _DRIVERS.get(parts.drivername)
    if driver is None:
        raise StorageError(
            f"Vestibule cannot keep its data in {parts.drivername}. It can in SQLite (sqlite:/// "
            "and a path) and in PostgreSQL (postgresql+psycopg:// and a server's name)."
        )
    if driver.startswith("postgresql") and not _is_clear(url):
        raise StorageError(_UNCLEAR)
    return parts.set(drivername=driver)


def _is_clear(url: str) -> bool:
    """Whether no part of a password could be taken for the server's name, which errors tell."""
    server, _, query = url.partition("://")[2].partition("?")
    is_query = all("=" in piece for piece in query.split("&")) or "@" not in query
    return server.count("@") <= 1 and is_query
