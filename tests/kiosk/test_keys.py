"""``vestibule-kiosk keys``: a kiosk's disk gets new keys, wherever the change is ended."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path

import keyring
import pytest

from db import encryption, in_use, key_store, log, outbox, photos
from db.domain.errors import StorageError
from db.engine import open_database, open_existing
from db.key_store import Place
from kiosk import doctor_kept
from kiosk.__main__ import main
from tests.killed_keys import NAMES, FileRing
from tests.makers import KIOSK, NINE, make_identity, make_screened
from tests.raw import text_in
from tests.signed_log import kiosk_config

HERE = Path(__file__).parents[2]
OLDER = "a key of before is kept"
EVERY = 19
"""Each step would take two minutes: by name, and with 1 for the last word (`tests.killed_keys`)."""
JPEGS = tuple(b"\xff\xd8\xff" + text + b"\xff\xd9" for text in (b"one", b"two"))


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder}/kiosk.db"


def make_kiosk(folder: Path, where: Place) -> None:
    """What a kiosk leaves that lost its power: visits, also in a write-ahead log, and photos."""
    running = folder.with_name("running")
    before = keyring.get_keyring()
    keyring.set_keyring(FileRing(running / "ring.json"))
    running.mkdir()
    try:
        with closing(open_database(url_of(running), keys=where)) as database:
            for name in ("Priya", "Elena"):
                came = make_screened(identity=make_identity(name, "Raghunathan"))
                with database.begin() as session:
                    outbox.add(session, KIOSK, came, NINE, actor="visitor", visit_id=came.visit_id)
            for jpeg in JPEGS:
                photos.keep(running / "photos", jpeg)
            key_store.newest(running, key_store.LISTS)
            shutil.copytree(running, folder)
        assert (folder / "kiosk.db-wal").stat().st_size > 0
    finally:
        keyring.set_keyring(before)


def config_of(folder: Path) -> list[str]:
    settings = folder.with_suffix(".toml")
    settings.write_text(f'[kiosk]\nname = "Front kiosk"\ndata_folder = "{folder}"\n')
    return ["--config", str(settings)]


@pytest.fixture
def kiosk(tmp_path: Path) -> Path:
    folder = tmp_path / "kiosk"
    make_kiosk(folder, Place.FILE)
    return folder


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a file that somebody else keeps to the end of the test."""
    monkeypatch.setattr(encryption, "_BUSY_SECONDS", 0.1)


def keys_of(folder: Path) -> set[bytes]:
    return {key for name in NAMES for key in key_store.keys(folder, name)}


def is_whole(folder: Path) -> bool:
    with closing(open_database(url_of(folder))) as database, database.read() as session:
        is_good = [chain.is_good for chain in log.verify_log(session)] == [True]
        count = log.count(session)
    names = [sha256(jpeg).hexdigest() for jpeg in JPEGS]
    read = [photos.read(folder / "photos", name) for name in names]
    return is_good and count == 2 and tuple(read) == JPEGS


def test_kiosk_gets_new_keys_and_the_old_ones_are_nowhere(
    kiosk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = keys_of(kiosk)

    assert main([*config_of(kiosk), "keys", "rotate"]) == 0

    assert capsys.readouterr().out == "The database has a new key.\n2 photos have a new key.\n"
    assert len(keys_of(kiosk)) == len(before) == 3
    assert keys_of(kiosk).isdisjoint(before)
    assert [text_in(kiosk, key.hex()) for key in before] == [[], [], []]
    assert is_whole(kiosk)


@pytest.mark.skipif(os.name != "posix", reason="it forks")
@pytest.mark.parametrize(("where", "first"), [(Place.FILE, 1), (Place.KEYRING, 5)])
def test_change_that_is_killed_at_any_step_loses_nothing_and_ends_when_asked_again(
    tmp_path: Path, where: Place, first: int
) -> None:
    make_kiosk(tmp_path / "kiosk", where)
    of_kiosk = [tmp_path / "kiosk", tmp_path, "2"]
    command = [sys.executable, "-m", "tests.killed_keys", *of_kiosk, f"{first}", f"{EVERY}"]

    ran = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)

    assert re.fullmatch(r"killed \d+ times\n", ran.stdout), ran.stdout + ran.stderr
    assert int(ran.stdout.split()[1]) > 100 // EVERY


def test_running_kiosk_keeps_its_keys(kiosk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = keys_of(kiosk)

    with in_use.hold(kiosk / "kiosk.db"):
        assert main([*config_of(kiosk), "keys", "rotate"]) == 1

    assert capsys.readouterr().err == f"{in_use.IN_USE}\n"
    assert keys_of(kiosk) == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root could")
@pytest.mark.parametrize("command", [["rotate"], ["move", "--to", "file"]])
def test_root_leaves_the_keys_to_the_account_that_runs_the_kiosk(
    kiosk: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = keys_of(kiosk)
    os.chown(kiosk / key_store.FOLDER, 65534, 65534)

    assert main([*config_of(kiosk), "keys", *command]) == 1

    assert "Run this as that account: sudo -u '#65534'" in capsys.readouterr().err
    assert keys_of(kiosk) == before


def test_where_no_kiosk_ran_there_is_nothing_to_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*config_of(tmp_path / "nobody"), "keys", "rotate"]) == 1
    assert "There is no database at" in capsys.readouterr().err
    assert not (tmp_path / "nobody").exists()

    assert main([*config_of(tmp_path / "nobody"), "keys", "show"]) == 0
    assert "The key of the photos: none yet." in capsys.readouterr().out


