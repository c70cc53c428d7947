"""A file comes into force whole or not at all, on both servers, whatever happens meanwhile."""

import csv
import io
import re
import signal
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import districts, list_export, list_import, list_lock, watchlists
from db.domain.desk import ChangeKind, ImportPreview
from db.domain.errors import ImportBusyError, ImportCancelledError, ImportRefusedError
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.watchlist import Category, Watchlist, WatchlistEntry
from db.engine import Database, open_database
from db.list_import import Imported, ListWanted
from db.list_models import ListImportRow
from db.models import WatchlistEntryRow
from tests.hub_of_tests import Clock
from tests.makers import NINE, make_entry, make_watchlist

OURS = ListWanted("Ours", Category.TRESPASS)
FIRST = "LAST,FIRST,DOB,CASE\nMarlow,Helena,,1\nArdwick,Clive,01/02/1970,2\n"


def to_nobody(_session: Session, _watchlist: Watchlist) -> None:
    pass


def put(
    database: Database,
    text: str | bytes,
    wanted: ListWanted = OURS,
    watch: Callable[[Any], object] = lambda _: None,
) -> Imported:
    content = text.encode() if isinstance(text, str) else text
    return list_import.import_list(
        database, io.BytesIO(content), wanted, now=Clock(), publish=to_nobody, watch=watch
    )


def look(database: Database, text: str) -> ImportPreview:
    return list_import.preview(database, io.BytesIO(text.encode()), OURS, NINE)


def people(database: Database, name: str = "Ours") -> list[WatchlistEntry]:
    with database.read() as session:
        known = watchlists.named(session, name)
        return [] if known is None else watchlists.entries_of(session, known.list_id)


def families(database: Database) -> set[str]:
    return {e.name.family for e in people(database)}


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(WatchlistEntryRow)) or 0


def test_preview_tells_added_changed_and_removed(any_database: Database) -> None:
    put(any_database, FIRST)

    shown = look(any_database, "LAST,FIRST,DOB,CASE\nMarlow,Helena,4/17/1979,1\nNkosi,Thandiwe,,3")

    assert (shown.added, shown.changed, shown.removed, shown.people) == (1, 1, 1, 2)
    assert [(c.kind, c.name, c.what) for c in shown.changes] == [
        (ChangeKind.CHANGED, "Helena Marlow", "birth date now complete; may let pass whom it held"),
        (ChangeKind.ADDED, "Thandiwe Nkosi", "whole entry"),
        (ChangeKind.REMOVED, "Clive Ardwick", "not in the file any more"),
    ]
    assert families(any_database) == {"Marlow", "Ardwick"}


def test_new_version_takes_the_place_of_the_one_before(any_database: Database) -> None:
    first = put(any_database, FIRST).watchlist

    second = put(any_database, "LAST,FIRST,CASE\nNkosi,Thandiwe,3\n").watchlist

    assert (second.list_id, second.version) == (first.list_id, 2)
    assert families(any_database) == {"Nkosi"}
    assert stored(any_database) == 1


def test_entry_keeps_its_version_until_it_says_something_else(any_database: Database) -> None:
    put(any_database, FIRST)
    put(any_database, FIRST.replace("CASE\n", "CASE\nNkosi,Thandiwe,,3\n"))

    put(any_database, FIRST.replace("Helena,,", "Helena,1979,"))

    assert {e.name.family: e.version for e in people(any_database)} == {"Marlow": 2, "Ardwick": 1}


def test_same_people_in_another_order_are_the_same_list(any_database: Database) -> None:
    lines = FIRST.splitlines()
    one = put(any_database, FIRST).watchlist

    other = put(any_database, "\n".join([lines[0], lines[2], lines[1]])).watchlist

    assert one.content_hash == other.content_hash
    with any_database.read() as session:
        edition = watchlists.edition_of(session, other.list_id)
        assert watchlists.content_hash(session, edition or 0) == other.content_hash


def test_bad_row_leaves_the_version_before_untouched(any_database: Database) -> None:
    put(any_database, FIRST)

    with pytest.raises(ImportRefusedError, match=r"1 of 3 rows .* line 4: no family name"):
        put(any_database, FIRST + ",Nobody,,9\n")

    assert families(any_database) == {"Marlow", "Ardwick"}
    assert stored(any_database) == 2


@pytest.mark.parametrize("text", ["", "LAST,FIRST\n", "LAST\n\n \n", "LAST,FIRST\n,\n"])
def test_empty_list_never_takes_the_place_of_a_full_one(database: Database, text: str) -> None:
    put(database, FIRST)

    with pytest.raises(ImportRefusedError, match="Nothing was changed"):
        put(database, text)

    assert families(database) == {"Marlow", "Ardwick"}


