"""The machine-readable zone of passports and ID cards, as an `Identity`. Pure.

ICAO Doc 9303 (eighth edition, 2021): part 3 section 4 (characters, names, dates, check digits),
part 4 (TD3, passports: two lines of 44), part 5 (TD1: three of 30), part 6 (TD2: two of 36). A zone
is believed only when every check digit is right, also the composite one, and every field holds what
it may. Visas have no composite check digit and are no ID of their own, so they are refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from db.domain.errors import UnreadableIdError
from db.domain.people import Document, DocumentKind, Identity, PersonName, Sex
from kiosk.scan.mrz_states import country_of_state, is_state

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
"""Every character that a zone may hold, by its value in check digits; the filler counts zero."""

_WEIGHTS = (7, 3, 1)
_TRY_AGAIN = "Hold the page flat and steady, or type the name."
_LONGEST_YEARS = 50
"""No document outlives its holder: an expiry further ahead lies in the century before."""
_LEAP_YEAR = 2000
"""In which every day that there is can be."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of one line, from `start` up to but without `stop`."""

    line: int
    start: int
    stop: int

    def of(self, lines: Sequence[str]) -> str:
        return lines[self.line][self.start : self.stop]


@dataclass(frozen=True, slots=True)
class Checked:
    """A field and the single character that checks it."""

    field: Span
    check: Span


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the fields of one size of document stand."""

    name: str
    lines: int
    columns: int
    kinds: str
    """First letters of the document code that this size of document bears."""
    second: str
    """What may follow them: V never stands in an ID card's (part 5, 4.2.2.1 note k)."""
    kind: Span
    state: Span
    names: Span
    number: Checked
    nationality: Span
    birth: Checked
    sex: Span
    expiry: Checked
    optional: tuple[Span, ...]
    personal: Checked | None
    """Optional characters with a check digit of their own (TD3 only)."""
    composite: Checked
    """Its field is not used: `composed` says what it is over."""
    composed: tuple[Span, ...]


_ANY = ALPHABET[10:]
_NO_V = _ANY.replace("V", "")


def _two_lines(name: str, columns: int, kinds: str, personal: Checked | None) -> Layout:
    end = columns - 1
    optional = () if personal else (Span(1, 28, end),)
    return Layout(
        name,
        2,
        columns,
        kinds,
        second=_ANY if personal else _NO_V,
        kind=Span(0, 0, 2),
        state=Span(0, 2, 5),
        names=Span(0, 5, columns),
        number=Checked(Span(1, 0, 9), Span(1, 9, 10)),
        nationality=Span(1, 10, 13),
        birth=Checked(Span(1, 13, 19), Span(1, 19, 20)),
        sex=Span(1, 20, 21),
        expiry=Checked(Span(1, 21, 27), Span(1, 27, 28)),
        optional=optional,
        personal=personal,
        composite=Checked(Span(1, end, end), Span(1, end, columns)),
        composed=(Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, end)),
    )


TD3 = _two_lines("TD3", 44, "P", Checked(Span(1, 28, 42), Span(1, 42, 43)))
TD2 = _two_lines("TD2", 36, "IAC", None)
TD1 = Layout(
    "TD1",
    3,
    30,
    "IAC",
    second=_NO_V,
    kind=Span(0, 0, 2),
    state=Span(0, 2, 5),
    names=Span(2, 0, 30),
    number=Checked(Span(0, 5, 14), Span(0, 14, 15)),
    nationality=Span(1, 15, 18),
    birth=Checked(Span(1, 0, 6), Span(1, 6, 7)),
    sex=Span(1, 7, 8),
    expiry=Checked(Span(1, 8, 14), Span(1, 14, 15)),
    optional=(Span(0, 15, 30), Span(1, 18, 29)),
    personal=None,
    composite=Checked(Span(1, 29, 29), Span(1, 29, 30)),
    composed=(Span(0, 5, 30), Span(1, 0, 7), Span(1, 8, 15), Span(1, 18, 29)),
)
LAYOUTS = (TD3, TD2, TD1)


