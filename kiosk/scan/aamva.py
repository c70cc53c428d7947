"""The text of an American or Canadian licence, as an `Identity`. Pure.

AAMVA DL/ID Card Design Standard, annex D (2000 to 2020, versions 01 to 10), read as cards in
circulation write it: headers are mangled, separators lost, offsets point nowhere. So the header is
searched for, every line is read by its own three-letter element, and offsets are not used at all.
What the product does not keep (address, height, eyes, audit numbers) never leaves this module.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date

from db.domain.errors import UnreadableIdError
from db.domain.people import Document, DocumentKind, Identity, PersonName, Sex
from kiosk.scan.places import Issuer, country_of, is_country, is_jurisdiction, issuer_of

_HEADER = re.compile(r"(?:ANSI|AAMVA|AMVA)[ \n\x1e]?(\d{6})(\d{2})?", re.ASCII)
_BREAKS = re.compile(r"[\n\r\x1c\x1d\x1e]+|\|(?=D[A-D][A-Z])")
_CONTROL_WORDS = re.compile(r"<(?:LF|CR|RS|GS|FS)>|[\u240a\u240d\u241c\u241d\u241e]|\\n|\\r")
"""Control characters as some scanners write them: in words, as pictures, escaped."""

_ELEMENT = re.compile(r"(D[A-D][A-Z])(.*)", re.DOTALL)
_LOST_BREAK = re.compile(r" +(?=D[A-D][A-Z])")
_DESIGNATOR = re.compile(r"(DL|ID|EN)(?=\d{4})", re.ASCII)
_HEADER_REST = re.compile(r".*?(?:(DL|ID|EN)|\d)(?=D[A-D][A-Z])", re.ASCII)
_SUBFILE = re.compile(r"(?:\w\w\d{8})*(DL|ID|EN)(?=D[A-D][A-Z]|$)", re.ASCII)

_EMPTY = frozenset({"NONE", "UNAVL", "UNAVAIL", "UNK", "N/A", "NA", "-"})
_SUFFIXES = frozenset({"JR", "JR.", "SR", "SR.", "II", "III", "IV", "1ST", "2ND", "3RD", "4TH"})
_TELLING = frozenset({"DAA", "DAB", "DAC", "DAQ", "DBA", "DBB", "DBC", "DCS", "DCT"})
"""Elements by which a licence is known whose header was lost."""
_TRY_AGAIN = "Turn the card over and hold it steady, or type the name."
_OLDEST, _LATEST = 1890, 2100

_TRACKS = re.compile(
    r"%([A-Z]{2})[^^?]*\^([^^?]*)\^[^?]*\?\s*;(\d{6})(\d*)=(\d{2})(\d{2})(\d{8})", re.ASCII
)
"""Magnetic-stripe text (annex F): place, name, issuer, number, expiry as YYMM, birth date."""


def parse_aamva(payload: bytes) -> Identity:
    """Read a licence's or ID card's text; names as printed, apart from blanks around them.

    Raises `UnreadableIdError`, and nothing else, for bytes that are no such text.
    """
    text = _text_of(payload)
    tracks = _TRACKS.search(text)
    if tracks is not None:
        return _from_tracks(tracks)
    header = _HEADER.search(text)
    elements, kind = _elements(text[header.end() :] if header else "\n" + text)
    if header is None and len(_TELLING & elements.keys()) < 4:
        raise UnreadableIdError(f"That code is not on a driver license or ID card. {_TRY_AGAIN}")
    name = _name(elements)
    if not name.family:
        raise UnreadableIdError(f"No name could be read from that card. {_TRY_AGAIN}")
    issuer = _issuer(header[1] if header else "", elements)
    return Identity(
        name=name,
        birth_date=_read_date(elements.get("DBB", "")),
        sex=_sex(elements.get("DBC", "")),
        document=Document(
            kind=kind,
            jurisdiction=issuer.jurisdiction,
            country=issuer.country,
            number=_value(elements, "DAQ"),
            issued_on=_read_date(elements.get("DBD", "")),
            expires_on=_read_date(elements.get("DBA", "")),
        ),
    )


def _text_of(payload: bytes) -> str:
    """The text, with every stray control character as a line break."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = payload.decode("latin-1")
    text = _CONTROL_WORDS.sub("\n", text.replace("\xa0", " ").replace("\t", " "))
    return "".join(c if c.isprintable() or c in "\n\r\x1c\x1d\x1e" else "\n" for c in text)


