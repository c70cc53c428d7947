"""What a spreadsheet shows where a column of dates has none is no date."""

from datetime import date

import pytest

from db.domain.partial_date import PartialDate
from db.list_dates import DateOrder, read_date
from db.list_file import read_list_file

EMPTY = (
    "1/0/00", "1/0/1900", "01/00/1900", "0-Jan-00", "0-Jan-1900", "00-Jan-00", "Jan 0, 1900",
    "January 0, 1900", "0/1/00", "0/1/1900", "00.01.1900", "1900-01-00", "19000100", "01001900",
)  # fmt: skip


@pytest.mark.parametrize("order", DateOrder)
@pytest.mark.parametrize("text", EMPTY)
def test_empty_date_of_a_spreadsheet_is_no_date_in_any_order(text: str, order: DateOrder) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        read_date(text, order, 2026)


@pytest.mark.parametrize("text", EMPTY)
def test_row_with_the_empty_date_of_a_spreadsheet_is_refused(text: str) -> None:
    file = f'LAST,FIRST,DOB\nFinch,Amos,"{text}"\nMarlow,Helena,05/05/1960\n'

    with read_list_file(file.encode(), date(2026, 9, 1)) as read:
        assert [(row.line, row.why) for row in read.bad_rows] == [
            (2, f'birth date "{text}" is not a date')
        ]
        assert [entry.name.family for entry in read.entries()] == ["Marlow"]


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("1/1/00", PartialDate(2000, 1, 1)),
        ("2/0/00", PartialDate(2000, 2)),
        ("1/0/2000", PartialDate(2000, 1)),
        ("0-Jan-2000", PartialDate(2000, 1)),
        ("1-Jan-00", PartialDate(2000, 1, 1)),
        ("1/0/85", PartialDate(1985, 1)),
    ],
)
def test_date_near_the_empty_one_is_still_read(text: str, born: PartialDate) -> None:
    assert read_date(text, DateOrder.MONTH_FIRST, 2026) == born
