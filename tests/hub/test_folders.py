"""Where photos, certificates and keys are: one folder that all hubs of a district share."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from admin_console.hub.authority import FOLDER, open_authority

ROOT = Path(__file__).parents[2]


def start_once(url: str, folder: Path) -> str:
    """Start the real hub and end it again. Returns the digits that consoles ask about."""
    command = [
        sys.executable, "-m", "admin_console.hub", "serve", "--listen", "127.0.0.1:0",
        "--database", url, "--data-folder", str(folder),
    ]  # fmt: skip
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as hub:
        assert hub.stdout is not None
        hub.stdout.readline()
        digits = hub.stdout.readline().rpartition(": ")[2].strip()
        hub.terminate()
        hub.communicate(timeout=60)
    return digits


def test_hubs_of_a_district_that_share_a_folder_are_known_by_the_same_number(
    postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = tmp_path / "shared"

    digits = {start_once(postgres_url, shared) for _ in range(2)}

    of_commands = ["--database", postgres_url, "--data-folder", str(shared)]
    assert main(["fingerprint", *of_commands]) == 0
    assert digits == {capsys.readouterr().out.strip()}
    assert {"photos", "tls"} <= {path.name for path in shared.iterdir()}
    assert main(["keys", "rotate", *of_commands]) == 0
    assert main(["keys", "move", "--to", "file", *of_commands]) == 0
    assert (shared / "keys").is_dir()


def test_folder_of_a_file_is_the_one_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    open_authority(tmp_path / FOLDER, datetime.now(UTC))

    assert main(["fingerprint", "--database", url, "--data-folder", str(tmp_path)]) == 0
    assert main(["fingerprint", "--database", url, "--data-folder", "/elsewhere"]) == 1
    assert "are beside the database" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [["backup"], ["backup", "--show-key"], ["restore", "one.backup"]]
)
def test_who_backs_up_a_hub_over_postgresql_is_told_of_the_folders_too(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv(
        "XDG_DATA_HOME" if sys.platform != "win32" else "LOCALAPPDATA", str(tmp_path)
    )

    assert main([*command, "--database", "postgresql+psycopg://127.0.0.1:1/nowhere"]) == 1

    said = capsys.readouterr().err
    for name in ("pg_dump", "photos", "tls", "keys", "--data-folder", "packaging/postgresql.md"):
        assert name in said
    assert str(tmp_path / "vestibule" / "hub") in said
    assert not list(tmp_path.iterdir())
