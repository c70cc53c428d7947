"""``vestibule-hub screen``: files of people against files of lists."""

import json
from pathlib import Path
from typing import Any

import pytest

from admin_console.hub.__main__ import main

HEAD = "id,given_name,middle_name,family_name,suffix,birth_date,sex"
LIST = f"""{HEAD},aliases,category
1,Anthony,Luis,Quintero,,1984-07-03,M,Rafael Ibarra; Tono,registry
2,Katarzyna,,Müller,,19450493,F,,registry
3,Иван,,Иванов,,1970,M,,custody
4,Rosa,,Delgado,Jr,,F,,alert
"""


def screened(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    visitors: str,
    *options: str,
    lists: str = LIST,
) -> tuple[list[dict[str, Any]], str, int]:
    """Answers, remarks and exit status."""
    (folder / "list.csv").write_text(lists, encoding="utf-8")
    (folder / "visitors.csv").write_text(f"{HEAD}\n{visitors}", encoding="utf-8")
    files = ["--list", str(folder / "list.csv"), str(folder / "visitors.csv")]
    status = main(["screen", *files, "--json", *options])
    said = capsys.readouterr()
    return [json.loads(line) for line in said.out.splitlines()], said.err, status


@pytest.mark.parametrize(
    ("visitor", "entry", "tier"),
    [
        ("Anthony,Luis,Quintero,,1984-07-03,M", "1", "strong"),
        ("Quintero,,Anthony,,1984-07-03,", "1", "strong"),
        ("Rafael,,Ibarra,,1984-07-03,M", "1", "strong"),
        ("TONO,,QUINTERO,,1984-03-07,M", "1", "strong"),
        ("Kasia,,Mueller,,1945-04-93,F", "2", "strong"),
        ("Ivan,,Ivanov,,1970-05-05,M", "3", "photo"),
        ("Rosa,,Delgado,,1990-01-01,F", "4", "photo"),
    ],
)
def test_listed_people_are_held_with_the_entry_that_they_are(
    visitor: str, entry: str, tier: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (answer,), _, status = screened(tmp_path, capsys, f"v,{visitor}\n")

    assert (answer["id"], answer["outcome"], answer["tier"], status) == ("v", "hold", tier, 0)
    assert answer["matches"][0]["entry_id"] == entry
    assert answer["milliseconds"] > 0
    evidence = answer["matches"][0]["evidence"]
    assert {"field", "level", "bits", "text"} == set(evidence[0])
    assert sum(e["bits"] for e in evidence) == pytest.approx(answer["matches"][0]["bits"], abs=0.5)


def test_answers_come_in_the_order_of_the_visitors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    visitors = "".join(f"{n},Priya,,Raghunathan,,19{n}-01-01,F\n" for n in (71, 60, 99))

    answers, _, _ = screened(tmp_path, capsys, visitors)

    assert [a["id"] for a in answers] == ["71", "60", "99"]
    assert {a["outcome"] for a in answers} == {"clear"}


def test_matches_below_every_tier_are_shown_when_asked_for_and_hold_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = "v,Anthony,,Marlowe,,1959-12-24,M\n"

    (plain,), _, _ = screened(tmp_path, capsys, visitor)
    (shown,), _, _ = screened(tmp_path, capsys, visitor, "--min-bits", "-20")

    assert plain["matches"] == []
    assert (shown["outcome"], shown["tier"]) == ("clear", None)
    bits = [m["bits"] for m in shown["matches"]]
    assert bits == sorted(bits, reverse=True)
    assert {m["tier"] for m in shown["matches"]} == {None}


@pytest.mark.parametrize("nobody", ["v,,,,,1984-07-03,M\n", "v,...,,--,,1984-07-03,M\n"])
def test_visitor_who_cannot_be_compared_is_held(
    nobody: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (answer,), _, status = screened(tmp_path, capsys, nobody)

    assert (answer["outcome"], answer["matches"], status) == ("hold", [], 1)
    assert answer["error"] == "line 2: no name"


def test_odd_rows_are_told_by_line_without_what_they_say_and_are_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = (
        f"{HEAD},aliases,category\n"
        "1,Anthony,,Quintero,,1984-02-30,Q,,odd\n"
        "2,Rosa,,Delgado\n"
        "3,,,,,1990-01-01,F,,registry\n"
        "4,Lu\u202eis,,Ib\u0007arra,,someday,M,,registry\n"
        f"5,{'x' * 500},,{'y' * 500},,1990-01-01,F,,registry\n"
    )

    answers, said, status = screened(
        tmp_path,
        capsys,
        f"a,Luis,,Ibarra,,,M\nb,{'x' * 500},,{'y' * 500},,1990-01-01,F\n",
        lists=lists,
    )

    assert [a["outcome"] for a in answers] == ["hold", "hold"]
    assert status == 0
    for line in (
        "line 2: no calendar",
        "line 3: 4 columns",
        "line 2: the category is unknown; taken as alert",
        "line 4: no name",
        "line 5: the birth",
        "line 6: a name has more than 48 letters",
    ):
        assert line in said
    assert "someday" not in said


def test_list_without_people_clears_everybody_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (answer,), said, _ = screened(
        tmp_path, capsys, "v,Rosa,,Delgado,,1990-01-01,F\n", lists=f"{HEAD}\n"
    )

    assert answer["outcome"] == "clear"
    assert "0 names on the lists" in said
    assert "list.csv, look: with nobody on it, it finds nobody" in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "list.csv is empty. Nothing was screened."),
        (b"name,born\nRosa Delgado,1990\n", "no column given_name or family_name"),
        (b"PK\x03\x04", "This spreadsheet cannot be opened"),
        (b"PK\x05\x06", "is neither a CSV file nor an XLSX spreadsheet"),
    ],
)
def test_file_that_is_no_table_of_people_is_refused_in_words(
    content: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    (tmp_path / "visitors.csv").write_text(f"{HEAD}\n", encoding="utf-8")

    status = main(["screen", "--list", str(tmp_path / "list.csv"), str(tmp_path / "visitors.csv")])

    said = capsys.readouterr()
    assert (status, said.out) == (1, "")
    assert words in said.err


def test_stray_quote_swallows_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lists = (
        f'{HEAD},aliases,category\n1,Luis,,Ibarra,,1990-01-01,M,"Pepe,registry\n'
        "2,Rosa,,Delgado,,1980-01-01,F,,registry\n"
    )

    answers, said, _ = screened(
        tmp_path,
        capsys,
        "a,Luis,,Ibarra,,1990-01-01,M\nb,Rosa,,Delgado,,1980-01-01,F\n",
        lists=lists,
    )

    assert [a["matches"][0]["entry_id"] for a in answers] == ["1", "2"]
    assert "lines 2 to 3: a quote is missing" in said


def test_list_of_forty_percent_duplicates_holds_and_names_each_entry_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{n},Anthony,,Quintero,,1984-07-03,M,,registry" for n in (1, 1, 2, 3, 3)]

    (answer,), _, _ = screened(
        tmp_path,
        capsys,
        "v,Anthony,,Quintero,,1984-07-03,M\n",
        lists="\n".join([f"{HEAD},aliases,category", *rows]),
    )

    assert [m["entry_id"] for m in answer["matches"]] == ["1", "2", "3"]


def test_plain_words_say_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "visitors.csv").write_text(
        f"{HEAD}\nv,Tono,,Quintero,,1984-03-07,M\n", encoding="utf-8"
    )

    main(["screen", "--list", str(tmp_path / "list.csv"), str(tmp_path / "visitors.csv")])

    said = capsys.readouterr().out
    assert said.startswith("v: hold\n  strong: 1, ")
    assert "birth date: same with day and month swapped" in said


