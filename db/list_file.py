"""Reading a list's file: CSV in, entries and bad rows out. Pure: nothing is stored here.

Nothing is dropped in silence: a row either becomes an entry or is named with its line and reason.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from db.domain.desk import BadRow, ChangeKind, EntryChange, ImportPreview
from db.domain.errors import ImportRefusedError
from db.domain.partial_date import PartialDate
from db.domain.people import PersonName, Sex
from db.domain.watchlist import WatchlistEntry
from db.list_dates import DateOrder, order_of, read_date
from db.screening.names import fold

NAMESPACE = UUID("6d0c3f5e-4f0e-5c6a-9f2b-0b8c1f7e2a11")
"""Entries get a UUIDv5 below this, so that the same person has the same id in every version."""
SHOWN = 200

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
}
"""What a column may be called, folded to letters; anything else is left out."""

_SEXES = {
    **dict.fromkeys(["m", "male", "man", "1"], Sex.MALE),
    **dict.fromkeys(["f", "female", "woman", "2"], Sex.FEMALE),
    **dict.fromkeys(["", "x", "u", "9", "unknown", "unspecified"], Sex.UNSPECIFIED),
}


@dataclass(frozen=True, slots=True)
class ListFile:
    """A file as read. `columns` are (name in the file, first value, field or empty)."""

    columns: tuple[tuple[str, str, str], ...]
    entries: tuple[WatchlistEntry, ...]
    bad_rows: tuple[BadRow, ...]
    date_order: DateOrder
    remarks: tuple[BadRow, ...] = ()
    """Rows that are used although something is odd about them."""

    @property
    def in_file(self) -> int:
        return len(self.entries) + len(self.bad_rows)


def read_list_file(
    content: bytes, today: date, columns: Mapping[str, str] | None = None
) -> ListFile:
    """Read a list. `columns` maps names in the file to `FIELDS`, instead of guessing.

    Raises `ImportRefusedError` when the file as a whole cannot be used.
    """
    header, rows = read_table(content)
    fields = [(columns or {}).get(name, "") or _guess(name) for name in header]
    if columns is None:
        fields = [f if f not in fields[:at] else "" for at, f in enumerate(fields)]
    if "family" not in fields:
        raise ImportRefusedError(
            "No column holds the family name. The first line of the file must name its columns, "
            "for example LAST,FIRST,DOB. Nothing was changed."
        )
    at_birth = fields.index("birth_date") if "birth_date" in fields else None
    dates = [r.cells[at_birth] for r in rows if at_birth is not None and at_birth < len(r.cells)]
    order = order_of(dates)
    entries: list[WatchlistEntry] = []
    bad: list[BadRow] = []
    remarks: list[BadRow] = []
    seen: dict[UUID, int] = {}
    for row in rows:
        known = dict(zip(fields, row.cells, strict=False))
        try:
            entry = _entry(row, known, order, today)
            if entry.entry_id in seen:
                raise _BadRowError(f"the same person or number as line {seen[entry.entry_id]}")
        except _BadRowError as error:
            name = " ".join(known.get(f, "").strip() for f in ("given", "family")).strip()
            bad.append(BadRow(row.line, name or "(empty)", str(error)))
            continue
        seen[entry.entry_id] = row.line
        entries.append(entry)
        if entry.born is not None and entry.born.is_impossible:
            what = f"birth date {entry.born} is on no calendar; it is kept as written"
            remarks.append(BadRow(row.line, entry.name.full, what))
    first = rows[0].cells if rows else ()
    shown = tuple(
        (name, first[at] if at < len(first) else "", fields[at]) for at, name in enumerate(header)
    )
    return ListFile(shown, tuple(entries), tuple(bad), order, tuple(remarks))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; `line` is where it begins, counted from 1."""

    line: int
    cells: tuple[str, ...]
    why_bad: str = ""
    """Why no table of ours can use it, empty when nothing speaks against it."""


