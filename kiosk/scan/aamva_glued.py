"""A licence's text that lost its separators, cut apart again. Pure.

Scanners that type lose line feeds, so elements follow each other without anything between them,
and names hold the letters of elements (DCSDADEDDEN is the family name Dade). Every cut is a guess;
the best chain of guesses is kept, by what each element may hold (AAMVA DL/ID Card Design Standard,
annex D, tables D.3 and D.4), by each element standing once, and by none being passed over.
"""

import re
from typing import NamedTuple

_OLD_IDS = frozenset(
    {f"DA{c}" for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} | {f"DB{c}" for c in "ABCDEFGHIJKLMNOPQRS"}
)
"""Version 01 (2000), annex A."""
_IDS = frozenset(
    {f"DA{c}" for c in "CDGHIJKQUWXYZ"}
    | {f"DB{c}" for c in "ABCDGNS"}
    | {f"DC{c}" for c in "ABCDEFGHIJKLMNOPQRSTU"}
    | {f"DD{c}" for c in "ABCDEFGHIJKLMNOP"}
)
"""Versions 02 to 10 and the additions of 2025 (DDM to DDP)."""

_DATE = r"(?:\d[\d/.\-]{5,9}\w?|NONE|)"
_FLAG = r"[A-Z0-9]?"
_SHAPES = {
    **dict.fromkeys(("DBA", "DBB", "DBD", "DDB", "DDC", "DDH", "DDI", "DDJ"), _DATE),
    **dict.fromkeys(("DDE", "DDF", "DDG"), "[TNU]?"),
    **dict.fromkeys(("DDA", "DDD", "DDK", "DDL", "DDM", "DDN", "DDO", "DDP", "DBH"), _FLAG),
    "DBC": r"[0-9MFXN]|NONE|MALE|FEMALE|",
    "DAJ": "[A-Z]{2}",
    "DCG": r"USA?|CAN?|CDN|MEX?",
    "DAU": r"[\d'\" \-]{0,6} *(?:IN|CM|in|cm)?\.?",
    "DAW": r"\d{0,3} *(?:LBS?|KG|lb|kg)?",
    "DAX": r"\d{0,3} *(?:KG|kg)?",
    "DAY": r"[A-Za-z]{0,9}",
    "DAZ": r"[A-Za-z]{0,9}",
    "DCE": r"\d?",
}
_STRICT = {i: re.compile(shape) for i, shape in _SHAPES.items()}
_NAMES = frozenset({"DAA", "DAB", "DAC", "DCS", "DCT"})
_PASSED_OVER = 1.5
_STRANGE = 4.0

_STUCK = re.compile(
    r"DB[ABD] ?\d{6}|DBC[129MFX]D[A-D]|DCG(?:USA|CAN)|DD[EFG][TNU]D[A-D]|DAJ[A-Z]{2} *DAK|DAQ\w*\d"
    r"|(?: {2}|\n) *D[A-D][A-Z]"
)
_OWN_SUBFILE = re.compile(r"(Z[A-Z])\1[A-Z].*?(?=(?:DL|ID|EN)D[A-D][A-Z]|$)", re.DOTALL)
_SUBFILE = re.compile(r"(?:DL|ID|EN)(?=D[A-D][A-Z])")
_MOST_CUTS = 250
_MOST_CHAINS = 60


class _Chain(NamedTuple):
    """A way to cut up to here: its worth, where elements began, and the last one still open."""

    worth: float
    cuts: tuple[int, ...]
    used: frozenset[str]


def is_glued(value: str) -> bool:
    """Whether other elements stand within this value of one."""
    return _STUCK.search(value) is not None


def cut_apart(text: str, version: int) -> list[tuple[str, str]]:
    """Elements and their values, as the likeliest cuts have it; nothing of the issuer's own."""
    text = _SUBFILE.sub("\n", _OWN_SUBFILE.sub("\n", text))
    known = _OLD_IDS if version == 1 else _IDS if version else _OLD_IDS | _IDS
    starts = [m.start() for m in re.finditer(r"(?=D[A-D][A-Z])", text)]
    starts = [s for s in starts if text[s : s + 3] in known][:_MOST_CUTS]
    if not starts:
        return []
    chains = [_Chain(0.0, (starts[0],), frozenset({text[starts[0] : starts[0] + 3]}))]
    for start in starts[1:]:
        name = text[start : start + 3]
        longer = []
        for chain in chains:
            if start < chain.cuts[-1] + 3:
                longer.append(chain)
                continue
            if name in chain.used:
                longer.append(chain)
                continue
            is_line = text[start - 1] == "\n"
            longer.append(chain._replace(worth=chain.worth - _PASSED_OVER * (3 if is_line else 1)))
            worth = _worth(text[chain.cuts[-1] : start])
            if worth is not None:
                longer.append(
                    _Chain(chain.worth + worth, (*chain.cuts, start), chain.used | {name})
                )
        chains = sorted(longer, key=lambda c: -c.worth)[:_MOST_CHAINS]
    best = max(chains, key=lambda c: c.worth + (_worth(text[c.cuts[-1] :]) or -_STRANGE))
    ends = (*best.cuts[1:], len(text))
    return [
        (text[a : a + 3], " ".join(text[a + 3 : b].split("\n")).strip())
        for a, b in zip(best.cuts, ends, strict=True)
    ]


def _worth(piece: str) -> float | None:
    """How well this piece holds one element; None when it cannot."""
    name, value = piece[:3], piece[3:].replace("\n", " ").strip()
    if name in _STRICT:
        return 3.0 if _STRICT[name].fullmatch(value) else None
    if name == "DAQ":
        return 1.5 if any(c.isdigit() for c in value) else -_STRANGE
    if name in _NAMES or name == "DAD":
        if any(c.isdigit() for c in value):
            return -_STRANGE
        if not value:
            return 0.5 if name == "DAD" else -_STRANGE
        return 1.0 if len(value) > 1 or name == "DAD" else -0.5
    return 1.0 if value else 0.0
