"""A hub whose database's file is damaged is told to restore, and can."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from db import encryption, watchlists
from db.engine import open_database
from tests.hub_of_tests import hub_at
from tests.sync_of_tests import import_list

PAGE = 4096
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut within the first page": lambda whole: whole[:1_000],
    "cut": lambda whole: whole[:100_000],
    "without its first page": lambda whole: bytes(PAGE) + whole[PAGE:],
    "without its beginning": lambda whole: b"x" * 64 + whole[64:],
    "another file": lambda _: b"name,place\nDana Whitlock,Office\n" * 200,
    "empty": lambda _: b"",
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Of a hub that was backed up to ``one.backup``."""
    url = f"sqlite:///{tmp_path}/hub/hub.db"
    with hub_at(url, tmp_path / "hub") as hub:
        import_list(hub, "Kept")
    assert main(["backup", "--to", str(tmp_path / "one.backup"), "--database", url]) == 0
    return url


@pytest.mark.parametrize("damage", DAMAGES)
def test_hub_with_a_damaged_database_goes_on_from_its_backup(
    url: str, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "hub" / "hub.db"
    damaged = DAMAGES[damage](file.read_bytes())
    file.write_bytes(damaged)

    assert main(["restore", str(tmp_path / "one.backup"), "--database", url]) == 0

    with closing(open_database(url)) as database, database.read() as session:
        assert [w.name for w in watchlists.all_lists(session)] == ["Kept"]
    (aside,) = (tmp_path / "hub").glob("before-restore-*")
    assert (aside / "hub.db").read_bytes() == damaged


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_database_is_not_moved_and_that_is_said_in_words(
    url: str, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "hub" / "hub.db"
    damaged = DAMAGES[damage](file.read_bytes())
    file.write_bytes(damaged)

    assert main(["move", "--to", "postgresql://nowhere/hub", "--database", url]) == 1

    assert "not changed" in capsys.readouterr().err
    assert file.read_bytes() == damaged


def test_hub_whose_disk_cannot_be_read_goes_on_from_its_backup(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot_be_read(_: object) -> None:
        raise encryption.DBAPI.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        take_alone = encryption._take_alone
        patch.setattr(encryption, "_take_alone", lambda connection: (
            cannot_be_read(connection) if is_of(connection, tmp_path / "hub" / "hub.db")
            else take_alone(connection)
        ))  # fmt: skip
        assert main(["restore", str(tmp_path / "one.backup"), "--database", url]) == 0


def is_of(connection: encryption.Connection, path: Path) -> bool:
    (_, _, file) = connection.execute("PRAGMA database_list").fetchone()
    return Path(file) == path
