"""The index of a list: saved and loaded, laid over with what changed, and looked at by the day."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from db.domain.days import Days
from db.domain.partial_date import PartialDate
from db.domain.people import Identity, PersonName
from db.domain.screening import Outcome, Screening, Tier
from db.domain.watchlist import WatchlistEntry
from db.ids import new_id
from db.screening import store
from db.screening.calibrate import FEWEST_ROWS, POSSIBLE, calibrate
from db.screening.engine import screen, visitor_of
from db.screening.index import Index, ListIndex, build_list, difference, updated
from db.screening.population import load_population
from db.screening.scan import Scan
from resources.samples.people import sample_people
from tests.makers import NINE, make_entry, make_identity, make_watchlist

KEY = bytes(range(32))


def some_entries(count: int, seed: int) -> list[WatchlistEntry]:
    return [
        make_entry(p.given_name, p.family_name, p.birth_date) for p in sample_people(count, seed)
    ]


def looked_up(one: ListIndex, identity: Identity, *days: date) -> Screening:
    return screen(
        identity,
        Index((one,), load_population()),
        number_hash="",
        now=NINE,
        screening_id=new_id(NINE),
        days=Days.of(*days) if days else None,
    )


def everything(one: ListIndex, identity: Identity) -> list[tuple[str, float]]:
    """Names and bits of every row that does not wholly differ."""
    query = visitor_of(identity).query
    found = []
    parts = Scan(query, one.segments, load_population()).found(0.0)
    for counted, part in zip(one.segments, parts, strict=True):
        ids = counted.segment.entry_of[part.rows]
        found += [
            (str(one.ids[i].tobytes().hex()), round(float(b), 6))
            for i, b in zip(ids, part.total, strict=True)
        ]
    return sorted(found)


def test_saved_index_says_the_same_after_it_was_loaded(tmp_path: Path) -> None:
    entries = some_entries(400, 5)
    entries[3] = replace(entries[3], aliases=(PersonName("Zoë", "Ångström\nLind"),))
    built = build_list(make_watchlist(entry_count=400), entries)

    store.save(built, tmp_path / "list", KEY)
    loaded = store.load(tmp_path / "list", built.watchlist, built.entry_of, KEY)

    assert loaded is not None
    for person in sample_people(20, 6):
        visitor = make_identity(person.given_name, person.family_name, birth_date=person.birth_date)
        assert everything(loaded, visitor) == everything(built, visitor)
    assert loaded.calibration == built.calibration


def test_index_that_another_engine_saved_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = build_list(make_watchlist(entry_count=30), some_entries(30, 8))
    with monkeypatch.context() as patch:
        patch.setattr(store, "ENGINE_VERSION", "7")
        store.save(built, tmp_path / "list", KEY)

    assert store.load(tmp_path / "list", built.watchlist, built.entry_of, KEY) is None


@pytest.mark.parametrize(
    "damage", ["missing", "empty", "cut", "one bit", "other list", "other key"]
)
def test_index_that_cannot_be_read_is_made_anew(tmp_path: Path, damage: str) -> None:
    built = build_list(make_watchlist(entry_count=9), some_entries(9, 5))
    path, key = tmp_path / "list", KEY
    store.save(built, path, KEY)
    whole = path.read_bytes()
    match damage:
        case "missing":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
        case "cut":
            path.write_bytes(whole[:-1])
        case "one bit":
            path.write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])
        case "other list":
            path = path.rename(tmp_path / "other")
        case "other key":
            key = bytes(32)

    assert store.load(path, built.watchlist, built.entry_of, key) is None


def test_index_of_another_version_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = build_list(make_watchlist(entry_count=9), some_entries(9, 5))
    store.save(built, tmp_path / "list", KEY)
    monkeypatch.setattr(store, "FORMAT", store.FORMAT + 1)

    assert store.load(tmp_path / "list", built.watchlist, built.entry_of, KEY) is None


def test_no_name_is_in_clear_in_a_saved_index(tmp_path: Path) -> None:
    entry = make_entry("Priya", "Raghunathan")

    store.save(build_list(make_watchlist(entry_count=1), [entry]), tmp_path / "list", KEY)

    assert b"raghunathan" not in (tmp_path / "list").read_bytes().lower()


def test_saving_over_an_index_in_use_leaves_the_one_in_use_whole(tmp_path: Path) -> None:
    watchlist = make_watchlist(entry_count=300)
    store.save(build_list(watchlist, some_entries(300, 5)), tmp_path / "list", KEY)
    entries = some_entries(300, 5)
    in_use = store.load(tmp_path / "list", watchlist, {e.entry_id: e for e in entries}.get, KEY)
    assert in_use is not None
    person = make_identity(entries[0].name.given, entries[0].name.family)
    before = [bits for _, bits in everything(in_use, person)]

    store.save(build_list(watchlist, some_entries(30, 8)), tmp_path / "list", KEY)

    assert [bits for _, bits in everything(in_use, person)] == before


def changed_list(
    old: Sequence[WatchlistEntry], rng: random.Random
) -> tuple[list[WatchlistEntry], list[WatchlistEntry], list[WatchlistEntry]]:
    """A later version, the entries changed or added in it, and those that went."""
    gone, touched = list(old[:5]), list(old[5:12])
    changed = [
        replace(e, name=replace(e.name, given=rng.choice(["Rosa", "Luis"])), version=2)
        for e in touched
    ]
    added = some_entries(6, rng.randint(50, 90))
    return [*old[12:], *changed, *added], [*changed, *added], gone


def test_index_that_was_updated_is_the_one_that_is_made_anew() -> None:
    rng = random.Random(3)  # noqa: S311
    entries = some_entries(600, 5)
    index = build_list(make_watchlist(entry_count=600), entries)

    for _ in range(3):
        entries, changed, gone = changed_list(entries, rng)
        anew = build_list(make_watchlist(entry_count=len(entries)), entries)
        wanted, lost = difference(index, anew.ids, anew.marks)
        assert {*wanted} == {e.entry_id for e in changed}
        assert {*lost} == {e.entry_id for e in gone}
        after = updated(index, anew.watchlist, changed, lost, entry_of=anew.entry_of)
        assert after is not None
        index = after

        for entry in [*rng.sample(entries, 30), *gone, *changed]:
            visitor = make_identity(
                entry.name.given, entry.name.family, birth_date=entry.born and entry.born.on
            )
            assert everything(index, visitor) == everything(anew, visitor)


def test_list_that_changed_much_is_made_anew() -> None:
    index = build_list(make_watchlist(entry_count=20), some_entries(20, 5))

    many = some_entries(5, 6)
    assert updated(index, index.watchlist, many, (), entry_of=index.entry_of) is None


def test_entry_counts_only_on_the_days_on_which_it_is_in_force() -> None:
    today = NINE.date()
    entry = replace(make_entry("Anthony", "Quintero", date(1984, 7, 3)), valid_until=today)
    one = build_list(make_watchlist(entry_count=1), [entry])
    visitor = make_identity("Anthony", "Quintero", birth_date=date(1984, 7, 3))

    assert looked_up(one, visitor, today).outcome is Outcome.HOLD
    assert looked_up(one, visitor, today + timedelta(days=1)).outcome is Outcome.CLEAR


@pytest.mark.parametrize("other", [timedelta(days=-400), timedelta(days=400)])
def test_entry_counts_where_a_clock_says_that_it_does_or_two_a_day_on_either_side(
    other: timedelta,
) -> None:
    today = NINE.date()
    entry = make_entry("Anthony", "Quintero", date(1984, 7, 3))
    one = build_list(
        make_watchlist(entry_count=1), [replace(entry, valid_from=today, valid_until=today)]
    )
    visitor = make_identity("Anthony", "Quintero", birth_date=date(1984, 7, 3))

    assert looked_up(one, visitor, today, today + other).outcome is Outcome.HOLD
    assert looked_up(one, visitor, today - other, today + other).outcome is Outcome.HOLD
    assert looked_up(one, visitor, today + other / 2, today + other).outcome is Outcome.CLEAR


def test_impossible_birth_date_is_compared_digit_by_digit() -> None:
    entry = replace(make_entry("Anthony", "Quintero"), born=PartialDate.read("1980-02-30"))
    one = build_list(make_watchlist(entry_count=1), [entry])

    result = looked_up(one, make_identity("Anthony", "Quintero", birth_date=date(1980, 2, 20)))

    assert result.matches[0].tier is Tier.STRONG
    assert [e.level for e in result.matches[0].evidence if e.field == "birth_date"] == ["one_digit"]


def test_tiers_of_a_large_list_come_from_trying_out_what_chance_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_few = partial(calibrate, visitors=500)  # not of thousands
    monkeypatch.setattr("db.screening.index.calibrate", of_few)
    small = build_list(make_watchlist(entry_count=100), some_entries(100, 5))
    rng = random.Random(1)  # noqa: S311
    people = sample_people(200, 7)
    crowd = [
        make_entry(
            rng.choice(people).given_name,
            rng.choice(people).family_name,
            date(rng.randint(1950, 2000), rng.randint(1, 12), rng.randint(1, 28)),
        )
        for _ in range(FEWEST_ROWS)
    ]
    large = build_list(make_watchlist(entry_count=len(crowd)), crowd)

    assert small.calibration.whole == small.calibration.estimate
    assert large.calibration.whole != large.calibration.estimate
    assert large.calibration.whole.bits_at(0.0003) > large.calibration.whole.bits_at(0.005)
    assert np.isclose(large.calibration.whole.expected(large.calibration.whole.bits_at(0.01)), 0.01)


def some_with_rare_names(count: int) -> list[WatchlistEntry]:
    rng = random.Random(1)  # noqa: S311

    def name(syllables: int) -> str:
        return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(syllables))

    return [
        make_entry(
            name(3),
            name(4),
            date(rng.randint(1950, 2000), rng.randint(1, 12), rng.randint(1, 28)),
        )
        for _ in range(count)
    ]


def test_person_who_is_listed_under_several_numbers_makes_chance_no_greater(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("db.screening.index.calibrate", partial(calibrate, visitors=500))
    people = some_with_rare_names(FEWEST_ROWS)
    again = [replace(e, entry_id=new_id(NINE)) for e in people[::2]]
    slipped = [
        replace(e, entry_id=new_id(NINE), name=PersonName(e.name.given, f"{e.name.family}x"))
        for e in people[1::2]
    ]

    once, twice = (
        build_list(make_watchlist(entry_count=len(entries)), entries)
        for entries in (people, [*people, *again, *slipped])
    )

    bits = [one.calibration.whole.bits_at(POSSIBLE) for one in (once, twice)]
    assert bits[1] <= bits[0]


@pytest.mark.parametrize("size", [FEWEST_ROWS - 1, FEWEST_ROWS + 1])
def test_list_is_made_anew_once_chance_is_found_out_by_another_way(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.screening.index.calibrate", partial(calibrate, visitors=50))
    entries = some_entries(size, 5)
    one = build_list(make_watchlist(entry_count=size), entries)
    new, lost = (some_entries(2, 6), []) if size < FEWEST_ROWS else ([], entries[:2])

    def laid_over(new: list[WatchlistEntry], lost: list[WatchlistEntry]) -> ListIndex | None:
        gone = [e.entry_id for e in lost]
        return updated(one, one.watchlist, new, gone, entry_of=one.entry_of)

    assert laid_over(new, lost) is None
    assert laid_over([], []) is not None
