"""Spreadsheets that would fill the memory are told in words before anything is held."""

import io
import zipfile

import pytest

from db.domain.errors import ImportRefusedError
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


def test_damaged_file_is_told() -> None:
    content = sheet(PEOPLE).getvalue()

    for broken in (content[:200], content[:-30], b"PK\x03\x04" + bytes(100)):
        with pytest.raises(ImportRefusedError, match="damaged"):
            open_table(io.BytesIO(broken))
