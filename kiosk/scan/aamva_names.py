"""A licence's name elements, as the parts of a name. Pure.

AAMVA DL/ID Card Design Standard, annex D. Version 01 (2000) writes the name whole (DAA) or by parts
(DAB, DAC, DAD, DAE); 02 and 03 (2003, 2005) the family name (DCS) and all given names (DCT); since
04 (2009) each name stands apart (DCS, DAC, DAD, DCU). Issuers mix these, so what is there is read.
"""

import re
from collections.abc import Mapping

from db.domain.people import PersonName

_NOT_SAID = frozenset({"NONE", "UNAVL", "UNAVAIL", "UNAVAILABLE", "N/A"})
"""What stands for no value (annex D since 2003: NONE where there is none, unavl where unknown)."""
_NO_MIDDLE = _NOT_SAID | {"NA", "UNK", "NMN", "NMI", "-"}
"""Not for family and given names: Na is one."""
_SUFFIXES = frozenset(
    {"JR", "SR", "II", "III", "IV", "VII", "VIII", "1ST", "2ND", "3RD", "4TH", "5TH", "6TH"}
)
"""Not V, VI and MD: a middle initial, and names that people have."""
_PARTICLES = frozenset(
    {"DE", "DEL", "DELA", "DELOS", "LA", "LAS", "LOS", "DI", "DA", "DOS", "VAN", "VON", "DER"}
    | {"DEN", "TER", "TEN", "BIN", "AL", "EL", "ST", "ST."}
)
_WHOLE_NAME_PARTERS = "$@,"
_WYOMING = "636060"


def said(elements: Mapping[str, str], *ids: str) -> str:
    """The first of these elements that says something, without blanks and commas around it."""
    return next((v for i in ids if (v := _said(elements.get(i, ""), _NOT_SAID))), "")


def name_of(elements: Mapping[str, str], iin: str = "", version: int = 0) -> PersonName:
    """The name; its family name is empty when the card has none that can be read.

    Somebody of one name has it as the family name, whichever element it stands in (ICAO 9303
    part 3, 4.6: a name that cannot be parted is the primary identifier).
    """
    suffix = next((v for i in ("DCU", "DAE") if (v := _said(elements.get(i, ""), _NO_MIDDLE))), "")
    whole = _whole_name(elements.get("DAA", ""))
    family = said(elements, "DCS", "DAB")
    given, middle = _given_names(elements, iin, version)
    if not family:
        family = whole.family
    if not given:
        given, middle = whole.given, middle or whole.middle
    if "," in family:
        given, family, suffix = _parted_family(given, family, suffix)
    if not family:
        given, family = "", given
    return _with_suffix(PersonName(given, family, middle, suffix or whole.suffix))


def whole_name(text: str) -> PersonName:
    """``LAST,FIRST,MIDDLE,SUFFIX``, parted by commas, ``@`` (New York) or ``$`` (stripes)."""
    return _with_suffix(_whole_name(text))


def _said(text: str, empty: frozenset[str]) -> str:
    value = text.strip(" ,")
    return "" if value.upper() in empty else value


def _given_names(elements: Mapping[str, str], iin: str, version: int) -> tuple[str, str]:
    given = said(elements, "DAC")
    # Several middle names are parted by commas (table D.3, DAD), which nobody prints.
    middle = " ".join(_said(elements.get("DAD", ""), _NO_MIDDLE).replace(",", " ").split())
    if not given:
        given = said(elements, "DCT")
        if middle and "," not in given:
            return given, middle
        return _split_given(given, middle)
    if "," in given:
        return _split_given(given, middle)
    if middle or " " not in given:
        return given, middle
    if "DAD" not in elements:  # a card without the element has the middle name behind the given one
        return _split_given(given, "")
    is_blank = not elements["DAD"].strip()
    if is_blank and version in (1, 2, 3) and not {"DAA", "DCT"} & elements.keys():
        # The names of those versions' time hold no blanks (ANSI D20, person name rule).
        return _split_given(given, "")
    if is_blank and (iin == _WYOMING or re.search(r" [^\W\d_]\.?$", given)):
        # Wyoming (04) leaves DAD blank and writes FIRST M in DAC. NONE says that there is none.
        first, _, last = given.rpartition(" ")
        return first.strip(), last
    return given, middle


def _split_given(text: str, middle: str) -> tuple[str, str]:
    """All given names in one: parted by commas (2003, 2005) or, failing that, by blanks."""
    parter = next((p for p in _WHOLE_NAME_PARTERS if p in text), " ")
    first, _, rest = text.strip().partition(parter)
    return first.strip(), middle or " ".join(rest.replace(parter, " ").split())


def _whole_name(text: str) -> PersonName:
    text = text.strip()
    if text.upper() in _NOT_SAID:
        return PersonName("", "")
    parter = next((p for p in _WHOLE_NAME_PARTERS if p in text), "")
    if not parter:
        return _in_reading_order(text)
    parts = [
        _said(p, _NO_MIDDLE) if n > 1 else p.strip(" ,") for n, p in enumerate(text.split(parter))
    ]
    if len(parts) > 2 and _is_suffix(parts[1]):  # LAST,SUFFIX,FIRST,MIDDLE
        parts.append(parts.pop(1))
    if len(parts) == 2:  # LAST,FIRST MIDDLE
        given, middle = _split_given(parts[1], "")
        return PersonName(given, parts[0], middle)
    family, given, middle, *rest = parts
    *more, suffix = [r for r in rest if r] or [""]
    return PersonName(given, family, " ".join(m for m in (middle, *more) if m), suffix)


def _in_reading_order(text: str) -> PersonName:
    """Pennsylvania (01): ``FIRST MIDDLE LAST``, with blanks only."""
    words = text.split()
    suffix = words.pop() if len(words) > 2 and _is_suffix(words[-1]) else ""
    if len(words) < 2:
        return PersonName("", text, "", suffix)
    start = len(words) - 1
    while start > 1 and words[start - 1].upper() in _PARTICLES:
        start -= 1
    return PersonName(words[0], " ".join(words[start:]), " ".join(words[1:start]), suffix)


def _parted_family(given: str, family: str, suffix: str) -> tuple[str, str, str]:
    """``LAST,SUFFIX`` or, on a card without given names, ``LAST,FIRST``."""
    before, _, after = (p.strip(" ,") for p in family.partition(","))
    if _is_suffix(after):
        return given, before, suffix or after
    return (given, family, suffix) if given else (after, before, suffix)


def _with_suffix(name: PersonName) -> PersonName:
    """Where a card has no place for the suffix, it ends the family, middle or given name."""
    family, suffix = _cut_suffix(name.family, name.suffix, needs_name=True)
    middle, suffix = _cut_suffix(name.middle, suffix, needs_name=False)
    given, suffix = _cut_suffix(name.given, suffix, needs_name=True)
    return PersonName(given, family, middle, suffix)


def _cut_suffix(text: str, suffix: str, *, needs_name: bool) -> tuple[str, str]:
    *before, last = text.split() or [""]
    if not _is_suffix(last) or (needs_name and not before):
        return text, suffix
    if suffix and last.strip(".").upper() != suffix.strip(".").upper():
        return text, suffix
    return " ".join(before).rstrip(" ,"), suffix or last


def _is_suffix(word: str) -> bool:
    return word.replace(".", "").upper() in _SUFFIXES