def test_file_of_bad_rows_alone_is_refused_though_bad_rows_may_be_left_out(
    database: Database,
) -> None:
    with pytest.raises(ImportRefusedError, match="No row of the file can be used"):
        put(database, "LAST,FIRST\n,Nobody\n", ListWanted("Ours", Category.ALERT, skip_bad=True))


def test_what_a_column_is_called_is_remembered_for_its_list(database: Database) -> None:
    told = ListWanted("Ours", Category.ALERT, columns={"WHO": "family"})
    put(database, "WHO,X\nMarlow,1\n", told)

    again = put(database, "WHO,X\nArdwick,1\n", ListWanted("Ours", Category.ALERT))

    assert again.preview.columns[0] == ("WHO", "Ardwick", "family")
    with pytest.raises(ImportRefusedError, match="No column holds the family name"):
        put(database, "WHO,X\nArdwick,1\n", ListWanted("Another", Category.ALERT))


# ---- two at once, cancelled, killed ----------------------------------------------------------


def test_second_import_at_once_is_refused_in_words(any_database: Database) -> None:
    with (
        list_lock.held(any_database, "State registry", Clock()),
        pytest.raises(ImportBusyError, match=r'"State registry" is being imported.*Try again'),
    ):
        put(any_database, FIRST)

    assert put(any_database, FIRST).watchlist.version == 1


def test_import_that_was_killed_keeps_nobody_out_for_longer_than_half_a_minute(
    any_database: Database,
) -> None:
    killed_at = NINE - list_lock.STALE_AFTER - timedelta(seconds=1)
    killed = list_lock.held(any_database, "Ours", Clock(killed_at))
    lock = killed.__enter__()

    assert put(any_database, FIRST).watchlist.version == 1

    with any_database.begin() as session, pytest.raises(ImportRefusedError, match="another one"):
        lock.check(session)


def test_cancelled_import_leaves_the_version_before(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_import, "_SAY_EVERY_SECONDS", 0.0)
    put(any_database, FIRST)

    def cancel(_: object) -> None:
        with any_database.begin() as session:
            assert list_lock.cancel(session)

    with pytest.raises(ImportCancelledError, match="Nothing was changed"):
        put(any_database, "LAST,FIRST,CASE\nNkosi,Thandiwe,3\n", watch=cancel)

    assert families(any_database) == {"Marlow", "Ardwick"}
    assert stored(any_database) == 2
    assert put(any_database, FIRST).watchlist.version == 2


def test_preview_tells_how_much_was_read_and_compared(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_import, "_SAY_EVERY_SECONDS", 0.0)
    told: list[list_lock.Progress] = []
    rows = "".join(f"Marlow{n},Helena\n" for n in range(5_000))
    file = io.BytesIO(f"LAST,FIRST\n{rows}".encode())

    list_import.preview(database, file, OURS, NINE, told.append)

    phases = {list_lock.Phase.READING, list_lock.Phase.COMPARING}
    assert {p.phase for p in told} == phases


def test_progress_is_told_while_reading_and_storing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_import, "_SAY_EVERY_SECONDS", 0.0)
    told: list[list_lock.Progress] = []
    rows = "".join(f"Marlow{n},Helena\n" for n in range(5_000))

    put(database, f"LAST,FIRST\n{rows}", watch=told.append)

    phases = {list_lock.Phase.READING, list_lock.Phase.STORING}
    assert {p.phase for p in told} == phases
    assert all(0 <= p.done <= p.total for p in told)
    assert told[-1] == list_lock.Progress(list_lock.Phase.STORING, 5_000, 5_000)


KILLED = """
    import io, os, signal, sys
    from datetime import UTC, datetime
    from db import list_bulk, list_import
    from db.domain.watchlist import Category
    from db.engine import open_database

    add, done = list_bulk.add, []

    def add_and_die(session, edition, rows):
        add(session, edition, rows)
        done.append(1)
        if len(done) == 20:
            os.kill(os.getpid(), signal.SIGKILL)

    list_bulk.add = add_and_die
    rows = "".join(f"Quillfeather{n},Daniel\\n" for n in range(3000))
    list_import.import_list(
        open_database(sys.argv[1]),
        io.BytesIO(f"LAST,FIRST\\n{rows}".encode()),
        list_import.ListWanted("Ours", Category.TRESPASS),
        now=lambda: datetime.now(UTC),
        publish=lambda session, watchlist: None,
    )
"""


