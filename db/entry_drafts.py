"""An entry as somebody would type it, and what was typed as an entry. No session, no Qt."""

from dataclasses import fields, replace
from datetime import date

from db.aliases import aliases_as_text
from db.domain.custody import CustodyRule
from db.domain.entry_history import EntryDraft
from db.domain.errors import EntryRefusedError
from db.domain.people import Sex
from db.domain.watchlist import WatchlistEntry
from db.list_dates import DateOrder, is_century_open
from db.list_fields import DateOrders, FieldError, clean, entry_from

_SEX_LETTERS = {Sex.UNSPECIFIED: "", Sex.FEMALE: "F", Sex.MALE: "M"}
_ORDERS = DateOrders(DateOrder.YEAR_FIRST, DateOrder.YEAR_FIRST, DateOrder.YEAR_FIRST)


def draft_of(entry: WatchlistEntry, rule: CustodyRule | None = None) -> EntryDraft:
    """What a form shows of an entry, and what a change that leaves a field out finds there."""
    name = entry.name
    return EntryDraft(
        name.family,
        name.given,
        name.middle,
        name.suffix,
        "" if entry.born is None else str(entry.born),
        _SEX_LETTERS[entry.sex],
        aliases_as_text(entry.aliases),
        entry.jurisdiction,
        entry.reference,
        entry.note,
        entry.instructions,
        "" if entry.valid_from is None else entry.valid_from.isoformat(),
        "" if entry.valid_until is None else entry.valid_until.isoformat(),
        entry.photo,
        rule,
    )


def entry_of(draft: EntryDraft, today: date) -> WatchlistEntry:
    """What was typed as an entry, its id still without a meaning. Raises `EntryRefusedError`."""
    known = {f.name: clean(getattr(draft, f.name)) for f in fields(draft) if f.name != "rule"}
    try:
        entry = entry_from(known, _ORDERS, today)
        if entry.born is not None and is_century_open(known["birth_date"], entry.born, today):
            raise FieldError("the birth year has two digits, and may be of either century")
    except FieldError as error:
        words = str(error)
        raise EntryRefusedError(
            f"{words[0].upper()}{words[1:]}. Nothing was changed; mend it, then save again."
        ) from error
    return entry


def rule_of(draft: EntryDraft) -> CustodyRule | None:
    """The custody rule as it was typed, without signs that cannot be seen.

    Raises `EntryRefusedError`.
    """
    if draft.rule is None:
        return None
    students = tuple(s for student in draft.rule.students if (s := clean(student)))
    rule = replace(
        draft.rule,
        days=tuple(sorted(set(draft.rule.days))),
        students=tuple(dict.fromkeys(students)),
    )
    if why := rule.why_not():
        raise EntryRefusedError(f"{why}. Nothing was changed; mend it, then save again.")
    return rule
