"""What a SQLite database's file holds by itself, without the log beside it."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from db import key_store, visits
from db.engine import Database, database_file, open_database

T = TypeVar("T")


def is_known(database: Database, visit_id: UUID) -> bool:
    with database.read() as session:
        return visits.get(session, visit_id) is not None


def is_in_the_file(database: Database, visit_id: UUID) -> bool:
    """Whether a copy of the file alone knows the visit."""
    return in_the_file(database, lambda alone: is_known(alone, visit_id))


def in_the_file(database: Database, look: Callable[[Database], T]) -> T:
    """What is seen in a copy of the file alone."""
    file = database_file(database.engine.url.render_as_string(hide_password=False))
    assert file is not None
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(file.parent / key_store.FOLDER, Path(copy) / key_store.FOLDER)
        shutil.copy(file, copy)
        with closing(open_database(f"sqlite:///{copy}/{file.name}")) as alone:
            return look(alone)
