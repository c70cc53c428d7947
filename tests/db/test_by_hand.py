"""What people wrote into a list by hand outlasts the files that say nothing of it."""

import io
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from db import custody, list_editing, list_import, watchlists
from db.domain.custody import CustodyRule
from db.domain.desk import ByHand, ChangeKind, ImportPreview
from db.domain.entry_history import EntryDraft
from db.domain.errors import ImportAsksError
from db.domain.watchlist import Category, Watchlist, WatchlistEntry
from db.engine import Database
from db.list_editing import Editor
from db.list_import import ListWanted
from tests.makers import NINE

DANA = Editor(uuid4(), "Dana Whitlock", NINE)
ASKING = ListWanted("Ours", Category.CUSTODY, by="Priya Raghunathan")
KEEPING = replace(ASKING, by_hand=ByHand.KEEP)
UNDOING = replace(ASKING, by_hand=ByHand.UNDO)
LISTED = "LAST,FIRST,DOB,CASE\nQuillfeather,Daniel,03/07/1984,T-1\nMarlow,Helena,,T-2\n"
DANIEL = EntryDraft("Quillfeather", "Daniel", birth_date="1984-03-07", reference="T-1")
RULE = CustodyRule(students=("Ida Q., grade 2",))


def put(database: Database, text: str, wanted: ListWanted = ASKING) -> Watchlist:
    return list_import.import_list(
        database, io.BytesIO(text.encode()), wanted, now=lambda: NINE, publish=lambda _s, _w: None
    ).watchlist


def look(database: Database, text: str, wanted: ListWanted = ASKING) -> ImportPreview:
    return list_import.preview(database, io.BytesIO(text.encode()), wanted, NINE)


def people(database: Database) -> dict[str, WatchlistEntry]:
    with database.read() as session:
        known = watchlists.named(session, "Ours")
        assert known is not None
        return {e.name.family: e for e in watchlists.entries_of(session, known.list_id)}


def edit(database: Database, known: Watchlist, draft: EntryDraft) -> WatchlistEntry:
    before = people(database)[draft.family]
    with database.begin() as session:
        return list_editing.change(
            session, known.list_id, before.entry_id, draft, version=before.version, editor=DANA
        ).entry


def add(database: Database, known: Watchlist, draft: EntryDraft) -> UUID:
    with database.begin() as session:
        return list_editing.add(session, known.list_id, draft, DANA).entry.entry_id


def rule_of(database: Database, known: Watchlist, family: str) -> CustodyRule | None:
    with database.read() as session:
        return custody.rule_of(session, known.list_id, people(database)[family].entry_id)


def test_same_file_again_leaves_what_it_has_no_column_for(any_database: Database) -> None:
    known = put(any_database, LISTED)
    edited = edit(
        any_database,
        known,
        replace(DANIEL, aliases="Okonkwo, Brandon", instructions="Call Officer Reyes", sex="M"),
    )

    shown = look(any_database, LISTED)
    put(any_database, LISTED)

    assert (shown.changed, shown.removed, shown.undoes) == (0, 0, 0)
    assert people(any_database)["Quillfeather"] == edited


def test_other_name_that_two_rows_of_a_later_file_give_counts(any_database: Database) -> None:
    known = put(any_database, LISTED)
    edit(any_database, known, replace(DANIEL, aliases="Quill, Dan"))
    twice = LISTED + "Okonkwo,Brandon,03/07/1984,T-1\n"

    shown = look(any_database, twice)
    put(any_database, twice)
    again = look(any_database, twice)

    assert (shown.changed, again.changed) == (1, 0)
    aliases = people(any_database)["Quillfeather"].aliases
    assert [alias.full for alias in aliases] == ["Dan Quill", "Brandon Okonkwo"]


def test_field_that_the_file_leaves_empty_is_asked_about(database: Database) -> None:
    known = put(database, LISTED)
    edited = edit(database, known, replace(DANIEL, note="Never alone", sex="M"))
    emptied = LISTED.replace("CASE\n", "CASE,NOTE,SEX\n").replace("T-1\n", "T-1,,F\n")
    emptied = emptied.replace("T-2\n", "T-2,,\n")

    shown = look(database, emptied)

    assert [(c.kind, c.name, c.what) for c in shown.undone] == [
        (ChangeKind.CHANGED, "Daniel Quillfeather", "written by hand: sex, note")
    ]
    assert (shown.undoes, shown.changed) == (1, 0)
    with pytest.raises(ImportAsksError, match=r"into 1 entry .*Nothing was changed"):
        put(database, emptied)
    assert people(database)["Quillfeather"] == edited
    put(database, emptied, KEEPING)
    assert people(database)["Quillfeather"] == edited
    put(database, emptied, UNDOING)
    assert people(database)["Quillfeather"].note == ""


