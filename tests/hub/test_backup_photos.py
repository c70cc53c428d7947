"""Photos in a backup: those of the hub, all of them, and as old as they were."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from db import backup, photos
from tests.hub_of_tests import hub_at
from tests.makers import NINE

JPEG = b"\xff\xd8\xff face \xff\xd9"
NAME = sha256(JPEG).hexdigest()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/hub/hub.db"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick" / "one.backup"


def test_stray_file_among_the_photos_costs_no_backup_and_is_told(
    url: str, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub_at(url, tmp_path / "hub") as hub:
        photos.keep(hub.photos, JPEG)
        for name in ("holiday.jpg", "copy of a.photo", "Thumbs.db"):
            (hub.photos / name).write_bytes(JPEG)
        (hub.photos / f"{'0' * 64}.photo").mkdir()

    assert main(["backup", "--to", str(file), "--database", url]) == 0

    assert "3 files among the photos were left out" in capsys.readouterr().out
    assert main(["restore", str(file), "--database", url]) == 0
    assert [path.name for path in (tmp_path / "hub" / "photos").iterdir()] == [f"{NAME}.photo"]


def test_backup_with_a_name_that_no_restore_takes_does_not_prove_itself(
    url: str, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with hub_at(url, tmp_path / "hub") as hub, pytest.MonkeyPatch.context() as patch:
        photos.keep(hub.photos, JPEG)
        (hub.photos / "holiday.jpg").write_bytes(JPEG)
        patch.setattr(backup, "_photos_in", lambda folder: (sorted(folder.iterdir()), 0))

        assert main(["backup", "--to", str(file), "--database", url]) == 1

    assert "what no hub keeps" in capsys.readouterr().err
    assert not file.exists()


def test_photos_are_as_old_after_a_restore_as_before(url: str, file: Path, tmp_path: Path) -> None:
    """A hub deletes them by the age of their files."""
    taken = NINE.timestamp() - 20 * 24 * 3600
    with hub_at(url, tmp_path / "hub") as hub:
        photos.keep(hub.photos, JPEG)
        os.utime(hub.photos / f"{NAME}.photo", (taken, taken))
        assert main(["backup", "--to", str(file), "--database", url]) == 0

    assert main(["restore", str(file), "--database", url]) == 0

    restored = tmp_path / "hub" / "photos" / f"{NAME}.photo"
    assert restored.stat().st_mtime == pytest.approx(taken, abs=1)