def _elements(text: str) -> tuple[dict[str, str], DocumentKind]:
    """Every element's value, and the kind of card, from the type of its subfile.

    `text` starts with what follows the issuer in the header.
    """
    first, *lines = _BREAKS.split(text)
    announced = _DESIGNATOR.search(first)
    kind = announced[1] if announced else ""
    glued = _HEADER_REST.match(first)
    if glued is not None:  # the first element stands on the header's line
        kind = glued[1] or kind
        lines.insert(0, first[glued.end() :])
    found: dict[str, str] = {}
    for line in lines:
        rest = line.strip(" |")
        subfile = _SUBFILE.match(rest)
        if subfile is not None:
            kind, rest = subfile[1], rest[subfile.end() :]
        _take(rest, found)
    if len(found) < 2:  # nothing but blanks between the elements
        for part in [p for line in lines for p in _LOST_BREAK.split(line)]:
            _take(part, found)
    return found, DocumentKind.ID_CARD if kind == "ID" else DocumentKind.DRIVER_LICENSE


def _take(line: str, found: dict[str, str]) -> None:
    """Keep a line's element; the first that says something wins."""
    element = _ELEMENT.match(line)
    if element is not None and not found.get(element[1]):
        found[element[1]] = element[2].strip()


def _value(elements: Mapping[str, str], *names: str) -> str:
    """The first of these elements that says something."""
    for name in names:
        value = elements.get(name, "").strip(" ,")
        if value and value.upper() not in _EMPTY:
            return value
    return ""


# ---- names ---------------------------------------------------------------------------------------


def _name(elements: Mapping[str, str]) -> PersonName:
    """By parts (DCS or DAB, DAC or DCT, DAD, DCU or DAE), or whole (DAA)."""
    suffix = _value(elements, "DCU", "DAE")
    family = _value(elements, "DCS", "DAB")
    given, middle = _value(elements, "DAC"), _value(elements, "DAD")
    if not family:
        return _with_suffix(_whole_name(_value(elements, "DAA"), suffix))
    if not given:
        given, middle = _split_given(_value(elements, "DCT"), middle)
    elif not middle and ("," in given or "DAD" not in elements or _ends_in_initial(given)):
        # A card that has no middle name says so (NONE, or nothing); one that leaves the element
        # out has it behind the given name.
        given, middle = _split_given(given, middle)
    family, _, rest = family.partition(",")  # some print LAST,SUFFIX
    return _with_suffix(PersonName(given, family.strip(), middle, suffix or rest.strip()))


def _ends_in_initial(given: str) -> bool:
    return re.search(r" [^\W\d_]\.?$", given) is not None


def _split_given(text: str, middle: str) -> tuple[str, str]:
    """DCT holds all given names, parted by commas or, failing that, by blanks."""
    first, _, rest = text.partition("," if "," in text else " ")
    return first.strip(), middle or " ".join(rest.replace(",", " ").split())


def _whole_name(text: str, suffix: str) -> PersonName:
    """DAA: ``LAST,FIRST,MIDDLE,SUFFIX``; in Pennsylvania ``FIRST MIDDLE LAST`` with blanks."""
    if "," in text or "@" in text:
        parts = [p.strip() for p in re.split("[,@]", text)]
        if len(parts) == 2:  # LAST,FIRST MIDDLE
            given, middle = _split_given(parts[1], "")
            return PersonName(given, parts[0], middle, suffix)
        family, given, middle, last = [*parts, ""][:4]
        return PersonName(given, family, middle, suffix or last)
    words = text.split()
    if len(words) > 2 and not suffix and words[-1].upper() in _SUFFIXES:
        suffix = words.pop()
    if len(words) < 2:
        return PersonName("", text.strip(), "", suffix)
    return PersonName(words[0], words[-1], " ".join(words[1:-1]), suffix)


