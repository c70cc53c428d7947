"""Settings that several write at the same time, on each database that we support."""

import threading
from concurrent.futures import ThreadPoolExecutor

from db import settings
from db.engine import Database

WRITERS = 6


def test_setting_that_several_write_for_the_first_time_is_kept(any_database: Database) -> None:
    """As the tasks of a hub that starts do, and several hubs side by side."""
    together = threading.Barrier(WRITERS)

    def write(number: int) -> int:
        together.wait(30)
        with any_database.begin() as session:
            assert settings.read(session, "looked", int) in {None, *range(WRITERS)}
            settings.write(session, "looked", number)
        return number

    for _ in range(5):
        with ThreadPoolExecutor(WRITERS) as pool:
            written = set(pool.map(write, range(WRITERS)))
        with any_database.begin() as session:
            assert settings.read(session, "looked", int) in written
            settings.remove(session, "looked")


def test_setting_is_read_as_it_was_written_last(any_database: Database) -> None:
    with any_database.begin() as session:
        settings.write(session, "cursor", 7)
        assert settings.locked(session, "cursor", int) == 7
        settings.write(session, "cursor", 8)
        assert settings.locked(session, "cursor", int) == 8
        assert settings.read(session, "cursor", int) == 8

    with any_database.begin() as session:
        settings.remove(session, "cursor")
        assert settings.locked(session, "cursor", int) is None
        settings.write(session, "cursor", 9)
        assert settings.read(session, "cursor", int) == 9
