"""A kiosk's database is no hub's: the hub's commands say so, whatever they were to do with it."""

import io
from contextlib import closing
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from db.engine import open_database
from kiosk import own_device
from tests.hub.test_moved import THAT_WRITE, content
from tests.makers import NINE

THAT_LOOK = (
    "verify-log", "verify-log --json", "log head", "log export {file}", "export --csv {file}",
    "audit", "audit --csv {file}", "report {file}", "lists show", "lists diff {file} --name Kept",
    "lists export --name Kept", "calibrate", "staff list", "kiosks list", "sites list",
    "webhooks list", "oidc show",
)  # fmt: skip


@pytest.fixture(scope="module")
def kiosks(tmp_path_factory: pytest.TempPathFactory) -> str:
    """As a kiosk leaves it that was started once."""
    url = f"sqlite:///{tmp_path_factory.mktemp('kiosk')}/kiosk.db"
    with closing(open_database(url)) as database, database.begin() as session:
        own_device.read(session, NINE)
    return url


@pytest.mark.parametrize("command", [*THAT_WRITE, *THAT_LOOK])
def test_no_command_of_the_hub_works_with_the_database_of_a_kiosk(
    kiosks: str,
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "file.csv"
    file.write_text("name,family,given\nDana,Whitfield,Dana\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough sentence\n"))
    before = content(kiosks)

    status = main([*command.format(file=file).split(), "--database", kiosks])

    said = capsys.readouterr()
    assert status == 1
    assert "is a kiosk's" in said.err
    assert "Nothing was changed" in said.err
    assert not said.out
    assert content(kiosks) == before
    assert file.read_text() == "name,family,given\nDana,Whitfield,Dana\n"
