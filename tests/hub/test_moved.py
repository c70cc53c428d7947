"""Once a hub's data was moved, what is changed in its old database would change nothing."""

import argparse
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from admin_console.hub import __main__ as hub_program
from admin_console.hub.__main__ import main
from db import move, photos, settings
from tests.hub_of_tests import hub_at
from tests.makers import NINE
from tests.raw import raw_engine

ID = "00000000-0000-0000-0000-000000000000"
THAT_WRITE = (
    "serve --listen 127.0.0.1:0", "sites add Other", "sites rename Main Other",
    "sites close Main", "pair", "kiosks accept 123456", "kiosks reject 123456",
    "kiosks revoke Lobby", "backup", "backup --new-key", "keys rotate", "keys rotate-numbers",
    "keys rotate-signing", "keys rotate-ca", "keys rotate-ca --now",
    "webhooks add https://receiver.example/x --event decision.made", f"webhooks remove {ID}",
    f"webhooks resume {ID}", f"webhooks renew {ID}", "oidc off",
    "staff add dana --secrets-stdin", "staff remove dana", "staff password dana --secrets-stdin",
    "staff pin dana --secrets-stdin", "staff role dana auditor", "staff sites dana --site Main",
    "staff second-factor dana --off", "staff link dana --subject 12", "staff unlink dana",
    "lists import {file} --name Kept --category alert", "lists new --name Kept --category alert",
    "lists share --name Kept --site Main", "lists rules --two-to-remove yes",
    "hosts import {file}", "policy --clearance-days 3", "log begin-anew",
    "move --to postgresql://nowhere/hub", "restore {file} --secrets-stdin",
)  # fmt: skip
OTHERS = {
    "fingerprint", "kiosks list", "sites list", "webhooks list", "oidc show", "staff list",
    "lists diff", "lists show", "lists export", "keys show", "report", "audit", "screen",
    "calibrate", "export", "log export", "log head", "verify-log",
    "keys move",  # of the folder beside it, wherever that is by now
    "oidc set",  # asks the provider first, then as `oidc off`
}  # fmt: skip
"""They look, and at most note that somebody looked."""


def leaves(parser: argparse.ArgumentParser, name: str = "") -> Iterator[str]:
    below = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not below:
        yield name.strip()
    for action in below:
        for word, child in action.choices.items():
            yield from leaves(child, f"{name} {word}")


def content(url: str) -> str:
    engine = raw_engine(url)
    with engine.connect() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        ).scalars()
        found = [connection.exec_driver_sql(f'SELECT * FROM "{t}"').all() for t in tables.all()]  # noqa: S608
    engine.dispose()
    return str(found)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("moved")
    url = f"sqlite:///{folder}/hub.db"
    with hub_at(url, folder) as hub, hub.database.begin() as session:
        settings.write(session, move.MOVED, NINE)
    return url


def test_every_command_is_known_to_write_or_to_look() -> None:
    known = set(leaves(hub_program._parser()))

    assert {leaf for leaf in known if not any(is_of(leaf, c) for c in THAT_WRITE)} == OTHERS


def is_of(leaf: str, command: str) -> bool:
    return f"{command} ".startswith(f"{leaf} ")


@pytest.mark.parametrize("command", THAT_WRITE)
def test_command_that_writes_is_refused_once_the_database_was_moved(
    moved: str,
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "file.csv").write_text("name,family,given\nDana,Whitfield,Dana\n")
    monkeypatch.setattr("sys.stdin", io.StringIO("a long enough sentence\n"))
    before = content(moved)
    words = command.format(file=tmp_path / "file.csv").split()

    assert main([*words, "--database", moved]) == 1

    assert "was moved" in capsys.readouterr().err
    assert content(moved) == before


def test_what_is_in_a_moved_database_can_still_be_looked_at(moved: str) -> None:
    assert main(["staff", "list", "--database", moved]) == 0
    assert main(["kiosks", "list", "--database", moved]) == 0


def test_restore_leaves_its_folders_to_the_hub_that_a_database_was_moved_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, file = tmp_path / "hub", tmp_path / "hub.backup"
    url = f"sqlite:///{folder}/hub.db"
    with hub_at(url, folder) as hub:
        photos.keep(hub.photos, b"\xff\xd8\xff face \xff\xd9")
        assert main(["backup", "--to", str(file), "--database", url]) == 0
        assert main(["backup", "--show-key", "--database", url]) == 0
        with hub.database.begin() as session:
            settings.write(session, move.MOVED, NINE)
    key = capsys.readouterr().out.splitlines()[-2]
    before = {path: path.stat().st_ino for path in folder.rglob("*")}

    assert main(["restore", str(file), "--database", url]) == 1

    said = capsys.readouterr().err
    assert "was moved" in said
    assert "another folder" in said
    assert {path: path.stat().st_ino for path in folder.rglob("*")} == before
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{key}\n"))
    apart = f"sqlite:///{tmp_path}/apart/hub.db"
    assert main(["restore", str(file), "--secrets-stdin", "--database", apart]) == 0
