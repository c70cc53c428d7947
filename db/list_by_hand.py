"""What people wrote into a list by hand, and what of it a file would undo.

A file says nothing of fields for which it has no column: those stay as they are. Where it does say
something else than a person wrote, or lacks somebody whom a person added, it is for whoever imports
to say which of the two holds. What was kept once is kept, until the file or the entry says another
thing: then it is asked about again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import codec, settings, watchlists
from db.domain.desk import ChangeKind, EntryChange
from db.domain.entry_history import EntryChangeKind, FieldChange
from db.domain.watchlist import WatchlistEntry
from db.entry_changes import SHOWN, field_text
from db.list_merge import same_birth
from db.list_models import CustodyRuleRow, EntryHistoryRow
from db.list_rows import entry_in, values_of
from db.list_same import Written, words_of
from db.list_spool import Line
from db.screening.names import fold

MOST_SHOWN = 200
_KEPT = "lists.kept"
"""The setting that remembers what imports kept, by list and entry, each as a `_question`."""
_BY_HAND = (EntryChangeKind.ADDED.value, EntryChangeKind.CHANGED.value)
_NAME_PARTS = ("given", "middle", "suffix")
_COLUMNS: Mapping[str, frozenset[str]] = {
    **{part: frozenset([part]) for part in _NAME_PARTS},
    "born": frozenset(["birth_date", "birth_year"]),
    **{
        name: frozenset([name])
        for name in (
            "sex", "aliases", "jurisdiction", "number_hash", "reference", "note", "instructions",
            "valid_from", "valid_until", "photo",
        )
    },
}  # fmt: skip
"""By which columns a file says what; of the name the family is always there."""


def written_in(session: Session, list_id: UUID, edition: int) -> dict[UUID, Written]:
    """Every entry of this list in force that people wrote into, or that has a custody order."""
    added: set[UUID] = set()
    said: dict[UUID, dict[str, str]] = {}
    events = session.execute(
        select(EntryHistoryRow.entry_id, EntryHistoryRow.what, EntryHistoryRow.fields)
        .where(EntryHistoryRow.list_id == list_id, EntryHistoryRow.what.in_(_BY_HAND))
        .order_by(EntryHistoryRow.list_version, EntryHistoryRow.changed_at)
    )
    for entry_id, what, fields in events:
        if what == EntryChangeKind.ADDED:
            added.add(entry_id)
        of_entry = said.setdefault(entry_id, {})
        for change in codec.from_json(fields, tuple[FieldChange, ...]):
            of_entry[change.field] = change.after
    ordered = set(
        session.scalars(select(CustodyRuleRow.entry_id).where(CustodyRuleRow.list_id == list_id))
    )
    found, kept = {}, _kept_of(session).get(str(list_id), {})
    for entry_id, entry in watchlists.entries_by_id(
        session, edition, [*said.keys() | ordered]
    ).items():
        of_entry = said.get(entry_id, {})
        still = frozenset(n for n in SHOWN if of_entry.get(n) == field_text(entry, n))
        if still or entry_id in added or entry_id in ordered:
            found[entry_id] = Written(
                entry, still, entry_id in added, entry_id in ordered, kept.get(entry_id.hex, "")
            )
    return found


def remember_kept(session: Session, list_id: UUID, keeping: "Keeping") -> None:
    """Remember what an import of this list keeps, so that the next one does not ask it again."""
    known, lists = _kept_of(session), {str(w.list_id) for w in watchlists.all_lists(session)}
    kept = {of: questions for of, questions in known.items() if of in lists}
    kept.pop(str(list_id), None)
    if keeping.keeps and keeping.kept:
        kept[str(list_id)] = keeping.kept
    if kept != known:
        settings.write(session, _KEPT, kept)


def _kept_of(session: Session) -> dict[str, dict[str, str]]:
    return settings.read(session, _KEPT, dict[str, dict[str, str]]) or {}


@dataclass
class Keeping:
    """Puts into a file's entries what it says nothing of, and what is to stay as people wrote it.

    `columns` are the `db.list_fields.FIELDS` that the file has. What it would undo is counted
    whether it `keeps` that or not, but for what was kept before in the same words.
    """

    written: Mapping[UUID, Written]
    columns: frozenset[str]
    keeps: bool
    undoes: int = 0
    undone: list[EntryChange] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    """By the digits of an entry's id, as a `_question`."""

    def applied(
        self,
        session: Session,
        edition: int | None,
        batch: Sequence[Line],
        digests: Mapping[str, bytes],
    ) -> tuple[Sequence[Line], Mapping[UUID, WatchlistEntry]]:
        """A batch of the file, in the order of its ids, as it is to come into the list.

        With it the entries of the list that the file says something else of, as they are.
        `digests` are those of every entry that the list has of this batch, by its id's digits.
        """
        if not digests or edition is None:
            return batch, {}
        differing = [
            UUID(values[0])
            for _, values in batch
            if (known := digests.get(values[0])) is not None and known != values[-1]
        ]
        written = [w for w in self.written.values() if w.entry.entry_id.hex in digests]
        if not differing and not written:
            return batch, {}
        absent = frozenset(n for n, columns in _COLUMNS.items() if not columns & self.columns)
        before = watchlists.entries_by_id(session, edition, differing)
        of_ids = {entry_id.hex: entry for entry_id, entry in before.items()}
        lines = [
            (line, values_of(self._kept(entry_in(values), of_ids[values[0]], absent)))
            if values[0] in of_ids
            else (line, values)
            for line, values in batch
        ]
        if written:
            there = {values[0] for _, values in batch}
            lines += self._stay([w for w in written if w.entry.entry_id.hex not in there])
            lines.sort(key=lambda line: line[1][0])
        return lines, before

    def _kept(
        self, entry: WatchlistEntry, before: WatchlistEntry, absent: frozenset[str]
    ) -> WatchlistEntry:
        entry = _with(entry, before, absent)
        known = self.written.get(entry.entry_id)
        if known is None:
            return entry
        lost = frozenset(n for n in known.fields if _undoes(n, known.entry, entry))
        if lost:
            said = [f"{n}={field_text(entry, n)}" for n in SHOWN if n in lost]
            self._note(ChangeKind.CHANGED, known, f"written by hand: {words_of(lost)}", said)
        return _as_written(entry, known.entry, lost) if self.keeps else entry

    def _stay(self, lacking: Iterable[Written]) -> Iterable[Line]:
        """Those whom the file lacks, in so far as they stay."""
        gone = list(lacking)
        for known in gone:
            self._note(ChangeKind.REMOVED, known, known.words)
        return [(0, values_of(known.entry)) for known in gone] if self.keeps else []

    def _note(self, kind: ChangeKind, known: Written, what: str, said: Iterable[str] = ()) -> None:
        """Count what the file would undo; `said` is what it says instead."""
        question = _question(known.entry, what, *said)
        self.kept[known.entry.entry_id.hex] = question
        if self.keeps and known.kept == question:
            return
        self.undoes += 1
        if len(self.undone) < MOST_SHOWN:
            entry = known.entry
            born = entry.born.words if entry.born else ""
            self.undone.append(EntryChange(kind, entry.name.full, born, what))


