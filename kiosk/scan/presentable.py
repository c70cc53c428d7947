"""Names as people write them, from the capitals that licences print. Pure."""

import re
from dataclasses import replace

from db.domain.people import PersonName

_SMALL = frozenset({"de", "del", "la", "las", "los", "da", "das", "do", "dos", "di", "van", "von"})
_SMALL |= {"der", "den", "ter", "ten", "y", "e", "bin", "al", "el"}
_ROMAN = re.compile(r"^(II|III|IV|V|VI)$", re.IGNORECASE)


def presentable(name: PersonName) -> PersonName:
    """``O'BRIEN-MCKAY`` becomes ``O'Brien-McKay``; a name in mixed letters stays as it is."""
    return replace(
        name,
        given=_cased(name.given),
        family=_cased(name.family, _SMALL),
        middle=_cased(name.middle),
        suffix=_suffix(name.suffix),
    )


def _cased(text: str, small: frozenset[str] = frozenset()) -> str:
    """Each word with a capital; the `small` ones without, but for the last, which is the name."""
    if text != text.upper():
        return text
    *before, last = text.split() or [""]
    return " ".join([*(w.lower() if w.lower() in small else _word(w) for w in before), _word(last)])


def _word(word: str) -> str:
    """Capitals after hyphens and apostrophes too."""
    return "".join(
        part if part in "-'\u2019" else _capital(part) for part in re.split("([-'\u2019])", word)
    )


def _capital(part: str) -> str:
    low = part.lower()
    if low.startswith("mc") and len(low) > 3:
        return f"Mc{low[2:].capitalize()}"
    return low.capitalize()


def _suffix(text: str) -> str:
    return text.upper() if _ROMAN.match(text) else _cased(text)
