"""The index of the lists is kept for the next start, and tells nobody who is on them."""

import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db import key_store, list_index, watchlists
from db.engine import Database, open_database
from db.list_index import FOLDER, ListIndexes
from tests.makers import make_entry, make_watchlist
from tests.raw import text_in

MADE = "is made"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(f"sqlite:///{tmp_path}/kiosk.db")) as opened:
        with opened.begin() as session:
            watchlists.replace(session, make_watchlist(), [make_entry("Priya", "Raghunathan")])
        yield opened


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, list_index.LOG.name)
    return caplog


def test_next_start_finds_the_index_and_the_disk_shows_no_name(
    database: Database, tmp_path: Path, said: pytest.LogCaptureFixture
) -> None:
    ListIndexes(database, tmp_path / FOLDER).load()
    assert MADE in said.text
    said.clear()

    (found,) = ListIndexes(database, tmp_path / FOLDER).load().each

    assert MADE not in said.text
    assert found.entry(0).name.family == "Raghunathan"
    texts = ("Raghunathan", "raghunathan", "RAGHUNATHAN")
    assert [text_in(tmp_path, text) for text in texts] == [[], [], []]


@pytest.mark.parametrize("content", [None, "ab" * 32, "nonsense"])
def test_index_whose_key_went_is_made_anew(
    database: Database, tmp_path: Path, said: pytest.LogCaptureFixture, content: str | None
) -> None:
    ListIndexes(database, tmp_path / FOLDER).load()
    key = tmp_path / key_store.FOLDER / f"{key_store.LISTS}.key"
    key.unlink()
    if content is not None:
        key.write_text(content, encoding="ascii")
    said.clear()

    (found,) = ListIndexes(database, tmp_path / FOLDER).load().each

    assert MADE in said.text
    assert found.entry(0).name.family == "Raghunathan"


def test_what_a_version_before_kept_in_clear_is_erased(tmp_path: Path) -> None:
    old = tmp_path / FOLDER / "0193-abcd" / "0"
    old.mkdir(parents=True)
    (old / "family-solids.npy").write_bytes(b"RAGHUNATHAN")

    assert list_index.erase_in_clear(tmp_path / FOLDER)
    assert not list_index.erase_in_clear(tmp_path / FOLDER)

    assert list((tmp_path / FOLDER).iterdir()) == []