def test_kill_in_the_middle_leaves_the_version_before(any_url: str) -> None:
    database = open_database(any_url)
    put(database, FIRST)

    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), any_url],
        cwd=Path(__file__).parents[2],
        check=False,
    )

    assert done.returncode == -signal.SIGKILL
    assert stored(database) > 100  # what was coming in
    assert families(database) == {"Marlow", "Ardwick"}
    with database.begin() as session:
        row = districts.get(session, ListImportRow, 1)
        assert row is not None
        row.renewed_at = NINE - timedelta(minutes=1)  # half a minute goes by
    assert put(database, FIRST).watchlist.version == 2
    assert stored(database) == 2
    database.close()


# ---- spreadsheets ----------------------------------------------------------------------------

_SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{}</sheetData></worksheet>"
)
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-'
    'types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/'
    '2006/relationships"><Relationship Id="s" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet '
    'name="List" sheetId="1" r:id="s"/></sheets></workbook>',
    "xl/styles.xml": '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    '><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
}


def spreadsheet(rows: list[list[str | int]]) -> bytes:
    """Texts as texts, numbers as days since 1900 (style 1 is a date) below a column BORN."""
    lines = []
    for row in rows:
        cells = [
            f'<c t="inlineStr"><is><t xml:space="preserve">{c}</t></is></c>'
            if isinstance(c, str)
            else f'<c s="1"><v>{c}</v></c>'
            for c in row
        ]
        lines.append(f"<row>{''.join(cells)}</row>")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, text in (
            _PARTS | {"xl/worksheets/sheet1.xml": _SHEET.format("".join(lines))}
        ).items():
            packed.writestr(name, text)
    return buffer.getvalue()


def test_spreadsheet_is_read_with_its_days(database: Database) -> None:
    put(database, spreadsheet([["LAST", "FIRST", "BORN"], ["Núñez", "José", 29061]]))

    (entry,) = people(database)
    assert (entry.name, entry.born) == (PersonName("José", "Núñez"), PartialDate(1979, 7, 25))


def test_rows_of_a_spreadsheet_are_named_by_its_own_lines(database: Database) -> None:
    content = spreadsheet([["LAST", "FIRST"], ["Marlow", "Helena"], ["", ""], ["", "Clive"]])

    with pytest.raises(ImportRefusedError, match="line 4: no family name"):
        put(database, content)


def test_spreadsheet_that_is_cut_off_is_refused_in_words(database: Database) -> None:
    content = spreadsheet([["LAST"], ["Marlow"]])

    with pytest.raises(ImportRefusedError, match="spreadsheet cannot be opened"):
        put(database, content[: len(content) // 2])


# ---- export ----------------------------------------------------------------------------------

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12)
PARTED = TEXTS.map(lambda t: re.sub("[,;|]", "", t))
NAMES = PARTED.map(lambda t: f"M{t}")
ENTRIES = st.builds(
    lambda family, given, note, alias, born, sex: WatchlistEntry(
        make_entry().entry_id,
        PersonName(given, family),
        born,
        sex,
        (PersonName(alias, family),) if alias else (),
        note=note,
        instructions=note[::-1],
    ),
    NAMES,
    TEXTS,
    st.sampled_from(["", "=1+1", "'=x", "''", "-", "'t Hooft", "@a", "+1", '"quoted", so']) | TEXTS,
    PARTED,
    st.none() | st.builds(PartialDate, st.integers(1900, 2020), st.integers(1, 99), st.none()),
    st.sampled_from(Sex),
)


# As many entries as in a hundred short lists: a list costs more than the entries on it.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.lists(ENTRIES, min_size=1, max_size=25))
def test_exported_list_imports_back_to_the_very_same_list(
    database: Database, entries: list[WatchlistEntry]
) -> None:
    watchlist = make_watchlist("Ours")
    with database.begin() as session:
        known = watchlists.named(session, "Ours")
        if known is not None:
            watchlists.remove(session, known.list_id)
        watchlists.replace(session, watchlist, entries)
    before = people(database)

    table = "".join(list_export.csv_of(database, watchlist.list_id))
    again = put(database, table)

    assert people(database) == before
    assert (again.preview.added, again.preview.changed, again.preview.removed) == (0, 0, 0)


def test_exported_cells_are_no_formulas(database: Database) -> None:
    watchlist = make_watchlist("Ours")
    with database.begin() as session:
        entry = make_entry("=cmd()", "@Marlow", None)
        watchlists.replace(session, watchlist, [entry])

    table = "".join(list_export.csv_of(database, watchlist.list_id))

    (row,) = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
    assert (row["LAST"], row["FIRST"]) == ("'@Marlow", "'=cmd()")
