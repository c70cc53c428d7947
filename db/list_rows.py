"""An entry as the columns of its table, and what it says as a digest. No queries here."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from db import codec, districts
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.watchlist import WatchlistEntry
from db.models import WatchlistEntryRow
from db.sought import sought_of

COLUMNS = (
    "entry_id", "given_name", "middle_name", "family_name", "suffix", "born", "sex", "aliases",
    "jurisdiction", "number_hash", "reference", "note", "instructions", "valid_from",
    "valid_until", "photo", "sought", "version", "digest",
)  # fmt: skip
"""Of `WatchlistEntryRow`, but for its edition; `values_of` gives them in this order."""
TABLE = WatchlistEntryRow.__table__
ENTRY = tuple(TABLE.c[name] for name in COLUMNS)
"""What to select for `entry_of`."""
_SEXES = {sex.value: sex for sex in Sex}

Values = tuple[
    UUID, str, str, str, str, str | None, str, str | None, str, str, str, str, str,
    date | None, date | None, str, str, int, bytes,
]  # fmt: skip


def is_of_edition(session: Session, edition: int | None) -> ColumnElement[bool]:
    """Picks the district's rows of one edition from the bare table."""
    return and_(TABLE.c.district_id == districts.of(session), TABLE.c.edition == edition)


def values_of(entry: WatchlistEntry) -> Values:
    """The entry as the values of `COLUMNS`."""
    name, born = entry.name, entry.born
    born_text = None if born is None else str(born)
    aliases = codec.to_json(entry.aliases).decode() if entry.aliases else None
    return (
        entry.entry_id, name.given, name.middle, name.family, name.suffix, born_text,
        entry.sex.value, aliases, entry.jurisdiction, entry.number_hash, entry.reference,
        entry.note, entry.instructions, entry.valid_from, entry.valid_until, entry.photo,
        sought_of(entry), entry.version, _digest(entry, born_text or "", aliases or ""),
    )  # fmt: skip


def in_version(values: Values, version: int) -> Values:
    """The same values in another version."""
    return (*values[:-2], version, values[-1])


def digest_of(entry: WatchlistEntry) -> bytes:
    """SHA-256 of what the entry says, whatever its id and version."""
    aliases = codec.to_json(entry.aliases).decode() if entry.aliases else ""
    return _digest(entry, "" if entry.born is None else str(entry.born), aliases)


def _digest(entry: WatchlistEntry, born: str, aliases: str) -> bytes:
    name, since, until = entry.name, entry.valid_from, entry.valid_until
    said = (
        name.given, name.middle, name.family, name.suffix, born, entry.sex.value, aliases,
        entry.jurisdiction, entry.number_hash, entry.reference, entry.note, entry.instructions,
        "" if since is None else since.isoformat(), "" if until is None else until.isoformat(),
        entry.photo,
    )  # fmt: skip
    # Trailing empty fields do not count: a field that is added at the end changes no digest.
    return sha256("\x1f".join(said).rstrip("\x1f").encode()).digest()


def entry_of(row: Sequence[Any]) -> WatchlistEntry:
    """The entry that a row of `ENTRY` holds."""
    (
        entry_id, given, middle, family, suffix, born, sex, aliases, jurisdiction, number_hash,
        reference, note, instructions, valid_from, valid_until, photo, _, version, _,
    ) = row  # fmt: skip
    return WatchlistEntry(
        entry_id,
        PersonName(given, family, middle, suffix),
        PartialDate.read(born) if born else None,
        _SEXES[sex],
        codec.from_json(aliases, tuple[PersonName, ...]) if aliases else (),
        jurisdiction,
        number_hash,
        reference,
        note,
        instructions,
        valid_from,
        valid_until,
        photo,
        version,
    )
