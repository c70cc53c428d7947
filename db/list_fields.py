"""What a list's file may say of a person: which column is which, and a row's texts as an entry.

Pure: no files, no database. The console's editor reads what somebody types by the same rules.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha1
from uuid import UUID

from db.aliases import aliases_from
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.watchlist import WatchlistEntry
from db.list_dates import DateOrder, has_short_year, read_date
from db.screening.names import fold

NAMESPACE = UUID("6d0c3f5e-4f0e-5c6a-9f2b-0b8c1f7e2a11")
"""Entries get a UUIDv5 below this, so that the same person has the same id in every version."""

FIELDS: Mapping[str, frozenset[str]] = {
    "family": frozenset(
        ["lname", "last", "lastname", "familyname", "family", "surname", "apellido", "apellidos"]
    ),
    "given": frozenset(["fname", "first", "firstname", "givenname", "given", "forename", "nombre"]),
    "middle": frozenset(["mi", "mname", "middle", "middlename", "middleinitial"]),
    "suffix": frozenset(["suffix", "sfx"]),
    "birth_date": frozenset(
        ["dob", "birthdate", "dateofbirth", "born", "bornon", "birth", "birthday"]
    ),
    "birth_year": frozenset(["yob", "birthyear", "yearofbirth"]),
    "sex": frozenset(["sex", "gender", "sexcd"]),
    "aliases": frozenset(["aka", "alias", "aliases", "othernames"]),
    "jurisdiction": frozenset(["st", "state", "jurisdiction", "issuingplace", "place"]),
    "reference": frozenset(
        ["caseno", "case", "number", "reference", "ref", "id", "recordid", "theirnumber"]
    ),
    "note": frozenset(["note", "notes", "remark", "remarks", "comment", "reason"]),
    "instructions": frozenset(["instructions", "instruction", "action", "whattodo"]),
    "valid_from": frozenset(["validfrom", "effective", "effectivedate", "startdate"]),
    "valid_until": frozenset(
        ["validuntil", "validto", "expires", "expirydate", "expirationdate", "enddate"]
    ),
    "number_hash": frozenset(["idnumberhash"]),
    "photo": frozenset(["photohash"]),
    "entry_id": frozenset(["vestibuleid"]),
}
"""What a column may be called, folded to letters; anything else is left out."""

DATE_FIELDS = ("birth_date", "valid_from", "valid_until")

_SEXES = {
    **dict.fromkeys(["m", "male", "man", "1"], Sex.MALE),
    **dict.fromkeys(["f", "female", "woman", "2"], Sex.FEMALE),
    **dict.fromkeys(["", "x", "u", "9", "unknown", "unspecified"], Sex.UNSPECIFIED),
}
_LONGEST = {
    "family": ("family name", 200),
    "given": ("given name", 200),
    "middle": ("middle name", 200),
    "suffix": ("suffix", 40),
    "jurisdiction": ("place", 40),
    "reference": ("number", 200),
    "aliases": ("list of other names", 4_000),
    "note": ("note", 4_000),
    "instructions": ("text for staff", 4_000),
}
"""In characters: what our tables hold, and no more than a desk can read."""
_VALID_AHEAD = 50
"""Years from now up to which a validity is meant whose year has two digits."""
_HEX256 = re.compile(r"^[0-9a-f]{64}$")
_BLANKS = re.compile(r"[\s\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    r"\u2066-\u2069\ufeff\ufff9-\ufffb]"
)
"""Control characters, marks of direction and other signs without a width. Joiners stay: Persian
and Indic names are written with them."""

Known = Mapping[str, str]
"""A row's cells by the `FIELDS` that they are read as."""


class FieldError(Exception):
    """Why a row, or what somebody typed, makes no entry."""


@dataclass(frozen=True, slots=True)
class DateOrders:
    """How each column writes its dates."""

    birth_date: DateOrder = DateOrder.MONTH_FIRST
    valid_from: DateOrder = DateOrder.MONTH_FIRST
    valid_until: DateOrder = DateOrder.MONTH_FIRST


