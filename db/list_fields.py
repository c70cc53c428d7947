"""What a list's file may say of a person: which column is which, and a row's texts as an entry.

Pure: no files, no database. The console's editor reads what somebody types by the same rules.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha1
from operator import itemgetter
from typing import TypeVar
from uuid import UUID

from db.aliases import aliases_from
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.watchlist import WatchlistEntry
from db.list_dates import DateOrder, has_short_year, is_century_open, read_date
from db.list_rows import Values, aliases_to_json, entry_in, with_digest
from db.screening.names import fold
from db.sought import words_of

NAMESPACE = UUID("6d0c3f5e-4f0e-5c6a-9f2b-0b8c1f7e2a11")
"""Entries get a UUIDv5 below this, so that the same person has the same id in every version."""

FIELDS: Mapping[str, frozenset[str]] = {
    "family": frozenset(
        [
            "lname",
            "lnm",
            "last",
            "lastname",
            "lastnm",
            "familyname",
            "family",
            "surname",
            "surnames",
            "apellido",
            "apellidos",
        ]
    ),
    "given": frozenset(
        [
            "fname",
            "fnm",
            "first",
            "firstname",
            "firstnm",
            "givenname",
            "givennames",
            "given",
            "forename",
            "forenames",
            "nombre",
            "nombres",
        ]
    ),
    "middle": frozenset(["mi", "mname", "middle", "middlename", "middlenm", "middleinitial"]),
    "suffix": frozenset(["suffix", "sfx"]),
    "birth_date": frozenset(
        [
            "dob",
            "dobdt",
            "birthdate",
            "birthdt",
            "dateofbirth",
            "dtofbirth",
            "datebirth",
            "bdate",
            "bday",
            "born",
            "bornon",
            "birth",
            "birthday",
            "fechadenacimiento",
            "fechanacimiento",
        ]
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

SEVERAL = frozenset(["aliases"])
"""Fields that several columns may be, all of which are read; any other has one."""
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
    "note": ("note", 4_000),
    "instructions": ("text for staff", 4_000),
}
"""In characters: what our tables hold, and no more than a desk can read."""
_LONGEST_ALIAS = 4_000
"""In characters, of one of a person's other names. Of how many there may be nothing is said: they
come from several columns and rows, and what a list has is to be exported, read again and edited."""
_VALID_AHEAD = 50
"""Years from now up to which a validity is meant whose year has two digits."""
_HEX256 = re.compile(r"^[0-9a-f]{64}$")
_BLANK = r"\s\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_NO_WIDTH = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    r"\u2066-\u2069\ufeff\ufff9-\ufffb"
)
UNSEEN_OR_BLANK = f"[{_BLANK}{_NO_WIDTH}]"
"""As a part of a pattern: what `clean` takes away, and joiners are none of it."""
_BLANKS = re.compile(f"[{_BLANK}]+")
_UNSEEN = re.compile(f"[{_NO_WIDTH}]")
"""Control characters, marks of direction and other signs without a width. Joiners stay: Persian
and Indic names are written with them."""

_NAMESPACE = NAMESPACE.bytes
_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
"""Of a UUID (RFC 9562, section 4.1): the two highest bits of its ninth byte are 10."""
_SHORTEST = min(most for _, most in _LONGEST.values())
_REMEMBERED = 65_536

T = TypeVar("T")
Known = Mapping[str, str]
"""A row's cells by the `FIELDS` that they are read as."""
Odd = tuple[str, ...]
"""What is odd about a row that is used, each in words."""


class FieldError(Exception):
    """Why a row, or what somebody typed, makes no entry."""


@dataclass(frozen=True, slots=True)
class DateOrders:
    """How each column writes its dates."""

    birth_date: DateOrder = DateOrder.MONTH_FIRST
    valid_from: DateOrder = DateOrder.MONTH_FIRST
    valid_until: DateOrder = DateOrder.MONTH_FIRST


