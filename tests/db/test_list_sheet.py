"""Spreadsheets that would fill the memory are told in words before anything is held."""

import io
import sys
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineError, CalamineWorkbook

from db import list_sheet, list_sheet_apart, list_sheet_reading
from db.domain.errors import ImportCancelledError, ImportRefusedError
from db.list_sheet import check_sheet
from db.list_table import open_table

START = (
    '<?xml version="1.0"?><worksheet '
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
END = "</sheetData></worksheet>"
BOOK = (
    '<?xml version="1.0"?><workbook '
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATED = (
    '<?xml version="1.0"?><Relationships '
    'xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
)
ROOT = RELATED.replace("relationships/worksheet", "relationships/officeDocument").replace(
    "worksheets/sheet1.xml", "xl/workbook.xml"
)
PEOPLE = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>LAST</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>Marlow</t></is></c></row>'
)


def sheet(rows: str, **members: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("_rels/.rels", ROOT)
        packed.writestr("xl/workbook.xml", BOOK)
        packed.writestr("xl/_rels/workbook.xml.rels", RELATED)
        packed.writestr("xl/worksheets/sheet1.xml", START + rows + END)
        for name, content in members.items():
            packed.writestr(f"xl/{name}.xml", content)
    return file


def test_plain_spreadsheet_is_opened() -> None:
    table = open_table(sheet(PEOPLE))

    rows = list(table.rows(lambda _done, _total: None))
    assert (table.header, [row.cells for row in rows]) == (("LAST",), [("Marlow",)])


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='900000'><c r='AZ900000'><v>1</v></c></row>",
        '<row r="999999999"><c r="Z999999999"><v>1</v></c></row>',
        '<row r="1000000"><c r="Z1000000"><v>1</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
        '<row\nr="1048576"><c\nr="XFD1048576"><v>1</v></c></row>',
        '<row r = "1048576"><c s=">" r = "XFD1048576"><v>1</v></c></row>',
        '<row r="1000000"/><row><c r="XFD3"/><c><v>1</v></c></row>',
        '<x:row spans="1:9" r="1000000"><x:c r="AO1000000"><x:v>1</x:v></x:c></x:row>',
    ],
)
def test_stray_cell_far_away_is_told(far: str) -> None:
    with pytest.raises(ImportRefusedError, match="a cell far away has something in it"):
        open_table(sheet(PEOPLE + far))


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="B1048576"><v>1</v></c></row>',
        '<row r="3"><c r="XFD3"><v>1</v></c></row>',
    ],
)
def test_long_lists_and_wide_tables_are_opened(far: str) -> None:
    check_sheet(sheet(PEOPLE + far))


def test_cell_across_the_parts_of_a_reading_is_seen() -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    for before in range((1 << 20) - len(START) - 40, (1 << 20) - len(START), 7):
        with pytest.raises(ImportRefusedError):
            check_sheet(sheet(" " * before + far))


def test_file_that_unpacks_hugely_is_told_and_not_unpacked() -> None:
    with pytest.raises(ImportRefusedError, match="times its size, which no list does"):
        open_table(sheet(PEOPLE, sharedStrings=bytes(80 << 20)))


@pytest.mark.parametrize("name", ["sharedStrings", "styles"])
def test_file_that_unpacks_to_more_than_it_says_is_told_before_it_is_opened(name: str) -> None:
    said, true = 123_457, (80 << 20) + 77
    file = sheet(PEOPLE, **{name: bytes(true)})
    content = file.getvalue().replace(true.to_bytes(4, "little"), said.to_bytes(4, "little"))
    assert content.count(said.to_bytes(4, "little")) == 2  # in the file itself and its directory

    with pytest.raises(ImportRefusedError, match="damaged"):
        open_table(io.BytesIO(content))


def test_stray_cell_is_seen_in_a_sheet_of_any_name() -> None:
    far = f'{START}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>{END}'.encode()

    with pytest.raises(ImportRefusedError, match="a cell far away has something in it"):
        check_sheet(sheet(PEOPLE, people=far))


REFERENCE = st.tuples(
    st.sampled_from(["A", "b", "Z", "aa", "Az"]), st.integers(1, 90), st.sampled_from("\"'")
)
BLANK = st.sampled_from(["", " ", "\n", "\t"])
BLANKS = st.sampled_from([" ", "\n", "\r\n", "\t ", " t='n' ", ' s=">" '])


@st.composite
def elements(draw: st.DrawFn) -> str:
    """A row with its cells, each saying where it is in one of many ways, or not at all."""
    prefix = draw(st.sampled_from(["", "x:"]))
    written = []
    for _ in range(draw(st.integers(0, 3))):
        place = ""
        if draw(st.booleans()):
            letters, row, quote = draw(REFERENCE)
            blank = draw(BLANK)
            place = f"{draw(BLANKS)}r{blank}={blank}{quote}{letters}{row}{quote}{blank}"
        written.append(f"<{prefix}c{place}><{prefix}v>1</{prefix}v></{prefix}c>")
    _, row, quote = draw(REFERENCE)
    at = f"{draw(BLANKS)}r{draw(BLANK)}={quote}{row}{quote}" if draw(st.booleans()) else ""
    return f"<{prefix}row{at}>{''.join(written)}</{prefix}row>"


@given(st.lists(elements(), max_size=5), st.integers(1, 90))
def test_no_cell_is_read_beyond_the_rows_that_are_allowed(rows: Sequence[str], most: int) -> None:
    file = sheet("".join(rows)).getvalue()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(list_sheet, "MOST_ROWS", most)
        try:
            check_sheet(io.BytesIO(file))
        except (ImportRefusedError, ValueError):
            return

    try:
        read = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0)
    except CalamineError:
        return
    assert read.end is None or read.end[0] < most


