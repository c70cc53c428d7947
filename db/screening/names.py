"""Names as the engine compares them: folded, split, and looked up. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

import jellyfish

PARTICLES = frozenset(
    [
        "al",
        "bin",
        "da",
        "das",
        "de",
        "del",
        "della",
        "den",
        "der",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "ibn",
        "la",
        "las",
        "le",
        "los",
        "mc",
        "mac",
        "san",
        "st",
        "saint",
        "ten",
        "ter",
        "van",
        "vander",
        "von",
        "y",
    ]
)

NO_NAME = frozenset({"none", "nmn", "nfn", "nln", "unknown", "unk"})
"""What offices type where there is no name."""
NO_MIDDLE_NAME = NO_NAME | {"na"}
"""``N/A`` too; as a family name it is somebody's, as in ``Hyejin Na``."""

_NOT_A_LETTER = re.compile(r"[^\w\s-]|_")


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """Small letters without accents or marks, empty for what stands where there is no name."""
    folded = letters(name)
    return "" if folded in NO_NAME else folded


def fold_middle(name: str) -> str:
    """A middle name folded; most people have none, and offices have many ways to say so."""
    folded = letters(name)
    return "" if folded in NO_MIDDLE_NAME else folded


def letters(text: str) -> str:
    """Fold any words for comparison: ``O'Brien`` and ``OBRIEN`` are ``obrien``.

    Apostrophes of every shape go; hyphens part the words of a double surname. ``ß``, ``ø``, ``đ``
    and their like have no decomposition and are written out.
    """
    spelled = text.casefold().translate(_SPELLED_OUT)
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c)
    )
    return " ".join(_NOT_A_LETTER.sub("", plain).replace("-", " ").split())


_SPELLED_OUT = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)


def parts(folded: str) -> tuple[str, ...]:
    """The words of a folded name without particles; all of them when nothing else is left."""
    words = tuple(folded.split())
    return tuple(w for w in words if w not in PARTICLES) or words


def solid(folded: str) -> str:
    """The name without blanks and particles: ``de la cruz`` and ``delacruz`` meet in ``cruz``."""
    return "".join(parts(folded))


@lru_cache(maxsize=65_536)
def sound(folded: str) -> str:
    """How a name sounds in English (Metaphone, Philips 1990), empty when it has no letters."""
    return str(jellyfish.metaphone(solid(folded))) if folded.isascii() else ""


@lru_cache(maxsize=1)
def nicknames() -> dict[str, frozenset[str]]:
    """Every short form's circle: ``tony`` -> {anthony, antonio, tony}."""
    circles: dict[str, set[str]] = {}
    for line in _lines("nicknames.csv"):
        circle = line.split(",")
        for name in circle:
            circles.setdefault(name, set()).update(circle)
    return {name: frozenset(circle) for name, circle in circles.items()}


@lru_cache(maxsize=1)
def population() -> tuple[dict[str, float], dict[str, float]]:
    """Share of people with a surname, and with a given name, for lists too small to tell.

    Approximate, after the US Census Bureau's tables of 2010 (surnames) and 1990 (given names):
    the most frequent ones; everybody else shares a floor.
    """
    surnames: dict[str, float] = {}
    given: dict[str, float] = {}
    for line in _lines("population.csv"):
        kind, name, per_100_000 = line.split(",")
        (surnames if kind == "family" else given)[name] = float(per_100_000) / 100_000
    return surnames, given


def _lines(name: str) -> Iterator[str]:
    text = files("db.screening").joinpath("data", name).read_text(encoding="utf-8")
    return (line for line in text.splitlines() if line and not line.startswith("#"))
