"""Nothing replaces the database under a running hub. Real programs: locks belong to processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from admin_console.hub.__main__ import main
from db import encryption, hub_trust, in_use, key_store
from db.domain.errors import StorageError
from db.engine import open_existing
from db.hub_models import StaffRow
from kiosk.__main__ import main as kiosk_main
from tests.signed_log import kiosk_config

HERE = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    code: str
    program: subprocess.Popen[str]

    def confirm_first_staff(self) -> int:
        """What somebody does at a console; its status is the hub's confirmation."""
        trusted = hub_trust.context(hub_trust.ca_of(self.url))
        first = {
            "code": self.code, "name": "dana", "display_name": "Dana W",
            "password": "a long enough sentence",
        }  # fmt: skip
        with httpx.Client(base_url=self.url, trust_env=False, verify=trusted) as client:
            return client.post("/v1/set-up", json=first).status_code


@contextmanager
def serving(database: str) -> Iterator[Running]:
    """A hub that has just made its first backup."""
    with subprocess.Popen(
        [sys.executable, "-m", "admin_console.hub", "serve", "--listen", "127.0.0.1:0",
         "--database", database],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HERE, env=dict(os.environ),
    ) as program:  # fmt: skip
        assert program.stdout is not None
        assert program.stderr is not None
        try:
            url = program.stdout.readline().split()[-1]
            program.stdout.readline()
            code = program.stdout.readline().split()[-1]
            assert any("a backup was made" in line for line in program.stderr)
            yield Running(url, code, program)
        finally:
            program.kill()


def names_in(url: str) -> list[str]:
    with closing(open_existing(url)) as database, database.read() as session:
        return list(session.scalars(select(StaffRow.name)))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/hub/hub.db"


def test_hub_that_made_a_backup_is_neither_restored_over_nor_rekeyed_nor_moved(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "_BUSY_SECONDS", 0.1)
    with serving(url) as hub:
        (backup,) = (tmp_path / "hub" / "backups").iterdir()
        key = key_store.newest(tmp_path / "hub", key_store.DATABASE)
        assert main(["lists", "show", "--database", url]) == 0
        capsys.readouterr()

        for command in (
            ["restore", str(backup)],
            ["keys", "rotate"],
            ["move", "--to", "postgresql+psycopg://127.0.0.1:1/nowhere"],
            ["serve", "--listen", "127.0.0.1:0"],
        ):
            assert main([*command, "--database", url]) == 1
            assert capsys.readouterr().err == f"{in_use.IN_USE}\n"

        assert hub.confirm_first_staff() == 200

    assert key_store.newest(tmp_path / "hub", key_store.DATABASE) == key
    assert names_in(url) == ["dana"]
    assert main(["keys", "rotate", "--database", url]) == 0  # a hub that was killed holds nothing


def test_database_is_held_by_whatever_link_it_is_named(tmp_path: Path) -> None:
    path, link = tmp_path / "hub.db", tmp_path / "elsewhere" / "link.db"
    path.touch()
    link.parent.mkdir()
    link.symlink_to(path)

    for held, named in ((path, link), (link, path), (link, link)):
        with (
            in_use.hold(held),
            pytest.raises(StorageError, match="in use by another program"),
            in_use.hold(named),
        ):
            pass


def test_second_kiosk_program_does_not_start_with_the_same_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kiosk_config(tmp_path).folder
    settings = tmp_path / "kiosk.toml"
    settings.write_text(f'[kiosk]\nname = "Front kiosk"\ndata_folder = "{folder}"\n')
    with in_use.hold(folder / "kiosk.db"):
        assert kiosk_main(["--config", str(settings)]) == 1

    assert capsys.readouterr().err == f"{in_use.IN_USE}\n"


def test_looking_at_a_database_does_not_take_its_locks_from_who_has_it_open(url: str) -> None:
    path = Path(url.removeprefix("sqlite:///"))
    key = encryption.key_to_write(path, key_store.Place.FILE)
    with closing(encryption.connect(path, key)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE one (a)")

        assert not encryption.is_plain(path)
        encryption.snapshot(path, path.with_name("copy.db"))

        other = (
            "import sys, pathlib; from db import encryption\n"
            "encryption._BUSY_SECONDS = 0.1\n"
            "encryption.refuse_in_use(pathlib.Path(sys.argv[1]))\n"
        )
        ran = subprocess.run(  # noqa: PLW1510
            [sys.executable, "-c", other, path], cwd=HERE, capture_output=True, text=True
        )
    assert "in use by another program" in ran.stderr