def fields_of(header: Sequence[str], columns: Mapping[str, str] | None = None) -> list[str]:
    """Which of `FIELDS` each column is, empty for none; no field twice but those of `SEVERAL`.

    `columns` maps names in the file to fields, where somebody has said so; an empty field leaves
    the column out.
    """
    said = columns or {}
    wanted = [said.get(name, _guess(name)) for name in header]
    at = sorted(range(len(header)), key=lambda place: header[place] not in said)  # said ones first
    fields, taken = [""] * len(header), set[str]()
    for place in at:
        field = wanted[place]
        if field in SEVERAL or field not in taken:
            fields[place] = field
            taken.add(field)
    return fields


def said_of(remembered: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    """What was said of a list's columns before, and what is said now, which counts first."""
    taken = {*columns.values()} - SEVERAL - {""}
    kept = {name: field for name, field in remembered.items() if field not in taken}
    return {**kept, **columns}


def left_out(header: Sequence[str], fields: Sequence[str], columns: Mapping[str, str]) -> list[str]:
    """The columns that `fields_of` leaves out because another one is that field already."""
    return [
        name
        for name, field in zip(header, fields, strict=True)
        if not field and columns.get(name, _guess(name))
    ]


def others_forgone(
    header: Sequence[str], fields: Sequence[str], columns: Mapping[str, str]
) -> list[str]:
    """The columns that could be one more of a field of `SEVERAL`, and are left out as was said."""
    return [
        name
        for name, field in zip(header, fields, strict=True)
        if not field and columns.get(name) == "" and _guess(name) in SEVERAL
    ]


def is_category(column: str) -> bool:
    """Whether a column says of which category its list is, which no field of an entry is."""
    return _letters(column) == "category"


def _guess(column: str) -> str:
    letters = _letters(column)
    return next((field for field, names in FIELDS.items() if letters in names), "")


def _letters(column: str) -> str:
    return "".join(c for c in column.casefold() if c.isalpha())


def clean(text: str) -> str:
    """Without signs that cannot be seen, which would hide a person from a search."""
    return _BLANKS.sub(" ", _UNSEEN.sub("", text)).strip()


def has_unseen(text: str) -> bool:
    """Whether `clean` takes more from a text than blanks."""
    return not text.isprintable() and _UNSEEN.search(text) is not None


def entry_from(known: Known, orders: DateOrders, today: date) -> WatchlistEntry:
    """A row's cells as an entry. Raises `FieldError` in words that follow a line's number."""
    values, _ = EntryReader(list(known), orders, today).read(tuple(known.values()))
    return entry_in(values)


class EntryReader:
    """Reads the rows of a table as entries; what many rows say alike is looked up once.

    `fields` says of each column which of `FIELDS` it is.
    """

    def __init__(self, fields: Sequence[str], orders: DateOrders, today: date) -> None:
        at = {name: place for place, name in enumerate(fields)}
        self._fields = fields
        aliases = [place for place, name in enumerate(fields) if name == "aliases"]
        self._more_aliases = aliases if len(aliases) > 1 else []
        self._pick = itemgetter(*(at.get(name, len(fields)) for name in FIELDS))
        self._births = _Remembered(lambda text: _birth(text, text, orders, today))
        self._years = _Remembered(lambda text: _birth(text, "", orders, today))
        self._sexes = _Remembered(_sex)
        self._since = _Remembered(lambda text: _day("valid from", text, orders.valid_from, today))
        self._until = _Remembered(lambda text: _day("valid until", text, orders.valid_until, today))

    def read(self, cells: tuple[str, ...]) -> tuple[Values, Odd]:
        """A row of clean cells. Raises `FieldError` in words that follow a line's number."""
        if max(map(len, cells), default=0) > _SHORTEST:
            _check_lengths(zip(self._fields, cells, strict=True))
        (
            family, given, middle, suffix, birth, year, sex, other_names, place, reference, note,
            instructions, since, until, number_hash, photo, own_id,
        ) = self._pick((*cells, ""))  # fmt: skip
        if not fold(family):
            raise FieldError("no family name")
        born, odd = self._births[birth] if birth else self._years[year]
        sex = self._sexes[sex]
        if since or until:
            since, until = self._since[since], self._until[until]
            if since and until and until < since:
                raise FieldError("it would end before it begins to be valid")
        if own_id:
            entry_id = _id_in(own_id)
        elif reference:
            entry_id = _id_of(f"number {reference}")
        else:
            name = " ".join([part for part in (given, middle, family, suffix) if part])
            entry_id = _id_of(f"person {fold(name)} {born}")
        if self._more_aliases:
            other_names = "; ".join([cells[at] for at in self._more_aliases if cells[at]])
        sought, aliases = [family, given, middle, suffix, reference], ""
        if other_names:
            found = _aliases(other_names, PersonName(given, family, middle, suffix))
            aliases = aliases_to_json(found)
            sought[4:4] = [part for n in found for part in (n.family, n.given, n.middle, n.suffix)]
        if number_hash or photo:
            _check_hash(number_hash)
            _check_hash(photo)
        said = (
            given, middle, family, suffix, born, sex, aliases, place.upper(), number_hash,
            reference, note, instructions, since, until, photo,
        )  # fmt: skip
        return with_digest(entry_id, said, words_of(sought)), odd


class _Remembered(dict[str, T]):
    """What a text is read as, until there are too many."""

    def __init__(self, read: Callable[[str], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> T:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[text] = self._read(text)
        return found


def _id_of(said: str) -> str:
    """The id that whoever is told apart so has in every version of a list, as 32 digits."""
    hashed = sha1(_NAMESPACE + said.encode()).hexdigest()  # noqa: S324
    return f"{hashed[:12]}5{hashed[13:16]}{_VARIANT[hashed[16]]}{hashed[17:32]}"


def _sex(text: str) -> str:
    sex = _SEXES.get(text.casefold())
    if sex is None:
        raise FieldError(f'sex "{text[:40]}" is none of M, F and X')
    return sex.value


def _check_lengths(known: Iterable[tuple[str, str]]) -> None:
    for field, text in known:
        if field in _LONGEST:
            words, most = _LONGEST[field]
            if len(text) > most:
                raise FieldError(f"the {words} has {len(text)} characters; {most} is the most")


def _aliases(text: str, name: PersonName) -> tuple[PersonName, ...]:
    """Their length is that of their parts, which an export writes as they are."""
    found = aliases_from(text, name)
    if len(text) > _LONGEST_ALIAS:
        most = max(
            (len(p) for n in found for p in (n.family, n.given, n.middle, n.suffix)), default=0
        )
        if most > _LONGEST_ALIAS:
            raise FieldError(
                f"one of the other names has {most} characters; {_LONGEST_ALIAS} is the most"
            )
    return found


def _birth(text: str, written: str, orders: DateOrders, today: date) -> tuple[str, Odd]:
    """A birth date, and what is odd about it; `written` is what its own column says."""
    if not text:
        return "", ()
    born, odd = _born(text, orders, today), []
    if born.on is None and born.is_impossible:
        odd.append(f"birth date {born} is on no calendar; it is kept as written")
    if is_century_open(written, born, today):
        short, earlier = f"{born.year % 100:02}", born.year - 100
        odd.append(
            f"birth year {short} was read as {born.year}; if {earlier} is meant, write it so"
        )
    return str(born), tuple(odd)


def _born(text: str, orders: DateOrders, today: date) -> PartialDate:
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


def _day(words: str, text: str, order: DateOrder, today: date) -> str:
    """A day as ISO 8601, empty for none."""
    if not text:
        return ""
    try:
        day = read_date(text, order, today.year + _VALID_AHEAD).on
    except ValueError as error:
        raise FieldError(f'{words} "{text[:40]}" {error}') from error
    if day is None:
        raise FieldError(f'{words} "{text[:40]}" is no day of the calendar')
    return day.isoformat()


def _id_in(text: str) -> str:
    try:
        return UUID(text).hex
    except ValueError:
        raise FieldError("its Vestibule id is damaged: leave that column out") from None


def _check_hash(text: str) -> None:
    if text and not _HEX256.match(text):
        raise FieldError("a hash in it is damaged: leave that column out")