def read_table(content: bytes) -> tuple[list[str], list[Row]]:
    """The names of the columns, and the rows below them; empty lines are passed over.

    Raises `ImportRefusedError` when the file as a whole is no table.
    """
    if b"\0" in content[:4096] or content.startswith(b"PK"):
        raise ImportRefusedError(
            "This is not a CSV file (a spreadsheet, perhaps). Save it as CSV with UTF-8, then "
            "import that. Nothing was changed."
        )
    text = content.decode("utf-8-sig", errors="replace")
    first = next((line for line in text.splitlines() if line.strip()), None)
    if first is None:
        raise ImportRefusedError("The file is empty. Nothing was changed.")
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    rows: list[Row] = []
    begins = 1
    try:
        for cells in reader:
            if not header:
                header = _header(cells)
            elif any(c.strip() for c in cells):
                rows.append(_row(cells, begins, reader.line_num, len(header)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ImportRefusedError(
            f"The file is damaged near line {reader.line_num} ({error}). Nothing was changed. "
            "Export it again from where it came from."
        ) from error
    if not rows:
        raise ImportRefusedError("The file has a first line and no people. Nothing was changed.")
    return header, rows


def _header(cells: Sequence[str]) -> list[str]:
    names = [c.strip() for c in cells]
    if any(_has_break(name) for name in names):
        raise ImportRefusedError(
            "The first line of the file does not end where it should: a quote is missing, or one "
            "too many. Nothing was changed. Export the file again from where it came from."
        )
    return names if any(names) else []


def _row(cells: Sequence[str], begins: int, ends: int, width: int) -> Row:
    """A stray quote swallows whole rows up to the next one, so a row has one line, or is bad."""
    why = ""
    if any(_has_break(c) for c in cells):
        why = f"lines {begins} to {ends} are one row: a quote is missing, or one too many"
    elif len(cells) != width:
        why = f"{len(cells)} columns where the first line has {width}"
    elif any("\ufffd" in c for c in cells):
        why = "letters lost: not UTF-8 in this line"
    return Row(begins, tuple(" ".join(c.split()) if why else c.strip() for c in cells), why)


def _has_break(cell: str) -> bool:
    return "\n" in cell or "\r" in cell


def preview(
    file: ListFile, in_force: Sequence[WatchlistEntry], version: int | None
) -> ImportPreview:
    """What would change if this file came into force."""
    changes = difference(in_force, file.entries)
    counts = {kind: sum(c.kind is kind for c in changes) for kind in ChangeKind}
    return ImportPreview(
        columns=file.columns,
        in_file=file.in_file,
        added=counts[ChangeKind.ADDED],
        changed=counts[ChangeKind.CHANGED],
        removed=counts[ChangeKind.REMOVED],
        bad=len(file.bad_rows),
        changes=tuple(changes[:SHOWN]),
        bad_rows=file.bad_rows[:SHOWN],
        remarks=file.remarks[:SHOWN],
        remarked=len(file.remarks),
        current_version=version,
    )


def difference(old: Sequence[WatchlistEntry], new: Sequence[WatchlistEntry]) -> list[EntryChange]:
    """Added and changed entries in the new order, then the removed ones."""
    before = {e.entry_id: e for e in old}
    after = {e.entry_id for e in new}
    changes: list[EntryChange] = []
    for entry in new:
        known = before.get(entry.entry_id)
        if known is None:
            changes.append(_change(ChangeKind.ADDED, entry, "whole entry"))
        elif known != entry:
            changes.append(_change(ChangeKind.CHANGED, entry, _what_changed(known, entry)))
    changes += [
        _change(ChangeKind.REMOVED, e, "not in the file any more")
        for e in old
        if e.entry_id not in after
    ]
    return changes


class _BadRowError(Exception):
    """Why one row cannot be used."""


def _guess(column: str) -> str:
    letters = "".join(c for c in column.casefold() if c.isalpha())
    return next((field for field, names in FIELDS.items() if letters in names), "")


def _entry(row: Row, known: Mapping[str, str], order: DateOrder, today: date) -> WatchlistEntry:
    if row.why_bad:
        raise _BadRowError(row.why_bad)
    name = PersonName(
        given=known.get("given", ""),
        family=known.get("family", ""),
        middle=known.get("middle", ""),
        suffix=known.get("suffix", ""),
    )
    if not fold(name.family):
        raise _BadRowError("no family name")
    born = _born(known, order, today)
    sex = _SEXES.get(known.get("sex", "").casefold())
    if sex is None:
        raise _BadRowError(f'sex "{known["sex"]}" is none of M, F and X')
    reference = known.get("reference", "")
    return WatchlistEntry(
        entry_id=_entry_id(name, born, reference),
        name=name,
        born=born,
        sex=sex,
        aliases=_aliases(known.get("aliases", ""), name),
        jurisdiction=known.get("jurisdiction", "").upper(),
        reference=reference,
        note=known.get("note", ""),
    )


def _born(known: Mapping[str, str], order: DateOrder, today: date) -> PartialDate | None:
    text = known.get("birth_date", "") or known.get("birth_year", "")
    if not text:
        return None
    try:
        born = read_date(text, order)
    except ValueError as error:
        raise _BadRowError(f'birth date "{text}" {error}') from error
    if born.year > today.year or (born.on is not None and born.on > today):
        raise _BadRowError(f"birth date in the future, {born.year}")
    return born


def _entry_id(name: PersonName, born: PartialDate | None, reference: str) -> UUID:
    if reference:
        return uuid5(NAMESPACE, f"number {reference}")
    return uuid5(NAMESPACE, f"person {fold(name.full)} {born or ''}")


def _aliases(text: str, name: PersonName) -> tuple[PersonName, ...]:
    """Other names, parted by semicolons; a single word is another given name."""
    found: list[PersonName] = []
    for alias in (a.strip() for a in text.split(";")):
        words = alias.split()
        if "," in alias:
            family, _, given = (p.strip() for p in alias.partition(","))
            found.append(PersonName(given, family))
        elif len(words) == 1:
            found.append(PersonName(words[0], name.family))
        elif words:
            found.append(PersonName(" ".join(words[:-1]), words[-1]))
    return tuple(found)


def _what_changed(old: WatchlistEntry, new: WatchlistEntry) -> str:
    was_whole, is_whole = (e.born is not None and e.born.is_whole for e in (old, new))
    if is_whole and not was_whole:
        return "birth date now complete"
    names = {
        "birth date": old.born != new.born,
        "name": old.name != new.name,
        "other names": old.aliases != new.aliases,
        "sex": old.sex != new.sex,
        "place": old.jurisdiction != new.jurisdiction,
        "note": old.note != new.note,
    }
    return ", ".join(n for n, changed in names.items() if changed) or "other fields"


def _change(kind: ChangeKind, entry: WatchlistEntry, what: str) -> EntryChange:
    return EntryChange(kind, entry.name.full, entry.born.words if entry.born else "", what)
