"""``vestibule-hub screen``: what of a list's file cannot be read, or is odd."""

from pathlib import Path

import pytest

from admin_console.hub.__main__ import main
from admin_console.hub.roster import read_roster
from tests.hub.test_screen_command import HEAD, screened


def test_listed_birth_date_that_cannot_be_read_is_told_by_line_and_with_the_match(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = f"{HEAD},aliases,category\n7,Luis,,Ibarra,,07/03/1984,M,,custody\n"
    visitor = "v,Luis,,Ibarra,,1984-07-03,M\n"

    (answer,), said, status = screened(tmp_path, capsys, visitor, lists=lists)
    main(["screen", "--list", str(tmp_path / "list.csv"), str(tmp_path / "visitors.csv")])

    remark = "list.csv, line 2: the birth date cannot be read; compared without it"
    assert (answer["outcome"], answer["tier"], status) == ("hold", "photo", 0)
    assert answer["matches"][0]["remarks"] == [remark]
    assert remark in said
    assert remark in capsys.readouterr().out


def test_listed_birth_date_that_no_calendar_has_is_told_and_compared_digit_by_digit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lists = f"{HEAD},aliases,category\n7,Luis,,Ibarra,,19450493,M,,registry\n"
    visitors = "v,Luis,,Ibarra,,1945-04-23,M\nw,Luis,,Ibarra,,1972-11-08,M\n"

    (near, far), said, status = screened(
        tmp_path, capsys, visitors, "--min-bits", "-99", lists=lists
    )

    levels = [
        next(e["level"] for e in a["matches"][0]["evidence"] if e["field"] == "birth_date")
        for a in (near, far)
    ]
    assert (levels, near["outcome"], status) == (["one_digit", "different"], "hold", 0)
    assert "list.csv, line 2: no calendar has the birth date; compared by digits" in said


def test_every_line_that_is_odd_is_told_however_many_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{n},Luis,,Ibarra,,1984-02-30,M,,registry" for n in range(30)]
    rows += [f"{n},Luis,,Ibarra,,{'' if n == 55 else 'soon'},M,,registry" for n in range(30, 60)]

    _, said, _ = screened(
        tmp_path, capsys, "", lists="\n".join([f"{HEAD},aliases,category", *rows])
    )

    unread = "the birth date cannot be read; compared without it"
    assert f"list.csv, line 32: {unread}" in said
    assert f"list.csv, and 9 more, lines 52-56, 58-61: {unread}" in said
    assert "list.csv, and 10 more, lines 22-31: no calendar" in said


@pytest.mark.parametrize("head", ["LAST,FIRST,DOB", "family_name,given_name,birth_date"])
@pytest.mark.parametrize("text", ["1/0/00", "1/0/1900", "0-Jan-00", "1900-01-00"])
def test_empty_date_of_a_spreadsheet_is_told_and_nobody_is_born_on_it(
    tmp_path: Path, text: str, head: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(f"{head}\nIbarra,Luis,{text}\n")

    roster = read_roster(file)

    assert roster.row(0).born is None
    assert "the birth date cannot be read; compared without it" in roster.odd


@pytest.mark.parametrize(
    "head", [f"{HEAD},aliases,category", "id,FIRST,MIDDLE,LAST,SUFFIX,DOB,SEX,AKA,CATEGORY"]
)
def test_listed_person_of_no_category_is_told_by_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], head: str
) -> None:
    rows = "7,Luis,,Ibarra,,1984-07-03,M,,custody\n8,Amos,,Finch,,1960-05-05,M,,\n"

    _, said, status = screened(tmp_path, capsys, "", lists=f"{head}\n{rows}")

    assert status == 0
    assert "list.csv, line 3: the category is empty; compared as a registry" in said
    assert "line 2" not in said
