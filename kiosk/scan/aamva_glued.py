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
    "DAO": "[A-Z]{2}",
    "DAV": r"[\d/\- ]{0,7}",
}
_STRICT = {i: re.compile(shape) for i, shape in _SHAPES.items()}
_NAMES = frozenset({"DAA", "DAB", "DAC", "DAD", "DCS", "DCT"})
_FOLLOWS = {
    **dict.fromkeys(("DAM", "DAN", "DAO", "DAP"), "DAL"),
    **dict.fromkeys(("DDF", "DDG"), "DDE"),
}
"""The second of these stands on every card that has the first, and before it."""
_PASSED_OVER, _PASSED_AGAIN = 1.5, 0.5
_OUT_OF_PLACE = 3.0
_STRANGE = 4.0

_STUCK = re.compile(
    r"DB[ABD] ?\d{6}|DBC[129MFX]D[A-D]|DCG(?:USA|CAN)|DD[EFG][TNU]D[A-D]|DAJ[A-Z]{2} *DAK|DAQ\w*\d"
)
_FAR = re.compile(r"(?: {3}|\n) *D[A-D][A-Z]")
_ADDRESS = frozenset({"DAG", "DAH", "DAI", "DAL", "DAM", "DAN"})
"""West Virginia fills up house numbers with blanks; a street may be Dade."""
_SUBFILE = re.compile(r"^ *(?:DL|ID|EN) *(?=D[A-D][A-Z])", re.MULTILINE)
_PARTED = re.compile(r"[ \n]D[A-D][A-Z]")
_MOST_CUTS = 250
_MOST_CHAINS = 60


class _Chain(NamedTuple):
    """A way to cut up to here: its worth, where elements began, which, and which were passed."""

    worth: float
    cuts: tuple[int, ...]
    used: frozenset[str]
    passed: frozenset[str] = frozenset()


def is_glued(element: str, value: str) -> bool:
    """Whether other elements stand within this value of one."""
    if _STUCK.search(value) is not None:
        return True
    return element not in _ADDRESS and _FAR.search(value) is not None


def cut_apart(text: str, version: int, own: frozenset[str] | None = None) -> list[tuple[str, str]]:
    """Elements and their values, as the likeliest cuts have it.

    `own` are the issuer's own subfiles that the header announces, None without a header; nothing
    of theirs is among the elements.
    """
    text = _SUBFILE.sub("\n", _without_own(text, own))
    known = _OLD_IDS if version == 1 else _IDS if version else _OLD_IDS | _IDS
    if version in (2, 3):
        known |= {"DAB"}  # Alberta has the names of 01 behind those of 03
    starts = [m.start() for m in re.finditer(r"(?=D[A-D][A-Z])", text)]
    starts = [s for s in starts if text[s : s + 3] in known][:_MOST_CUTS]
    if not starts:
        return []
    ids = frozenset(text[s : s + 3] for s in starts)
    is_parted = len(_PARTED.findall(text)) >= 6
    chains = [_Chain(0.0, (starts[0],), frozenset({text[starts[0] : starts[0] + 3]}))]
    for start in starts[1:]:
        name = text[start : start + 3]
        is_apart = text[start - 1] in " \n"
        longer = []
        for chain in chains:
            if start < chain.cuts[-1] + 3:
                longer.append(chain)
                continue
            longer.append(_passed(chain, name, is_parted and is_apart))
            worth = _worth(text[chain.cuts[-1] : start])
            if name not in chain.used and worth is not None:
                worth -= _misplaced(name, chain.used, ids, version)
                worth -= _OUT_OF_PLACE if is_parted and not is_apart else 0
                longer.append(
                    _Chain(
                        chain.worth + worth,
                        (*chain.cuts, start),
                        chain.used | {name},
                        chain.passed,
                    )
                )
        chains = sorted(longer, key=lambda c: -c.worth)[:_MOST_CHAINS]
    best = max(chains, key=lambda c: c.worth + (_worth(text[c.cuts[-1] :]) or -_STRANGE))
    ends = (*best.cuts[1:], len(text))
    return [
        (text[a : a + 3], " ".join(text[a + 3 : b].split("\n")).strip())
        for a, b in zip(best.cuts, ends, strict=True)
    ]


def _without_own(text: str, own: frozenset[str] | None) -> str:
    """Without the issuer's own subfiles; Zaza is a family name when none is announced."""
    if own is None:
        kinds, before = "Z[A-Z]", r"(?<!DCS)(?<!DA[A-D])(?<!,)"
    elif own:
        kinds, before = "|".join(sorted(own)), ""
    else:
        return text
    return re.sub(
        rf"{before}({kinds})\1[A-Z].*?(?=(?:DL|ID|EN)D[A-D][A-Z]|$)", "\n", text, flags=re.DOTALL
    )


def _passed(chain: _Chain, name: str, is_apart: bool) -> _Chain:
    """The chain when what looks like an element is held to be part of a value."""
    is_known = name in chain.used or name in chain.passed
    cost = (_PASSED_AGAIN if is_known else _PASSED_OVER) * (3 if is_apart else 1)
    return chain._replace(worth=chain.worth - cost, passed=chain.passed | {name})


def _misplaced(name: str, used: frozenset[str], ids: frozenset[str], version: int) -> float:
    """What it costs that this element follows those."""
    if _FOLLOWS.get(name, name) not in used | {name}:
        return _OUT_OF_PLACE
    if name == "DAB" and version in (2, 3) and not {"DAC", "DAD"} <= ids:
        return _OUT_OF_PLACE
    # Version 01 has these with DAB only, 02 and 03 instead of DCT.
    is_of_parts = name in ("DAC", "DAD", "DAE", "DAF") and "DAB" not in used
    is_elsewhere = version == 1 or (version in (2, 3) and "DCT" in ids)
    return _OUT_OF_PLACE if is_of_parts and is_elsewhere else 0.0


def _worth(piece: str) -> float | None:
    """How well this piece holds one element; None when it cannot."""
    name, value = piece[:3], piece[3:].replace("\n", " ").strip()
    if name in _STRICT:
        return 3.0 if _STRICT[name].fullmatch(value) else None
    if name == "DAQ":
        return 1.5 if any(c.isdigit() for c in value) else -_STRANGE
    if name in _NAMES:
        return _worth_as_name(name, value)
    return 1.0 if value else 0.0


def _worth_as_name(name: str, value: str) -> float:
    if any(c.isdigit() for c in value):
        return -_STRANGE
    if not value:
        return 0.5 if name == "DAD" else -_STRANGE
    if name == "DAA":
        return 1.0 if re.search(r"[,@ ]", value) else -_STRANGE
    is_family = name in ("DCS", "DAB")
    if is_family and (len(value) == 1 or not value[-1].isalpha()):
        return -_OUT_OF_PLACE
    return 1.0 if len(value) > 1 or name == "DAD" else 0.0
