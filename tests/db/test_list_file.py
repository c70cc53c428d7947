"""Reading a list's file: every row becomes an entry or is named with its line and reason."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.domain.desk import ChangeKind
from db.domain.errors import ImportRefusedError
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.list_file import ListFile, difference, preview, read_list_file

TODAY = date(2026, 11, 23)


def read(text: str) -> ListFile:
    return read_list_file(text.encode(), TODAY)


def test_plain_list_is_read() -> None:
    file = read("LNAME,FNAME,MI,DOB,SEX,ST,CASE_NO\nFennimore,Marcus,T,02/27/1971,M,TX,T-1\n")

    (entry,) = file.entries
    assert entry.name == PersonName("Marcus", "Fennimore", "T")
    assert entry.born == PartialDate(1971, 2, 27)
    assert (entry.sex, entry.jurisdiction, entry.reference) == (Sex.MALE, "TX", "T-1")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_spreadsheets_of_every_country_are_read(delimiter: str, start: str) -> None:
    rows = [["Last name", "First name", "Born on"], ["Núñez", "José", "1980-05-06"]]
    text = start + "\r\n".join(delimiter.join(r) for r in rows)

    (entry,) = read(text).entries

    assert entry.name == PersonName("José", "Núñez")
    assert entry.born == PartialDate(1980, 5, 6)


BAD = [
    (",Anna,01/02/1970", "no family name"),
    ("Nakashima,Jun,01/02/2077", "birth date in the future, 2077"),
    ("Baptiste,Rose", "2 columns where the first line has 3"),
    ("Baptiste,Rose,soon", 'birth date "soon" is not a date'),
]


@pytest.mark.parametrize(("row", "why"), BAD)
def test_bad_row_is_named_with_line_and_reason(row: str, why: str) -> None:
    file = read(f"LAST,FIRST,DOB\nMarlow,Helena,12/31/1979\n{row}\n")

    (bad,) = file.bad_rows
    assert (bad.line, bad.why) == (3, why)
    assert len(file.entries) == 1


def test_lost_letters_are_noticed() -> None:
    file = read_list_file(b"LAST,FIRST\nN\xfa\xf1ez,Jos\xe9\n", TODAY)

    assert file.bad_rows[0].why == "letters lost: not UTF-8 in this line"


def test_same_number_twice_is_a_bad_row() -> None:
    file = read("LAST,FIRST,CASE\nMarlow,Helena,7\nArdwick,Clive,7\n")

    assert file.bad_rows[0].why == "the same person or number as line 2"


def test_one_order_of_dates_holds_for_the_whole_column() -> None:
    file = read("LAST,DOB\nMarlow,03/04/1979\nArdwick,25/12/1980\n")

    assert [str(e.born) for e in file.entries] == ["1979-04-03", "1980-12-25"]


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("1979", PartialDate(1979)),
        ("1979-07", PartialDate(1979, 7)),
        ("1979-00", PartialDate(1979)),
        ("1979-07-00", PartialDate(1979, 7)),
        ("00/00/1979", PartialDate(1979)),
        ("19790714", PartialDate(1979, 7, 14)),
        ("19031985", PartialDate(1985, 3, 19)),
    ],
)
def test_as_much_of_a_birth_date_is_kept_as_is_known(text: str, born: PartialDate) -> None:
    file = read(f"LAST,DOB\nMarlow,{text}\nArdwick,25/12/1980\n")

    assert file.entries[0].born == born
    assert file.remarks == ()


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
    assert (str(file.entries[1].born), file.bad_rows) == (kept, ())
    assert (remark.line, remark.name) == (3, "Tove Ahlgren")
    assert remark.why == f"birth date {kept} is on no calendar; it is kept as written"


def test_other_names_become_aliases() -> None:
    (entry,) = read('LAST,FIRST,AKA\nOrtega-Ruiz,Darnell,"D. Ortega; Dee; Ruiz, Dan"\n').entries

    assert entry.aliases == (
        PersonName("D.", "Ortega"),
        PersonName("Dee", "Ortega-Ruiz"),
        PersonName("Dan", "Ruiz"),
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xef\xbb\xbf\r\n \n", "empty"),
        (b'"LAST,FIRST\nMarlow",Helena\n', "first line .* quote"),
        (b"LAST,FIRST\n", "no people"),
        (b"FOO,BAR\n1,2\n", "No column holds the family name"),
        (b"PK\x03\x04 a spreadsheet", "Save it as CSV"),
        (b'LAST,FIRST\n"Marlow,Helena\n', "damaged near line"),
    ],
)
def test_file_that_cannot_be_used_is_refused_whole(content: bytes, why: str) -> None:
    with pytest.raises(ImportRefusedError, match=why) as refusal:
        read_list_file(content, TODAY)

    assert "Nothing was changed" in str(refusal.value)


def test_rows_between_two_stray_quotes_are_one_bad_row_with_its_lines() -> None:
    file = read(
        "LAST,FIRST,NOTE\n"
        "Marlow,Helena,\n"
        'Ardwick,Clive,"tall\n'
        "Quillfeather,Daniel,listed\n"
        'Nkosi,Thandiwe,"\n'
        "Baptiste,Rose,\n"
    )

    (bad,) = file.bad_rows
    assert (bad.line, bad.name) == (3, "Clive Ardwick")
    assert "lines 3 to 5" in bad.why
    assert [e.name.family for e in file.entries] == ["Marlow", "Baptiste"]


def test_empty_lines_before_the_first_do_not_matter() -> None:
    file = read("\n\n;;\nLAST;FIRST\nMarlow, Jr;Helena\nArdwick;Clive;9\n")

    (entry,) = file.entries
    assert entry.name.given == "Helena"
    assert file.bad_rows[0].line == 6


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        file = read_list_file(content, TODAY)
    except ImportRefusedError:
        return
    assert file.in_file == len(file.entries) + len(file.bad_rows)


def test_preview_tells_added_changed_and_removed() -> None:
    old = read("LAST,FIRST,DOB,CASE\nMarlow,Helena,,1\nArdwick,Clive,01/02/1970,2\n")
    new = read("LAST,FIRST,DOB,CASE\nMarlow,Helena,04/17/1979,1\nNkosi,Thandiwe,,3\n")

    shown = preview(new, old.entries, 4)

    assert (shown.added, shown.changed, shown.removed) == (1, 1, 1)
    changes = difference(old.entries, new.entries)
    assert [(c.kind, c.what) for c in changes] == [
        (ChangeKind.CHANGED, "birth date now complete"),
        (ChangeKind.ADDED, "whole entry"),
        (ChangeKind.REMOVED, "not in the file any more"),
    ]


def test_same_person_has_the_same_id_in_every_version() -> None:
    one = read("LAST,FIRST,DOB\nNúñez,José,01/02/1970\n").entries[0]
    again = read("FIRST;LAST;DOB\nJOSE;NUNEZ;1970-01-02\n").entries[0]

    assert one.entry_id == again.entry_id
