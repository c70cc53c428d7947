"""The key of backups is changed: the next ones have the new one, those before still open."""

import io
import os
import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from admin_console.hub import upkeep
from admin_console.hub.__main__ import main
from admin_console.hub.context import Context
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import audit, key_store, watchlists
from db.domain.audit import Deed
from db.engine import open_database
from db.sealed_stream import name_needed, name_of
from tests.hub_of_tests import Clock, hub_at
from tests.makers import NINE
from tests.raw import text_in
from tests.sync_of_tests import import_list


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A hub with one list and one backup, `first.backup`; another list came since."""
    address = f"sqlite:///{tmp_path}/hub/hub.db"
    with hub_at(address, tmp_path / "hub") as hub:
        import_list(hub, "Kept")
        assert back_up(address, tmp_path / "first.backup") == 0
        import_list(hub, "Since then")
    return address


def back_up(url: str, to: Path, *more: str) -> int:
    return main(["backup", "--to", str(to), *more, "--database", url])


def restore(url: str, file: Path, typed: str | None = None) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO(typed or ""))
        return main(["restore", str(file), "--secrets-stdin", "--database", url])


def known(tmp_path: Path, hub: str = "hub") -> tuple[bytes, ...]:
    return key_store.keys(tmp_path / hub, key_store.BACKUP)


def needed(file: Path) -> str | None:
    with file.open("rb") as opened:
        return name_needed(opened)


def lists_at(url: str) -> list[str]:
    with closing(open_database(url)) as database, database.read() as session:
        return [one.name for one in watchlists.all_lists(session)]


def test_new_backups_have_the_new_key_and_those_before_still_open_here(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (old,) = known(tmp_path)
    capsys.readouterr()

    assert back_up(url, tmp_path / "second.backup", "--new-key") == 0

    new, kept = known(tmp_path)
    assert kept == old
    said = capsys.readouterr().out
    assert said.startswith("-".join(re.findall("." * 8, new.hex())))
    assert f"That is the new key of the backups, {name_of(new)}" in said
    assert f"Backups of before need {name_of(old)}." in said
    assert needed(tmp_path / "first.backup") == name_of(old)
    assert needed(tmp_path / "second.backup") == name_of(new)
    assert restore(url, tmp_path / "first.backup") == 0
    assert lists_at(url) == ["Kept"]


def test_each_key_that_backups_of_before_need_is_named(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("second", "third"):
        capsys.readouterr()
        assert back_up(url, tmp_path / f"{name}.backup", "--new-key") == 0

    _, *older = known(tmp_path)
    names = " or ".join(map(name_of, older))
    assert len(older) == 2
    assert f"Backups of before need {names}." in capsys.readouterr().out


def test_hub_that_was_restored_with_the_old_key_goes_on_with_the_new_one(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    back_up(url, tmp_path / "second.backup", "--new-key")
    new, old = known(tmp_path)

    assert restore(url, tmp_path / "first.backup") == 0

    assert known(tmp_path) == (new, old)
    assert (
        f"The next backups are made with the key named {name_of(new)}." in capsys.readouterr().out
    )


def test_computer_without_the_key_asks_for_it_by_name_and_says_which_one_was_typed(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(url, tmp_path / "second.backup", "--new-key")
    new, old = known(tmp_path)
    there = f"sqlite:///{tmp_path}/other/hub.db"
    capsys.readouterr()

    assert restore(there, tmp_path / "second.backup", old.hex()) == 1
    named = f"it needs the one named {name_of(new)}, and that is {name_of(old)}"
    assert named in capsys.readouterr().err
    asked: list[str] = []
    monkeypatch.setattr(
        "admin_console.hub.backup_parser.secret", lambda text: asked.append(text) or new.hex()
    )
    assert main(["restore", str(tmp_path / "second.backup"), "--database", there]) == 0

    assert asked == [f"The backup's key, named {name_of(new)}: "]
    assert known(tmp_path, "other") == (new,)
    assert sorted(lists_at(there)) == ["Kept", "Since then"]


@pytest.mark.usefixtures("url")
def test_key_that_is_on_paper_makes_the_next_backups_of_a_computer_that_had_made_one_by_itself(
    tmp_path: Path,
) -> None:
    there = f"sqlite:///{tmp_path}/other/hub.db"
    with hub_at(there, tmp_path / "other"):
        assert back_up(there, tmp_path / "own.backup") == 0
    (on_paper,), (unseen,) = known(tmp_path), known(tmp_path, "other")

    assert restore(there, tmp_path / "first.backup", on_paper.hex()) == 0

    assert known(tmp_path, "other") == (on_paper, unseen)


def test_old_key_goes_with_the_last_backup_that_needs_it(url: str, tmp_path: Path) -> None:
    clock, counts = Clock(), []
    with hub_at(url, tmp_path / "hub", clock) as hub:
        context = Context(hub.database, hub.photos, clock, Wake(), Throttle())
        for day in range(5):
            clock.at = NINE + timedelta(days=day)
            if day == 1:
                (old,) = known(tmp_path)
                assert back_up(url, tmp_path / "second.backup", "--new-key") == 0
            upkeep.back_up(context, kept=3)
            counts.append(len(known(tmp_path)))

    assert counts == [1, 2, 2, 1, 1]
    assert old not in known(tmp_path)
    assert text_in(tmp_path / "hub", old.hex()) == []


def test_all_keys_are_shown_with_their_names_and_the_newest_comes_first(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    back_up(url, tmp_path / "second.backup", "--new-key")
    capsys.readouterr()

    assert main(["backup", "--show-key", "--database", url]) == 0

    shown = capsys.readouterr().out.splitlines()
    new, old = known(tmp_path)
    assert [line.replace("-", "") for line in (shown[0], shown[3])] == [new.hex(), old.hex()]
    assert name_of(new) in shown[1]
    assert name_of(old) in shown[4]
    main(["keys", "show", "--database", url])
    (line,) = (line for line in capsys.readouterr().out.splitlines() if "of the backups" in line)
    assert "An older one is kept too" in line


def test_change_is_in_the_audit_without_the_key(url: str, tmp_path: Path) -> None:
    back_up(url, tmp_path / "second.backup", "--new-key")

    with closing(open_database(url)) as database, database.read() as session:
        (line,) = (x for x in audit.every_line(session) if x.deed == Deed.BACKUP_KEY_CHANGED)
    assert line.detail == name_of(known(tmp_path)[0])


def test_hub_that_is_not_there_gets_no_new_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = f"sqlite:///{tmp_path}/nobody/hub.db"

    assert back_up(nowhere, tmp_path / "one.backup", "--new-key") == 1
    assert "There is no database" in capsys.readouterr().err
    assert not (tmp_path / "nobody").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root could")
def test_root_leaves_the_key_to_the_account_that_runs_the_hub(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = known(tmp_path)
    os.chown(tmp_path / "hub" / key_store.FOLDER, 65534, 65534)

    assert back_up(url, tmp_path / "second.backup", "--new-key") == 1

    assert "Run this as that account" in capsys.readouterr().err
    assert known(tmp_path) == before
    assert not (tmp_path / "second.backup").exists()
