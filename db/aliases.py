"""Other names of a listed person as text: one rule for files, forms and the command line. Pure.

Names are parted by semicolons or bars. With commas the parts are told apart: ``Family, Given``,
then a middle name, then a suffix. Without, what can be read in two ways counts both ways: a single
word as a given and as a family name, the middle one of three words as a second given name and as a
first surname.
"""

import re
from collections.abc import Iterator, Sequence

from db.domain.people import PersonName
from db.screening.names import fold, letters

_BETWEEN = re.compile(r"[;|]")
_PARTS = re.compile(r"[,;|]")
_SUFFIXES = frozenset(["jr", "junior", "sr", "senior", "ii", "iii", "iv", "2nd", "3rd", "4th"])


def aliases_from(text: str, name: PersonName) -> tuple[PersonName, ...]:
    """The other names in a text, each once; `name` is the person's own, for what is left out.

    What stands where there is no name (``none``, ``N/A``, a dash) is none.
    """
    if not text:
        return ()
    found = (alias for part in _BETWEEN.split(text) for alias in _readings(part.strip(), name))
    return tuple(dict.fromkeys(found))


def aliases_as_text(aliases: Sequence[PersonName]) -> str:
    """Other names so that `aliases_from` reads exactly the same again."""
    return "; ".join(alias_as_text(alias) for alias in aliases)


def alias_as_text(alias: PersonName) -> str:
    """One other name as ``Family, Given, Middle, Suffix``, shorter where parts are missing."""
    parts = (alias.family, alias.given, alias.middle, alias.suffix)
    family, given, middle, suffix = (" ".join(_PARTS.sub(" ", part).split()) for part in parts)
    if suffix:
        between = "" if not middle and _is_suffix(suffix) else f" {middle},"
        return f"{family}, {given},{between} {suffix}"
    if middle:  # a third part that looks like a suffix would be taken for one
        return f"{family}, {given}, {middle}{',' if _is_suffix(middle) else ''}"
    return f"{family}, {given}"


def alias_as_said(text: str) -> str:
    """``Van der Pool, Roderick`` as it is said: ``Roderick Van der Pool``."""
    return _in_parts(text).full if "," in text else text


def _readings(text: str, name: PersonName) -> Iterator[PersonName]:
    if not fold(text):
        return
    if "," in text:
        yield _in_parts(text)
        return
    *words, last = text.split()
    suffix = last if len(words) > 1 and _is_suffix(last) else ""
    if not suffix:
        words.append(last)
    first, *others = words
    if not others:
        yield PersonName(first, name.family)
        yield PersonName(name.given, first)
        return
    yield PersonName(first, others[-1], " ".join(others[:-1]), suffix)
    if len(others) > 1:
        yield PersonName(first, " ".join(others), suffix=suffix)


def _in_parts(text: str) -> PersonName:
    family, given, *more = (part.strip() for part in text.split(","))
    if len(more) == 1 and _is_suffix(more[0]):
        more.insert(0, "")
    middle, suffix = (more[0] if more else ""), " ".join(more[1:]).strip()
    return PersonName(given, family, middle, suffix)


def _is_suffix(word: str) -> bool:
    return letters(word.replace(".", "")) in _SUFFIXES