def fields_of(header: Sequence[str], columns: Mapping[str, str] | None = None) -> list[str]:
    """Which of `FIELDS` each column is, empty for none; no field twice.

    `columns` maps names in the file to fields, where somebody has said so; an empty field leaves
    the column out.
    """
    said = columns or {}
    chosen = [said.get(name) for name in header]
    taken = {field for field in chosen if field}
    fields = []
    for name, field in zip(header, chosen, strict=True):
        if field is None:
            guess = _guess(name)
            field = "" if guess in taken else guess  # noqa: PLW2901  the first column has it
            taken.add(field)
        fields.append(field)
    return fields


def _guess(column: str) -> str:
    letters = "".join(c for c in column.casefold() if c.isalpha())
    return next((field for field, names in FIELDS.items() if letters in names), "")


def clean(text: str) -> str:
    """Without signs that cannot be seen, which would hide a person from a search."""
    return _BLANKS.sub(" ", _UNSEEN.sub("", text)).strip()


def has_unseen(text: str) -> bool:
    """Whether `clean` takes more from a text than blanks."""
    return not text.isprintable() and _UNSEEN.search(text) is not None


def entry_from(known: Known, orders: DateOrders, today: date) -> WatchlistEntry:
    """A row's cells as an entry. Raises `FieldError` in words that follow a line's number."""
    _check_lengths(known)
    get = known.get
    name = PersonName(get("given", ""), get("family", ""), get("middle", ""), get("suffix", ""))
    if not fold(name.family):
        raise FieldError("no family name")
    born = _born(known, orders, today)
    sex = _SEXES.get(get("sex", "").casefold())
    if sex is None:
        raise FieldError(f'sex "{known["sex"]}" is none of M, F and X')
    reference = get("reference", "")
    valid_from = _day("valid from", get("valid_from", ""), orders.valid_from, today)
    valid_until = _day("valid until", get("valid_until", ""), orders.valid_until, today)
    if valid_from is not None and valid_until is not None and valid_until < valid_from:
        raise FieldError("it would end before it begins to be valid")
    return WatchlistEntry(
        _id_in(get("entry_id", "")) or entry_id_of(name, born, reference),
        name,
        born,
        sex,
        aliases_from(get("aliases", ""), name),
        get("jurisdiction", "").upper(),
        _hash(get("number_hash", "")),
        reference,
        get("note", ""),
        get("instructions", ""),
        valid_from,
        valid_until,
        _hash(get("photo", "")),
    )


def entry_id_of(name: PersonName, born: PartialDate | None, reference: str) -> UUID:
    """The id that this person has in every version of a list."""
    said = f"number {reference}" if reference else f"person {fold(name.full)} {born or ''}"
    return UUID(bytes=sha1(NAMESPACE.bytes + said.encode()).digest()[:16], version=5)  # noqa: S324


def _check_lengths(known: Known) -> None:
    if max(map(len, known.values()), default=0) <= 40:  # the least of the limits
        return
    for field, text in known.items():
        if field in _LONGEST:
            words, most = _LONGEST[field]
            if len(text) > most:
                raise FieldError(f"the {words} has {len(text)} characters; {most} is the most")


def _born(known: Known, orders: DateOrders, today: date) -> PartialDate | None:
    text = known.get("birth_date", "") or known.get("birth_year", "")
    if not text:
        return None
    try:
        born = read_date(text, orders.birth_date, today.year)
        if born.year == today.year and _is_to_come(born, today) and has_short_year(text):
            born = read_date(text, orders.birth_date, today.year - 1)
    except ValueError as error:
        raise FieldError(f'birth date "{text[:40]}" {error}') from error
    if born.year >= today.year and _is_to_come(born, today):
        raise FieldError(f"birth date in the future, {born.year}")
    return born


def _is_to_come(born: PartialDate, today: date) -> bool:
    return born.year > today.year or (born.on is not None and born.on > today)


def _day(words: str, text: str, order: DateOrder, today: date) -> date | None:
    if not text:
        return None
    try:
        day = read_date(text, order, today.year + _VALID_AHEAD).on
    except ValueError as error:
        raise FieldError(f'{words} "{text[:40]}" {error}') from error
    if day is None:
        raise FieldError(f'{words} "{text[:40]}" is no day of the calendar')
    return day


def _id_in(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise FieldError("its Vestibule id is damaged: leave that column out") from None


def _hash(text: str) -> str:
    if text and not _HEX256.match(text):
        raise FieldError("a hash in it is damaged: leave that column out")
    return text
