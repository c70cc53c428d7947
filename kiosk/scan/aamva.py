"""The text of an American or Canadian licence, as an `Identity`. Pure.

AAMVA DL/ID Card Design Standard, annex D (2000 to 2020, versions 01 to 10), read as cards in
circulation write it: headers are mangled, separators lost, offsets point nowhere. So the header is
searched for, every line is read by its own three-letter element, and offsets are not used at all.
What the product does not keep (address, height, eyes, audit numbers) never leaves this module.
"""

import re
from collections.abc import Mapping
from datetime import date

from db.domain.errors import UnreadableIdError
from db.domain.people import Document, DocumentKind, Identity, PersonName, Sex
from kiosk.scan.places import Issuer, country_of, is_jurisdiction, issuer_of

_HEADER = re.compile(r"(?:ANSI|AAMVA|AMVA)[ \x1e]?(\d{6})(\d{2})?")
_BREAKS = re.compile(r"[\n\r\x1c\x1d\x1e\x85]+")
_ELEMENT = re.compile(r"^(D[A-D][A-Z])(.*)$", re.DOTALL)
_GLUED = re.compile(r"^(?:.*?)(DL|ID|EN)(D[A-D][A-Z].*)$", re.DOTALL)
_TRACK = re.compile(r"%([A-Z]{2})([^^]*)\^([^^]*)\^.*?\?;(\d{6})(\d*)=(\d{2})(\d{2})(\d{8})")
_EMPTY = frozenset({"NONE", "UNAVL", "UNAVAIL", "UNK", "N/A", "NA", "-"})
_TRY_AGAIN = "Turn the card over and hold it steady, or type the name."
_OLDEST = 1890


def parse_aamva(payload: bytes) -> Identity:
    """Read a licence's or ID card's text.

    Raises `UnreadableIdError`, and nothing else, for bytes that are no such text.
    """
    text = payload.decode("utf-8", errors="replace")
    if "\ufffd" in text:
        text = payload.decode("latin-1")
    text = "".join(c if c.isprintable() or c in "\n\r\x1c\x1d\x1e" else "\n" for c in text)
    track = _TRACK.search(text)
    if track is not None:
        return _from_track(track)
    header = _HEADER.search(text)
    if header is None:
        raise UnreadableIdError(f"That code is not on a driver license or ID card. {_TRY_AGAIN}")
    elements, kind = _elements(text[header.end(0) :])
    name = _name(elements)
    if not name.family:
        raise UnreadableIdError(f"No name could be read from that card. {_TRY_AGAIN}")
    issuer = _issuer(header[1], elements)
    return Identity(
        name=name,
        birth_date=_read_date(elements.get("DBB", ""), issuer.country, latest=date.max.year),
        sex=_sex(elements.get("DBC", "")),
        document=Document(
            kind=kind,
            jurisdiction=issuer.jurisdiction,
            country=issuer.country,
            number=_value(elements, "DAQ"),
            issued_on=_read_date(elements.get("DBD", ""), issuer.country, latest=date.max.year),
            expires_on=_read_date(elements.get("DBA", ""), issuer.country, latest=2100),
        ),
    )


def _elements(text: str) -> tuple[dict[str, str], DocumentKind]:
    """Every element's first value, and the kind of card, from its subfile's type."""
    found: dict[str, str] = {}
    kind: DocumentKind | None = None
    for at, line in enumerate(_BREAKS.split(text.replace("\\n", "\n"))):
        rest = line.strip(" |")
        if at == 0 or not _ELEMENT.match(rest):
            # The header's rest and the subfile's type stand before the first element.
            glued = _GLUED.match(rest)
            if glued is None:
                kind = kind or _kind_alone(rest)
                continue
            kind = kind or _kind(glued[1])
            rest = glued[2]
        element = _ELEMENT.match(rest)
        if element is not None:
            found.setdefault(element[1], element[2].strip())
    return found, kind or DocumentKind.DRIVER_LICENSE


def _kind(subfile: str) -> DocumentKind:
    return DocumentKind.ID_CARD if subfile == "ID" else DocumentKind.DRIVER_LICENSE


def _kind_alone(line: str) -> DocumentKind | None:
    return _kind(line[-2:]) if line[-2:] in ("DL", "ID", "EN") else None


