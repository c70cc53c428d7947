"""A database in which nothing is written any more once somebody's right has ended."""

import io
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import list_import, list_previews, scopes, settings, watchlists
from db.domain.watchlist import Category
from db.engine import Database
from db.ids import new_id
from db.list_import import ListWanted, Watch
from db.list_lock import Phase, Progress
from db.list_models import ListImportRow
from db.models import SettingRow, WatchlistEntryRow
from tests.hub_of_tests import Clock
from tests.makers import NINE

OURS = ListWanted("Ours", Category.TRESPASS)
FIRST = b"LAST,FIRST,DOB,CASE\nMarlow,Helena,,1\nArdwick,Clive,01/02/1970,2\n"


class OverError(Exception):
    """The right has ended."""


class Right:
    """Somebody's, until it ends."""

    is_over = False

    def expect(self, _: Session) -> None:
        if self.is_over:
            raise OverError


def count(database: Database, row: type) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(row)) or 0


def test_nothing_is_written_once_the_right_has_ended(any_database: Database) -> None:
    right = Right()
    theirs = any_database.provided(right.expect).within(frozenset({"site"}))
    with theirs.begin() as session:
        settings.write(session, "kept", 1)
    right.is_over = True

    with pytest.raises(OverError), theirs.begin() as session:
        settings.write(session, "kept", 2)
    with pytest.raises(OverError):
        theirs.check()

    with any_database.read() as session:
        assert settings.read(session, "kept", int) == 1


def test_right_is_looked_at_without_limits_and_what_it_read_is_read_anew(
    any_database: Database,
) -> None:
    with any_database.begin() as session:
        settings.write(session, "kept", 1)
    limits, rows = list[object](), list[SettingRow]()

    def expect(session: Session) -> None:
        limits.append(scopes.limits_of(session))
        rows.extend(session.scalars(select(SettingRow)))

    theirs = any_database.within(frozenset({"site"})).provided(expect)
    theirs.check()
    with theirs.begin() as session:
        assert scopes.limits_of(session) == {"site"}
        assert not any(row in session for row in rows)

    assert limits == [None, None]
    assert rows


def test_import_is_not_put_in_force_once_its_right_has_ended_and_leaves_nothing(
    any_database: Database,
) -> None:
    right = Right()

    def now() -> datetime:
        right.is_over = count(any_database, WatchlistEntryRow) > 0  # all that is left is the end
        return NINE

    with pytest.raises(OverError):
        list_import.import_list(
            any_database.provided(right.expect), io.BytesIO(FIRST), OURS, now=now,
            publish=lambda session, _: settings.write(session, "told", 1),
        )  # fmt: skip

    with any_database.read() as session:
        assert watchlists.named(session, "Ours") is None
        assert settings.read(session, "told", int) is None
    assert [count(any_database, row) for row in (WatchlistEntryRow, ListImportRow)] == [0, 0]


def test_preview_stops_once_its_right_has_ended_and_leaves_nothing(any_database: Database) -> None:
    right = Right()
    theirs = any_database.provided(right.expect)

    def read(watch: Watch) -> None:
        watch(Progress(Phase.READING, 1, 2))
        right.is_over = True
        watch(Progress(Phase.READING, 2, 2))

    with (
        pytest.raises(OverError),
        list_previews.watching(theirs, new_id(NINE), "Ours", Clock()) as watch,
    ):
        read(watch)

    assert count(any_database, ListImportRow) == 0
