"""The same person twice in a file becomes one entry, with a remark. Pure.

The same number with two birth dates, or with two names and no birth date that says they are one
person, is not one person who is written twice (two parents on one order): both are kept, since
dropping either would hide somebody.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import groupby
from uuid import UUID

from db.domain.desk import BadRow
from db.domain.partial_date import PartialDate
from db.domain.people import Sex
from db.domain.watchlist import WatchlistEntry
from db.list_rows import entry_in, values_of
from db.list_spool import Line
from db.screening.names import fold

Named = tuple[int, WatchlistEntry]
"""An entry with the line that it begins at in its file."""


def merged(batch: list[Line], remarks: list[BadRow]) -> list[Line]:
    """The entries of a batch in the order of their ids, each id once; `remarks` says how."""
    if len({values[0] for _, values in batch}) == len(batch):
        return batch
    return sorted(_each_once(batch, remarks), key=_id)


def _each_once(batch: list[Line], remarks: list[BadRow]) -> Iterator[Line]:
    for _, group in groupby(batch, key=_id):
        lines = list(group)
        if len(lines) == 1:
            yield from lines
            continue
        first, *others = ((line, entry_in(values)) for line, values in lines)
        for line, entry in _one_or_more(first, others, remarks):
            yield line, values_of(entry)


def _one_or_more(first: Named, others: list[Named], remarks: list[BadRow]) -> list[Named]:
    kept = [first]
    for line, other in others:
        for at, (first_line, known) in enumerate(kept):
            born = same_birth(known.born, other.born)
            has_both = known.born is not None and other.born is not None
            if born is None if has_both else not is_named_alike(known, other):
                continue
            kept[at] = (first_line, _together(known, other, born))
            how = "with the same words" if _says_the_same(known, other) else "and both are merged"
            remarks.append(BadRow(line, other.name.full, f"the same as line {first_line}, {how}"))
            break
        else:
            kept.append((line, replace(other, entry_id=_id_beside(other))))
            what = "birth date" if is_named_alike(first[1], other) else "name"
            why = f"the number of line {first[0]} with another {what}: kept beside it"
            remarks.append(BadRow(line, other.name.full, why))
    return kept


def is_named_alike(one: WatchlistEntry, other: WatchlistEntry) -> bool:
    """Whether both have a name in common, whatever its accents and capitals."""
    ours, theirs = (
        {(fold(n.given), fold(n.family)) for n in (e.name, *e.aliases)} for e in (one, other)
    )
    return bool(ours & theirs)


def same_birth(one: PartialDate | None, other: PartialDate | None) -> PartialDate | None:
    """The more complete of two dates that do not disagree; None when they do, or are missing."""
    if one is None or other is None or one == other:
        return one or other
    less, more = sorted((one, other), key=lambda d: d.digits.count("?"), reverse=True)
    known = zip(less.digits, more.digits, strict=True)
    return more if all(a in ("?", b) for a, b in known) else None


def _together(
    one: WatchlistEntry, other: WatchlistEntry, born: PartialDate | None
) -> WatchlistEntry:
    names = (*one.aliases, other.name, *other.aliases)
    return replace(
        one,
        born=born,
        sex=one.sex if one.sex is not Sex.UNSPECIFIED else other.sex,
        aliases=tuple(n for n in dict.fromkeys(names) if n != one.name),
        jurisdiction=one.jurisdiction or other.jurisdiction,
        number_hash=one.number_hash or other.number_hash,
        reference=one.reference or other.reference,
        note=_both(one.note, other.note),
        instructions=_both(one.instructions, other.instructions),
        valid_from=_earlier(one, other),
        valid_until=_later(one, other),
        photo=one.photo or other.photo,
    )


def _both(one: str, other: str) -> str:
    if not one or not other or one == other:
        return one or other
    return f"{one} / {other}"


def _earlier(one: WatchlistEntry, other: WatchlistEntry) -> date | None:
    if one.valid_from is None or other.valid_from is None:
        return None
    return min(one.valid_from, other.valid_from)


def _later(one: WatchlistEntry, other: WatchlistEntry) -> date | None:
    if one.valid_until is None or other.valid_until is None:
        return None
    return max(one.valid_until, other.valid_until)


def _says_the_same(one: WatchlistEntry, other: WatchlistEntry) -> bool:
    return replace(other, entry_id=one.entry_id) == one


def _id_beside(entry: WatchlistEntry) -> UUID:
    """An id of its own for this birth date and name that sorts into the same batch."""
    name = f"{fold(entry.name.given)} {fold(entry.name.family)}"
    tail = sha256(f"{entry.entry_id} {entry.born} {name}".encode()).digest()[:7]
    return UUID(bytes=entry.entry_id.bytes[:9] + tail)


def _id(line: Line) -> str:
    return line[1][0]
