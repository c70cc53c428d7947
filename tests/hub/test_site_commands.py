"""What an operator says of sites at the hub's terminal."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from tests.hub_of_tests import begun


@pytest.fixture
def url(tmp_path: Path) -> str:
    return begun(f"sqlite:///{tmp_path}/hub.db")


Hub = Callable[..., tuple[int, str]]


@pytest.fixture
def command(url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A command of the hub, with its status and all that it said."""
    monkeypatch.setattr("sys.stdin", io.StringIO("invented pass phrase\n\n" * 9))

    def run(*words: str) -> tuple[int, str]:
        status = main([*words, "--database", url])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_operator_opens_renames_and_closes_a_site(command: Hub) -> None:
    command("sites", "rename", "My school", "Lincoln", "--time-zone", "America/Chicago")
    opened = command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")
    taken = command("sites", "add", "roosevelt", "--time-zone", "America/Denver")
    nowhere = command("sites", "add", "Mars", "--time-zone", "Mars/Olympus")
    renamed = command("sites", "rename", "Roosevelt", "Roosevelt Middle School")
    listed = command("sites", "list")
    closed = command("sites", "close", "Roosevelt Middle School")
    last = command("sites", "close", "Lincoln")

    once_more = command("sites", "list")
    assert opened[0] == 0
    assert once_more[1].count("closed ") == 1
    assert "the district has no list" in opened[1]
    assert taken == (1, 'There is a site called "roosevelt" already. Nothing was changed.\n')
    assert nowhere[0] == 1
    assert renamed[1].startswith("It is Roosevelt Middle School now, in America/Denver")
    assert [line.split("  ")[0] for line in listed[1].splitlines()] == [
        "Lincoln", "Roosevelt Middle School",
    ]  # fmt: skip
    assert closed[0] == 0
    assert last == (1, "Lincoln is the only site that is open. Nothing was changed.\n")


def test_hub_with_several_sites_asks_which_one_is_meant(command: Hub, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts.csv"
    hosts.write_text("name,place\nMs. Lind,Room 4\n", encoding="utf-8")
    add = ("staff", "add", "mchen", "--secrets-stdin")
    command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")
    for words in (("pair",), ("hosts", "import", str(hosts)), add):
        status, said = command(*words)
        assert (status, "--site NAME" in said) == (1, True), said
        status, said = command(*words, "--site", "Nowhere")
        assert (status, 'no site called "Nowhere"' in said) == (1, True), said

    given = [command(*w, "--site", "Roosevelt")[0] for w in (("pair",), add)]
    district = command("staff", "add", "dist", "--role", "district", "--secrets-stdin")
    listed = command("staff", "list")[1]
    moved = command("staff", "sites", "mchen", "--site", "My school", "--site", "Roosevelt")

    assert (*given, district[0]) == (0, 0, 0)
    assert "dist  dist  district  the whole district" in listed
    assert "mchen  mchen  front_desk  Roosevelt" in listed
    assert moved == (0, "mchen sees My school, Roosevelt now, and has to sign in anew.\n")


def test_list_is_a_sites_or_the_districts_and_may_be_shared(command: Hub, tmp_path: Path) -> None:
    people = tmp_path / "list.csv"
    people.write_text("LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n", encoding="utf-8")
    imported = ("lists", "import", str(people), "--category", "registry", "--name", "Registry")
    command(*imported)
    opened = command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")
    own = command(*imported, "--site", "Roosevelt")
    shared = command("lists", "share", "--name", "Registry", "--site", "My school")
    again = command("lists", "share", "--name", "Registry", "--site", "Roosevelt")
    shown = command("lists", "show")[1]

    assert "screen by nothing" in opened[1]
    assert own[1].startswith("Registry, version 1: 1 people")
    assert shared == (0, "Registry is the district's now: every site screens by it.\n")
    assert again[0] == 1
    assert sorted(line.split("  ")[1] for line in shown.splitlines()) == [
        "Roosevelt", "the district",
    ]  # fmt: skip


def test_nightly_import_begins_no_second_list_beside_a_schools_own(
    command: Hub, tmp_path: Path
) -> None:
    people = tmp_path / "list.csv"
    people.write_text("LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n", encoding="utf-8")
    imported = ("lists", "import", str(people), "--category", "registry", "--name", "Registry")
    command(*imported)
    command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")

    status, said = command(*imported)

    assert status == 1
    assert '--site "My school"' in said
    assert 'lists share --name "Registry" --site "My school"' in said
    assert command("lists", "show")[1].count("Registry") == 1
    assert command(*imported, "--site", "My school")[1].startswith("Registry, version 2")
    command("lists", "share", "--name", "Registry", "--site", "My school")
    assert command(*imported)[1].startswith("Registry, version 4")


def test_import_for_a_school_begins_no_second_list_beside_the_districts(
    command: Hub, tmp_path: Path
) -> None:
    people = tmp_path / "list.csv"
    people.write_text("LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n", encoding="utf-8")
    imported = ("lists", "import", str(people), "--category", "registry", "--name", "Registry")
    command(*imported)
    command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")
    command("lists", "share", "--name", "Registry", "--site", "My school")

    for school in ("My school", "Roosevelt"):
        status, said = command(*imported, "--site", school)

        assert status == 1
        assert "is the district's list" in said
    assert command("lists", "show")[1].count("Registry") == 1


def test_import_says_whose_list_it_is_before_it_begins(command: Hub, tmp_path: Path) -> None:
    people = tmp_path / "list.csv"
    people.write_text("LNAME,FNAME,DOB\nQuillfeather,Daniel,03/07/1984\n", encoding="utf-8")
    imported = ("lists", "import", str(people), "--category", "registry", "--name")
    command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")

    said = [
        command(*imported, *words)[1].splitlines()[-1]
        for words in (("Registry",), ("Registry",), ("Orders", "--site", "Roosevelt"))
    ]

    assert said == [
        'A new list called "Registry": the district\'s, by which every school screens.',
        'Version 2 of a list called "Registry": the district\'s, by which every school screens.',
        'A new list called "Orders": Roosevelt\'s.',
    ]


def test_new_role_without_a_school_says_how_one_is_given(command: Hub) -> None:
    command("sites", "add", "Roosevelt", "--time-zone", "America/Denver")
    command("staff", "add", "dist", "--role", "district", "--secrets-stdin")

    status, said = command("staff", "role", "dist", "administrator")

    assert status == 0
    assert "staff sites dist --site NAME" in said
    command("staff", "sites", "dist", "--site", "Roosevelt")
    assert "no school" not in command("staff", "role", "dist", "front_desk")[1]