def test_list_of_more_cells_than_are_held_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_sheet, "MOST_CELLS", 1)

    with pytest.raises(ImportRefusedError, match="has more than 1 cells: 2 rows of 1 columns"):
        check_sheet(sheet(PEOPLE))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xl/sheet2.xml", b"junk" + START.encode()),
        ("xl/sheet2.xml", (START + "<row></cell>" + END).encode()),
        ("xl/sheet2.xml", (START + END).encode("utf-8") + b"<"),
        ("xl/sheet2.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + (START[21:] + END).encode()),
        ("xl/sheet2.xml", (START + '<row r="1"><c r="A 1"/></row>' + END).encode()),
    ],
    ids=["a beginning", "a row", "an end", "words of its own", "a place"],
)
def test_sheet_that_readers_may_see_otherwise_is_refused(name: str, content: bytes) -> None:
    file = sheet(PEOPLE)
    with zipfile.ZipFile(file, "a") as packed:
        packed.writestr(name, content)

    with pytest.raises(ImportRefusedError, match="damaged"):
        open_table(file)


def test_picture_in_a_spreadsheet_does_no_harm() -> None:
    file = sheet(PEOPLE)
    with zipfile.ZipFile(file, "a") as packed:
        packed.writestr("xl/media/image1.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))

    assert open_table(file).header == ("LAST",)


@pytest.mark.parametrize("name", ["content.xml", "xl/workbook.bin", "XL\\Workbook.BIN"])
def test_other_kinds_of_spreadsheets_are_refused(name: str) -> None:
    file = sheet(PEOPLE)
    with zipfile.ZipFile(file, "a") as packed:
        packed.writestr(name, b"<office:document-content/>")

    with pytest.raises(ImportRefusedError, match="is no XLSX"):
        open_table(file)


def test_zip_without_a_workbook_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("content.xml", b"<table:table-row table:number-rows-repeated='1000000'/>")

    with pytest.raises(ImportRefusedError, match="is no XLSX"):
        open_table(file)


@pytest.mark.skipif(sys.platform != "linux", reason="its memory is limited where the system can")
def test_reader_that_dies_of_a_spreadsheet_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Were a far cell not seen, its reader would end, and not the program that asks for it."""
    blind = list_sheet_apart._PROGRAM.replace(
        "; sys.exit", "; import db.list_sheet_reading as it; it.check_sheet = id; sys.exit"
    )
    monkeypatch.setattr(list_sheet_apart, "_PROGRAM", blind)
    far = '<row r="999999999"><c r="Z999999999"><v>1</v></c></row>'

    with pytest.raises(ImportRefusedError, match="more memory or time to read than a list does"):
        open_table(sheet(PEOPLE + far))


def test_reading_that_takes_long_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = list_sheet_apart._PROGRAM.replace(
        "; sys.exit", "; import time; time.sleep(60); sys.exit"
    )
    monkeypatch.setattr(list_sheet_apart, "_PROGRAM", slow)

    def stop(_done: int, _total: int) -> None:
        raise ImportCancelledError("stopped")

    with pytest.raises(ImportCancelledError):
        open_table(sheet(PEOPLE), stop)


def test_spreadsheets_are_read_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = list_sheet_apart._PROGRAM.replace(
        "; sys.exit", "; import time; time.sleep(60); sys.exit"
    )
    is_under_way, is_enough = Event(), Event()

    def first(_done: int, _total: int) -> None:
        is_under_way.set()
        if is_enough.is_set():
            raise ImportCancelledError("the first")

    def second(_done: int, _total: int) -> None:
        raise ImportCancelledError("the second, which waits")

    with ThreadPoolExecutor() as pool:
        with monkeypatch.context() as patched:
            patched.setattr(list_sheet_apart, "_PROGRAM", slow)
            one = pool.submit(open_table, sheet(PEOPLE), first)
            assert is_under_way.wait(30)

        with pytest.raises(ImportCancelledError, match="which waits"):
            open_table(sheet(PEOPLE), second)

        is_enough.set()
        with pytest.raises(ImportCancelledError, match="the first"):
            one.result(30)
    assert open_table(sheet(PEOPLE)).header == ("LAST",)


def test_rows_may_be_asked_for_again_and_side_by_side() -> None:
    more = PEOPLE.replace("Marlow", "Quillfeather").replace("1", "3").replace("2", "4")
    table = open_table(sheet(PEOPLE + more))

    one, other = (iter(table.rows(lambda _done, _total: None)) for _ in range(2))
    assert [next(one).cells, next(other).cells] == [("Marlow",), ("Marlow",)]
    assert list(one) == list(other)


def test_text_that_is_too_long_for_a_cell_is_told() -> None:
    with pytest.raises(ImportRefusedError, match="Row 2 has a cell of more than 131,072"):
        open_table(sheet(PEOPLE.replace("Marlow", "M" * 131_073)))


def test_text_that_cells_share_too_often_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(list_sheet_reading, "MOST_BYTES", 10)

    with (
        (tmp_path_factory.mktemp("laid") / "rows").open("wb") as laid,
        pytest.raises(ImportRefusedError, match="more than 2 GB"),
    ):
        list_sheet_reading.lay_out(sheet(PEOPLE), laid)


def test_damaged_file_is_told() -> None:
    content = sheet(PEOPLE).getvalue()

    for broken in (content[:200], content[:-30], b"PK\x03\x04" + bytes(100)):
        with pytest.raises(ImportRefusedError, match="damaged"):
            open_table(io.BytesIO(broken))
