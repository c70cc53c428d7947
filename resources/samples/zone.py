"""Lines of invented machine-readable zones: TD1, TD2 and TD3 of ICAO Doc 9303. Pure.

Written apart from the reader, so that neither repeats the other's mistakes.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date

from resources.samples.people import SamplePerson

SIZES = ("TD3", "TD2", "TD1")

_TRANSLITERATED = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Ð": "D", "Đ": "D", "Ħ": "H", "IJ": "IJ", "Ł": "L", "Ñ": "N",
    "Ö": "OE", "Ø": "OE", "Œ": "OE", "ß": "SS", "Þ": "TH", "Ü": "UE", "Ŧ": "T", "ẞ": "SS",
}  # fmt: skip
"""Part 3, section 6, table A; every other letter loses its accent."""


@dataclass(frozen=True, slots=True)
class SampleZone:
    """What a zone says beside who its holder is."""

    size: str = "TD3"
    state: str = "UTO"
    nationality: str = "UTO"
    number: str = "L898902C3"
    optional: str = ""
    kind: str = ""
    """``P`` or ``I`` when empty, by size."""


def zone_lines(person: SamplePerson, zone: SampleZone | None = None) -> list[str]:
    """The two or three lines of somebody's passport or ID card."""
    zone = zone or SampleZone()
    number = _filled(zone.number, 9)
    number += _digit(number)
    birth, expiry = _day(person.birth_date), _day(person.expires_on)
    kind = _filled(zone.kind or ("P" if zone.size == "TD3" else "I"), 2)
    head = kind + _filled(zone.state, 3)
    nationality = _filled(zone.nationality, 3)
    sex = person.sex if person.sex in ("F", "M") else "<"
    if zone.size == "TD1":
        first = head + number + _filled(zone.optional, 15)
        composed = first[5:] + birth + expiry + _filled("", 11)
        second = birth + sex + expiry + nationality + _filled("", 11) + _digit(composed)
        return [first, second, _names(person, 30)]
    columns = {"TD2": 36, "TD3": 44}[zone.size]
    optional = _filled(zone.optional, 7 if zone.size == "TD2" else 14)
    if zone.size == "TD3":
        optional += _digit(optional) if zone.optional else "<"
    composed = number + birth + expiry + optional
    second = number + nationality + birth + sex + expiry + optional + _digit(composed)
    return [head + _names(person, columns - 5), second]


def transliterated(name: str) -> str:
    """A name in the zone's characters: hyphens and blanks as fillers, apostrophes dropped."""
    letters = []
    for letter in unicodedata.normalize("NFC", name).upper():
        plain = _TRANSLITERATED.get(letter) or unicodedata.normalize("NFKD", letter)
        letters += [c if "A" <= c <= "Z" else "<" if c in " -" else "" for c in plain]
    return "<".join(part for part in "".join(letters).split("<") if part)


def _names(person: SamplePerson, columns: int) -> str:
    """Family name, two fillers, given names; what is too long is cut (part 3, 4.6)."""
    given = transliterated(f"{person.given_name} {person.middle_name}")
    return _filled(f"{transliterated(person.family_name)}<<{given}", columns)


def _filled(text: str, length: int) -> str:
    return text[:length].ljust(length, "<")


def _day(day: date) -> str:
    text = f"{day:%y%m%d}"
    return text + _digit(text)


def _digit(text: str) -> str:
    values = (0 if c == "<" else int(c, 36) for c in text)
    return str(sum(v * (7, 3, 1)[at % 3] for at, v in enumerate(values)) % 10)
