"""Names as the engine compares them: folded, split, and looked up. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

import jellyfish
from anyascii import anyascii
from nicknames import NickNamer

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
        "vom",
        "von",
        "y",
        "zu",
        "zum",
        "zur",
    ]
)
"""Words that a name is written with or without, and glued on or apart."""

NO_NAME = frozenset({"none", "nmn", "nfn", "nln", "unknown", "unk", "fnu", "lnu"})
"""What offices type where there is no name."""
NO_MIDDLE_NAME = NO_NAME | {"na"}
"""``N/A`` too; as a family name it is somebody's, as in ``Hyejin Na``."""

LONGEST = 48
"""Letters of a name that are compared; no two people differ only beyond."""

_NOT_A_LETTER = re.compile(r"[^\w\s-]|_")
_ASCII = {
    ord(sign): " " if sign in "-/" or sign.isspace() else sign.lower() if sign.isalnum() else None
    for sign in map(chr, range(128))
}
"""What becomes of each sign of ASCII, as `_NOT_A_LETTER` has it: None for nothing."""
_OTHER_SPELLINGS = (
    ("ae", "a"),
    ("oe", "o"),
    ("ue", "u"),
    ("ph", "f"),
    ("tsch", "ch"),
    ("sch", "sh"),
    ("cz", "ch"),
    ("sz", "sh"),
    ("ck", "k"),
    ("th", "t"),
    ("w", "v"),
    ("y", "i"),
    ("j", "i"),
    ("z", "s"),
)
_TWICE = re.compile(r"(.)\1")


@lru_cache(maxsize=65_536)
def fold(name: str) -> str:
    """Small letters without accents or marks, empty for what stands where there is no name."""
    folded = letters(name)
    is_none = folded in NO_NAME or (folded == "n a" and "/" in name)  # but initials are a name
    return "" if is_none else folded


def fold_middle(name: str) -> str:
    """A middle name folded; most people have none, and offices have many ways to say so."""
    folded = letters(name)
    return "" if folded.replace(" ", "") in NO_MIDDLE_NAME else folded


def letters(text: str) -> str:
    """Fold any words for comparison: ``O'Brien`` and ``OBRIEN`` are ``obrien``.

    Apostrophes of every shape go; hyphens part the words of a double surname. Other scripts are
    written in Latin letters (``Иванов``, ``ivanov``), as are ``ß``, ``ø``, ``đ`` and their like.
    """
    if text.isascii():  # nearly everybody, a million times at an import
        return " ".join(text.translate(_ASCII).split())
    # Accents first: "ü" is "u" with two dots, also where it was typed as two characters.
    marked = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in marked if not unicodedata.combining(c))
    if not plain.isascii():
        plain = anyascii(plain)
    plain = plain.casefold()
    return " ".join(_NOT_A_LETTER.sub("", plain.replace("/", " ")).replace("-", " ").split())


@lru_cache(maxsize=65_536)
def parts(folded: str) -> tuple[str, ...]:
    """The words of a folded name without particles; all of them when nothing else is left."""
    return words_of(folded)


def words_of(folded: str) -> tuple[str, ...]:
    """What `parts` says, which remembers it."""
    words = tuple(folded.split())
    return tuple(w for w in words if w not in PARTICLES) or words


def solid(folded: str) -> str:
    """The name without blanks and particles: ``de la cruz`` and ``cruz`` meet in ``cruz``."""
    return joined(parts(folded))


def joined(words: tuple[str, ...]) -> str:
    """What `solid` says of a name of these `parts`."""
    return "".join(words)[:LONGEST]


def glued(folded: str) -> str:
    """The name without blanks, particles and all: ``de la cruz`` is ``delacruz``."""
    return folded.replace(" ", "")[:LONGEST]


def spelling(solid_name: str) -> str:
    """One spelling for those that languages and clerks take for one: ``mueller``, ``muller``."""
    return spellings([solid_name])[0]


def spellings(solid_names: Sequence[str]) -> list[str]:
    """What `spelling` says of each, at once."""
    text = "\n".join(solid_names)  # which no rule reaches across
    for theirs, ours in _OTHER_SPELLINGS:
        text = text.replace(theirs, ours)
    return _TWICE.sub(r"\1", text).split("\n") if solid_names else []


@lru_cache(maxsize=65_536)
def sound(solid_name: str) -> str:
    """How a name sounds in English (Metaphone, Philips 1990), empty when it says too little."""
    return sound_of(solid_name)


def sound_of(solid_name: str) -> str:
    """What `sound` says, which remembers it."""
    code = str(jellyfish.metaphone(solid_name)) if solid_name.isascii() else ""
    return code if len(code) > 1 else ""


@lru_cache(maxsize=1)
def _circles() -> dict[str, frozenset[str]]:
    circles: dict[str, set[str]] = {}
    for line in _lines(_read("nicknames.csv")):
        circle = line.split(",")
        for name in circle:
            circles.setdefault(name, set()).update(circle)
    return {name: frozenset(circle) for name, circle in circles.items()}


@lru_cache(maxsize=16_384)
def short_forms(name: str) -> frozenset[str]:
    """Every name that may be another form of this one: ``tony`` gives anthony, antonio, ant.

    Symmetric: whoever is in somebody's circle has that one in theirs.
    """
    names = _nicknamer()
    whole_names = names.canonicals_of(name)
    circle = set(_circles().get(name, ())) | names.nicknames_of(name) | whole_names
    for whole_name in whole_names:  # two short forms of one whole name
        circle |= names.nicknames_of(whole_name)
    return frozenset(circle - {name})


@lru_cache(maxsize=1)
def _nicknamer() -> NickNamer:
    return NickNamer()


def population() -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Share of people with a surname, of women and of men with a given name.

    For lists too small to tell how common a name is. US Census Bureau, 1990 (public domain).
    """
    tables: dict[str, dict[str, float]] = {"family": {}, "woman": {}, "man": {}}
    for line in _lines(population_source()):
        kind, name, per_100_000 = line.split(",")
        tables[kind][name] = float(per_100_000) / 100_000
    return tables["family"], tables["woman"], tables["man"]


def population_source() -> str:
    """The file that `population` reads."""
    return _read("population.csv")


def _read(name: str) -> str:
    return files("db.screening").joinpath("data", name).read_text(encoding="utf-8")


def _lines(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if line and not line.startswith("#"))
