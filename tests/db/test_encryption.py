"""Databases that only their key opens, and those in clear that become such."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from db import encryption, key_store, log, outbox, visits
from db.domain.errors import StorageError
from db.engine import Database, open_database, open_existing
from db.key_store import DATABASE, Place
from tests.makers import KIOSK, NINE, make_identity, make_screened
from tests.raw import text_in

SCREENED = make_screened(identity=make_identity("Priya", "Raghunathan"))


def sign_in(database: Database) -> None:
    with database.begin() as session:
        outbox.add(session, KIOSK, SCREENED, NINE, actor="visitor", visit_id=SCREENED.visit_id)


def family_name(url: str) -> str:
    """Of the only visitor, once the log verified."""
    with closing(open_database(url)) as database, database.read() as session:
        visit, chains = visits.get(session, SCREENED.visit_id), log.verify_log(session)
    assert visit is not None
    assert [c.is_good for c in chains] == [True]
    return visit.identity.name.family


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/kiosk.db"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a file that somebody else keeps open to the end of the test."""
    monkeypatch.setattr(encryption, "_BUSY_SECONDS", 0.1)


@pytest.fixture
def in_clear(tmp_path: Path, url: str) -> Path:
    """A kiosk's file as a version before this one left it, not closed: with a write-ahead log."""
    with closing(open_database(url)) as database:
        sign_in(database)
    path, clear = tmp_path / "kiosk.db", tmp_path / "clear.db"
    with closing(encryption.connect(path, encryption.key_to_open(path))) as connection:
        connection.execute("ATTACH DATABASE ? AS clear KEY ''", (str(clear),))
        connection.execute("SELECT sqlcipher_export('clear')")
    shutil.rmtree(tmp_path / key_store.FOLDER)
    path.unlink()
    with closing(sqlite3.connect(clear, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("UPDATE visit SET sticker = 'Quillfeather'")
        for name in ("clear.db", "clear.db-wal"):
            shutil.copy(tmp_path / name, tmp_path / name.replace("clear", "kiosk"))
    for left in tmp_path.glob("clear.db*"):
        left.unlink()
    return path


def test_nothing_of_a_visit_is_in_clear_on_the_disk(tmp_path: Path, url: str) -> None:
    with closing(open_database(url)) as database:
        sign_in(database)

        while_open = text_in(tmp_path, "Raghunathan")

    assert while_open == text_in(tmp_path, "Raghunathan") == []
    assert family_name(url) == "Raghunathan"


def test_file_in_clear_is_encrypted_at_the_first_start_and_is_gone(
    in_clear: Path, url: str
) -> None:
    before = text_in(in_clear.parent, "Quillfeather"), text_in(in_clear.parent, "Raghunathan")

    assert family_name(url) == "Raghunathan"

    assert before == (["kiosk.db-wal"], ["kiosk.db", "kiosk.db-wal"])
    assert text_in(in_clear.parent, "Quillfeather") == []
    assert text_in(in_clear.parent, "Raghunathan") == []
    assert sorted(path.name for path in in_clear.parent.iterdir()) == ["keys", "kiosk.db"]
    with closing(open_database(url)) as database, database.read() as session:
        visit = visits.get(session, SCREENED.visit_id)
    assert visit is not None
    assert visit.sticker == "Quillfeather"


def test_file_in_clear_is_only_looked_at_by_looking(in_clear: Path, url: str) -> None:
    with closing(open_existing(url)) as database, database.read() as session:
        assert visits.get(session, SCREENED.visit_id) is not None

    assert encryption.is_plain(in_clear)


@pytest.mark.usefixtures("impatient")
def test_file_in_clear_that_another_program_has_open_stays_as_it_is(
    in_clear: Path, url: str
) -> None:
    program = (
        "import sqlite3, sys; other = sqlite3.connect(sys.argv[1]); "
        "print(other.execute('SELECT count(*) FROM visit').fetchone()); sys.stdout.flush(); input()"
    )
    # Another process, as in life: within one, two SQLite libraries do not see each other's locks.
    with subprocess.Popen(
        [sys.executable, "-c", program, str(in_clear)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "(1,)\n"
        with pytest.raises(StorageError, match="in use by another program"):
            open_database(url)
        other.communicate("\n")

    assert encryption.is_plain(in_clear)
    assert family_name(url) == "Raghunathan"


def test_new_key_makes_the_old_one_useless(tmp_path: Path, url: str) -> None:
    with closing(open_database(url)) as database:
        sign_in(database)
    shutil.copytree(tmp_path / key_store.FOLDER, tmp_path / "old")

    encryption.rekey(tmp_path / "kiosk.db")

    assert family_name(url) == "Raghunathan"
    shutil.rmtree(tmp_path / key_store.FOLDER)
    (tmp_path / "old").rename(tmp_path / key_store.FOLDER)
    with pytest.raises(StorageError, match="The key of this database is not here"):
        open_database(url)


def test_new_key_leaves_the_old_one_for_another_database_of_the_folder(
    tmp_path: Path, url: str
) -> None:
    with closing(open_database(url)) as database:
        sign_in(database)
    shutil.copy(tmp_path / "kiosk.db", tmp_path / "other.db")

    encryption.rekey(tmp_path / "kiosk.db")

    assert family_name(url) == family_name(f"sqlite:///{tmp_path}/other.db") == "Raghunathan"


@pytest.mark.usefixtures("impatient")
def test_database_in_use_gets_no_new_key(tmp_path: Path, url: str) -> None:
    with closing(open_database(url)) as database:
        sign_in(database)
        with database.read() as session:
            assert log.count(session) == 1
            with pytest.raises(StorageError, match="in use"):
                encryption.rekey(tmp_path / "kiosk.db")

    assert len(key_store.keys(tmp_path, DATABASE)) == 1
    assert family_name(url) == "Raghunathan"


@pytest.mark.parametrize("opens", [open_database, open_existing])
def test_missing_key_is_told_as_such_and_nothing_changes(
    tmp_path: Path, url: str, opens: Callable[[str], Database]
) -> None:
    open_database(url).close()
    (tmp_path / key_store.FOLDER / "database.key").unlink()
    before = (tmp_path / "kiosk.db").read_bytes()

    with pytest.raises(StorageError, match="The key of this database is not here"):
        opens(url)

    assert (tmp_path / "kiosk.db").read_bytes() == before
    assert key_store.keys(tmp_path, DATABASE) == ()


@pytest.mark.parametrize("opens", [open_database, open_existing])
def test_wrong_key_is_told_as_such_and_nothing_goes_to_standard_error(
    tmp_path: Path,
    url: str,
    opens: Callable[[str], Database],
    capfd: pytest.CaptureFixture[str],
) -> None:
    open_database(url).close()
    (tmp_path / key_store.FOLDER / "database.key").write_text("ab" * 32, encoding="ascii")

    with pytest.raises(StorageError, match="The key of this database is not here"):
        opens(url)

    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("content", ["", "nonsense", "abcd", "keyring"])
def test_file_that_holds_no_key_is_told_in_words(tmp_path: Path, url: str, content: str) -> None:
    open_database(url).close()
    (tmp_path / key_store.FOLDER / "database.key").write_text(content, encoding="ascii")

    with pytest.raises(StorageError, match="holds no key"):
        open_database(url)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_key_is_closed_to_other_accounts(tmp_path: Path, url: str) -> None:
    open_database(url).close()

    folder = tmp_path / key_store.FOLDER
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "database.key").stat().st_mode) == 0o600


def test_two_databases_have_different_keys(tmp_path: Path) -> None:
    keys = {key_store.newest(tmp_path / name, DATABASE) for name in ("one", "two")}

    assert len(keys) == 2
    assert {len(key) for key in keys} == {32}


# ---- the keyring -----------------------------------------------------------------------------


class RingOfTests(KeyringBackend):
    """A keyring in memory, which says that it is a real one."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def ring() -> Iterator[RingOfTests]:
    before, ours = keyring.get_keyring(), RingOfTests()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)


def test_key_in_the_keyring_is_in_no_file(tmp_path: Path, url: str, ring: RingOfTests) -> None:
    with closing(open_database(url, keys=Place.KEYRING)) as database:
        sign_in(database)

    (key,) = key_store.keys(tmp_path, DATABASE)
    assert key_store.place(tmp_path, DATABASE) is Place.KEYRING
    assert text_in(tmp_path, key.hex()) == []
    assert [text.strip() for text in ring.kept.values()] == [key.hex()]
    assert family_name(url) == "Raghunathan"


@pytest.mark.usefixtures("ring")
def test_keys_made_later_are_kept_where_the_databases_is(tmp_path: Path, url: str) -> None:
    open_database(url, keys=Place.KEYRING).close()

    key_store.newest(tmp_path, key_store.PHOTOS)

    assert key_store.place(tmp_path, key_store.PHOTOS) is Place.KEYRING


def test_locked_keyring_is_told_in_words(url: str, ring: RingOfTests) -> None:
    open_database(url, keys=Place.KEYRING).close()
    ring.is_locked = True

    with pytest.raises(StorageError, match="keyring that does not open"):
        open_database(url)


def test_computer_without_a_keyring_says_so(tmp_path: Path, url: str) -> None:
    with pytest.raises(StorageError, match="no keyring"):
        open_database(url, keys=Place.KEYRING)

    assert not (tmp_path / "kiosk.db").exists()


def test_keys_move_into_the_keyring_and_out_again(
    tmp_path: Path, url: str, ring: RingOfTests
) -> None:
    with closing(open_database(url, keys=Place.FILE)) as database:
        sign_in(database)

    key_store.move(tmp_path, DATABASE, Place.KEYRING)
    assert family_name(url) == "Raghunathan"
    key_store.move(tmp_path, DATABASE, Place.FILE)

    assert family_name(url) == "Raghunathan"
    assert ring.kept == {}
