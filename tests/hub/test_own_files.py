"""Files that people ask for are never written over what their hub lives by."""

import os
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from tests.hub_of_tests import hub_at

not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="pipes are others there")

WRITING = {
    "backup": ["backup", "--to"],
    "visits": ["export", "--csv"],
    "log": ["log", "export"],
    "audit": ["audit", "--csv"],
    "report": ["report"],
    "list": ["lists", "export", "--name", "Banned", "--csv"],
}
OWN = [
    "hub.db", "hub.db-wal", "hub.db-shm", "hub.db-in-use", "keys/database.key", "keys/log",
    "tls/authority.pem", "photos/one.jpg", "list-index/log",
]  # fmt: skip


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/hub/hub.db"
    with hub_at(address, tmp_path / "hub"):
        pass
    for folder in ("keys", "tls", "photos", "list-index"):
        (tmp_path / "hub" / folder).mkdir(exist_ok=True)
    name = ["--name", "Banned", "--category", "alert", "--database", address]
    assert main(["lists", "new", *name]) == 0
    return address


def hashes(folder: Path) -> dict[Path, str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("what", WRITING)
def test_nothing_is_written_over_what_a_hub_lives_by(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    keys, folder = hashes(tmp_path / "hub" / "keys"), tmp_path / "hub"
    node = (folder / "hub.db").stat().st_ino
    capsys.readouterr()

    for own in OWN:
        assert main([*WRITING[what], str(folder / own), "--database", url]) == 1
        said = capsys.readouterr()
        assert f"{folder / own} is of what this hub keeps its own data in" in said.err
        assert "Nothing was written. Name another file." in said.err
        assert not said.out

    assert (folder / "hub.db").stat().st_ino == node
    assert keys.items() <= hashes(tmp_path / "hub" / "keys").items()
    assert not [path for name in ("tls", "photos") for path in (folder / name).iterdir()]
    assert not list(tmp_path.rglob("*.part"))


@not_on_windows
@pytest.mark.parametrize("what", WRITING)
def test_another_way_to_the_same_file_is_no_way_around(url: str, tmp_path: Path, what: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "hub" / "hub.db")
    (tmp_path / "way").symlink_to(tmp_path / "hub")

    for way in ("link", "way/hub.db", "way/../hub/keys/log"):
        assert main([*WRITING[what], str(tmp_path / way), "--database", url]) == 1


@not_on_windows
def test_backup_goes_into_no_pipe_and_no_device_which_it_would_replace(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    assert main(["backup", "--to", str(pipe), "--database", url]) == 1

    assert "is no file" in capsys.readouterr().err
    assert pipe.is_fifo()
    assert main(["backup", "--to", os.devnull, "--database", url]) == 1
    assert Path(os.devnull).is_char_device()


def test_file_beside_the_hub_with_another_name_is_written(url: str, tmp_path: Path) -> None:
    beside = tmp_path / "hub" / "visits.csv"

    assert main(["export", "--csv", str(beside), "--database", url]) == 0
    assert main(["backup", "--to", str(tmp_path / "hub"), "--database", url]) == 0

    assert beside.is_file()
    assert list((tmp_path / "hub").glob("hub-*.backup"))


def test_backup_makes_no_folder_where_a_stick_was_to_be(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stick = tmp_path / "media" / "stick"

    assert main(["backup", "--to", str(stick / "hub.backup"), "--database", url]) == 1

    said = capsys.readouterr()
    assert f"There is no folder {stick}; is the stick in?" in said.err
    assert not said.out
    assert not (tmp_path / "media").exists()
    stick.mkdir(parents=True)
    assert main(["backup", "--to", str(stick / "hub.backup"), "--database", url]) == 0
    assert main(["backup", "--database", url]) == 0  # its own folder is made
    assert list((tmp_path / "hub" / "backups").glob("hub-*.backup"))
