"""Which IDs the school takes, and what it asks of them. Pure: no clock, no camera, no Qt.

Cards that follow no public standard (a consulate's, the school's own) are described in the
configuration: a `CardFormat` says what their code's text looks like.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Any

from db.domain.days import Days
from db.domain.people import Document, DocumentKind, Identity, PersonName
from db.domain.screening import HoldReason

SYMBOLOGIES = ("QRCode", "Aztec", "DataMatrix", "Code128", "Code39", "PDF417")
"""By the names that the readers give them."""
GROUPS = frozenset({"given_name", "family_name", "full_name", "birth_date", "number"})
LONGEST_TEXT = 300
"""Characters of a code that a format looks at: such cards say little, and time must end."""
_LONGEST_PATTERN = 400
_MOST_DOTS = 4
"""Of `.*` and `.+` in one expression: each multiplies the time that a wrong text takes."""
_LONGEST_NAME = 80
_LONGEST_NUMBER = 60
_LONGEST_ISSUER = 40

MILITARY_WORDS = (
    "A military ID is not read here, and nothing of it was kept. Show another ID, or type the name."
)
_MILITARY = (
    # PDF417: version, numbers in base 32, names, padded to 88 characters or more.
    re.compile(r"[1N][0-9A-V]{6}[A-Z][0-9A-V]{7}[A-Z][A-Za-z '\-]{19}.{53,64}\s*", re.ASCII),
    # Code 39: version, two numbers in base 32, each followed by what it is of, branch, instance.
    re.compile(r"\*?[1N][0-9A-V]{6}[A-Z][0-9A-V]{7}[A-Z]{2}[0-9A-Z]\*?\s*", re.ASCII),
)
"""Common Access Cards, by what DMDC's guide to their bar codes says of the fields' lengths."""


class Expired(StrEnum):
    """What becomes of somebody whose ID has run out."""

    ACCEPT = "accept"
    WARN = "warn"
    HOLD = "hold"


class Minor(StrEnum):
    """What becomes of somebody who is not of age."""

    ACCEPT = "accept"
    HOLD = "hold"


class FormatError(Exception):
    """A key of a format cannot be used; the configuration says where it stands."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(f"{key} {what}")
        self.key = key
        self.what = what


@dataclass(frozen=True, slots=True)
class CardFormat:
    """A card of the school's own choice: how its code's text is read."""

    name: str
    pattern: re.Pattern[str]
    symbologies: tuple[str, ...] = ()
    """None for any; what a scanner types has none."""
    birth_date_format: str = ""
    kind: DocumentKind = DocumentKind.OTHER
    issuer: str = ""

    def identity(self, text: str, symbology: str = "") -> Identity | None:
        """Who the card is of; None when the text is another card's."""
        if symbology and self.symbologies and symbology not in self.symbologies:
            return None
        found = self.pattern.fullmatch(text.strip()) if len(text) <= LONGEST_TEXT else None
        if found is None:
            return None
        said = {group: (value or "").strip() for group, value in found.groupdict().items()}
        name = _name(said)
        birth_text = said.get("birth_date", "")
        born = _day(birth_text, self.birth_date_format) if birth_text else None
        number = said.get("number", "")
        is_good = name is not None and (born is not None) is bool(birth_text)
        if name is None or not is_good or len(number) > _LONGEST_NUMBER:
            return None
        return Identity(name, born, document=Document(self.kind, self.issuer, number=number))


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """What a school asks of an ID; the defaults are those of the configuration."""

    expired: Expired = Expired.WARN
    minor: Minor = Minor.HOLD
    adult_age: int = 18
    formats: tuple[CardFormat, ...] = ()

    def hold_reasons(self, identity: Identity, days: Days) -> tuple[HoldReason, ...]:
        """Why a person must look at this ID, whatever the lists say, on either of the days."""
        reasons: list[HoldReason] = []
        is_minor = partial(is_under, self.adult_age, identity)
        if self.minor is Minor.HOLD and days.is_either(is_minor):
            reasons.append(HoldReason.UNDER_AGE)
        if self.expired is Expired.HOLD and days.is_either(partial(is_expired, identity)):
            reasons.append(HoldReason.ID_EXPIRED)
        return tuple(reasons)


USUAL_RULES = DocumentRules()


def is_expired(identity: Identity, today: date) -> bool:
    """An ID is good until its last day is over; one that names no day never expires."""
    document = identity.document
    until = document.expires_on if document is not None else None
    return until is not None and until < today


def is_under(age: int, identity: Identity, today: date) -> bool:
    """Whether so many years have not passed; False when no birth date is known."""
    born = identity.birth_date
    if born is None:
        return False
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years < age


def is_military(text: str) -> bool:
    """Whether a code's text is that of a Common Access Card, which may not be kept."""
    return any(pattern.fullmatch(text.strip("\n")) for pattern in _MILITARY)


