"""What an import says of its file as a whole, and when it waits for somebody to look again."""

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest

from db import list_editing, list_import, list_lock, watchlists
from db.domain.desk import ImportPreview
from db.domain.entry_history import EntryDraft
from db.domain.errors import ImportAsksError, ImportRefusedError
from db.domain.partial_date import PartialDate
from db.domain.watchlist import Category, Watchlist
from db.engine import Database
from db.list_editing import Editor
from db.list_export import csv_of
from db.list_import import ListWanted
from tests.hub_of_tests import Clock
from tests.makers import NINE

OURS = ListWanted("Ours", Category.TRESPASS)
FIRST = "LAST,FIRST,DOB,CASE\nMarlow,Helena,,1\nArdwick,Clive,01/02/1970,2\n"
SECOND = FIRST + "Vance,Otto,01/02/1970,9\n"


def put(
    database: Database,
    text: str,
    wanted: ListWanted = OURS,
    watch: Callable[[object], object] = lambda _: None,
    clock: Clock | None = None,
) -> Watchlist:
    return list_import.import_list(
        database,
        io.BytesIO(text.encode()),
        wanted,
        now=clock or Clock(),
        publish=lambda _session, _watchlist: None,
        watch=watch,
    ).watchlist


def look(database: Database, content: str | bytes, wanted: ListWanted = OURS) -> ImportPreview:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return list_import.preview(database, file, wanted, NINE)


def add_by_hand(database: Database, known: Watchlist, clock: Clock) -> None:
    with database.begin() as session:
        dana = Editor(uuid4(), "Dana Whitlock", clock())
        list_editing.add(session, known.list_id, EntryDraft("Nkosi", "Thandiwe"), dana)


def families(database: Database) -> set[str]:
    with database.read() as session:
        known = watchlists.named(session, "Ours")
        assert known is not None
        return {e.name.family for e in watchlists.entries_of(session, known.list_id)}


# ---- the list changed meanwhile --------------------------------------------------------------


def test_import_after_the_list_changed_since_the_preview_is_to_be_looked_at_again(
    database: Database,
) -> None:
    put(database, FIRST)
    seen = look(database, FIRST).current_version
    put(database, SECOND)

    with pytest.raises(ImportAsksError, match=r"has changed since.*Nothing was changed"):
        put(database, FIRST, replace(OURS, seen_version=seen))

    assert families(database) == {"Marlow", "Ardwick", "Vance"}
    put(database, FIRST, replace(OURS, seen_version=2))


def test_new_list_is_no_new_one_any_more_when_somebody_else_began_it(database: Database) -> None:
    put(database, FIRST, replace(OURS, seen_version=0))

    with pytest.raises(ImportAsksError):
        put(database, SECOND, replace(OURS, seen_version=0))


def test_import_that_stood_still_never_overrides_what_was_changed_meanwhile(
    any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_import, "_SAY_EVERY_SECONDS", -1.0)
    known, clock, stood = put(any_database, FIRST), Clock(), Event()

    def stand_still(_: object) -> None:
        if not stood.is_set():
            stood.set()
            clock.at += list_lock.STALE_AFTER + timedelta(seconds=15)
            add_by_hand(any_database, known, clock)

    with pytest.raises(ImportAsksError, match="has changed since"):
        put(any_database, SECOND, watch=stand_still, clock=clock)

    assert families(any_database) == {"Marlow", "Ardwick", "Nkosi"}


def test_import_without_progress_keeps_its_place(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_lock, "_RENEWED_EVERY_SECONDS", 0.01)
    clock = Clock()

    with list_lock.held(database, "Ours", clock):
        clock.at += list_lock.STALE_AFTER + timedelta(seconds=15)
        is_there = False
        waited = Event()
        for _ in range(500):
            with database.read() as session:
                is_there = list_lock.under_way(session, clock()) is not None
            if is_there:
                break
            waited.wait(0.02)

    assert is_there


# ---- what is not read ------------------------------------------------------------------------


def test_file_whose_birth_dates_are_not_read_says_so(database: Database) -> None:
    (note,) = look(database, "LAST,FIRST,Bday of record\nMarlow,Helena,4/17/1986\n").notes

    assert note.startswith("No column is read as the birth date: the file says it of nobody.")
    assert note.endswith('Left out: "Bday of record".')