def test_people_added_by_hand_stay_unless_they_are_to_go(database: Database) -> None:
    known = put(database, LISTED)
    hanna = add(database, known, EntryDraft("Handmade", "Hanna", birth_date="1984-03-08"))

    shown = look(database, LISTED)

    assert [(c.kind, c.name, c.what) for c in shown.undone] == [
        (ChangeKind.REMOVED, "Hanna Handmade", "added by hand")
    ]
    assert shown.removed == 0
    assert look(database, LISTED, UNDOING).removed == 1
    with pytest.raises(ImportAsksError):
        put(database, LISTED)
    kept = put(database, LISTED, KEEPING)
    assert people(database)["Handmade"].entry_id == hanna
    with database.read() as session:
        edition = watchlists.edition_of(session, kept.list_id)
        assert edition is not None
        assert watchlists.content_hash(session, edition) == kept.content_hash
    assert kept.entry_count == 3
    put(database, LISTED, UNDOING)
    assert "Handmade" not in people(database)


def test_custody_order_goes_over_when_the_file_completes_a_birth_date(
    any_database: Database,
) -> None:
    known = put(any_database, "LAST,FIRST,DOB\nQuillfeather,Daniel,1984\n")
    before = people(any_database)["Quillfeather"]
    with any_database.begin() as session:
        custody.keep(session, known.list_id, before.entry_id, RULE)
    completed = "LAST,FIRST,DOB\nQuillfeather,Daniel,03/07/1984\nMarlow,Helena,\n"

    shown = look(any_database, completed)
    put(any_database, completed)
    again = look(any_database, completed)

    assert (shown.added, shown.changed, shown.removed) == (1, 1, 0)
    assert [(r.line, r.why) for r in shown.remarks] == [
        (2, "taken for the person who is on the list born 1984: the only one of that name")
    ]
    after = people(any_database)["Quillfeather"]
    assert (after.entry_id, str(after.born)) == (before.entry_id, "1984-03-07")
    assert rule_of(any_database, known, "Quillfeather") == RULE
    assert (again.added, again.changed, again.removed) == (0, 0, 0)


@pytest.mark.parametrize(
    "rows",
    [
        "Quillfeather,Daniel,03/07/1985",  # another date
        "Quillfeather,Daniel,03/07/1984\nQuillfeather,Daniel,05/07/1984",  # which of the two?
        "Quillfeather,Dana,03/07/1984",
    ],
)
def test_custody_order_that_would_go_is_asked_about(database: Database, rows: str) -> None:
    known = put(database, "LAST,FIRST,DOB\nQuillfeather,Daniel,1984\n")
    before = people(database)["Quillfeather"]
    with database.begin() as session:
        custody.keep(session, known.list_id, before.entry_id, RULE)

    with pytest.raises(ImportAsksError):
        put(database, f"LAST,FIRST,DOB\n{rows}\n")
    shown = look(database, f"LAST,FIRST,DOB\n{rows}\n")

    assert [(c.kind, c.what) for c in shown.undone] == [(ChangeKind.REMOVED, "its custody order")]
    put(database, f"LAST,FIRST,DOB\n{rows}\n", KEEPING)
    with database.read() as session:
        assert custody.rule_of(session, known.list_id, before.entry_id) == RULE


def test_son_does_not_get_what_was_written_of_the_father(database: Database) -> None:
    known = put(database, LISTED)
    add(database, known, EntryDraft("Finch", "Amos", note="Father"))

    shown = look(database, "LAST,FIRST,SUFFIX,DOB,CASE\nFinch,Amos,Jr,,T-9\n")

    assert "added by hand" in [c.what for c in shown.undone]
    assert (shown.added, shown.people) == (1, 2)


def test_person_added_by_hand_is_the_one_whom_a_later_file_names(database: Database) -> None:
    known = put(database, LISTED)
    hanna = add(
        database, known, EntryDraft("Hándmade", "Hanna", "Rose", birth_date="1984", note="Armed")
    )

    put(database, LISTED + "Handmade,Hanna,03/08/1984,T-7\n")

    found = people(database)["Handmade"]
    assert found.entry_id == hanna
    assert (found.note, found.reference, str(found.born)) == ("Armed", "T-7", "1984-03-08")


def test_birth_date_of_somebody_of_that_name_is_not_taken_without_a_question(
    database: Database,
) -> None:
    known = put(database, LISTED)
    amos = add(database, known, EntryDraft("Finch", "Amos", instructions="Call Officer Reyes"))
    file = LISTED + "Finch,Amos,05/05/1960,T-7\n"

    with pytest.raises(ImportAsksError):
        put(database, file)
    put(database, file, KEEPING)

    with database.read() as session:
        found = watchlists.entries_of(session, known.list_id)
    finches = {e.entry_id == amos: e for e in found if e.name.family == "Finch"}
    assert (finches[True].born, finches[True].instructions) == (None, "Call Officer Reyes")
    assert (str(finches[False].born), finches[False].reference) == ("1960-05-05", "T-7")
    put(database, file, UNDOING)
    assert people(database)["Finch"].instructions == ""


