"""Finding somebody on a list by what an office types, on both servers."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import list_search, watchlists
from db.domain.people import PersonName
from db.domain.watchlist import WatchlistEntry
from db.engine import Database
from db.sought import sought_of
from tests.makers import NINE, make_entry, make_watchlist


def entry(given: str, family: str, *aliases: PersonName, reference: str = "") -> WatchlistEntry:
    return replace(make_entry(given, family, None, reference), aliases=aliases)


@pytest.fixture
def ours(any_database: Database) -> UUID:
    watchlist = make_watchlist("Ours")
    people = [
        entry("Jürgen", "Müller", reference="K-17"),
        entry("Иван", "Иванов"),
        entry("Siobhán", "O'Brien"),
        entry("José", "Núñez Vega", PersonName("Pepe", "Vega"), reference="50%"),
        entry("Anna", "Åberg"),
        entry("Clive", "Ardwick", PersonName("Lena", "Mueller")),
    ]
    with any_database.begin() as session:
        watchlists.replace(session, watchlist, people)
    return watchlist.list_id


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Muller", ["Müller"]),
        ("MÜLLER", ["Ardwick", "Müller"]),
        ("mueller", ["Ardwick", "Müller"]),
        ("Mu\u0308ller", ["Ardwick", "Müller"]),  # an umlaut of two signs
        ("jurgen muller", ["Müller"]),
        ("Müller Jürgen", ["Müller"]),
        ("ivanov", ["Иванов"]),
        ("Иван", ["Иванов"]),
        ("obrien", ["O'Brien"]),
        ("O\u2019Brien", ["O'Brien"]),
        ("pepe", ["Núñez Vega"]),
        ("vega jose", ["Núñez Vega"]),
        ("k-17", ["Müller"]),
        ("17", ["Müller"]),
        ("aberg", ["Åberg"]),
        ("muller ivanov", []),
        ("%", ["Åberg", "Ardwick", "Иванов", "Müller", "Núñez Vega", "O'Brien"]),  # no letter
        ("_", ["Åberg", "Ardwick", "Иванов", "Müller", "Núñez Vega", "O'Brien"]),
        ("", ["Åberg", "Ardwick", "Иванов", "Müller", "Núñez Vega", "O'Brien"]),
    ],
)
def test_people_are_found_whatever_their_accents_alphabet_and_order(
    any_database: Database, ours: UUID, words: str, found: list[str]
) -> None:
    with any_database.read() as session:
        page = list_search.page(session, ours, words, None, NINE)

    assert [e.name.family for e in page.entries] == found
    assert page.next_page is None


def test_pages_follow_each_other_by_family_name(any_database: Database) -> None:
    watchlist = make_watchlist("Ours")
    with any_database.begin() as session:
        watchlists.replace(session, watchlist, [entry("A", f"Marlow{n:03}") for n in range(130)])

    with any_database.read() as session:
        first = list_search.page(session, watchlist.list_id, "marlow", None, NINE)
        then = list_search.page(session, watchlist.list_id, "marlow", first.next_page, NINE)

    names = [e.name.family for e in (*first.entries, *then.entries)]
    assert (len(first.entries), then.next_page) == (100, None)
    assert names == [f"Marlow{n:03}" for n in range(130)]


def test_page_goes_on_behind_the_last_one_whoever_was_put_on_the_list_meanwhile(
    any_database: Database,
) -> None:
    watchlist = make_watchlist("Ours")
    people = [entry("A", f"Marlow{n:03}") for n in range(130)]
    alike = [entry("Ada", "Marlow099", reference=str(n)) for n in range(3)]
    with any_database.begin() as session:
        watchlists.replace(session, watchlist, people)
    with any_database.read() as session:
        first = list_search.page(session, watchlist.list_id, "", None, NINE)
    newer = replace(watchlist, version=watchlist.version + 1)
    with any_database.begin() as session:
        watchlists.replace(session, newer, [entry("A", "Abernathy"), *alike, *people])

    with any_database.read() as session:
        then = list_search.page(session, watchlist.list_id, "", first.next_page, NINE)

    names = [e.name.family for e in then.entries]
    assert names[-30:] == [f"Marlow{n:03}" for n in range(100, 130)]
    assert set(names[:-30]) <= {"Marlow099"}


@pytest.mark.parametrize("after", ["100", str(UUID(int=9))])
def test_page_behind_nobody_on_the_list_is_refused(
    any_database: Database, ours: UUID, after: str
) -> None:
    with any_database.read() as session, pytest.raises(ValueError, match=r"UUID|0000-0"):
        list_search.page(session, ours, "", after, NINE)


@given(st.text(st.characters(codec="ascii"), max_size=30))
def test_plain_names_are_folded_as_others_are(text: str) -> None:
    plain, marked = entry("Ana", text), entry("Ana", text, PersonName("é", ""))

    assert sought_of(plain) + " e" == sought_of(marked)


def test_words_that_find_an_entry_are_letters_without_marks() -> None:
    known = entry("Łucja", "Zażółć-Gęślą", PersonName("小明", "王"), reference="A/7")

    assert sought_of(known).isascii()
    assert sought_of(known).startswith("zazolc gesla lucja ")
