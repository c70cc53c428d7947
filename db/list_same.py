"""Who of a file is the same person as an entry that people wrote into, under another id.

Without a number of their own people are known by name and birth date, so that one whose date is
completed gets another id. What was written into the entry, its custody order above all, goes over
to the one person of the same name whose date does not disagree, if there is only one. Whoever has
no date at all is taken for one who has where a file named both, and names nobody else so; whom
people added by hand, only where the number is the same: a name alone may be another man's.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from db.domain.desk import BadRow
from db.domain.watchlist import WatchlistEntry
from db.entry_changes import SHOWN
from db.list_merge import is_named_alike, same_birth
from db.list_rows import Values, entry_in, name_in, values_of
from db.list_spool import Line
from db.screening.names import fold

OnList = Callable[[Collection[UUID]], Collection[UUID]]
"""Which of these ids the list has already."""


_WORDS = {
    "born": "birth date",
    "aliases": "other names",
    "jurisdiction": "place",
    "reference": "number",
    "valid_from": "validity",
    "valid_until": "validity",
}


@dataclass(frozen=True, slots=True)
class Written:
    """An entry that people wrote into: the fields that still say what they wrote."""

    entry: WatchlistEntry
    fields: frozenset[str] = frozenset()
    """Of `db.entry_changes.SHOWN`."""
    is_added: bool = False
    has_order: bool = False
    kept: str = ""
    """What was kept of it at the import before, as `db.list_by_hand` remembers it."""

    @property
    def words(self) -> str:
        """What would go with the entry."""
        what = ["added by hand"] if self.is_added else []
        if self.fields and not self.is_added:
            what.append(f"written by hand: {words_of(self.fields)}")
        if self.has_order:
            what.append("its custody order")
        return ", ".join(what)


def words_of(names: frozenset[str]) -> str:
    """Fields of `SHOWN` as people call them."""
    return ", ".join(dict.fromkeys(_WORDS.get(n, n) for n in SHOWN if n in names))


class SamePeople:
    """Holds back whom a file names like somebody written into, until all of it was read."""

    def __init__(self, written: Mapping[UUID, Written], on_list: OnList) -> None:
        self._written, self._on_list = written, on_list
        self._ids = {entry_id.hex for entry_id in written}
        self._families = {
            fold(name.family)
            for known in written.values()
            for name in (known.entry.name, *known.entry.aliases)
        }

    def may_be_one(self, values: Values) -> bool:
        """Whether this entry of the file is to be held back."""
        return bool(self._written) and (
            values[0] in self._ids or fold(name_in(values).family) in self._families
        )

    def settle(self, lines: Iterable[Line], remarks: list[BadRow]) -> list[Line]:
        """The lines held back, with the ids of whom they are; `remarks` says where that differs."""
        held = [(line, entry_in(values)) for line, values in lines]
        in_file = {entry.entry_id for _, entry in held}
        by_family: defaultdict[str, list[WatchlistEntry]] = defaultdict(list)
        for entry in {(e.entry_id, e.born): e for _, e in reversed(held)}.values():
            by_family[fold(entry.name.family)].append(entry)
        named = {
            entry_id: [
                entry
                for family in {fold(n.family) for n in (known.entry.name, *known.entry.aliases)}
                for entry in by_family[family]
                if _agree(known, entry)
            ]
            for entry_id, known in self._written.items()
            if entry_id not in in_file
        }
        taken = set(self._on_list({entry.entry_id for found in named.values() for entry in found}))
        pairs = {
            (known_id, entry.entry_id)
            for known_id, found in named.items()
            if self._written[known_id].entry.born is not None or _is_one_new(found, taken)
            for entry in found
            if entry.entry_id not in taken
        }
        ours = Counter(known_id for known_id, _ in pairs)
        theirs = Counter(entry_id for _, entry_id in pairs)
        becomes = {
            entry_id: self._written[known_id].entry
            for known_id, entry_id in pairs
            if ours[known_id] == theirs[entry_id] == 1
        }
        settled = []
        for line, entry in held:
            known = becomes.get(entry.entry_id)
            if known is not None:
                remarks.append(BadRow(line, entry.name.full, _words(known, entry)))
                entry = replace(entry, entry_id=known.entry_id)  # noqa: PLW2901  the same person
            settled.append((line, values_of(entry)))
        return settled


def _is_one_new(found: Sequence[WatchlistEntry], taken: Collection[UUID]) -> bool:
    """Whether these are one person whom the list does not have yet, or nobody with a date."""
    born = None
    for entry in found:
        if entry.born is None:
            continue
        born = same_birth(born, entry.born)
        if born is None or entry.entry_id in taken:
            return False
    return True


def _agree(written: Written, entry: WatchlistEntry) -> bool:
    known = written.entry
    has_same_number = bool(known.reference) and known.reference == entry.reference
    if known.reference and entry.reference and not has_same_number:
        return False
    if fold(known.name.suffix) != fold(entry.name.suffix):
        return False  # father and son
    ours, theirs = fold(known.name.middle), fold(entry.name.middle)
    if ours and theirs and not (ours.startswith(theirs) or theirs.startswith(ours)):
        return False
    is_completed = known.born is None and entry.born is not None
    if is_completed and written.is_added and not has_same_number:
        return False
    is_one_birth = entry.born is None or same_birth(known.born, entry.born) is not None
    return is_one_birth and is_named_alike(known, entry)


def _words(known: WatchlistEntry, entry: WatchlistEntry) -> str:
    born = f"born {known.born.words}" if known.born is not None else "without a birth date"
    if known.born is None and entry.born is not None:
        born += " (birth date now complete)"
    return f"taken for the person who is on the list {born}: the only one of that name"
