"""The words by which a list's entry is found, folded alike on both sides of a search. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from db.domain.people import PersonName
from db.domain.watchlist import WatchlistEntry
from db.screening.names import letters

_WRITTEN_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "ae", "Ö": "oe", "Ü": "ue"}
    | {"Å": "aa", "Ø": "oe"}
)
"""``Müller`` is written ``Mueller`` as often as ``Muller``."""


def sought_of(entry: WatchlistEntry) -> str:
    """Every word of an entry's names and number, the family name first.

    Small Latin letters without accents, so that ``Muller`` finds ``Müller`` and ``Ivanov`` finds
    ``Иванов``.
    """
    return sought_in((entry.name, *entry.aliases), entry.reference)


def sought_in(names: Iterable[PersonName], reference: str) -> str:
    """The same of a person's names, the own one first, and number."""
    parts = [part for n in names for part in (n.family, n.given, n.middle, n.suffix)]
    return words_of([*parts, reference])


def words_of(parts: Sequence[str]) -> str:
    """Every word of these texts, folded."""
    whole = " ".join(parts)
    if whole.isascii():  # nearly everybody, a million times at an import
        return letters(whole)
    return " ".join(spelling for part in parts for spelling in _spellings(part) if spelling)


def spellings_of(words: str) -> list[tuple[str, ...]]:
    """What somebody typed, word for word: each may be found in any of its spellings."""
    return [found for word in words.split() if (found := _spellings(word)) and any(found)]


@lru_cache(maxsize=65_536)
def _spellings(text: str) -> tuple[str, ...]:
    plain = letters(text)
    if text.isascii():
        return (plain,)
    written_out = unicodedata.normalize("NFC", text).translate(_WRITTEN_OUT)
    return tuple(dict.fromkeys((plain, letters(written_out))))
