"""``vestibule-hub lists``: import, new, diff, show, export, rules, by the real command line."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from admin_console.hub.__main__ import main
from db import districts, list_lock, watchlists
from db.engine import open_database
from db.list_models import ListImportRow
from db.models import WatchlistRow
from tests.hub_of_tests import begun

LIST = "LAST,FIRST,DOB\nQuillfeather,Daniel,03/07/1984\nMarlow,Helena,04/17/1986\n"
AGED = timedelta(days=40)
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return begun(f"sqlite:///{tmp_path}/hub.db")


@pytest.fixture
def run(url: str, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs ``vestibule-hub lists ...``: exit status, and all that was said."""

    def one(*arguments: str | Path) -> tuple[int, str]:
        try:
            status = main(["lists", *(str(a) for a in arguments), "--database", url])
        except SystemExit as wrong_use:
            status = int(wrong_use.code or 0)
        said = capfd.readouterr()
        return status, said.out + said.err

    return one


@pytest.fixture
def given(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "given.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def put(run: Run, path: Path, *more: str) -> tuple[int, str]:
    return run("import", path, "--name", "Ours", "--category", "alert", *more)


def test_difference_is_said_person_by_person_and_changes_nothing(
    run: Run, given: Callable[[str], Path]
) -> None:
    put(run, given(LIST))
    other = given("LAST,FIRST,DOB\nQuillfeather,Daniel,03/07/1984\nNkosi,Thandiwe,\n,Nobody,\n")

    status, said = run("diff", other, "--name", "Ours")

    assert status == 0
    *people, bad, counts = said.splitlines()
    assert sorted(people) == [
        "added  Thandiwe Nkosi  (whole entry)",
        "removed  Helena Marlow  Apr 17, 1986  (not in the file any more)",
    ]
    assert bad == "line 4 cannot be used: no family name"
    assert counts.startswith("1 added, 0 changed, 1 removed, 1 rows that cannot be used")
    assert "version 1  2 people" in run("show")[1]


def test_file_that_lacks_many_of_a_list_is_told_before_and_after(
    run: Run, given: Callable[[str], Path]
) -> None:
    people = [f"Marlow{n},Helena,04/17/1986" for n in range(15)]
    put(run, given("\n".join(["LAST,FIRST,DOB", *people])))

    _, few = run("diff", given("\n".join(["LAST,FIRST,DOB", *people[2:]])), "--name", "Ours")
    part = given("\n".join(["LAST,FIRST,DOB", *people[5:]]))
    _, before = run("diff", part, "--name", "Ours")
    status, after = put(run, part)

    look = (
        "Look: 5 of the 15 people who were on the list are not in the file: make sure that it is "
        "whole, and of this list."
    )
    assert "Look" not in few
    assert look in before.splitlines()
    assert (status, look in after.splitlines()) == (0, True)


def test_list_with_nobody_on_it_is_told(run: Run) -> None:
    run("new", "--name", "Ours", "--category", "alert")

    assert "0 people" in run("show")[1]
    assert run("show")[1].endswith("look: with nobody on it, it finds nobody\n")


def test_what_is_odd_is_said_with_its_line(run: Run, given: Callable[[str], Path]) -> None:
    status, said = put(run, given(LIST + "Ahlgren,Tove,1980-02-30\n"))

    assert status == 0
    assert "Line 4: birth date 1980-02-30 is on no calendar; it is kept as written." in said


def test_exported_list_imports_back_unchanged(
    run: Run, given: Callable[[str], Path], tmp_path: Path
) -> None:
    put(run, given(LIST))

    assert run("export", "--name", "Ours", "--csv", tmp_path / "copy.csv") == (
        0,
        "2 people of Ours, version 1.\n",
    )

    assert "(0 added, 0 changed, 0 removed)" in put(run, tmp_path / "copy.csv")[1]


def test_table_of_a_list_goes_to_standard_output(run: Run, given: Callable[[str], Path]) -> None:
    put(run, given(LIST))

    status, said = run("export", "--name", "Ours", "--csv")

    assert status == 0
    assert "Quillfeather,Daniel" in said


def test_list_that_is_not_there_cannot_be_exported(run: Run, given: Callable[[str], Path]) -> None:
    put(run, given(LIST))

    status, said = run("export", "--name", "Theirs")

    assert (status, "lists show" in said) == (1, True)


def test_column_of_another_name_is_said_once(run: Run, given: Callable[[str], Path]) -> None:
    theirs = given("WHO,GIVEN\nMarlow,Helena\n")
    assert "No column holds the family name" in put(run, theirs)[1]

    assert put(run, theirs, "--column", "WHO=family")[0] == 0

    assert put(run, theirs)[0] == 0


@pytest.mark.parametrize("column", ["WHO", "=family", "WHO=nobody"])
def test_column_of_an_unknown_field_is_wrong_use(
    run: Run, given: Callable[[str], Path], column: str
) -> None:
    status, said = put(run, given(LIST), "--column", column)

    assert status == 2
    assert "NAME=FIELD" in said


def test_rule_of_two_people_is_turned_off_and_on(run: Run, given: Callable[[str], Path]) -> None:
    put(run, given(LIST))

    assert "takes two people" in run("rules")[1]
    assert "One person removes" in run("rules", "--two-to-remove", "no")[1]
    assert "One person removes" in run("rules")[1]
    assert "takes two people" in run("rules", "--two-to-remove", "yes")[1]


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal there")
def test_ctrl_c_leaves_the_version_before(
    run: Run, url: str, given: Callable[[str], Path], tmp_path: Path
) -> None:
    put(run, given(LIST))
    large = tmp_path / "large.csv"
    rows = "".join(f"Quillfeather{n},Daniel,1984-03-07\n" for n in range(100_000))
    large.write_text(f"LAST,FIRST,DOB\n{rows}", encoding="utf-8")
    command = [sys.executable, "-m", "admin_console.hub", "lists", "import", str(large)]
    database = open_database(url)
    importing = subprocess.Popen(
        [*command, "--name", "Ours", "--category", "alert", "--database", url],
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    until, is_seen = time.monotonic() + 60, False
    while not is_seen and time.monotonic() < until and importing.poll() is None:
        with database.read() as session:
            is_seen = districts.get(session, ListImportRow, 1) is not None
    assert is_seen

    importing.send_signal(signal.SIGINT)
    said = importing.communicate(timeout=60)[1].decode()

    with database.read() as session:
        (ours,) = watchlists.all_lists(session)
        assert districts.get(session, ListImportRow, 1) is None
    database.close()
    assert (importing.returncode, ours.version, ours.entry_count) == (130, 1, 2)
    assert said.endswith("The import was stopped. Nothing was changed.\n")


def test_list_that_is_kept_by_hand_begins_with_nobody_on_it(run: Run, url: str) -> None:
    wanted = ("new", "--name", "Custody orders", "--category", "custody", "--max-age-days", "30")

    status, said = run(*wanted)
    again, refused = run(*wanted)

    assert (status, again) == (0, 1)
    assert "Custody orders is in force with nobody on it." in said
    assert 'There is a list called "Custody orders" already.' in refused
    database = open_database(url)
    with database.read() as session:
        (begun,) = watchlists.all_lists(session)
    database.close()
    assert (begun.entry_count, begun.max_age_days, begun.version) == (0, 30, 1)


def test_show_says_how_old_each_list_is_and_may_be(
    run: Run, given: Callable[[str], Path], url: str
) -> None:
    put(run, given(LIST), "--max-age-days", "30")
    assert "0 days old, 30 allowed" in run("show")[1]

    put(run, given(LIST))  # which leaves the limit as it is
    database = open_database(url)
    with database.begin() as session:
        session.execute(update(WatchlistRow).values(imported_at=datetime.now(UTC) - AGED))
    database.close()
    assert "40 days old, 30 allowed  look: outdated, so every visitor is held" in run("show")[1]

    put(run, given(LIST), "--max-age-days", "none")
    assert "0 days old, of any age" in run("show")[1]


def test_show_says_that_an_import_holds_the_place_of_others(
    run: Run, given: Callable[[str], Path], url: str
) -> None:
    put(run, given(LIST))
    database = open_database(url)
    with list_lock.held(database, "Registry", lambda: datetime.now(UTC)):
        during = run("show")[1]
    database.close()

    assert during.startswith('"Registry" is being imported since ')
    assert "if that import was killed, for half a minute more" in during
    assert "is being imported" not in run("show")[1]


def test_difference_to_a_list_that_is_not_there_says_so(
    run: Run, given: Callable[[str], Path]
) -> None:
    put(run, given(LIST))

    status, said = run("diff", given(LIST), "--name", "Our")

    assert status == 0
    assert said.startswith('There is no list called "Our" yet: all of it would be new.')


def test_import_says_what_of_the_file_is_not_read(run: Run, given: Callable[[str], Path]) -> None:
    status, said = put(run, given("LAST,FIRST,WHEN\nMarlow,Helena,04/17/1986\n"))

    assert status == 0
    assert 'No column is read as the birth date: the file says it of nobody. Left out: "WHEN".' in (
        said
    )
    status, said = put(run, given(LIST), "--column", "BirthDt=birth_date")
    assert (status, 'No column of the file is called "BirthDt"' in said) == (1, True)


def test_name_in_other_letters_is_the_same_list(run: Run, given: Callable[[str], Path]) -> None:
    path = given(LIST)
    put(run, path)

    status, said = run("import", path, "--name", "oURS", "--category", "alert")

    assert status == 0
    assert said.startswith("Ours, version 2")
    assert run("show")[1].count("version") == 1
    assert run("new", "--name", "OURS", "--category", "alert")[0] == 1
    assert run("export", "--name", "ours", "--csv", path.with_name("copy.csv"))[0] == 0
