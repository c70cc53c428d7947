"""An entry as the columns of its table, and what it says as a digest.

Pure: no queries and no SQLAlchemy, so that the console reads lists without loading a database.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from db import codec
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.watchlist import WatchlistEntry
from db.sought import sought_of

COLUMNS = (
    "entry_id", "given_name", "middle_name", "family_name", "suffix", "born", "sex", "aliases",
    "jurisdiction", "number_hash", "reference", "note", "instructions", "valid_from",
    "valid_until", "photo", "sought", "version", "digest",
)  # fmt: skip
"""Of `WatchlistEntryRow`, but for its edition; `values_of` gives them in this order."""
_SEXES = {sex.value: sex for sex in Sex}

Said = tuple[
    str, str, str, str, str, str, str, str, str, str, str, str, str, str, str,
]  # fmt: skip
"""What an entry says as texts: the columns from `given_name` to `photo`, empty for nothing."""
Values = tuple[
    str, str, str, str, str, str, str, str, str, str, str, str, str, str, str, str, str, int, bytes,
]  # fmt: skip
"""`COLUMNS` as a file's reader makes them a million times: an id is 32 digits, a day ISO 8601, and
an empty text stands for NULL too (see `MAY_BE_NULL`)."""
MAY_BE_NULL = frozenset(["born", "aliases", "valid_from", "valid_until"])


def values_of(entry: WatchlistEntry) -> Values:
    """The entry as the values of `COLUMNS`."""
    return with_digest(entry.entry_id.hex, _said(entry), sought_of(entry), entry.version)


def with_digest(entry_id: str, said: Said, sought: str, version: int = 1) -> Values:
    """The values of an entry that says this."""
    return (entry_id, *said, sought, version, _digest(said))


def in_version(values: Values, version: int) -> Values:
    """The same values in another version."""
    return values if values[-2] == version else (*values[:-2], version, values[-1])


def digest_of(entry: WatchlistEntry) -> bytes:
    """SHA-256 of what the entry says, whatever its id and version."""
    return _digest(_said(entry))


def _said(entry: WatchlistEntry) -> Said:
    name, born, since, until = entry.name, entry.born, entry.valid_from, entry.valid_until
    return (
        name.given, name.middle, name.family, name.suffix, "" if born is None else str(born),
        entry.sex.value, aliases_to_json(entry.aliases), entry.jurisdiction, entry.number_hash,
        entry.reference, entry.note, entry.instructions,
        "" if since is None else since.isoformat(), "" if until is None else until.isoformat(),
        entry.photo,
    )  # fmt: skip


def aliases_to_json(aliases: Sequence[PersonName]) -> str:
    """As the column keeps them, empty for none."""
    return codec.to_json(aliases).decode() if aliases else ""


def _digest(said: Said) -> bytes:
    # Trailing empty fields do not count: a field that is added at the end changes no digest.
    return sha256("\x1f".join(said).rstrip("\x1f").encode()).digest()


def entry_in(values: Values) -> WatchlistEntry:
    """The entry that these values say."""
    (
        entry_id, given, middle, family, suffix, born, sex, aliases, jurisdiction, number_hash,
        reference, note, instructions, since, until, photo, sought, version, digest,
    ) = values  # fmt: skip
    return entry_of((
        UUID(entry_id), given, middle, family, suffix, born, sex, aliases, jurisdiction,
        number_hash, reference, note, instructions, date.fromisoformat(since) if since else None,
        date.fromisoformat(until) if until else None, photo, sought, version, digest,
    ))  # fmt: skip


def name_in(values: Values) -> PersonName:
    """The entry's own name."""
    _, given, middle, family, suffix, *_ = values
    return PersonName(given, family, middle, suffix)


def entry_of(row: Sequence[Any]) -> WatchlistEntry:
    """The entry that a row of `db.entry_table.ENTRY` holds."""
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