def card_format(values: Mapping[str, Any]) -> CardFormat:
    """Make a format of what the configuration says; raises `FormatError` with the key."""
    for key in ("name", "pattern", "issuer", "birth_date_format", "kind"):
        if not isinstance(values.get(key, ""), str):
            raise FormatError(key, "must be a text in quotes")
    name = values.get("name", "").strip()
    if not name:
        raise FormatError("name", "is missing")
    issuer = values.get("issuer", "").strip()
    if not 3 <= len(issuer) <= _LONGEST_ISSUER:
        raise FormatError("issuer", f"must be 3 to {_LONGEST_ISSUER} characters long")
    pattern = _pattern(values.get("pattern", ""))
    return CardFormat(
        name=name,
        pattern=pattern,
        symbologies=_symbologies(values.get("symbologies", [])),
        birth_date_format=_date_format(values.get("birth_date_format", ""), pattern),
        kind=_kind(values.get("kind", DocumentKind.OTHER.value)),
        issuer=issuer,
    )


KEYS = frozenset({"name", "symbologies", "pattern", "birth_date_format", "kind", "issuer"})


def _symbologies(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or any(v not in SYMBOLOGIES for v in values):
        raise FormatError("symbologies", f"must be a list of {', '.join(SYMBOLOGIES)}")
    return tuple(values)


def _kind(value: str) -> DocumentKind:
    allowed = (DocumentKind.ID_CARD, DocumentKind.OTHER)
    if value not in allowed:
        raise FormatError("kind", f"must be one of {', '.join(allowed)}")
    return DocumentKind(value)


def _pattern(text: str) -> re.Pattern[str]:
    if not 1 <= len(text) <= _LONGEST_PATTERN:
        raise FormatError("pattern", f"must be 1 to {_LONGEST_PATTERN} characters long")
    try:
        pattern = re.compile(text, re.DOTALL)
    except (re.error, RecursionError, OverflowError) as error:
        raise FormatError("pattern", f"is no regular expression: {error}") from None
    groups = set(pattern.groupindex)
    if groups - GROUPS:
        wrong = min(groups - GROUPS)
        raise FormatError("pattern", f"has no use for a group {wrong!r}; {_known_groups()}")
    if not groups & {"family_name", "full_name"}:
        raise FormatError("pattern", f"must have a group for the name; {_known_groups()}")
    if _may_take_for_ever(text):
        raise FormatError(
            "pattern",
            "may take for ever on a wrong code: repeat no group that itself holds a repetition or "
            f"a choice, refer back to none, and use .* at most {_MOST_DOTS} times. "
            "Instead of .* say what ends a value, like [^;]*",
        )
    return pattern


def _known_groups() -> str:
    return f"groups are {', '.join(f'(?P<{g}>...)' for g in sorted(GROUPS))}"


def _may_take_for_ever(pattern: str) -> bool:
    """Whether a text can be split in more and more ways the longer it is.

    Strict rather than clever: what it refuses can be written plainly.
    """
    if re.search(r"\\[1-9]|\(\?P=|\(\?\(", pattern):
        return True
    plain = re.sub(r"\\.", "x", pattern)
    plain = re.sub(r"\[\^?\]?[^\]]*\]", "x", plain)
    plain = re.sub(r"\(\?(?:P<\w+>|[:=!>]|<[=!]|[a-zA-Z-]+[:)])", "(", plain)
    inside = [False]
    for at, letter in enumerate(plain):
        if letter == "(":
            inside.append(False)
        elif letter == ")" and len(inside) > 1:
            is_many = inside.pop()
            if is_many and re.match(r"[*+{]", plain[at + 1 :]):
                return True
            inside[-1] |= is_many
        elif letter in "*+?{|":
            inside[-1] = True
    return len(re.findall(r"\.(?:[*+]|\{\d*,)", plain)) > _MOST_DOTS


def _date_format(text: str, pattern: re.Pattern[str]) -> str:
    if "birth_date" not in pattern.groupindex:
        return ""
    # Twice a century apart: a format that does not tell the whole year mixes them up.
    days = (date(1931, 4, 17), date(2003, 11, 5))
    if not text or any(_day(day.strftime(text), text) != day for day in days):
        raise FormatError("birth_date_format", "must tell day, month and whole year, like %Y-%m-%d")
    return text


def _day(text: str, date_format: str) -> date | None:
    try:
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007  a day, no moment
    except ValueError:
        return None


def _name(said: Mapping[str, str]) -> PersonName | None:
    """The name in its parts; a full name is cut at its comma, else before its last word."""
    given, family = said.get("given_name", ""), said.get("family_name", "")
    full = said.get("full_name", "")
    if not family and "," in full:
        family, given = (part.strip() for part in full.split(",", 1))
    elif not family and full:
        *before, family = full.split()
        given = given or " ".join(before)
    is_name = any(c.isalpha() for c in family) and (given + family).isprintable()
    return PersonName(given, family) if is_name and len(given + family) <= _LONGEST_NAME else None