def check_digit(text: str) -> str:
    """Part 3, 4.9: digits as they are, letters from 10, fillers zero; weights 7, 3, 1; modulo 10.

    >>> check_digit("520727")
    '3'
    """
    total = sum(
        _WEIGHTS[at % 3] * (0 if c == "<" else ALPHABET.index(c)) for at, c in enumerate(text)
    )
    return str(total % 10)


def lines_of(payload: bytes) -> list[str]:
    """A payload's lines, blanks around them and between characters dropped, in capitals."""
    text = payload.decode("ascii", errors="replace").upper()
    return [line for line in (re.sub(r"[ \t]", "", raw) for raw in text.splitlines()) if line]


def typed_lines_of(text: str) -> list[str] | None:
    """The lines of a zone that a scanner typed, parted or not; None when it is no zone at all."""
    typed = "".join(lines_of(text.encode()))
    if "<" not in typed or not set(typed) <= set(ALPHABET):
        return None
    for layout in LAYOUTS:
        if len(typed) == layout.lines * layout.columns:
            starts = range(0, len(typed), layout.columns)
            return [typed[start : start + layout.columns] for start in starts]
    return None


def layout_of(lines: Sequence[str]) -> Layout | None:
    """The layout that lines of these lengths have, or None."""
    for layout in LAYOUTS:
        if len(lines) == layout.lines and all(len(line) == layout.columns for line in lines):
            return layout
    return None


def parse_mrz(lines: Sequence[str], today: date | None = None) -> Identity:
    """Read a zone's lines. `today` decides centuries; without it, it is the computer's date.

    Names are as the zone has them: capitals, transliterated (``MUELLER``), long ones cut short.

    Raises `UnreadableIdError`, and nothing else, for lines that are no zone or do not add up.
    """
    today = today or datetime.now(UTC).date()
    layout = layout_of(lines)
    if layout is None or any(c not in ALPHABET for line in lines for c in line):
        raise UnreadableIdError(f"That is no page of a passport or ID card. {_TRY_AGAIN}")
    kind = layout.kind.of(lines)
    if kind.startswith("V"):
        raise UnreadableIdError("That is a visa. Show the passport's page with the photo.")
    if kind[0] not in layout.kinds or kind[1] not in layout.second:
        raise UnreadableIdError(f"That is no passport or ID card. {_TRY_AGAIN}")
    number = _number(lines, layout)
    _demand_checks(lines, layout)
    expires_on = _expiry(layout.expiry.field.of(lines), today)
    last = today if expires_on is None else min(today, expires_on - timedelta(days=1))
    birth_date = _birth_date(layout.birth.field.of(lines), last)
    state = _state(layout.state.of(lines))
    _state(layout.nationality.of(lines))
    return Identity(
        name=_name(layout.names.of(lines)),
        birth_date=birth_date,
        sex=_sex(layout.sex.of(lines)),
        document=Document(
            kind=DocumentKind.PASSPORT if layout is TD3 else DocumentKind.ID_CARD,
            country=country_of_state(state),
            number=number,
            expires_on=expires_on,
        ),
    )


def _demand_checks(lines: Sequence[str], layout: Layout) -> None:
    checked = [layout.birth, layout.expiry]
    if layout.personal is not None:
        checked.append(layout.personal)
    right = all(_is_right(c, lines) for c in checked)
    composed = "".join(span.of(lines) for span in layout.composed)
    if not right or layout.composite.check.of(lines) != check_digit(composed):
        raise UnreadableIdError(f"A check digit of that document is wrong. {_TRY_AGAIN}")


def _is_right(checked: Checked, lines: Sequence[str]) -> bool:
    field, check = checked.field.of(lines), checked.check.of(lines)
    if check == "<":  # allowed where there is nothing to check (part 4, 4.2.2.2)
        return not field.strip("<") and len(field) > 6
    return check == check_digit(field)


