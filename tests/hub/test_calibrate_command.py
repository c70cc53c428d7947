"""``vestibule-hub calibrate``: what chance does on the lists in force."""

from functools import partial
from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from db.screening.calibrate import FEWEST_ROWS, calibrate
from resources.samples.people import sample_people
from tests.hub_of_tests import begun


def imported(folder: Path, count: int) -> str:
    """A database with a registry of so many invented people."""
    database = begun(f"sqlite:///{folder / 'hub.db'}")
    people = sample_people(200, 3)
    rows = [
        f"{people[n % 200].given_name},{people[n * 7 % 199].family_name},"
        f"{1940 + n % 60}-{1 + n % 12:02}-{1 + n % 28:02}"
        for n in range(count)
    ]
    table = folder / "registry.csv"
    table.write_text("FIRST,LAST,DOB\n" + "\n".join(rows), encoding="utf-8")
    options = ["--name", "Registry", "--category", "registry", "--skip-bad"]
    assert main(["lists", "import", str(table), *options, "--database", database]) == 0
    return database


def test_small_list_goes_by_the_estimate_and_is_measured_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = imported(tmp_path, 50)

    assert main(["calibrate", "--visitors", "100", "--database", database]) == 0

    said = capsys.readouterr().out
    assert "Too small to try out" in said
    assert "strong" in said
    assert said.count("of 100 made-up ones") == 4


def test_large_list_says_how_many_made_up_visitors_each_tier_held(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    of_few = partial(calibrate, visitors=500)  # not of thousands
    monkeypatch.setattr("db.screening.index.calibrate", of_few)
    database = imported(tmp_path, FEWEST_ROWS * 6 // 5)

    assert main(["calibrate", "--visitors", "100", "--database", database]) == 0

    said = capsys.readouterr().out
    assert said.count("of 100 made-up ones") == 4


def test_database_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["calibrate", "--database", f"sqlite:///{tmp_path / 'none.db'}"])

    assert (status, "There is no" in capsys.readouterr().err) == (1, True)