MARYS = "".join(f"{n},Mary,,Johnson,,1980-03-04,F,,registry\n" for n in range(10, 20))
BOTH_LISTS = f"""{HEAD},aliases,category
1,Mary,Xenobia,Johnson,Jr,1951-07-22,F,,registry
1,Mary,Ruth,Johnson,Sr,,F,,custody
{MARYS}"""


def test_asking_for_more_changes_no_outcome_and_one_id_on_two_lists_is_two_matches(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = "v,Mary,Xenobia,Johnson,Jr,1980-03-04,F\n"

    (plain,), _, _ = screened(tmp_path, capsys, row, lists=BOTH_LISTS)
    (more,), _, _ = screened(tmp_path, capsys, row, "--min-bits", "0", lists=BOTH_LISTS)

    assert (plain["outcome"], plain["tier"]) == (more["outcome"], more["tier"])
    assert plain["outcome"] == "hold"
    assert [m["entry_id"] for m in more["matches"]].count("1") == 2
    bits = [m["bits"] for m in more["matches"]]
    assert bits == sorted(bits, reverse=True)


def test_file_of_an_old_spreadsheet_keeps_its_letters_and_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list.csv").write_text(f"{HEAD}\n1,José,,Núñez,,1970-01-02,M\n", "utf-8")
    for encoding in ("cp1252", "utf-16"):
        (tmp_path / "visitors.csv").write_text(f"{HEAD}\nv,José,,Núñez,,1970,M\n", encoding)

        files = ["--list", str(tmp_path / "list.csv"), str(tmp_path / "visitors.csv")]
        status = main(["screen", *files, "--json"])

        said = capsys.readouterr()
        assert (status, json.loads(said.out)["outcome"]) == (0, "hold")
        assert ("Windows-1252" in said.err) is (encoding == "cp1252")


def test_semicolons_part_columns_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lists, visitor = LIST.replace(",", ";").replace("Ibarra; Tono", "Ibarra"), "v,Rosa,,Delgado,,,"
    (tmp_path / "list.csv").write_text(lists, encoding="utf-8")
    (tmp_path / "visitors.csv").write_text(f"{HEAD}\n{visitor}\n".replace(",", ";"), "utf-8")

    files = ["--list", str(tmp_path / "list.csv"), str(tmp_path / "visitors.csv")]

    assert main(["screen", *files, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "hold"


@pytest.mark.parametrize("name", ["Unknown,,Unknown", "None,,N/A", "N/A,,NMN", "-,,?"])
def test_name_that_says_there_is_none_is_held(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (answer,), _, status = screened(tmp_path, capsys, f"v,{name},,1980-03-04,M\n")

    assert (answer["outcome"], status) == ("hold", 1)


def test_line_break_within_a_cell_is_one_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = 'v,"Anthony\nLuis",,Quintero,,1984-07-03,M\nw,Tony,,Quintero,,1984-07-03,M\n'

    answers, _, _ = screened(tmp_path, capsys, rows)

    assert [(a["id"], a["outcome"]) for a in answers] == [("v", "hold"), ("w", "hold")]


def test_row_with_another_number_of_columns_is_held(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (answer,), said, status = screened(tmp_path, capsys, "v,Nobody,,Listed,1980-03-04,M\n")

    assert (answer["outcome"], answer["tier"], status) == ("hold", None, 1)
    assert "6 columns" in answer["error"]
    assert "line 2" in said


def test_cell_of_any_size_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 300_000
    rows = f"v,A,,{long},,,\nw,Anthony,,Quintero,,1984-07-03,M\n"

    answers, _, _ = screened(tmp_path, capsys, rows)

    assert [a["outcome"] for a in answers] == ["clear", "hold"]


def without(column: str, rows: str) -> str:
    """A file that lacks one column."""
    at = HEAD.split(",").index(column)
    lines = (line.split(",") for line in f"{HEAD}\n{rows}".splitlines())
    return "\n".join(",".join(line[:at] + line[at + 1 :]) for line in lines)


@pytest.mark.parametrize("column", ["given_name", "family_name", "birth_date"])
@pytest.mark.parametrize("which", ["list.csv", "visitors.csv"])
def test_file_without_a_column_that_tells_people_apart_is_refused(
    column: str, which: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = "1,Anthony,,Quintero,,1984-07-03,M"
    for name in ("list.csv", "visitors.csv"):
        text = without(column, row) if name == which else f"{HEAD}\n{row}"
        (tmp_path / name).write_text(text, encoding="utf-8")

    status = main(["screen", "--list", str(tmp_path / "list.csv"), str(tmp_path / "visitors.csv")])

    said = capsys.readouterr()
    assert (status, said.out) == (1, "")
    assert f"{which} has no column {column}" in said.err
    assert "left empty" in said.err


@pytest.mark.parametrize("column", ["middle_name", "suffix", "sex"])
def test_column_that_a_file_can_do_without_is_told_with_each_visitor(
    column: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "visitors.csv").write_text(
        without(column, "v,Anthony,,Quintero,,1984-07-03,M"), encoding="utf-8"
    )

    files = ["--list", str(tmp_path / "list.csv"), str(tmp_path / "visitors.csv")]
    status = main(["screen", *files, "--json"])

    said = capsys.readouterr()
    assert (status, json.loads(said.out)["outcome"]) == (0, "hold")
    assert json.loads(said.out)["remarks"] == [f"there is no column {column}; compared without it"]
    assert f"no column {column}" in said.err


@pytest.mark.parametrize("born", ["someday", "07/03/1984", "84-07-03", "1984-7-3"])
def test_visitor_whose_birth_date_cannot_be_read_is_held_and_says_so(
    born: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = f"v,Priya,,Raghunathan,,{born},F\n"

    (answer,), _, status = screened(tmp_path, capsys, row)
    main(["screen", "--list", str(tmp_path / "list.csv"), str(tmp_path / "visitors.csv")])

    error = "line 2: the birth date cannot be read; compared without it"
    assert (answer["outcome"], answer["tier"], answer["error"]) == ("hold", None, error)
    assert status == 1
    assert capsys.readouterr().out == f"v: hold ({error})\n"
    assert born not in answer["error"]


def test_what_is_odd_about_a_visitor_who_was_compared_is_told_with_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "v,Priya,,Raghunathan,,1980-02-30,Q\nw,Priya,,Raghunathan,,1980-02-03,F\n"

    (odd, plain), _, status = screened(tmp_path, capsys, rows)
    main(["screen", "--list", str(tmp_path / "list.csv"), str(tmp_path / "visitors.csv")])

    calendar = "no calendar has the birth date; compared by digits"
    sex = "the sex is none of M, F and X; compared without it"
    assert (odd["outcome"], odd["remarks"]) == ("clear", [calendar, sex])
    assert (plain["outcome"], status) == ("clear", 0)
    assert "remarks" not in plain
    assert capsys.readouterr().out == f"v: clear\n  {calendar}\n  {sex}\nw: clear\n"
