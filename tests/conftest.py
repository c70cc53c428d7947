"""Real databases for every test that asks: SQLite in a folder, PostgreSQL on loopback."""

import gc
import os
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from db import staff, staff_pins
from db.engine import Database, open_database
from tests import quick, temporary
from tests.postgres import PostgresServer, start_postgres

# Before Qt is imported: no test needs a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")
# No test, and no program that it starts, comes near the keyring of whoever runs it.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

# How busy the computer is says nothing of the code: times are measured in tests/bench.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="module", autouse=True)
def quick_collections() -> None:
    """What earlier files left in memory is not looked through again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Circles are collected between tests, by this thread: see `resources.toolkit.memory`."""
    gc.disable()
    result = yield
    gc.collect(1)
    return result


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed as ever, but with so little work that a thousand take no time.

    What the product asks for is held by `tests/db/test_staff_hashes.py`.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in (staff, staff_pins):
            patch.setattr(module, "HASHER", PasswordHasher(1, 8, 1))
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_beginnings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What every test would do anew to begin with is done once."""
    with pytest.MonkeyPatch.context() as patch:
        quick.copy_migrated_databases(patch, tmp_path_factory.mktemp("migrated"))
        quick.compile_statements_once(patch)
        quick.build_routes_once(patch)
        quick.read_certificates_once(patch)
        yield


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/vestibule.db")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of our own, on loopback, for as long as the tests run."""
    # Not below pytest's folder: that is closed to the user whom the server runs as.
    with (
        tempfile.TemporaryDirectory(prefix="vestibule-postgres-") as folder,
        start_postgres(Path(folder)) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def migrated(postgres: PostgresServer) -> Iterator[str]:
    """The name of a PostgreSQL database that was migrated and holds nothing."""
    with postgres.new_database() as url:
        open_database(url).close()
        yield url.rpartition("/")[2]


@pytest.fixture
def postgres_url(postgres: PostgresServer, migrated: str) -> Iterator[str]:
    """A PostgreSQL database that holds nothing, already migrated."""
    with postgres.new_database(migrated) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that holds nothing, on each server that we support."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/any.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def any_database(any_url: str) -> Iterator[Database]:
    opened = open_database(any_url)
    yield opened
    opened.close()


def pytest_configure(config: pytest.Config) -> None:
    temporary.begin(config)


def pytest_sessionfinish(session: pytest.Session) -> None:
    temporary.keep_what_failed(session)


def pytest_unconfigure(config: pytest.Config) -> None:
    temporary.end(config)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-pictures",
        action="store_true",
        help="make what is seen now the reference; look at every picture before committing it",
    )


@pytest.fixture
def update_pictures(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-pictures"))
