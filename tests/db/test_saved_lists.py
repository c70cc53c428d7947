"""The index of the lists is kept for the next start, and tells nobody who is on them."""

import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from db import key_store, list_index, watchlists
from db.engine import Database, open_database
from db.list_index import FOLDER, ListIndexes
from db.screening import store
from db.screening.population import Population, load_population
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


def test_next_start_reads_how_common_names_are_and_says_the_same(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ListIndexes(database, tmp_path / FOLDER).load().population
    monkeypatch.setattr(list_index, "load_population", _not_made_again)

    found = ListIndexes(database, tmp_path / FOLDER).load().population

    assert found is not made
    for name in ("smith", "raghunathan", "o brien", "x", ""):
        assert found.family(name).tolist() == made.family(name).tolist()
        for sex in range(3):
            assert found.given(name, sex).tolist() == made.given(name, sex).tolist()


@pytest.mark.parametrize("harm", ["cut short", "of other names"])
def test_saved_names_that_cannot_be_used_are_made_anew(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    ListIndexes(database, tmp_path / FOLDER).load()
    saved = tmp_path / FOLDER / "population"
    whole = saved.read_bytes()
    if harm == "cut short":
        saved.write_bytes(whole[:-1])
    else:
        monkeypatch.setattr(store, "digest_of_source", lambda: "that of other names")

    found = ListIndexes(database, tmp_path / FOLDER).load()

    assert found.population is load_population()
    assert saved.read_bytes() != whole[:-1]
    assert ListIndexes(database, tmp_path / FOLDER).load().population is not load_population()


def _not_made_again() -> Population:
    raise AssertionError("the names are there")
