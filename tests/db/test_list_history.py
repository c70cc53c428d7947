"""What an import changes is in the entries' history; photos and orders stay over an import."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from db import custody, list_editing, list_history, list_import, policy, retention, watchlists
from db.domain.custody import CustodyRule
from db.domain.desk import ByHand
from db.domain.entry_history import EntryChangeKind, EntryDraft, EntryEvent, FieldChange
from db.domain.errors import ImportCancelledError
from db.domain.policy import DeskPolicy
from db.domain.watchlist import Category, Watchlist
from db.engine import Database
from db.list_editing import Editor
from db.list_history import Coming
from db.list_import import ListWanted
from db.list_models import EntryHistoryRow, EntryRemovalRow
from tests.makers import NINE

CHICAGO = ZoneInfo("America/Chicago")
DANA = Editor(uuid4(), "Dana Whitlock", NINE)
OURS = ListWanted("Ours", Category.CUSTODY, by="Priya Raghunathan")
UNDOING = replace(OURS, by_hand=ByHand.UNDO)
FIRST = "LAST,FIRST,CASE,NOTE\nMarlow,Helena,1,\nArdwick,Clive,2,\nFinch,Ada,3,\n"
SECOND = "LAST,FIRST,CASE,NOTE\nMarlow,Helena,1,Moved\nArdwick,Clive,2,\n"


def put(
    database: Database,
    text: str,
    publish: Callable[[Session, Watchlist], object] = lambda _session, _list: None,
    wanted: ListWanted = OURS,
) -> Watchlist:
    file = io.BytesIO(text.encode())
    return list_import.import_list(
        database, file, wanted, now=lambda: NINE, publish=publish
    ).watchlist


def entry_ids(database: Database, list_id: UUID) -> dict[str, UUID]:
    with database.read() as session:
        entries = watchlists.entries_of(session, list_id)
    return {entry.name.family: entry.entry_id for entry in entries}


def history(database: Database, list_id: UUID, entry_id: UUID) -> tuple[EntryEvent, ...]:
    with database.read() as session:
        return list_editing.file_of(session, list_id, entry_id, CHICAGO, NINE).history


def rows(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(EntryHistoryRow)) or 0


def test_import_tells_of_the_entries_that_it_changes_and_of_no_others(
    any_database: Database,
) -> None:
    list_id = put(any_database, FIRST).list_id
    ids = entry_ids(any_database, list_id)
    assert rows(any_database) == 0

    put(any_database, SECOND)

    (event,) = history(any_database, list_id, ids["Marlow"])
    assert (event.what, event.by, event.at) == (
        EntryChangeKind.IMPORTED,
        "Priya Raghunathan",
        NINE,
    )
    assert (event.entry_version, event.list_version) == (2, 2)
    assert event.fields == (FieldChange("note", "", "Moved"),)
    assert history(any_database, list_id, ids["Ardwick"]) == ()
    assert rows(any_database) == 1


def test_entry_with_a_history_has_its_end_in_it(any_database: Database) -> None:
    list_id = put(any_database, FIRST).list_id
    ada = entry_ids(any_database, list_id)["Finch"]
    with any_database.begin() as session:
        draft = EntryDraft("Finch", "Ada", reference="3", note="By hand")
        list_editing.change(session, list_id, ada, draft, version=1, editor=DANA)

    put(any_database, SECOND, wanted=UNDOING)

    last, first = history(any_database, list_id, ada)
    assert first.what is EntryChangeKind.CHANGED
    assert (last.what, last.reason) == (EntryChangeKind.REMOVED, list_history.NOT_IN_FILE)


def test_import_that_comes_to_nothing_leaves_no_history(any_database: Database) -> None:
    list_id = put(any_database, FIRST).list_id
    ids = entry_ids(any_database, list_id)

    def stop(_session: Session, _watchlist: Watchlist) -> None:
        raise ImportCancelledError("The import was stopped. Nothing was changed.")

    with pytest.raises(ImportCancelledError):
        put(any_database, SECOND, publish=stop)

    assert history(any_database, list_id, ids["Marlow"]) == ()
    assert rows(any_database) == 0


def test_what_a_killed_import_wrote_does_not_count_and_goes_with_the_next(
    any_database: Database,
) -> None:
    known = put(any_database, FIRST)
    helena = entry_ids(any_database, known.list_id)["Marlow"]
    with any_database.begin() as session:
        session.add(
            EntryHistoryRow(
                change_id=uuid4(),
                list_id=known.list_id,
                entry_id=helena,
                what="imported",
                entry_version=2,
                list_version=2,
                changed_at=NINE - timedelta(hours=1),
                changed_by="Killed",
                fields="[]",
                reason="",
            )
        )
    assert history(any_database, known.list_id, helena) == ()

    put(any_database, SECOND)

    assert [event.by for event in history(any_database, known.list_id, helena)] == [OURS.by]


def test_photo_stays_when_the_file_says_nothing_of_photos(any_database: Database) -> None:
    list_id = put(any_database, FIRST).list_id
    helena = entry_ids(any_database, list_id)["Marlow"]
    with any_database.begin() as session:
        draft = EntryDraft("Marlow", "Helena", reference="1", photo="a" * 64)
        list_editing.change(session, list_id, helena, draft, version=1, editor=DANA)

    with any_database.read() as session:
        shown = list_import.preview(any_database, io.BytesIO(FIRST.encode()), OURS, NINE)
    put(any_database, FIRST)

    assert shown.changed == 0
    with any_database.read() as session:
        kept = watchlists.entry(session, list_id, helena)
    assert kept is not None
    assert (kept.photo, kept.version) == ("a" * 64, 2)
    put(any_database, "LAST,FIRST,CASE,PHOTO_HASH\nMarlow,Helena,1,\n", wanted=UNDOING)
    with any_database.read() as session:
        without = watchlists.entry(session, list_id, helena)
    assert without is not None
    assert without.photo == ""


def test_order_stays_over_an_import_and_goes_with_its_entry(any_database: Database) -> None:
    list_id = put(any_database, FIRST).list_id
    ids = entry_ids(any_database, list_id)
    rule = CustodyRule((0,), students=("Imani V.",))
    with any_database.begin() as session:
        for name in ("Marlow", "Finch"):
            custody.keep(session, list_id, ids[name], rule)

    put(any_database, SECOND, wanted=UNDOING)

    with any_database.read() as session:
        assert custody.rule_of(session, list_id, ids["Marlow"]) == rule
        assert custody.rule_of(session, list_id, ids["Finch"]) is None


def test_history_of_another_list_is_left_alone(any_database: Database) -> None:
    list_id = put(any_database, FIRST).list_id
    helena = entry_ids(any_database, list_id)["Marlow"]
    other = Coming(uuid4(), 9, 1, NINE, "Somebody")
    with any_database.begin() as session:
        session.add(
            EntryHistoryRow(
                change_id=uuid4(),
                entry_id=helena,
                what="changed",
                entry_version=2,
                fields="[]",
                reason="",
                list_id=other.list_id,
                list_version=other.version,
                changed_at=other.at,
                changed_by=other.by,
            )
        )

    put(any_database, SECOND)

    assert len(history(any_database, list_id, helena)) == 1
    assert rows(any_database) == 2


def told_in(database: Database) -> str:
    """All that the history of every list says."""
    with database.read() as session:
        return str([(r.fields, r.reason) for r in session.scalars(select(EntryHistoryRow))])


def write_by_hand(database: Database, list_id: UUID, entry_id: UUID, draft: EntryDraft) -> None:
    with database.begin() as session:
        list_editing.change(session, list_id, entry_id, draft, version=1, editor=DANA)


def test_who_is_on_no_list_any_more_is_forgotten_as_long_after_as_a_visit(
    any_database: Database,
) -> None:
    list_id = put(any_database, FIRST).list_id
    ids = entry_ids(any_database, list_id)
    ada = EntryDraft("Finch", "Ada", reference="3", note="Seen at the north gate")
    clive = EntryDraft("Ardwick", "Clive", reference="2", note="Seen at the south gate")
    write_by_hand(any_database, list_id, ids["Finch"], ada)
    write_by_hand(any_database, list_id, ids["Ardwick"], clive)
    put(any_database, SECOND, wanted=UNDOING)
    days = retention.days_of(DeskPolicy())

    retention.forget_gone_entries(any_database, NINE + timedelta(days=days))
    assert "north gate" in told_in(any_database)
    retention.forget_gone_entries(any_database, NINE + timedelta(days=days, seconds=1))

    assert "north gate" not in told_in(any_database)
    assert "south gate" in told_in(any_database), "that one is on the list still"
    assert [(event.what, event.by) for event in history(any_database, list_id, ids["Finch"])] == [
        (EntryChangeKind.REMOVED, "Priya Raghunathan"),
        (EntryChangeKind.CHANGED, "Dana Whitlock"),
    ]


def test_who_is_on_the_list_when_others_are_forgotten_is_not(any_database: Database) -> None:
    list_id = put(any_database, FIRST).list_id
    ids = entry_ids(any_database, list_id)
    for family, reference in (("Finch", "3"), ("Ardwick", "2")):
        draft = EntryDraft(family, "A.", reference=reference, note=f"Of {family}")
        write_by_hand(any_database, list_id, ids[family], draft)
    put(any_database, SECOND, wanted=UNDOING)
    later = NINE + timedelta(seconds=1)

    with any_database.begin() as session:
        assert list_history.gone(session, later, 9) == [(list_id, ids["Finch"])]
        both = [(list_id, ids[family]) for family in ("Finch", "Ardwick")]
        list_history.blank(session, later, both)  # as if one had come back since it was found

    told = told_in(any_database)
    assert ("Of Finch" in told, "Of Ardwick" in told) == (False, True)


def test_others_write_while_it_is_looked_for_who_is_on_no_list_any_more(
    any_database: Database,
) -> None:
    put(any_database, FIRST)
    written = []

    def write(*said: object) -> None:
        if "DISTINCT" in str(said[2]) and "watchlist_entry_history" in str(said[2]):
            with any_database.begin() as session:
                policy.keep(session, DeskPolicy())
            written.append(said[2])

    event.listen(any_database.engine, "before_cursor_execute", write)
    retention.forget_gone_entries(any_database, NINE + timedelta(days=400))

    assert len(written) == 1


def test_what_is_asked_of_an_entry_goes_with_it(any_database: Database) -> None:
    list_id = put(any_database, FIRST).list_id
    for family in ("Finch", "Marlow"):
        with any_database.begin() as session:
            entry_id = entry_ids(any_database, list_id)[family]
            list_editing.remove(session, list_id, entry_id, "moved away", version=1, editor=DANA)

    put(any_database, SECOND)

    with any_database.read() as session:
        (asked_of,) = session.scalars(select(EntryRemovalRow.entry_id))
    assert asked_of == entry_ids(any_database, list_id)["Marlow"]