def test_file_without_given_names_and_birth_dates_says_both(database: Database) -> None:
    (note,) = look(database, "LAST\nMarlow\n").notes

    assert note.startswith("No column is read as the given name or as the birth date")
    assert look(database, FIRST).notes == ()
    assert look(database, "LAST,FIRST,YOB\nMarlow,Helena,1986\n").notes == ()


@pytest.mark.parametrize("name", ["Birth Dt", "BIRTH_DT", "Date Birth", "B-Date", "DOB Dt"])
def test_registries_names_for_a_birth_date_are_known(database: Database, name: str) -> None:
    shown = look(database, f"LAST NM,FIRST NM,{name}\nMarlow,Helena,4/17/1986\n")

    assert [field for _, _, field in shown.columns] == ["family", "given", "birth_date"]


def test_second_column_of_the_same_is_left_out_and_named(database: Database) -> None:
    (note,) = look(database, "LAST,FIRST,DOB,Reason,Comment\nMarlow,Helena,1986,a,b\n").notes

    assert note.startswith('Left out, because another column is read as the same: "Comment".')


def test_category_in_a_file_is_not_read_and_the_import_says_so(database: Database) -> None:
    (note,) = look(database, "LAST,FIRST,DOB,CATEGORY\nMarlow,Helena,1986,custody\n").notes

    assert note.startswith('"CATEGORY" is not read: of which category the list is')


@pytest.mark.parametrize(
    ("cells", "wanted", "is_told"),
    [
        (("trespass", "Trespass"), OURS, False),
        (("trespass", ""), OURS, False),
        (("trespass", "custody"), OURS, True),
        (("custody", "custody"), OURS, True),
        (("custody", "custody"), replace(OURS, columns={"CATEGORY": ""}), False),
        (("custody", "custody"), replace(OURS, columns={"CATEGORY": "note"}), False),
    ],
)
def test_category_in_a_file_is_told_where_it_differs_and_nobody_left_it_out(
    database: Database, cells: tuple[str, str], wanted: ListWanted, *, is_told: bool
) -> None:
    file = "LAST,FIRST,DOB,CATEGORY\nMarlow,Helena,1986,{}\nVance,Otto,1970,{}\n".format(*cells)

    assert bool(look(database, file, wanted).notes) is is_told
    put(database, file, wanted)
    if wanted.columns:
        assert look(database, file).notes == ()


def test_list_that_was_exported_comes_back_without_a_question(database: Database) -> None:
    known = put(database, FIRST)

    shown = look(database, "".join(csv_of(database, known.list_id)))

    assert (shown.notes, shown.added, shown.changed, shown.removed) == ((), 0, 0, 0)
    lines = list_import.differences(
        database,
        io.BytesIO("".join(csv_of(database, known.list_id)).encode()),
        replace(OURS, category=Category.ALERT),
        NINE,
    )
    assert not [line for line in lines if line.startswith("Look")]


def test_column_that_somebody_said_is_read_before_one_whose_name_tells(database: Database) -> None:
    wanted = replace(OURS, columns={"Born as": "family"})

    shown = look(database, "LAST,FIRST,DOB,Born as\nMarlow,Helena,1986,Vance\n", wanted)

    assert [field for _, _, field in shown.columns] == ["", "given", "birth_date", "family"]
    assert '"LAST"' in shown.notes[0]


def test_column_that_the_file_does_not_have_is_refused(database: Database) -> None:
    wanted = replace(OURS, columns={"BirthDt": "birth_date"})

    with pytest.raises(ImportRefusedError, match=r'is called "BirthDt".*It has "LAST", "Birth"'):
        put(database, "LAST,Birth\nMarlow,4/17/1986\n", wanted)


def test_columns_remembered_from_another_file_do_not_stop_one_that_lacks_them(
    database: Database,
) -> None:
    put(database, "WHO,X\nMarlow,1\n", replace(OURS, columns={"WHO": "family"}))

    assert put(database, FIRST).entry_count == 2


def test_what_was_said_of_one_column_leaves_the_others_as_they_are(database: Database) -> None:
    head = "LAST,FIRST,DOB,WHY,AKA1"
    put(database, f"{head}\nMarlow,Helena,1986,a,\n", replace(OURS, columns={"WHY": "note"}))
    put(database, f"{head}\nMarlow,Helena,1986,a,\n", replace(OURS, columns={"AKA1": "aliases"}))

    shown = look(database, f"{head},AKA2\nMarlow,Helena,1986,a,,Vance Otto\n")

    fields = [field for _, _, field in shown.columns]
    assert fields == ["family", "given", "birth_date", "note", "aliases", "aliases"]
    assert shown.notes == ()


