"""What a file would change in a list: which entries are added, changed and removed."""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from db import watchlists
from db.domain.desk import ChangeKind, EntryChange, ImportPreview
from db.domain.watchlist import WatchlistEntry
from db.entry_table import TABLE, is_of_edition
from db.list_by_hand import Keeping
from db.list_file import ListFile
from db.list_rows import Values, entry_in, in_version
from db.list_spool import BITS, Line

SHOWN = 200
"""Of each kind of line; more would hide what matters."""
Known = tuple[bytes, int]
"""Digest and version of an entry of the list in force."""
_DIGITS = func.replace(cast(TABLE.c.entry_id, Text), "-", "")


@dataclass(frozen=True, slots=True)
class Step:
    """What one batch of a file does to a list."""

    values: list[Values]
    """Everybody of the batch, to be stored."""
    added: list[Line]
    changed: list[Line]
    removed: list[UUID]
    laxer: frozenset[str] = frozenset()
    """The digits of the ids of changed ones that may let somebody pass whom they held."""
    before: Mapping[UUID, WatchlistEntry] = field(default_factory=dict)
    """At least the changed ones as they were."""


@dataclass
class Difference:
    """The difference so far: all are counted, the first ones of the file are kept."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    people: int = 0
    laxer: int = 0
    _first: Step = field(default_factory=lambda: Step([], [], [], []))

    def take(self, step: Step) -> None:
        """Count one step."""
        self.people += len(step.values)
        self.added += len(step.added)
        self.changed += len(step.changed)
        self.removed += len(step.removed)
        self.laxer += len(step.laxer)
        first = self._first
        changed = _first_of((*first.changed, *step.changed))
        self._first = Step(
            [],
            _first_of((*first.added, *step.added)),
            changed,
            [*first.removed, *step.removed[: SHOWN - len(first.removed)]],
            (first.laxer | step.laxer) & {values[0] for _, values in changed},
        )

    def preview(
        self,
        session: Session,
        file: ListFile,
        edition: int | None,
        version: int | None,
        keeping: Keeping,
        *,
        notes: Iterable[str] = (),
    ) -> ImportPreview:
        """What the console shows before anything changes; `notes` besides those of the file."""
        return ImportPreview(
            columns=file.columns,
            in_file=file.in_file,
            added=self.added,
            changed=self.changed,
            removed=self.removed,
            bad=file.bad_rows.total,
            changes=tuple(changes_of(session, edition, self._first))[:SHOWN],
            bad_rows=tuple(file.bad_rows[:SHOWN]),
            current_version=version,
            remarks=tuple(file.remarks[:SHOWN]),
            remarked=file.remarks.total,
            people=self.people,
            undone=tuple(keeping.undone),
            undoes=keeping.undoes,
            notes=(*file.notes, *notes),
            laxer=self.laxer,
        )


def compare(batch: Sequence[Line], before: dict[str, Known]) -> Step:
    """Compare a batch of a file with what `known_of` says of the list, which it uses up."""
    if not before:
        return Step([values for _, values in batch], list(batch), [], [])
    step = Step([], [], [], [])
    for line in batch:
        values = line[1]
        known = before.pop(values[0], None)
        if known is None:
            step.added.append(line)
        else:
            digest, version = known
            if digest != values[-1]:
                step.changed.append(line)
                version += 1
            values = in_version(values, version)
        step.values.append(values)
    step.removed.extend(map(UUID, before))
    return step


def changes_of(session: Session, edition: int | None, step: Step) -> Iterator[EntryChange]:
    """A step in words: added and changed entries in the file's order, then the removed ones."""
    changed = [UUID(values[0]) for _, values in step.changed]
    before = watchlists.entries_by_id(session, edition, changed) if edition is not None else {}
    for _, values in heapq.merge(_by_line(step.added), _by_line(step.changed), key=_line):
        entry = entry_in(values)
        known = before.get(entry.entry_id)
        if known is None:
            yield _change(ChangeKind.ADDED, entry, "whole entry")
        else:
            what = what_changed(known, entry)
            if values[0] in step.laxer:
                what += "; may let pass whom it held"
            yield _change(ChangeKind.CHANGED, entry, what)
    if edition is not None:
        for entry in watchlists.entries_by_id(session, edition, step.removed).values():
            yield _change(ChangeKind.REMOVED, entry, "not in the file any more")


def what_changed(old: WatchlistEntry, new: WatchlistEntry) -> str:
    """The names of the fields that differ."""
    was_whole, is_whole = (e.born is not None and e.born.is_whole for e in (old, new))
    names = {
        "name": old.name != new.name,
        "birth date now complete": is_whole and not was_whole,
        "birth date": old.born != new.born and not (is_whole and not was_whole),
        "other names": old.aliases != new.aliases,
        "sex": old.sex != new.sex,
        "place": old.jurisdiction != new.jurisdiction,
        "number": old.reference != new.reference,
        "note": old.note != new.note,
        "instructions": old.instructions != new.instructions,
        "validity": (old.valid_from, old.valid_until) != (new.valid_from, new.valid_until),
        "photo": old.photo != new.photo,
    }
    return ", ".join(n for n, changed in names.items() if changed) or "other fields"


def _change(kind: ChangeKind, entry: WatchlistEntry, what: str) -> EntryChange:
    return EntryChange(kind, entry.name.full, entry.born.words if entry.born else "", what)


def _first_of(lines: Iterable[Line]) -> list[Line]:
    return heapq.nsmallest(SHOWN, lines, key=_line)


def _by_line(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=_line)


_line = itemgetter(0)


def known_of(session: Session, edition: int | None, at: int) -> dict[str, Known]:
    """What is known of each entry of batch number `at`, by its id's digits.

    Nothing when there is no list yet.
    """
    if edition is None:
        return {}
    lowest, highest = UUID(int=at << BITS), UUID(int=((at + 1) << BITS) - 1)
    rows = session.execute(
        select(_DIGITS, TABLE.c.digest, TABLE.c.version).where(
            is_of_edition(session, edition), TABLE.c.entry_id.between(lowest, highest)
        )
    )
    return {entry_id: (digest, version) for entry_id, digest, version in rows}
