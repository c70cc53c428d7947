"""Reading a list's file: every row becomes an entry or is named with its line and reason."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.domain.days import Days
from db.domain.errors import ImportRefusedError
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from tests.db.list_files import close_all, read


@pytest.fixture(autouse=True)
def files_are_closed() -> Iterator[None]:
    yield
    close_all()


def test_plain_list_is_read() -> None:
    file = read("LNAME,FNAME,MI,DOB,SEX,ST,CASE_NO\nFennimore,Marcus,T,02/27/1971,M,TX,T-1\n")

    (entry,) = file.entries()
    assert entry.name == PersonName("Marcus", "Fennimore", "T")
    assert entry.born == PartialDate(1971, 2, 27)
    assert (entry.sex, entry.jurisdiction, entry.reference) == (Sex.MALE, "TX", "T-1")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_spreadsheets_of_every_country_are_read(delimiter: str, start: str) -> None:
    rows = [["Last name", "First name", "Born on"], ["Núñez", "José", "1980-05-06"]]
    text = start + "\r\n".join(delimiter.join(r) for r in rows)

    (entry,) = read(text).entries()

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
    assert len(file.entries()) == 1


def test_lost_letters_are_noticed() -> None:
    file = read(b"LAST,FIRST\nN\xfa\xf1ez,Jos\xe9\n")

    assert file.bad_rows[0].why == "letters lost: not UTF-8 in this line"


def test_same_person_twice_is_one_entry_with_a_remark() -> None:
    file = read("LAST,FIRST,DOB\nMarlow,Helena,04/17/1986\nMARLOW,Helena,04/17/1986\n")

    (entry,) = file.entries()
    (remark,) = file.remarks
    assert entry.name.family == "Marlow"
    assert (remark.line, remark.why) == (3, "the same as line 2, and both are merged")


def test_same_number_with_another_name_is_one_entry_with_another_name() -> None:
    file = read("LAST,FIRST,DOB,CASE\nMarlow,Helena,1986,7\nArdwick,Lena,04/17/1986,7\n")

    (entry,) = file.entries()
    assert entry.name == PersonName("Helena", "Marlow")
    assert entry.aliases == (PersonName("Lena", "Ardwick"),)
    assert entry.born == PartialDate(1986, 4, 17)


def test_two_parents_of_one_order_are_two_entries() -> None:
    """Nothing but the number says that they are one person."""
    file = read("LAST,FIRST,DOB,SEX,CASE\nOkonkwo,Ann,1980,F,9\nPetrov,Ivan,,M,9\n")

    entries = file.entries()
    assert sorted(e.name.family for e in entries) == ["Okonkwo", "Petrov"]
    assert all(e.aliases == () for e in entries)
    assert file.remarks[0].why == "the number of line 2 with another name: kept beside it"


def test_cell_of_two_lines_is_a_cell() -> None:
    file = read('LAST,FIRST,DOB,NOTE\nMarlow,Helena,1986,"Two\nlines"\nArdwick,Lena,1980,\n')

    assert not file.bad_rows
    assert {e.note for e in file.entries()} == {"Two lines", ""}


def test_stray_quote_is_still_no_cell_of_two_lines() -> None:
    file = read('LAST,FIRST,DOB,NOTE\nMarlow,Helena,1986,"x\nArdwick,Lena,1980,y"\n')

    assert file.bad_rows


def test_same_number_with_another_birth_date_hides_neither() -> None:
    file = read("LAST,FIRST,DOB,CASE\nMarlow,Helena,4/17/1986,7\nMarlow,Helena,4/17/1968,7\n")

    entries = file.entries()
    assert [str(e.born) for e in entries] == ["1986-04-17", "1968-04-17"]
    assert len({e.entry_id for e in entries}) == 2
    assert file.remarks[0].why == "the number of line 2 with another birth date: kept beside it"


def test_list_with_forty_per_cent_duplicates_has_each_person_once_and_says_so() -> None:
    people = [f"Marlow{n},Helena,{n % 28 + 1}/01/1980" for n in range(60)]
    file = read("LAST,FIRST,DOB\n" + "\n".join(people + people[:40]))

    assert len(file.entries()) == 60
    assert file.remarks.total == 40
    assert file.in_file == 100


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("LAST", "M" * 500, "the family name has 500 characters; 200 is the most"),
        ("FIRST", "M" * 201, "the given name has 201 characters; 200 is the most"),
        ("SUFFIX", "M" * 41, "the suffix has 41 characters; 40 is the most"),
        ("NOTE", "M" * 4001, "the note has 4001 characters; 4000 is the most"),
    ],
)
def test_text_that_no_desk_can_read_is_refused_by_line(field: str, text: str, why: str) -> None:
    cells = {"LAST": "Marlow", "FIRST": "", "SUFFIX": "", "NOTE": "", field: text}
    file = read(",".join(cells) + "\n" + ",".join(cells.values()) + "\n")

    (bad,) = file.bad_rows
    assert (bad.line, bad.why) == (2, why)
    assert len(bad.name) <= 80


def test_name_of_two_hundred_characters_is_kept_as_it_is() -> None:
    (entry,) = read(f"LAST\n{'M' * 200}\n").entries()

    assert entry.name.family == "M" * 200


def test_signs_that_cannot_be_seen_are_taken_out_and_remarked() -> None:
    file = read("LAST,FIRST,NOTE\nMar\x07low,\u202eHelena\u200f,a\u00a0b\nArdwick,Cli\u200cve,\n")

    first, second = file.entries()
    assert (first.name, first.note) == (PersonName("Helena", "Marlow"), "a b")
    assert second.name.given == "Cli\u200cve"  # a joiner is a part of Persian names
    assert [(r.line, r.why) for r in file.remarks] == [
        (2, "signs that cannot be seen were taken out")
    ]


def test_entry_says_what_staff_should_do_and_when_it_counts() -> None:
    (entry,) = read(
        "LAST,INSTRUCTIONS,VALID_FROM,VALID_UNTIL\n"
        "Marlow,Call the principal,2026-09-01,12/31/2026\n"
    ).entries()

    assert entry.instructions == "Call the principal"
    days = [date(2026, 8, 31), date(2026, 9, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [entry.is_in_force(Days.of(day)) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("2026-02-30,", 'valid from "2026-02-30" is no day of the calendar'),
        (",soon", 'valid until "soon" is not a date'),
        ("2026-09-01,2026-08-01", "it would end before it begins to be valid"),
    ],
)
def test_impossible_validity_is_a_bad_row(cells: str, why: str) -> None:
    file = read(f"LAST,VALID_FROM,VALID_UNTIL\nMarlow,{cells}\n")

    assert [b.why for b in file.bad_rows] == [why]


def test_columns_are_read_as_somebody_says() -> None:
    content = b"WHO,LAST,BORN\nMarlow,2026-01-01,1979\n"

    file = read(content, {"WHO": "family", "LAST": ""})

    assert file.columns == (
        ("WHO", "Marlow", "family"), ("LAST", "2026-01-01", ""), ("BORN", "1979", "birth_date"),
    )  # fmt: skip
    assert file.entries()[0].name == PersonName("", "Marlow")


def test_every_column_of_other_names_is_read() -> None:
    header = "LAST,FIRST,DOB,AKA1,Alias 2,AKA"
    found = read(f'{header}\nSmith,John,1980,"Doe, Johnny",,"Okonkwo, Brandon"\n')

    (entry,) = found.entries()
    assert [alias.full for alias in entry.aliases] == ["Johnny Doe", "Brandon Okonkwo"]
    assert found.notes == ()


def test_other_names_become_aliases() -> None:
    (entry,) = read('LAST,FIRST,AKA\nOrtega-Ruiz,Darnell,"D. Ortega; Dee; Ruiz, Dan"\n').entries()

    assert entry.aliases == (
        PersonName("D.", "Ortega"),
        PersonName("Dee", "Ortega-Ruiz"),
        PersonName("Darnell", "Dee"),
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
        (b"PK\x03\x04 a spreadsheet", "cannot be opened"),
        (b"\xd0\xcf\x11\xe0 an old spreadsheet", "Save it as one of these"),
        (b'LAST,FIRST\n"Marlow,Helena\n', "damaged near line"),
    ],
)
def test_file_that_cannot_be_used_is_refused_whole(content: bytes, why: str) -> None:
    with pytest.raises(ImportRefusedError, match=why) as refusal:
        read(content)

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
    assert [e.name.family for e in file.entries()] == ["Marlow", "Baptiste"]


def test_empty_lines_before_the_first_do_not_matter() -> None:
    file = read("\n\n;;\nLAST;FIRST\nMarlow, Jr;Helena\nArdwick;Clive;9\n")

    (entry,) = file.entries()
    assert entry.name.given == "Helena"
    assert file.bad_rows[0].line == 6


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        file = read(content)
    except ImportRefusedError:
        return
    assert file.in_file == len(file.entries()) + len(file.bad_rows)


def test_same_person_has_the_same_id_in_every_version() -> None:
    one = read("LAST,FIRST,DOB\nNúñez,José,01/02/1970\n").entries()[0]
    again = read("FIRST;LAST;DOB\nJOSE;NUNEZ;1970-01-02\n").entries()[0]

    assert one.entry_id == again.entry_id


def test_zero_byte_in_a_cell_is_taken_out_with_a_remark() -> None:
    file = read("LAST,FIRST\nMar\0low,Helena\n" + "Ardwick,Clive\n" * 5)

    names = [entry.name.family for entry in file.entries()]
    assert names == ["Marlow", "Ardwick"]
    assert file.remarks[0].why == "signs that cannot be seen were taken out"


@pytest.mark.parametrize("start", [b"\xff\xfe", b"\xfe\xff"])
def test_unicode_text_is_told_by_its_name(start: bytes) -> None:
    with pytest.raises(ImportRefusedError, match="UTF-16"):
        read(start + "LAST\nMarlow\n".encode("utf-16-le"))


def test_file_that_is_no_text_is_told() -> None:
    with pytest.raises(ImportRefusedError, match="neither a CSV file nor an XLSX"):
        read(bytes(range(256)) * 2 + bytes(400))


@pytest.mark.parametrize("between", [",", ";", "\t", "|"])
@pytest.mark.parametrize("column", ["", "C"])
def test_file_of_more_columns_than_a_thousand_is_told(between: str, column: str) -> None:
    most = f"LAST{between}FIRST" + (between + column) * 998
    assert [e.name.family for e in read(f"{most}\nMarlow{between * 999}\n").entries()] == ["Marlow"]

    with pytest.raises(ImportRefusedError, match=r"has 1,001 columns; 1,000 are the most"):
        read(f"{most}{between}\nMarlow{between * 1000}\n")


@pytest.mark.parametrize(
    "start", ["," * 1_000_000, "L" * 70_000, " " * 70_000, '"' + "L\n" * 40_000, '"L\n",' * 30_000]
)
def test_first_line_that_does_not_end_is_told(start: str) -> None:
    with pytest.raises(ImportRefusedError, match="first line of the file has more than 65,536"):
        read(f"{start}LAST\nMarlow\n")


@pytest.mark.parametrize("row", ["," * 1_100_000, '"a\n",' * 250_000])
def test_row_that_does_not_end_is_told_with_its_line(row: str) -> None:
    with pytest.raises(ImportRefusedError, match="begins at line 3 has more than 1,048,576"):
        read(f"LAST,FIRST\nMarlow,Helena\n{row}\n")


def test_many_rows_may_have_more_than_one_may() -> None:
    file = read("LAST,NOTE\n" + f"Marlow,{'x' * 3_000}\n" * 400)

    assert file.in_file == 400
