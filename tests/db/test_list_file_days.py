"""The days and years of birth that a file of a list tells, in every way of writing them."""

from collections.abc import Iterator
from datetime import date

import pytest

from db.domain.partial_date import PartialDate
from tests.db.list_files import close_all, read


@pytest.fixture(autouse=True)
def files_are_closed() -> Iterator[None]:
    yield
    close_all()


def test_one_order_of_dates_holds_for_the_whole_column() -> None:
    file = read("LAST,DOB\nMarlow,03/04/1979\nArdwick,25/12/1980\n")

    assert [str(e.born) for e in file.entries()] == ["1979-04-03", "1980-12-25"]


@pytest.mark.parametrize(
    "text",
    ["July 25, 1979", "Jul 25 1979", "25 July 1979", "25-JUL-1979", "25-jul-79", "Jul. 25, 79"],
)
def test_month_with_its_name_is_read(text: str) -> None:
    (entry,) = read(f'LAST,FIRST,DOB\nBaptiste,Rose,"{text}"\n').entries()

    assert entry.born == PartialDate(1979, 7, 25)


@pytest.mark.parametrize(
    "text", ["Smarch 25, 1979", "July 25, 0000", "25 Ju", "July", "J 25 1979", "July 125, 1979"]
)
def test_what_only_looks_like_a_month_is_no_date(text: str) -> None:
    (bad,) = read(f'LAST,FIRST,DOB\nBaptiste,Rose,"{text}"\n').bad_rows

    assert bad.why == f'birth date "{text}" is not a date'


def test_spreadsheets_number_of_a_day_is_named_as_such() -> None:
    (bad,) = read("LAST,FIRST,DOB\nBaptiste,Rose,29221\n").bad_rows

    assert bad.why.startswith('birth date "29221" is not a date; where it is a spreadsheet')
    assert bad.why.endswith("give its column the format of a date")


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("1979", PartialDate(1979)),
        ("1979-07", PartialDate(1979, 7)),
        ("1979-00", PartialDate(1979)),
        ("1979-07-00", PartialDate(1979, 7)),
        ("00/00/1979", PartialDate(1979)),
        ("25/07/00", PartialDate(2000, 7, 25)),
        ("19790714", PartialDate(1979, 7, 14)),
        ("19031985", PartialDate(1985, 3, 19)),
    ],
)
def test_as_much_of_a_birth_date_is_kept_as_is_known(text: str, born: PartialDate) -> None:
    file = read(f"LAST,DOB\nMarlow,{text}\nArdwick,25/12/1980\n")

    assert file.entries()[0].born == born
    assert list(file.remarks) == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("31/02/1977", "1977-02-31"),
        ("1980-02-30", "1980-02-30"),
        ("19450493", "1945-04-93"),
        ("1945-14", "1945-14"),
    ],
)
def test_impossible_birth_date_is_kept_as_written_and_remarked(text: str, kept: str) -> None:
    file = read(f"LAST,FIRST,DOB\nArdwick,Clive,25/12/1980\nAhlgren,Tove,{text}\n")

    (remark,) = file.remarks
    assert (str(file.entries()[1].born), list(file.bad_rows)) == (kept, [])
    assert (remark.line, remark.name) == (3, "Tove Ahlgren")
    assert remark.why == f"birth date {kept} is on no calendar; it is kept as written"


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("01/02/84", 1984),
        ("01/02/31", 1931),
        ("01/02/28", 1928),  # not a birthday to come
        ("12/31/26", 1926),  # later this year
        ("01/02/08", 2008),  # nobody is 118
        ("28-02-01", 2001),
    ],
)
def test_birth_year_of_two_digits_that_can_be_one_only_is_read_so(text: str, year: int) -> None:
    file = read(f"LAST,FIRST,DOB\nMarlow,Helena,{text}\n")

    (entry,) = file.entries()
    assert entry.born is not None
    assert (entry.born.year, list(file.bad_rows), list(file.remarks)) == (year, [], [])


def test_birth_year_of_two_digits_that_can_be_of_either_century_is_remarked() -> None:
    file = read("LAST,FIRST,DOB\nMarlow,Helena,04/17/86\nArdwick,Clive,04/17/15\n")

    (remark,) = file.remarks
    assert [str(e.born) for e in file.entries()] == ["1986-04-17", "2015-04-17"]
    assert (remark.line, remark.name) == (3, "Clive Ardwick")
    assert remark.why == "birth year 15 was read as 2015; if 1915 is meant, write it so"


def test_validity_with_a_year_of_two_digits_is_of_our_time() -> None:
    file = read("LAST,FIRST,EFFECTIVE DATE,EXPIRES\nMarlow,Helena,11/30/98,12/31/35\n")

    (entry,) = file.entries()
    assert (entry.valid_from, entry.valid_until) == (date(1998, 11, 30), date(2035, 12, 31))
