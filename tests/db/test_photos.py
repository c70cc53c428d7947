"""Photos on a disk that loses, damages and outlives them."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from db import key_store, photos
from db.domain.errors import StorageError
from db.engine import Database
from tests.makers import KIOSK, NINE
from tests.photos_of_tests import sign_in_with
from tests.raw import text_in


def keep(database: Database, folder: Path, text: bytes, days_ago: int = 0) -> str:
    name = photos.keep(folder, b"\xff\xd8\xff" + text + b"\xff\xd9")
    sign_in_with(database, KIOSK, name, NINE - timedelta(days=days_ago))
    return name


def test_photo_is_deleted_after_its_days_and_newer_ones_stay(
    database: Database, tmp_path: Path
) -> None:
    old, new = keep(database, tmp_path, b"old", days_ago=31), keep(database, tmp_path, b"new")

    with database.begin() as session:
        deleted = photos.purge(session, tmp_path, NINE - timedelta(days=30))

    assert deleted == 1
    assert photos.read(tmp_path, old) is None
    assert photos.read(tmp_path, new) is not None
    with database.read() as session:
        assert photos.unsent(session, KIOSK.kiosk_id) == [new]


def test_photo_that_several_keep_at_once_is_kept_whole(tmp_path: Path) -> None:
    jpeg = b"\xff\xd8\xff" + bytes(200_000) + b"\xff\xd9"
    name = photos.keep(tmp_path / "photos", jpeg)

    def keep_and_read(_: int) -> bool:
        photos.keep(tmp_path / "photos", jpeg)
        return photos.read(tmp_path / "photos", name) == jpeg

    with ThreadPoolExecutor(3) as threads:
        assert all(threads.map(keep_and_read, range(120)))

    assert [path.name for path in (tmp_path / "photos").iterdir()] == [f"{name}.photo"]


def test_file_that_nobody_noted_is_as_old_as_it_is(database: Database, tmp_path: Path) -> None:
    name = photos.keep(tmp_path, b"\xff\xd8\xff hub \xff\xd9")
    then = (NINE - timedelta(days=31)).timestamp()
    os.utime(photos.path_of(tmp_path, name), (then, then))

    with database.begin() as session:
        assert photos.purge(session, tmp_path, NINE - timedelta(days=30)) == 1
        assert photos.purge(session, tmp_path, NINE - timedelta(days=30)) == 0


def test_lost_photo_is_neither_sent_nor_waiting(database: Database, tmp_path: Path) -> None:
    name = keep(database, tmp_path, b"lost", days_ago=31)

    with database.begin() as session:
        photos.mark_lost(session, name)

        assert photos.unsent(session, KIOSK.kiosk_id) == []
        assert photos.lost(session) == (name,)
        photos.purge(session, tmp_path, NINE)
        assert photos.lost(session) == ()


def test_damaged_photo_is_not_read(database: Database, tmp_path: Path) -> None:
    name = keep(database, tmp_path, b"whole")
    photos.path_of(tmp_path, name).write_bytes(b"")

    assert photos.read(tmp_path, name) is None


def test_folder_without_photos_has_nothing_to_delete(database: Database, tmp_path: Path) -> None:
    with database.begin() as session:
        assert photos.purge(session, tmp_path / "none yet", NINE) == 0


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_photos_and_their_folder_are_closed_to_other_accounts(tmp_path: Path) -> None:
    folder = tmp_path / "kiosk" / "photos"

    name = photos.keep(folder, b"\xff\xd8\xff face \xff\xd9")

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(photos.path_of(folder, name).stat().st_mode) == 0o600


def test_photo_is_not_in_clear_and_its_name_does_not_fit_another(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    first, second = (photos.keep(folder, jpeg(text)) for text in (b"Raghunathan", b"Quillfeather"))
    assert text_in(tmp_path, "Raghunathan") == []
    assert photos.read(folder, first) == jpeg(b"Raghunathan")

    photos.path_of(folder, first).replace(photos.path_of(folder, second))

    assert photos.read(folder, second) is None


def test_photo_in_clear_of_a_version_before_is_read_and_then_encrypted_with_its_age(
    database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    name = photos.keep(folder, jpeg(b"old"))
    sealed = photos.path_of(folder, name)
    sealed.unlink()
    plain = sealed.with_suffix(".jpg")
    plain.write_bytes(jpeg(b"old"))
    then = (NINE - timedelta(days=31)).timestamp()
    os.utime(plain, (then, then))
    assert photos.read(folder, name) == jpeg(b"old")
    assert photos.is_kept(folder, name)

    assert photos.encrypt_old(folder) == 1

    assert [path.name for path in folder.iterdir()] == [sealed.name]
    assert photos.read(folder, name) == jpeg(b"old")
    assert photos.encrypt_old(folder) == 0
    with database.begin() as session:
        assert photos.purge(session, folder, NINE - timedelta(days=30)) == 1


def test_photos_get_a_new_key_and_those_of_the_old_one_are_read_until_then(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    old = photos.keep(folder, jpeg(b"old"))
    with key_store.exclusive(tmp_path):
        key_store.add(tmp_path, key_store.PHOTOS)
    new = photos.keep(folder, jpeg(b"new"))
    assert photos.read(folder, old) == jpeg(b"old")

    assert photos.encrypt_old(folder) == 1
    with key_store.exclusive(tmp_path):
        key_store.drop_old(tmp_path, key_store.PHOTOS)

    assert [photos.read(folder, name) for name in (old, new)] == [jpeg(b"old"), jpeg(b"new")]


def test_photo_whose_key_is_not_here_is_told_apart_from_a_damaged_one(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    name = photos.keep(folder, jpeg(b"whole"))
    (tmp_path / key_store.FOLDER / "photos.key").unlink()

    with pytest.raises(StorageError, match="The key of the photos is not here"):
        photos.read(folder, name)

    assert photos.is_kept(folder, name)


def jpeg(text: bytes) -> bytes:
    return b"\xff\xd8\xff" + text + b"\xff\xd9"
