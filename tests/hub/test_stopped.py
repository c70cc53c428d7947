"""Ctrl-C at a command: it says what was kept, and how to go on."""

import signal
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from db import backup, encryption, log, restoring
from tests.hub_of_tests import hub_at


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A hub with a backup at one.backup."""
    address = f"sqlite:///{tmp_path}/hub/hub.db"
    with hub_at(address, tmp_path / "hub"):
        pass
    assert main(["backup", "--to", str(tmp_path / "one.backup"), "--database", address]) == 0
    return address


@pytest.mark.parametrize(
    ("command", "step", "words"),
    [
        ("backup", (encryption, "snapshot"), "No backup was made"),
        ("restore {one}", (backup, "unpack"), "Nothing was changed"),
        ("move --to postgresql://nowhere/hub", (encryption, "refuse_in_use"), "run it again"),
        ("keys rotate", (encryption, "rekey"), "Give it again"),
        ("verify-log", (log, "verify_log"), "What was there before is kept"),
    ],
)
def test_command_that_is_stopped_says_what_was_kept(
    url: str, command: str, step: tuple[object, str], words: str, request: pytest.FixtureRequest
) -> None:
    tmp_path: Path = request.getfixturevalue("tmp_path")
    capsys: pytest.CaptureFixture[str] = request.getfixturevalue("capsys")

    def stop(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    capsys.readouterr()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(*step, stop)
        status = main([*command.format(one=tmp_path / "one.backup").split(), "--database", url])

    said = capsys.readouterr()
    assert status == 130
    assert words in said.err
    assert said.out == ""
    assert main(["sites", "list", "--database", url]) == 0
    assert not list(tmp_path.rglob("*.part"))


def test_restore_that_has_begun_to_exchange_is_not_stopped(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    exchange = restoring.put_in_place

    def stopped(*arguments: object) -> Path | None:
        signal.raise_signal(signal.SIGINT)
        return exchange(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(restoring, "put_in_place", stopped)

    assert main(["restore", str(tmp_path / "one.backup"), "--database", url]) == 0

    assert "Restored the hub" in capsys.readouterr().out
