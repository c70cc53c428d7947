"""Who somebody is, as far as we keep it. Pure values."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class Sex(StrEnum):
    """As an ID states it (AAMVA DBC, ICAO 9303 part 4)."""

    FEMALE = "female"
    MALE = "male"
    UNSPECIFIED = "unspecified"


class DocumentKind(StrEnum):
    """What kind of ID was shown."""

    DRIVER_LICENSE = "driver_license"
    ID_CARD = "id_card"
    PASSPORT = "passport"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in the parts that an ID gives; a missing part is an empty string."""

    given: str
    family: str
    middle: str = ""
    suffix: str = ""

    @property
    def full(self) -> str:
        """The name in reading order, e.g. ``Elena Ruth Marlowe Jr``."""
        return " ".join(p for p in (self.given, self.middle, self.family, self.suffix) if p)

    @property
    def short(self) -> str:
        """Given and family name only, as screens and badges show it."""
        return " ".join(p for p in (self.given, self.family) if p)

    @property
    def initials(self) -> str:
        """``E. M.``: all that a list others can see may show."""
        return " ".join(f"{p[0]}." for p in (self.given, self.family) if p)


@dataclass(frozen=True, slots=True)
class Document:
    """The ID that was shown. The number lives in memory only; tables keep its keyed hash."""

    kind: DocumentKind
    jurisdiction: str = ""
    """Issuing state or province as two letters (``TX``), empty when unknown.

    Of a card in a format of the school's own, who issued it in words.
    """
    country: str = ""
    """ISO 3166-1 alpha-3 (``USA``), empty when unknown."""
    number: str = field(default="", repr=False)
    issued_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What we keep of a visitor's ID, or what the visitor typed (then without a document)."""

    name: PersonName
    birth_date: date | None = None
    sex: Sex = Sex.UNSPECIFIED
    document: Document | None = None
