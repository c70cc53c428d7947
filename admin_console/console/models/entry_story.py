"""A change of a list entry in words, with what it said before struck out. Pure: no Qt."""

from dataclasses import dataclass
from datetime import date

from admin_console.console import words
from db.aliases import alias_as_said
from db.domain.entry_history import EntryChangeKind, EntryEvent, FieldChange, RemovalAsked

FIELDS = {
    "name": "Name",
    "born": "Birth date",
    "sex": "Sex",
    "aliases": "Other name",
    "jurisdiction": "Issuing place",
    "reference": "Number",
    "note": "Note",
    "instructions": "What the desk must do",
    "valid_from": "First day",
    "valid_until": "End date",
    "photo": "Photo",
    "days": "Days",
    "hours": "Hours",
    "forbids": "What it forbids",
    "students": "Student",
    "paper": "Court paper",
}
_LISTS = ("aliases", "students")
_SAID = {
    EntryChangeKind.REMOVAL_ASKED: "Removal asked for",
    EntryChangeKind.REMOVAL_TAKEN_BACK: "Kept after all",
    EntryChangeKind.REMOVED: "Removed",
}


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of a line; struck out when they do not hold any more."""

    text: str
    is_struck: bool = False


Said = tuple[Run, ...]


def said_of(event: EntryEvent) -> tuple[Said, ...]:
    """What happened, a line for each field that changed."""
    if event.what is EntryChangeKind.ADDED:
        return ((Run(f"Entry written, version {event.entry_version}"),),)
    if event.what is EntryChangeKind.CHANGE_ASKED:
        return ((Run("Change asked for"),), *changes_said(event.fields))
    if event.what not in (EntryChangeKind.CHANGED, EntryChangeKind.IMPORTED):
        reason = f": {event.reason}" if event.reason else ""
        return ((Run(f"{_SAID[event.what]}{reason}"),),)
    return changes_said(event.fields) or ((Run("Changed"),),)


def what_is_asked(asked: RemovalAsked) -> str:
    """Why an entry is to be removed, or how it is to be changed, in one line."""
    lines = ("".join(run.text for run in line) for line in changes_said(asked.changes))
    return "; ".join(lines) if asked.changes else asked.reason


def waits_said(asked: RemovalAsked) -> str:
    """What becomes of a change that takes another person, and how a name's can do without one."""
    said = "Another person has to confirm it. Until then the entry counts as it was."
    if any(change.field == "name" for change in asked.changes):
        said += " Or keep the old name as another name."
    return said


def changes_said(changes: tuple[FieldChange, ...]) -> tuple[Said, ...]:
    """A line for each field that differs."""
    return tuple(line for change in changes for line in _lines(change))


def _lines(change: FieldChange) -> tuple[Said, ...]:
    name = FIELDS.get(change.field, change.field.replace("_", " ").capitalize())
    if change.field == "photo":
        done = "added" if not change.before else "replaced" if change.after else "removed"
        return ((Run(f"Photo {done}"),),)
    if change.field in _LISTS:
        before, after = _parts(change.before), _parts(change.after)
        added = (Run(f"{name} added: {_shown(change.field, p)}") for p in after if p not in before)
        gone = (
            (Run(f"{name} taken out: "), Run(_shown(change.field, p), is_struck=True))
            for p in before
            if p not in after
        )
        return (*((run,) for run in added), *gone)
    before_words, after_words = (_shown(change.field, t) for t in (change.before, change.after))
    if not before_words:
        return ((Run(f"{name}: {after_words}"),),)
    tail = f" to {after_words}" if after_words else " taken out"
    return ((Run(f"{name} "), Run(before_words, is_struck=True), Run(tail)),)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for p in text.split(";") if (part := p.strip()))


def _shown(field: str, text: str) -> str:
    if field == "aliases":
        return alias_as_said(text)
    try:
        return words.day(date.fromisoformat(text)) if len(text) == len("2026-01-31") else text
    except ValueError:
        return text