def test_custody_order_goes_over_when_a_file_says_a_birth_date_at_last(
    any_database: Database,
) -> None:
    known = put(any_database, "LAST,FIRST,DOB\nFinch,Amos,\n")
    before = people(any_database)["Finch"]
    with any_database.begin() as session:
        custody.keep(session, known.list_id, before.entry_id, RULE)
    edit(any_database, known, EntryDraft("Finch", "Amos", instructions="Call Officer Reyes"))
    completed = "LAST,FIRST,DOB\nFinch,Amos,1960-05-05\n"

    shown = look(any_database, completed)
    put(any_database, completed)
    again = look(any_database, completed)

    assert (shown.added, shown.changed, shown.removed, shown.undoes) == (0, 1, 0, 0)
    assert ["birth date now complete" in r.why for r in shown.remarks] == [True]
    after = people(any_database)["Finch"]
    assert (after.entry_id, str(after.born)) == (before.entry_id, "1960-05-05")
    assert after.instructions == "Call Officer Reyes"
    assert rule_of(any_database, known, "Finch") == RULE
    assert (again.added, again.changed, again.removed) == (0, 0, 0)


@pytest.mark.parametrize(
    ("was", "rows"),
    [
        ("", "Finch,Amos,05/05/1960\nFinch,Amos,06/06/1985"),  # which of the two?
        ("Finch,Amos,05/05/1960\n", "Finch,Amos,05/05/1960\nFinch,Amos,06/06/1985"),
        ("Finch,Amos,05/05/1960\n", "Finch,Amos,05/05/1960"),  # was another person before
        ("", "Finch,Amelia,05/05/1960"),
    ],
)
def test_custody_order_goes_to_nobody_when_a_file_does_not_say_whose_birth_date(
    database: Database, was: str, rows: str
) -> None:
    known = put(database, f"LAST,FIRST,DOB\nFinch,Amos,\n{was}")
    with database.read() as session:
        entries = watchlists.entries_of(session, known.list_id)
    (undated,) = [entry.entry_id for entry in entries if entry.born is None]
    with database.begin() as session:
        custody.keep(session, known.list_id, undated, RULE)

    with pytest.raises(ImportAsksError):
        put(database, f"LAST,FIRST,DOB\n{rows}\n")


def test_person_added_by_hand_without_a_birth_date_is_known_by_the_number(
    database: Database,
) -> None:
    known = put(database, LISTED)
    draft = EntryDraft("Finch", "Amos", reference="T-7", instructions="Call Officer Reyes")
    amos = add(database, known, draft)

    put(database, LISTED + "Finch,Amos,05/05/1960,T-7\n")

    found = people(database)["Finch"]
    assert (found.entry_id, str(found.born)) == (amos, "1960-05-05")
    assert (found.instructions, len(people(database))) == ("Call Officer Reyes", 3)


def test_what_was_kept_is_not_asked_about_again_until_something_else_is_said(
    any_database: Database,
) -> None:
    known = put(any_database, LISTED)
    add(any_database, known, EntryDraft("Finch", "Amos", instructions="Call Officer Reyes"))
    edit(any_database, known, replace(DANIEL, note="Never alone"))
    file = LISTED.replace("CASE\n", "CASE,NOTE\n").replace("T-1\n", "T-1,Alone\n")
    file = file.replace("T-2\n", "T-2,\n") + "Finch,Amos,05/05/1960,T-7,\n"

    put(any_database, file, KEEPING)
    kept = people(any_database)
    put(any_database, file)
    put(any_database, file)

    assert look(any_database, file).undoes == 0
    assert look(any_database, file, UNDOING).undoes == 2
    assert people(any_database) == kept
    with pytest.raises(ImportAsksError, match="into 1 entry"):
        put(any_database, file.replace("Alone", "At no time"))
    edit(any_database, known, replace(DANIEL, note="Never, ever"))
    with pytest.raises(ImportAsksError, match="into 1 entry"):
        put(any_database, file)
    put(any_database, file, UNDOING)
    assert (people(any_database)["Quillfeather"].note, look(any_database, file).undoes) == (
        "Alone",
        0,
    )


def test_preview_stays_quick_when_nothing_was_written_by_hand(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, LISTED)
    asked: list[int] = []
    real = watchlists.entries_by_id

    def counted(session: object, edition: int, ids: list[UUID]) -> object:
        asked.append(len(ids))
        return real(session, edition, ids)  # type: ignore[arg-type]

    monkeypatch.setattr(watchlists, "entries_by_id", counted)
    look(database, LISTED)

    assert sum(asked) == 0