def _question(entry: WatchlistEntry, *words: str) -> str:
    """The same for the same words of a file against an entry that says the same as before."""
    hashed = sha256(values_of(entry)[-1])
    hashed.update("\x1f".join(words).encode())
    return hashed.hexdigest()[:32]


def _undoes(name: str, old: WatchlistEntry, new: WatchlistEntry) -> bool:
    """Whether a field is not only completed by what the file says."""
    if name == "born" and old.born is not None and new.born is not None:
        return same_birth(old.born, new.born) != new.born
    if name == "aliases":
        return not {*old.aliases} <= {*new.aliases}
    if name == "name":
        return fold(old.name.full) != fold(new.name.full)
    return field_text(old, name) != field_text(new, name)


def _with(entry: WatchlistEntry, before: WatchlistEntry, names: frozenset[str]) -> WatchlistEntry:
    """The entry with these fields as it had them before; other names add up.

    A file without a column for other names has some nevertheless where it names a person twice.
    """
    name = replace(entry.name, **{p: getattr(before.name, p) for p in _NAME_PARTS if p in names})
    others = {n: getattr(before, n) for n in names.difference(_NAME_PARTS)}
    if "aliases" in others:
        found = dict.fromkeys((*before.aliases, *entry.aliases))
        others["aliases"] = tuple(n for n in found if n != name)
    return replace(entry, name=name, **others)


def _as_written(
    entry: WatchlistEntry, known: WatchlistEntry, names: frozenset[str]
) -> WatchlistEntry:
    kept = {n: getattr(known, n) for n in names}
    if "aliases" in kept:
        kept["aliases"] = tuple(dict.fromkeys((*entry.aliases, *known.aliases)))
    return replace(entry, **kept)
