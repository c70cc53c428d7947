"""A list with hashes of ID numbers and a change of their key never pass each other unseen."""

import threading
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from db import number_keys, watchlists
from db.domain.errors import ImportRefusedError, StorageError
from db.domain.watchlist import Category, Watchlist
from db.engine import Database, open_database
from db.list_import import ListWanted, import_list
from tests.db.test_number_keys import HASH, change_the_key, wait_until_somebody_waits
from tests.makers import NINE

OURS = ListWanted("Ours", Category.TRESPASS)
HASHED = f"LNAME,FNAME,DOB,ID number hash\nQuillfeather,Daniel,03/07/1984,{HASH}\n".encode()
PLAIN = b"LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n"


class Interrupted(BytesIO):
    """A file at whose first reading something else happens."""

    def __init__(self, content: bytes, meanwhile: Callable[[], object]) -> None:
        super().__init__(content)
        self._meanwhile: Callable[[], object] | None = meanwhile

    def read(self, size: int | None = -1, /) -> bytes:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().read(size)


def bring_in(
    database: Database,
    content: bytes,
    meanwhile: Callable[[], object] = lambda: None,
    publish: Callable[[Session, Watchlist], object] = lambda _session, _list: None,
) -> None:
    file = Interrupted(content, meanwhile)
    import_list(database, file, OURS, now=lambda: NINE, publish=publish)


def set_up(database: Database) -> None:
    with database.begin() as session:
        number_keys.make(session)


def in_force(database: Database) -> list[int]:
    with database.read() as session:
        return [known.version for known in watchlists.all_lists(session)]


def test_list_with_hashes_that_was_read_before_a_change_is_refused(any_database: Database) -> None:
    set_up(any_database)

    with pytest.raises(ImportRefusedError, match="key for ID numbers was changed"):
        bring_in(any_database, HASHED, lambda: change_the_key(any_database))

    assert in_force(any_database) == []


def test_list_without_hashes_comes_in_while_the_key_is_changed(any_database: Database) -> None:
    set_up(any_database)

    bring_in(any_database, PLAIN, lambda: change_the_key(any_database))

    assert in_force(any_database) == [1]


def test_list_with_hashes_comes_in_where_the_key_stays(any_database: Database) -> None:
    set_up(any_database)

    bring_in(any_database, HASHED)

    assert in_force(any_database) == [1]
    with pytest.raises(StorageError, match="Ours"):
        change_the_key(any_database)


def test_change_that_comes_with_the_lists_last_step_waits_and_is_refused(
    postgres_url: str,
) -> None:
    hub, other = open_database(postgres_url), open_database(postgres_url)
    set_up(hub)
    refused = list[str]()

    def change() -> None:
        try:
            change_the_key(other)
        except StorageError as error:
            refused.append(str(error))

    meanwhile = threading.Thread(target=change)

    def at_the_last_step(_session: Session, _list: Watchlist) -> None:
        meanwhile.start()
        wait_until_somebody_waits(other)

    bring_in(hub, HASHED, publish=at_the_last_step)
    meanwhile.join(30)

    assert in_force(hub) == [1]
    assert "Ours" in refused[0]
    hub.close()
    other.close()
