"""``vestibule-hub keys``: where the keys are, and new ones."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from admin_console.hub import entry_photos
from admin_console.hub import site as hub_site
from admin_console.hub.__main__ import main
from db import changes, hub_keys, key_store, move, number_keys, number_lifting, photos, settings
from db.domain.audit import Deed
from db.engine import Database, open_database
from db.hub_models import AuditRow
from tests.db.test_number_lifting import copy_of_visit
from tests.hub_of_tests import hub_at
from tests.makers import NINE

DEED = Deed.NUMBER_KEY_CHANGED
JPEG = b"\xff\xd8\xff face \xff\xd9"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The database of a hub that ran, with a visitor's photo and one of a list."""
    address = f"sqlite:///{tmp_path}/hub/hub.db"
    with hub_at(address, tmp_path / "hub") as hub:
        photos.keep(hub.photos, JPEG)
        photos.keep(hub.photos, JPEG, entry_photos.FOLDER)
    return address


def keys(tmp_path: Path) -> set[bytes]:
    names = (key_store.DATABASE, key_store.PHOTOS)
    return {key for name in names for key in key_store.keys(tmp_path / "hub", name)}


def test_keys_are_exchanged_and_everything_opens_with_the_new_ones(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = keys(tmp_path)

    assert main(["keys", "rotate", "--database", url]) == 0

    assert "2 photos have a new key" in capsys.readouterr().out
    assert len(keys(tmp_path)) == len(before) == 2
    assert keys(tmp_path).isdisjoint(before)
    open_database(url).close()
    folder = tmp_path / "hub" / "photos"
    name = sha256(JPEG).hexdigest()
    assert photos.read(folder, name) == entry_photos.read(folder, name) == JPEG


def test_photo_that_cannot_be_read_keeps_its_old_key(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "hub" / "photos"
    (path,) = folder.glob("*.photo")
    path.write_bytes(path.read_bytes()[:-1])

    assert main(["keys", "rotate", "--database", url]) == 1

    assert len(key_store.keys(tmp_path / "hub", key_store.PHOTOS)) == 2


def test_command_says_where_the_keys_are_and_not_what_they_are(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "show", "--database", url]) == 0

    said = capsys.readouterr().out
    assert f"only this account can read, in {tmp_path / 'hub' / 'keys'}" in said
    assert not any(key.hex() in said for key in keys(tmp_path))


def test_keys_do_not_move_into_a_keyring_that_is_not_there(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, files = keys(tmp_path), sorted((tmp_path / "hub" / "keys").iterdir())

    assert main(["keys", "move", "--to", "keyring", "--database", url]) == 1

    assert "no keyring" in capsys.readouterr().err
    assert keys(tmp_path) == before
    assert sorted((tmp_path / "hub" / "keys").iterdir()) == files
    assert main(["keys", "show", "--database", url]) == 0
    assert "An older one" not in capsys.readouterr().out


def test_id_numbers_get_a_new_key_while_the_hub_runs(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub_at(url, tmp_path / "hub") as hub:
        assert main(["keys", "rotate-numbers", "--database", url]) == 0
        with hub.database.read() as session:
            (key,) = number_keys.later(session)
            query = select(AuditRow.who, AuditRow.detail).where(AuditRow.deed == DEED)
            ((who, detail),) = session.execute(query)
            newest = changes.newest(session)

    said = capsys.readouterr().out
    assert number_keys.id_of(key) == detail
    assert who == "terminal"
    assert detail in said
    assert "everybody is recognised as before" in said
    assert newest is not None
    assert newest.kind == "number_keys"
    assert key.key not in said + newest.body


def test_numbers_that_a_running_hub_brought_up_meanwhile_are_told_with_the_others(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub_at(url, tmp_path / "hub") as hub:
        with hub.database.begin() as session:
            session.add_all(copy_of_visit(number) for number in range(1200))
        with as_the_hub_does(hub.database):
            assert main(["keys", "rotate-numbers", "--database", url]) == 0

    assert "The hashes of 1200 visits were made anew" in capsys.readouterr().out


@contextmanager
def as_the_hub_does(database: Database) -> Iterator[None]:
    """Bring up what waits, again and again, beside the command."""
    is_over = threading.Event()

    def work() -> None:
        while not is_over.wait(0.001):
            number_lifting.lift_all(database)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def test_command_says_whether_the_key_for_id_numbers_was_ever_changed(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["keys", "show", "--database", url])
    said = capsys.readouterr().out
    assert "ID numbers: in the database, and never changed." in said
    assert "that the hub signs with: in the database, and never changed." in said

    main(["keys", "rotate-numbers", "--database", url])
    capsys.readouterr()
    main(["keys", "show", "--database", url])

    assert "changed once, last on" in capsys.readouterr().out


def test_where_no_database_is_the_command_still_says_where_the_other_keys_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "show", "--database", f"sqlite:///{tmp_path}/nobody/hub.db"]) == 0

    assert "The key of the database: none yet." in capsys.readouterr().out


@pytest.mark.parametrize("command", ["rotate-signing", "rotate-numbers", "move --to file"])
def test_where_no_hub_ran_no_key_is_changed_and_none_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    """Whoever mistypes the database would else read that it was done."""
    url = f"sqlite:///{tmp_path}/mistyped/hub.db"

    assert main(["keys", *command.split(), "--database", url]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert re.search("There (is no database at|are no keys in) .*mistyped", said.err)
    assert not (tmp_path / "mistyped").exists()


@pytest.mark.parametrize("command", ["rotate-signing", "rotate-numbers"])
def test_hub_that_was_moved_to_a_server_gets_no_new_keys_here(
    url: str, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with closing(open_database(url)) as database, database.begin() as session:
        settings.write(session, move.MOVED, NINE)

    assert main(["keys", command, "--database", url]) == 1

    said = capsys.readouterr()
    assert said.out == ""
    assert "was moved to another server" in said.err


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs an account to be root")
def test_root_does_not_change_the_signing_key_of_another_account_s_hub(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its backup would be root's, and the hub would neither open nor remove it."""
    os.chown(tmp_path / "hub" / key_store.FOLDER, 4711, 4711)

    assert main(["keys", "rotate-signing", "--database", url]) == 1

    assert "belongs to another account" in capsys.readouterr().err
    with closing(open_database(url)) as database, database.read() as session:
        assert hub_keys.known(session) == ()


def test_show_says_which_key_the_hub_signs_with_since_it_was_changed(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert main(["keys", "rotate-signing", "--database", url]) == 0
    with closing(open_database(url)) as database, database.read() as session:
        newest, *_ = hub_site.public_keys(session)
    capsys.readouterr()

    assert main(["keys", "show", "--database", url]) == 0

    said = f"The key that the hub signs with: in the database, {newest}, changed 2 times, last on "
    assert said in capsys.readouterr().out


AS_ANOTHER = """
import os, sys
import kiosk.__main__ as kiosk, admin_console.hub.__main__ as hub
of = {"hub": hub, "kiosk": kiosk}[sys.argv[1]]
config = kiosk.load_config(None)
kiosk.load_config = lambda _: config  # as one in /etc, which everybody may read
of.main(sys.argv[2:])  # what Python loads it can only load as the account that it is installed for
os.setuid(4711)
sys.exit(of.main(sys.argv[2:]))
"""


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs another account")
@pytest.mark.parametrize("command", ["keys show", "keys rotate-signing", "log head"])
def test_account_that_may_not_read_the_hub_s_files_is_told_which_one_may(
    url: str, command: str
) -> None:
    assert_refused_in_words("hub", *command.split(), "--database", url)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="needs another account")
def test_account_that_may_not_read_the_kiosk_s_files_is_told_which_one_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    assert_refused_in_words("kiosk", "keys", "show")


def assert_refused_in_words(*command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER, *command],
        check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "may not be read or written by this account. Run this as the one that" in done.stderr
