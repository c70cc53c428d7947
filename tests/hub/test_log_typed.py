"""What somebody types from paper, for the log's two verifiers: what is none is told as that."""

from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from tests.hub.test_log_command import check, exported, folder_of, url

__all__ = ["exported", "url"]
CHANGED = ("BROKEN", "was changed", "not the one that the kiosks signed")


def as_on_paper(note: str) -> str:
    """As the sheet shows it: the size, and the root in groups, in two lines."""
    size, _, root = note.partition(":")
    groups = [root[at : at + 8] for at in range(0, 64, 8)]
    return f"{size}:  {'  '.join(groups[:4])}\n   {'  '.join(groups[4:])}".upper()


def note_of(url: str) -> str:
    return (folder_of(url) / "note").read_text(encoding="utf-8")


def test_seal_may_be_typed_in_groups_as_the_sheet_shows_it(url: str, exported: Path) -> None:
    typed = as_on_paper(note_of(url))

    assert check(exported, "--seen", typed)[0] == 0
    assert main(["verify-log", "--seen", typed, "--database", url]) == 0


def test_key_of_the_hub_may_be_typed_in_groups(url: str, exported: Path) -> None:
    key = (folder_of(url) / "key").read_text(encoding="utf-8").upper()

    status, said = check(exported, "--hub-key", f"{key[:8]} {key[8:40]}  {key[40:]} ")

    assert status == 0
    assert said.endswith("The log is whole.\n")


def test_seal_with_a_slip_is_no_seal_and_says_nothing_of_the_log(
    url: str, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = note_of(url)
    size, _, root = note.partition(":")

    for typed in (note[:-1], f"{note}0", size, f"{size}:", f"{size} {root}", f"{note[:-1]}g", ":"):
        status, said = check(exported, "--seen", typed)
        assert status == 2
        assert "SIZE:ROOT" in said
        assert "64" in said
        assert main(["verify-log", "--seen", typed, "--database", url]) == 1
        told = capsys.readouterr()
        assert "SIZE:ROOT" in told.err
        assert "64" in told.err
        assert not [word for word in CHANGED if word in said + told.out + told.err]


@pytest.mark.parametrize("typed", ["abc", "00" * 31, "0" * 63, "0" * 65, "g" * 64, " "])
def test_key_with_a_slip_is_no_key_and_says_nothing_of_the_log(exported: Path, typed: str) -> None:
    status, said = check(exported, "--hub-key", typed)

    assert status == 2
    assert "64" in said
    assert not [word for word in CHANGED if word in said]


def test_log_of_another_hub_is_not_called_changed(exported: Path) -> None:
    status, said = check(exported, "--hub-key", "00" * 32)

    assert status == 1
    assert "another hub" in said
    assert "changed" not in said


def test_two_roots_that_were_seen_at_one_size_cannot_both_hold(url: str, exported: Path) -> None:
    note = note_of(url)
    other = f"{note.partition(':')[0]}:{'00' * 32}"

    for pair in ([note, other], [other, note]):
        assert check(exported, "--seen", pair[0], "--seen", pair[1])[0] == 1
    assert check(exported, "--seen", note, "--seen", note)[0] == 0