def test_column_of_other_names_that_was_left_out_before_is_named(database: Database) -> None:
    file = "LAST,FIRST,DOB,AKA1,AKA2\nMarlow,Helena,1986,,Vance Otto\n"
    wanted = replace(OURS, columns={"AKA2": ""})
    assert look(database, file, wanted).notes == ()
    put(database, file, wanted)

    (note,) = look(database, file).notes
    (still,) = look(database, file, replace(OURS, columns={"AKA1": "aliases"})).notes

    assert note.startswith('Left out, as was said at an import before: "AKA2".')
    assert still == note
    assert look(database, file, replace(OURS, columns={"AKA2": "aliases"})).notes == ()


def test_what_is_said_of_a_column_now_counts_before_what_was_said_of_another(
    database: Database,
) -> None:
    put(database, "WHO,NAME\nMarlow,Vance\n", replace(OURS, columns={"WHO": "family"}))
    file, now = "WHO,NAME\nMarlow,Vance\n", replace(OURS, columns={"NAME": "family"})

    put(database, file, now)

    assert [field for _, _, field in look(database, file).columns] == ["", "family"]
    assert families(database) == {"Vance"}


def test_other_sheets_of_a_spreadsheet_are_named(database: Database, tmp_path: Path) -> None:
    content = two_sheets(tmp_path)

    (note,) = look(database, content).notes

    assert note == 'Only the first sheet, "2024", is read. Left out: "2025".'


def two_sheets(folder: Path) -> bytes:
    """The least that a spreadsheet of two sheets is made of (ECMA-376 part 1)."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    of_office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    of_package = "http://schemas.openxmlformats.org/package/2006/relationships"

    def sheet(name: str) -> str:
        cells = "".join(
            f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in (name, "Helena", "1986")
        )
        head = cells.replace(name, "LAST").replace("Helena", "FIRST").replace("1986", "DOB")
        return (
            f'<worksheet xmlns="{main}"><sheetData><row>{head}</row><row>{cells}</row>'
            "</sheetData></worksheet>"
        )

    links = "".join(
        f'<Relationship Id="r{n}" Type="{of_office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in (1, 2)
    )
    path = folder / "two.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{of_package}"><Relationship Id="r0" '
            f'Type="{of_office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{of_office}"><sheets>'
            '<sheet name="2024" sheetId="1" r:id="r1"/><sheet name="2025" sheetId="2" r:id="r2"/>'
            "</sheets></workbook>",
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{of_package}">{links}</Relationships>',
        )
        for n, name in ((1, "Marlow"), (2, "Ardwick")):
            book.writestr(f"xl/worksheets/sheet{n}.xml", sheet(name))
    return path.read_bytes()


def test_cell_of_any_size_is_told_by_its_row(database: Database) -> None:
    before = csv.field_size_limit(131_072)
    try:
        with pytest.raises(ImportRefusedError, match=r"row that begins at line 3 .* 131,072"):
            look(database, f"LAST,FIRST,DOB\nMarlow,Helena,\nArdwick,{'C' * 140_000},\n")
    finally:
        csv.field_size_limit(before)


def test_sex_that_cannot_be_read_is_quoted_in_part(database: Database) -> None:
    shown = look(database, f"LAST,FIRST,DOB,SEX\nMarlow,Helena,,{'Jane Doe ' * 10_000}\n")

    assert len(shown.bad_rows[0].why) < 80


# ---- how old a list may be -------------------------------------------------------------------


def test_age_that_a_list_may_have_stays_until_something_else_is_said(database: Database) -> None:
    put(database, FIRST, replace(OURS, max_age_days=30))

    assert put(database, FIRST).max_age_days == 30
    assert put(database, FIRST, replace(OURS, max_age_days=14)).max_age_days == 14
    assert put(database, FIRST, replace(OURS, max_age_days=0)).max_age_days is None


def test_birth_dates_stay_when_a_file_has_no_column_for_them(database: Database) -> None:
    known = put(database, FIRST)

    put(database, "LAST,FIRST,CASE\nMarlow,Helena,1\nArdwick,Clive,2\n")

    with database.read() as session:
        born = {e.name.family: e.born for e in watchlists.entries_of(session, known.list_id)}
    assert born == {"Marlow": None, "Ardwick": PartialDate(1970, 1, 2)}
