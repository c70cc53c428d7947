"""Other names in a list's file, however many they are."""

from dataclasses import replace
from uuid import uuid4

from db import list_editing, watchlists
from db.domain.entry_history import EntryDraft
from db.domain.watchlist import WatchlistEntry
from db.engine import Database
from db.list_editing import Editor
from db.list_export import csv_of
from tests.db.test_by_hand import look, people, put
from tests.db.test_list_file import read
from tests.makers import NINE

FEW = "; ".join(f"Finch{n:03}, Amos" for n in range(220))
MORE = "; ".join(f"Marlow{n:03}, Amos" for n in range(220))
HEAD = "LAST,FIRST,DOB,CASE,AKA1,AKA2\n"
ROW = f'Finch,Amos,05/05/1960,T-7,"{FEW}","{MORE}"\n'


def export(database: Database, entry: WatchlistEntry) -> str:
    with database.read() as session:
        known = watchlists.named(session, "Ours")
        assert known is not None
    text = "".join(csv_of(database, known.list_id))
    assert str(entry.entry_id) in text
    return text.removeprefix("\ufeff")


def test_list_with_more_other_names_than_one_cell_had_is_exported_and_read_again(
    database: Database,
) -> None:
    put(database, HEAD + ROW)
    before = people(database)["Finch"]
    exported = export(database, before)

    shown = look(database, exported)
    put(database, exported)

    assert (len(FEW) < 4_000, len(MORE) < 4_000, len(FEW + MORE) > 4_000) == (True, True, True)
    assert (shown.bad, shown.added, shown.changed, shown.removed) == (0, 0, 0, 0)
    assert (len(before.aliases), people(database)["Finch"]) == (440, before)


def test_rows_of_one_person_whose_other_names_add_up_are_exported_and_read_again(
    database: Database,
) -> None:
    cells = ROW.replace(FEW, MORE.replace("Marlow", "Nkosi")).replace(MORE, "")
    put(database, HEAD + ROW + cells)
    before = people(database)["Finch"]

    put(database, export(database, before))

    assert (len(before.aliases), people(database)["Finch"]) == (660, before)


def test_entry_with_many_other_names_can_be_edited(database: Database) -> None:
    known = put(database, HEAD + ROW)
    before = people(database)["Finch"]
    draft = EntryDraft(
        "Finch", "Amos", birth_date="1960-05-05", reference="T-7", aliases=f"{FEW}; {MORE}"
    )

    with database.begin() as session:
        list_editing.change(
            session,
            known.list_id,
            before.entry_id,
            replace(draft, note="Never alone"),
            version=before.version,
            editor=Editor(uuid4(), "Dana Whitlock", NINE),
        )

    after = people(database)["Finch"]
    assert (after.note, after.aliases) == ("Never alone", before.aliases)


def test_other_name_that_no_desk_can_read_is_refused_by_line() -> None:
    (bad,) = read(f'LAST,AKA\nMarlow,"{FEW}; Finch, {"M" * 4001}"\n').bad_rows

    assert (bad.line, bad.why) == (
        2,
        "one of the other names has 4001 characters; 4000 is the most",
    )
