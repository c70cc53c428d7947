"""``vestibule-hub screen``: lists' own files, numbers that several have, names read as lists do."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from admin_console.hub.__main__ import main
from tests.db.test_list_import import spreadsheet
from tests.hub.test_screen_command import HEAD, screened
from tests.hub_of_tests import begun


def answers(
    folder: Path, capsys: pytest.CaptureFixture[str], lists: str, visitors: str
) -> list[dict[str, Any]]:
    (folder / "list.csv").write_text(lists, encoding="utf-8")
    (folder / "visitors.csv").write_text(visitors, encoding="utf-8")
    files = ["--list", str(folder / "list.csv"), str(folder / "visitors.csv")]
    assert main(["screen", *files, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_file_that_a_list_is_imported_from_is_screened_against(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = "LAST,FIRST,DOB,CASE_NO\nQuintero,Anthony,07/03/1984,T-1\nIbarra,Luis,11/30/1951,T-2\n"

    (answer,) = answers(
        tmp_path, capsys, lists, "Last Name,First Name,Date of birth\nQuintero,Anthony,03.07.1984\n"
    )

    assert (answer["id"], answer["tier"]) == ("line 2", "strong")
    (match,) = answer["matches"]
    assert match["entry_id"] == "T-1"
    assert "swapped" in {e["level"] for e in match["evidence"]}  # month first, when nothing tells


def test_list_that_was_exported_is_screened_against(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database, copy = begun(f"sqlite:///{tmp_path / 'hub.db'}"), tmp_path / "list.csv"
    (tmp_path / "in.csv").write_text("LAST,FIRST,DOB,CASE_NO\nQuintero,Anthony,,T-1\n")
    named = ["--name", "Trespass"]
    come = ["lists", "import", str(tmp_path / "in.csv"), *named, "--category", "trespass"]
    assert main([*come, "--database", database]) == 0
    assert main(["lists", "export", *named, "--csv", str(copy), "--database", database]) == 0
    capsys.readouterr()

    (answer,) = answers(
        tmp_path,
        capsys,
        copy.read_text(encoding="utf-8"),
        f"{HEAD}\nv,Anthony,,Quintero,,1984-07-03,M\n",
    )

    assert (answer["outcome"], answer["matches"][0]["entry_id"]) == ("hold", "T-1")  # by the name


def test_list_that_does_not_say_its_category_is_compared_as_a_registry_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in {
        "list": "LAST,FIRST,DOB\nQuintero,Anthony,\n",
        "ours": f"{HEAD}\n1,Luis,,Ibarra,,1990-01-01,M\n",
        "v": f"{HEAD}\nv,Anthony,,Quintero,,1984-07-03,M\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    lists, ours, visitors = (str(tmp_path / f"{name}.csv") for name in ("list", "ours", "v"))

    assert main(["screen", "--list", lists, "--list", ours, visitors]) == 0

    said = capsys.readouterr().err
    assert "list.csv, line 1: there is no column category; compared as a registry" in said
    assert "ours.csv, line 1: there is no column category" not in said


def test_spreadsheets_are_screened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = spreadsheet([["LAST", "FIRST", "DOB", "CASE"], ["Quintero", "Anthony", 29061, "T-1"]])
    visitors = [HEAD.split(","), ["v", "Anthony", "", "Quintero", "", "1979-07-25", "M"]]
    (tmp_path / "list.xlsx").write_bytes(listed)
    (tmp_path / "visitors.xlsx").write_bytes(spreadsheet(visitors))
    files = ["--list", str(tmp_path / "list.xlsx"), str(tmp_path / "visitors.xlsx")]

    assert main(["screen", *files, "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert (answer["id"], answer["tier"]) == ("v", "strong")
    assert answer["matches"][0]["entry_id"] == "T-1"


def test_two_people_of_one_case_are_two_matches(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        "7,Anthony,,Quintero,,1984-07-03,M,,custody",
        "7,Antonia,,Quintero,,1984-07-03,F,,custody",
    ]
    lists = "\n".join([f"{HEAD},aliases,category", *rows, rows[0]])

    (answer,), _, _ = screened(tmp_path, capsys, "v,Anthony,,Quintero,,1984-07-03,\n", lists=lists)

    assert [m["entry_id"] for m in answer["matches"]] == ["7", "7"]


def test_whoever_has_no_number_is_told_by_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = (
        "given_name,family_name,birth_date\nRosa,Delgado,1990-01-01\nAnthony,Quintero,1984-07-03\n"
    )

    (answer,), _, _ = screened(tmp_path, capsys, "v,Anthony,,Quintero,,1984-07-03,\n", lists=lists)

    assert [m["entry_id"] for m in answer["matches"]] == ["line 3"]


def test_sign_without_a_width_parts_no_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = f"{HEAD},aliases,category\n7,Anthony,,Quin\u200btero,,1984-07-03,M,,registry\n"

    (answer,), _, _ = screened(tmp_path, capsys, "v,Anthony,,Quintero,,1984-07-03,\n", lists=lists)

    family = answer["matches"][0]["evidence"][0]
    assert family["level"] == "exact"


def test_screening_leaves_the_size_of_cells_to_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limit = csv.field_size_limit()

    screened(tmp_path, capsys, "v,Anthony,,Quintero,,1984-07-03,M\n")

    assert csv.field_size_limit() == limit


@pytest.mark.parametrize(
    "lists",
    [
        'LAST,FIRST,DOB,AKA1,AKA2\nIbarra,Luis,1951-11-30,"Finch, Amos","Quintero, Anthony"\n',
        "given_name,family_name,birth_date,AKA,Alias 2\nLuis,Ibarra,1951-11-30,,Tony Quintero\n",
    ],
)
def test_every_column_of_other_names_is_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lists: str
) -> None:
    (answer,) = answers(tmp_path, capsys, lists, f"{HEAD}\nv,Anthony,,Quintero,,1951-11-30,M\n")

    assert answer["outcome"] == "hold"
    assert answer["tier"] == "strong"


@pytest.mark.parametrize(
    "header", ["LAST,FIRST,DOB,Birthday", "given_name,family_name,birth_date,birth_date"]
)
def test_second_column_of_the_same_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], header: str
) -> None:
    first = "Anthony,Quintero" if header.startswith("given") else "Quintero,Anthony"
    files = [tmp_path / "list.csv", tmp_path / "visitors.csv"]
    files[0].write_text(f"{header}\n{first},1984-07-03,1985-07-03\n")
    files[1].write_text(f"{HEAD}\nv,Anthony,,Quintero,,1984-07-03,M\n")

    main(["screen", "--list", str(files[0]), str(files[1])])

    name = header.rsplit(",", maxsplit=1)[-1]
    said = capsys.readouterr().err
    assert f'list.csv, line 1: "{name}" is left out: another column is read as the same' in said