def _number(lines: Sequence[str], layout: Layout) -> str:
    """The document's number; one of more than nine goes on in the optional characters.

    Part 5, 4.2.2.1 note j: then a filler stands for the check digit, which follows the rest.
    """
    number, check = layout.number.field.of(lines), layout.number.check.of(lines)
    if check == "<" and layout.optional:
        rest = layout.optional[0].of(lines).partition("<")[0]
        number, check = number + rest[:-1], rest[-1:]
    if not number.strip("<") or number.startswith("<") or check != check_digit(number):
        raise UnreadableIdError(f"The number of that document does not add up. {_TRY_AGAIN}")
    return number.strip("<").replace("<", " ")


def _state(field: str) -> str:
    code = field.rstrip("<")
    if not is_state(code):
        raise UnreadableIdError(f"No country could be read from that document. {_TRY_AGAIN}")
    return code


_NAMES = re.compile(r"([A-Z]+(?:<[A-Z]+)*)(?:<<([A-Z]+(?:<[A-Z]+)*))?<*")
_SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV", "VII", "VIII"})
"""Not V, VI and I: initials, and names that people have."""


def _name(field: str) -> PersonName:
    """Part 3, 4.6: family name, two fillers, given names; a single filler is a blank.

    Names longer than the field are cut, so the last place may hold a letter, and the given names
    may be missing. The zone knows no middle name: all given names are given names. A suffix, where
    it is part of the name, ends the family name or the given names.
    """
    names = _NAMES.fullmatch(field)
    if names is None:
        raise UnreadableIdError(f"No name could be read from that document. {_TRY_AGAIN}")
    family, given = names[1].split("<"), (names[2] or "").split("<")
    suffix = ""
    for words in (given, family):
        # A field that is full was cut: its last word may be the beginning of another.
        is_cut = field.endswith(words[-1])
        if not suffix and len(words) > 1 and words[-1] in _SUFFIXES and not is_cut:
            suffix = words.pop()
    return PersonName(" ".join(given), " ".join(family), suffix=suffix)


def _sex(text: str) -> Sex:
    """Part 4: F, M, or a filler for anything else; X, as on the page, stands in some zones."""
    sexes = {"F": Sex.FEMALE, "M": Sex.MALE, "<": Sex.UNSPECIFIED, "X": Sex.UNSPECIFIED}
    if text not in sexes:
        raise UnreadableIdError(f"That document cannot be read. {_TRY_AGAIN}")
    return sexes[text]


def _birth_date(text: str, last: date) -> date | None:
    """YYMMDD, the latest that is not after `last`; None when a part is unknown.

    Unknown parts are fillers (part 3, 4.8); those that are known must be possible all the same.
    """
    parts = re.fullmatch(r"(\d\d|<<)(\d\d|<<)(\d\d|<<)", text, re.ASCII)
    if parts is not None and "<" in text:
        month, day = (1 if p == "<<" else int(p) for p in parts.groups()[1:])
        if _date(_LEAP_YEAR, month, day) is not None:
            return None
    elif parts is not None:
        year, month, day = (int(p) for p in parts.groups())
        for century in (2000, 1900):
            born = _date(century + year, month, day)
            if born is not None and born <= last:
                return born
    raise UnreadableIdError(f"The birth date of that document cannot be right. {_TRY_AGAIN}")


def _expiry(text: str, today: date) -> date | None:
    """YYMMDD, nearest to today; all fillers for a document that does not expire."""
    if text == "<<<<<<":
        return None
    if not re.fullmatch(r"\d{6}", text, re.ASCII):
        raise UnreadableIdError(f"The dates of that document cannot be read. {_TRY_AGAIN}")
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    century = 2000 if 2000 + year <= today.year + _LONGEST_YEARS else 1900
    expires_on = _date(century + year, month, day)
    if expires_on is None:
        raise UnreadableIdError(f"The expiry date of that document cannot be right. {_TRY_AGAIN}")
    return expires_on


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
