"""What differs between two versions of an entry, field by field, as its history tells it. Pure."""

from collections.abc import Iterable

from db.aliases import aliases_as_text
from db.domain.custody import NO_RULE, CustodyRule
from db.domain.entry_history import FieldChange
from db.domain.watchlist import WatchlistEntry

SHOWN = ("name", "born", "sex", "aliases", "jurisdiction", "reference", "note", "instructions",
          "valid_from", "valid_until", "photo")  # fmt: skip
"""The fields of an entry that its history tells of."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def changes(before: WatchlistEntry | None, after: WatchlistEntry | None) -> tuple[FieldChange, ...]:
    """The fields that differ; None is an entry that was not there yet, or is not any more."""
    if before is None or after is None:
        differ: Iterable[str] = SHOWN
    else:  # most fields of an entry stay as they are, a million times at an import
        differ = (n for n in SHOWN if getattr(before, n) != getattr(after, n))
    texts = ((name, field_text(before, name), field_text(after, name)) for name in differ)
    return tuple(FieldChange(name, old, new) for name, old, new in texts if old != new)


def rule_changes(before: CustodyRule | None, after: CustodyRule | None) -> tuple[FieldChange, ...]:
    """The same of a custody rule; None is one that says nothing."""
    old, new = _rule_texts(before or NO_RULE), _rule_texts(after or NO_RULE)
    return tuple(FieldChange(name, old[name], new[name]) for name in old if old[name] != new[name])


def field_text(entry: WatchlistEntry | None, name: str) -> str:
    """One of `SHOWN` in words."""
    if entry is None:
        return ""
    if name == "name":
        return entry.name.full
    if name == "aliases":
        return aliases_as_text(entry.aliases)
    value = getattr(entry, name)
    return "" if value is None else str(value)


def _rule_texts(rule: CustodyRule) -> dict[str, str]:
    since, until = (None if t is None else f"{t:%H:%M}" for t in (rule.begins, rule.ends))
    hours = "" if since is None and until is None else f"{since or '0:00'} to {until or '24:00'}"
    return {
        "days": " ".join(_DAYS[day] for day in rule.days),
        "hours": hours,
        "forbids": rule.forbids.value.replace("_", " "),
        "students": "; ".join(rule.students),
        "paper": "seen" if rule.is_paper_seen else "",
    }