def test_keys_move_into_the_keyring_and_are_changed_there(
    kiosk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = FileRing(kiosk / "ring.json")
    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)

    assert main([*config_of(kiosk), "keys", "move", "--to", "keyring"]) == 0
    assert capsys.readouterr().out.count("in this account's keyring.") == 3
    before = keys_of(kiosk)
    assert main([*config_of(kiosk), "keys", "rotate"]) == 0

    assert keys_of(kiosk).isdisjoint(before)
    assert len(ring.kept()) == 3
    assert is_whole(kiosk)


def test_key_that_a_keyring_does_not_let_go_is_told_until_it_does(
    kiosk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = FileRing(kiosk / "ring.json")
    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    key_store.move(kiosk, key_store.LISTS, Place.KEYRING)
    with monkeypatch.context() as patch:
        patch.setattr(ring, "delete_password", lambda *_: None)
        key_store.move(kiosk, key_store.LISTS, Place.FILE)

    main([*config_of(kiosk), "keys", "show"])
    assert "An older one is kept too" in capsys.readouterr().out
    assert len(ring.kept()) == 1
    key_store.move(kiosk, key_store.LISTS, Place.KEYRING)

    main([*config_of(kiosk), "keys", "show"])
    assert "An older one is kept too" not in capsys.readouterr().out
    assert len(ring.kept()) == 1


def test_damaged_photo_keeps_the_old_key_until_its_days_are_over(
    kiosk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged, _ = sorted((kiosk / "photos").iterdir())
    damaged.write_bytes(damaged.read_bytes()[:-1])

    assert main([*config_of(kiosk), "keys", "rotate"]) == 1

    assert "1 others cannot be read: the old key stays for them" in capsys.readouterr().out
    assert len(key_store.keys(kiosk, key_store.PHOTOS)) == 2
    main([*config_of(kiosk), "keys", "show"])
    assert "An older one is kept too" in capsys.readouterr().out
    assert [f.found for f in doctor_kept.look(kiosk_config(kiosk), NINE) if OLDER in f.found]
    damaged.unlink()
    assert photos.renew(kiosk / "photos") == (0, 0)
    assert len(key_store.keys(kiosk, key_store.PHOTOS)) == 1
    assert not [f for f in doctor_kept.look(kiosk_config(kiosk), NINE) if OLDER in f.found]


def test_kiosk_that_was_cut_off_between_two_names_of_its_database_says_what_to_do(
    kiosk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_database(url_of(kiosk)).close()
    (kiosk / "kiosk.db").rename(kiosk / "kiosk.db.aside")

    with pytest.raises(StorageError, match="Nothing is lost: change the key again, or start"):
        open_existing(url_of(kiosk))
    assert main([*config_of(kiosk), "keys", "rotate"]) == 0

    open_existing(url_of(kiosk)).close()
    assert not encryption.is_halfway(kiosk / "kiosk.db")
    assert "The database has a new key." in capsys.readouterr().out


def test_old_key_stays_for_another_database_of_the_folder_until_that_gets_a_new_one(
    kiosk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(kiosk / "kiosk.db", kiosk / "other.db")

    assert main([*config_of(kiosk), "keys", "rotate"]) == 1

    assert "The old key stays for other.db beside it" in capsys.readouterr().out
    open_database(f"sqlite:///{kiosk}/other.db").close()
    assert encryption.rekey(kiosk / "other.db") == ()
    assert len(key_store.keys(kiosk, key_store.DATABASE)) == 2  # each has one now
    assert is_whole(kiosk)


@pytest.mark.usefixtures("impatient")
def test_old_key_stays_for_another_database_that_is_busy(kiosk: Path) -> None:
    shutil.copy(kiosk / "kiosk.db", kiosk / "other.db")
    key = encryption.key_to_open(kiosk / "other.db")
    with closing(encryption.connect(kiosk / "other.db", key)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with key_store.exclusive(kiosk):
            key_store.add(kiosk, key_store.DATABASE)

        assert encryption.rekey(kiosk / "kiosk.db") == (kiosk / "other.db",)

    assert key in key_store.keys(kiosk, key_store.DATABASE)
    assert is_whole(kiosk)


WRITER = """
import sys
from db import encryption
connection = encryption.connect(sys.argv[1], bytes.fromhex(sys.argv[2]))
print("open", flush=True)
try:
    connection.execute("PRAGMA busy_timeout = 60000")
    connection.execute("DELETE FROM event")
    print("written", flush=True)
except encryption.Error as error:
    print("not written", flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="elsewhere what is open cannot be renamed")
def test_who_waits_for_the_database_meanwhile_writes_nothing_into_the_old_one(
    kiosk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file is overwritten and removed: what it was told to be written would be lost."""
    key = encryption.key_to_open(kiosk / "kiosk.db")
    assert key is not None
    command = [sys.executable, "-c", WRITER, str(kiosk / "kiosk.db"), key.hex()]
    compare, replace = encryption._compare, Path.replace
    waiting: list[subprocess.Popen[str]] = []

    def slowly(connection: object) -> None:
        waiting.append(subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True))
        assert waiting[0].stdout is not None
        assert waiting[0].stdout.readline() == "open\n"
        compare(connection)

    def late(path: Path, to: Path) -> Path:
        for other in waiting:  # who has the lock by now has all the time that is needed
            with suppress(subprocess.TimeoutExpired):
                other.wait(0.5)
        return replace(path, to)

    monkeypatch.setattr(encryption, "_compare", slowly)
    monkeypatch.setattr(Path, "replace", late)

    encryption.rekey(kiosk / "kiosk.db")

    with waiting[0] as other:
        assert other.communicate()[0] == "not written\n"
    assert is_whole(kiosk)
