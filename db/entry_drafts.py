"""An entry as somebody would type it. No session, no Qt."""

from db.aliases import aliases_as_text
from db.domain.custody import CustodyRule
from db.domain.entry_history import EntryDraft
from db.domain.people import Sex
from db.domain.watchlist import WatchlistEntry

_SEX_LETTERS = {Sex.UNSPECIFIED: "", Sex.FEMALE: "F", Sex.MALE: "M"}


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