def _with_suffix(name: PersonName) -> PersonName:
    """Where a card has no place for the suffix, it stands behind the family or middle name."""
    if name.suffix:
        return name
    *family, last = name.family.split() or [""]
    if family and last.upper() in _SUFFIXES:
        return PersonName(name.given, " ".join(family), name.middle, last)
    *middle, last = name.middle.split() or [""]
    if last.upper() in _SUFFIXES:
        return PersonName(name.given, name.family, " ".join(middle), last)
    return name


# ---- the rest ------------------------------------------------------------------------------------


def _issuer(iin: str, elements: Mapping[str, str]) -> Issuer:
    """Who issued the card: by its issuer number, unless the country that it prints says not."""
    known = issuer_of(iin)
    country = _value(elements, "DCG").upper()[:3]
    if not is_country(country):
        country = ""
    if known is not None and country in ("", known.country):
        return known
    printed = _value(elements, "DAJ").upper()[:2]
    if is_jurisdiction(printed):
        return Issuer(printed, country_of(printed))
    return known or Issuer("", country)


def _sex(text: str) -> Sex:
    """1 and 2, or M and F; 9 and anything else is not stated."""
    first = text.strip().upper()[:1]
    if first in ("1", "M"):
        return Sex.MALE
    return Sex.FEMALE if first in ("2", "F") else Sex.UNSPECIFIED


def _read_date(text: str) -> date | None:
    """MMDDCCYY or CCYYMMDD, whichever is plausible; with separators, or a leading zero lost.

    No eight digits can be read both ways: a century is never a month.
    """
    groups = re.findall("[0-9]+", text)
    if len(groups) == 3:
        groups = [g.zfill(2) for g in groups]
    digits = "".join(groups)
    if len(digits) == 7:
        digits = "0" + digits
    if len(digits) != 8:
        return None
    month_first = _date(digits[4:], digits[:2], digits[2:4])
    return month_first or _date(digits[:4], digits[4:6], digits[6:])


def _date(year: str, month: str, day: str) -> date | None:
    if not _OLDEST <= int(year) <= _LATEST:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


# ---- magnetic stripe -----------------------------------------------------------------------------


def _from_tracks(tracks: re.Match[str]) -> Identity:
    """``%TXAUSTIN^LAST$FIRST$MIDDLE^...?;636015NUMBER=YYMMCCYYMMDD?``."""
    place, name, iin, number, year, month, born = tracks.groups()
    family, given, middle, suffix = [*(p.strip() for p in re.split("[$,]", name)), "", "", ""][:4]
    if not family:
        raise UnreadableIdError(f"No name could be read from that card. {_TRY_AGAIN}")
    birth_date = _date(born[:4], born[4:6], born[6:])
    issuer = issuer_of(iin) or Issuer(place if is_jurisdiction(place) else "", country_of(place))
    return Identity(
        name=PersonName(given, family, middle, suffix),
        birth_date=birth_date,
        document=Document(
            kind=DocumentKind.DRIVER_LICENSE,
            jurisdiction=issuer.jurisdiction,
            country=issuer.country,
            number=number,
            expires_on=_stripe_expiry(2000 + int(year), int(month), birth_date),
        ),
    )


def _stripe_expiry(year: int, month: int, birth_date: date | None) -> date | None:
    """Month 77 is never, 88 has no day that the stripe tells, 99 is that year's birthday."""
    if month == 99 and birth_date is not None:
        return _date(str(year), str(birth_date.month), str(birth_date.day))
    if not 1 <= month <= 12:
        return None
    return date(year, month, monthrange(year, month)[1])