def _value(elements: Mapping[str, str], *names: str) -> str:
    """The first of these elements that says something."""
    for name in names:
        value = elements.get(name, "").strip(" ,")
        if value and value.upper() not in _EMPTY:
            return value
    return ""


def _name(elements: Mapping[str, str]) -> PersonName:
    suffix = _value(elements, "DCU", "DAE")
    family = _value(elements, "DCS", "DAB")
    given = _value(elements, "DAC")
    middle = _value(elements, "DAD")
    if family and not given:
        given, middle = _split_given(_value(elements, "DCT"), middle)
    elif "," in given:
        given, middle = _split_given(given, middle)
    if not family:
        return _whole_name(_value(elements, "DAA"), suffix)
    if "," in family:  # some print LAST,SUFFIX
        family, _, rest = family.partition(",")
        suffix = suffix or rest.strip()
    return PersonName(given, family.strip(), middle, suffix)


def _split_given(text: str, middle: str) -> tuple[str, str]:
    """DCT holds all given names, parted by commas or, failing that, by blanks."""
    first, _, rest = text.partition("," if "," in text else " ")
    return first.strip(), middle or rest.replace(",", " ").strip()


def _whole_name(text: str, suffix: str) -> PersonName:
    """DAA: ``LAST,FIRST,MIDDLE,SUFFIX``; in Pennsylvania ``FIRST MIDDLE LAST`` with blanks."""
    if "," in text or "@" in text:
        parts = [p.strip() for p in re.split("[,@]", text)] + [""] * 4
        family, given, middle, last = parts[:4]
        return PersonName(given, family, middle, suffix or last)
    words = text.split()
    if len(words) < 2:
        return PersonName("", text.strip(), "", suffix)
    return PersonName(words[0], words[-1], " ".join(words[1:-1]), suffix)


def _issuer(iin: str, elements: Mapping[str, str]) -> Issuer:
    """Where the card is from: its own address says so better than an issuer number that is off."""
    known = issuer_of(iin)
    printed = _value(elements, "DAJ").upper()
    country = _value(elements, "DCG").upper()[:3]
    if known is not None:
        return known
    jurisdiction = printed if is_jurisdiction(printed) else ""
    return Issuer(jurisdiction, country or country_of(jurisdiction))


def _sex(text: str) -> Sex:
    first = text.strip().upper()[:1]
    if first in ("1", "M"):
        return Sex.MALE
    return Sex.FEMALE if first in ("2", "F") else Sex.UNSPECIFIED


def _read_date(text: str, country: str, latest: int) -> date | None:
    """MMDDCCYY in the United States, CCYYMMDD in Canada, and whichever else is plausible."""
    digits = "".join(c for c in text if c.isdigit())
    if len(digits) == 7:  # a lost leading zero
        digits = "0" + digits
    if len(digits) != 8:
        return None
    readings = [_made(digits[4:], digits[:2], digits[2:4], latest)]
    readings.append(_made(digits[:4], digits[4:6], digits[6:], latest))
    if country == "CAN":
        readings.reverse()
    return next((r for r in readings if r is not None), None)


def _made(year: str, month: str, day: str, highest: int) -> date | None:
    if not _OLDEST <= int(year) <= min(highest, 2100):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _from_track(track: re.Match[str]) -> Identity:
    """Magnetic-stripe text (annex F): ``%TXAUSTIN^LAST$FIRST$MIDDLE^...?;636015...=YYMM...``."""
    # The expiry (groups 6 and 7) is 77 or 88 in the month where there is none: not taken.
    jurisdiction, _, name, iin, number, _, _, born = track.groups()
    family, given, middle = (*(p.strip() for p in re.split(r"[$,]", name)), "", "", "")[:3]
    if not family:
        raise UnreadableIdError(f"No name could be read from that card. {_TRY_AGAIN}")
    issuer = issuer_of(iin) or Issuer(jurisdiction, country_of(jurisdiction))
    return Identity(
        name=PersonName(given, family, middle),
        birth_date=_made(born[:4], born[4:6], born[6:], date.max.year),
        document=Document(
            DocumentKind.DRIVER_LICENSE, issuer.jurisdiction, issuer.country, number=number
        ),
    )
