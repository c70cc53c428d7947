"""Entries as people change them: one at a time, with who, when and what, and two to remove one.

Each change makes a new version of the list, which kiosks learn as the one entry that changed. The
list's age stays that of its last import: one mended entry makes no old list new.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import (
    clearance_lines,
    codec,
    custody,
    districts,
    list_asking,
    list_lock,
    one_hand,
    scopes,
    watchlists,
)
from db.domain.custody import CustodyRule
from db.domain.entry_history import (
    EntryChangeKind,
    EntryDraft,
    EntryEvent,
    EntryFile,
    FieldChange,
)
from db.domain.errors import EntryRefusedError
from db.domain.watchlist import Category, EntryDelta, Watchlist, WatchlistEntry
from db.entry_changes import changes, rule_changes
from db.entry_drafts import entry_of, rule_of
from db.ids import new_id
from db.list_fields import clean
from db.list_models import EntryHistoryRow, EntryRemovalRow
from db.list_rows import digest_of
from db.models import WatchlistRow

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes an entry, and when."""

    staff_id: UUID
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Edited:
    """What a change by hand made: the list's new version, and what is all that is new in it."""

    watchlist: Watchlist
    delta: EntryDelta
    entry: WatchlistEntry
    what: EntryChangeKind


Check = Callable[[EntryDraft, WatchlistEntry], object]
"""Looks at a change of an entry that was asked long ago, before it is made."""


def _nothing(_: EntryDraft, __: WatchlistEntry) -> None:
    pass


def add_list(
    session: Session,
    name: str,
    category: Category,
    max_age_days: int | None,
    now: datetime,
    *,
    site_id: str = "",
) -> Watchlist:
    """Begin a list that is kept by hand. Raises `EntryRefusedError` when the name is taken."""
    if not (name := clean(name)):
        raise EntryRefusedError("A list needs a name that can be seen. Nothing was changed.")
    if watchlists.named(session, name, site_id) is not None:
        raise EntryRefusedError(f'There is a list called "{name}" already. Nothing was changed.')
    begun = Watchlist(new_id(now), name, category, 1, now, 0, max_age_days, site_id=site_id)
    return watchlists.put_in_force(session, begun, watchlists.new_edition(session))


def add(session: Session, list_id: UUID, draft: EntryDraft, editor: Editor) -> Edited:
    """Put somebody on a list. Raises LookupError for no such list, and `EntryRefusedError`."""
    known = locked(session, list_id, editor.at)
    entry = replace(entry_of(draft, editor.at.date()), entry_id=new_id(editor.at))
    rule = rule_of(draft)
    edited = _put(session, known, entry, EntryChangeKind.ADDED)
    if rule is not None:
        custody.keep(session, list_id, entry.entry_id, rule)
    _remember(session, edited, editor, (*changes(None, entry), *rule_changes(None, rule)))
    return edited


def change(
    session: Session,
    list_id: UUID,
    entry_id: UUID,
    draft: EntryDraft,
    *,
    version: int,
    editor: Editor,
) -> Edited | None:
    """Change what an entry says; None when it waits for another person (`db.list_asking`).

    `version` is the one that the editor has seen. Raises LookupError for no such entry, and
    `EntryRefusedError` when somebody else was first, nothing differs, or what was typed makes no
    entry.
    """
    known = locked(session, list_id, editor.at)
    before = _seen(session, list_id, entry_id, version)
    wanted = _changed(session, known, before, draft, editor)
    if list_asking.needs_two(session) and wanted.is_laxer:
        list_asking.forget(session, list_id, entry_id)
        _ask(session, known, before, "", editor, wanted=wanted)
        return None
    return _save(session, known, wanted, editor)


def remove(
    session: Session,
    list_id: UUID,
    entry_id: UUID,
    reason: str,
    *,
    version: int,
    editor: Editor,
    check: Check = _nothing,
) -> Edited | None:
    """Ask that an entry be removed, or confirm what another person asked; None when it waits.

    What another person asked may be a change: then that is made, unless `check` raises for it.

    Raises LookupError for no such entry, and `EntryRefusedError` when the same person confirms,
    the reason is missing, or the entry changed since.
    """
    known = locked(session, list_id, editor.at)
    before = _seen(session, list_id, entry_id, version)
    asked = list_asking.asked_of(session, list_id, before)
    if asked is None:  # one of an earlier version of the entry counts no more
        list_asking.forget(session, list_id, entry_id)
    reason = clean(reason)[:LONGEST_REASON]
    if asked is None and not reason:
        raise EntryRefusedError("Say why the entry is to be removed. Nothing was changed.")
    if list_asking.needs_two(session):
        if asked is None:
            _ask(session, known, before, reason, editor)
            return None
        if asked.asked_by == editor.staff_id:
            raise EntryRefusedError(
                "You asked for this yourself: another person has to confirm it. The entry still "
                "counts."
            )
        if one_hand.lets_in_both(session, asked.asked_by, editor.staff_id, editor.at):
            raise EntryRefusedError(
                f"{asked.asked_by_name} asked for this, and you were let in by the same hand "
                f"within {one_hand.COUNTS_FOR.days} days: one of you added the other or gave them "
                "a first password, or somebody did so for both. Another person has to confirm it. "
                "The entry still counts."
            )
    if asked is not None and asked.draft:
        draft, by = codec.from_json(asked.draft, EntryDraft), asked.asked_by_name
        check(draft, before)
        list_asking.forget(session, list_id, entry_id)
        wanted = _changed(session, known, before, draft, editor)
        return _save(session, known, wanted, editor, f"Asked for by {by}")
    reason = reason or (asked.reason if asked is not None else "")
    edited = _drop(session, known, before)
    list_asking.forget(session, list_id, entry_id)
    custody.forget(session, list_id, entry_id)
    _remember(session, edited, editor, changes(before, None), reason)
    return edited


def keep(session: Session, list_id: UUID, entry_id: UUID, editor: Editor) -> None:
    """Take a wish to remove an entry back. Raises LookupError when nobody had it."""
    known = locked(session, list_id, editor.at)
    entry = watchlists.entry(session, list_id, entry_id)
    if entry is None or not list_asking.forget(session, list_id, entry_id):
        raise LookupError(entry_id)
    taken_back = Edited(known, EntryDelta(), entry, EntryChangeKind.REMOVAL_TAKEN_BACK)
    _remember(session, taken_back, editor, ())


def file_of(
    session: Session, list_id: UUID, entry_id: UUID, zone: ZoneInfo, now: datetime
) -> EntryFile:
    """One entry with its history. Raises LookupError when it never was on this list."""
    known = watchlists.get(session, list_id)
    if known is None:
        raise LookupError(list_id)
    entry = watchlists.entry(session, list_id, entry_id)
    rows = session.scalars(
        select(EntryHistoryRow)
        .where(
            EntryHistoryRow.list_id == list_id,
            EntryHistoryRow.entry_id == entry_id,
            EntryHistoryRow.list_version <= known.version,  # later ones are still coming in
        )
        .order_by(
            EntryHistoryRow.changed_at.desc(),
            EntryHistoryRow.list_version.desc(),
            EntryHistoryRow.change_id.desc(),
        )
    ).all()
    if entry is None and not rows:
        raise LookupError(entry_id)
    return EntryFile(
        as_of=now,
        list_id=list_id,
        list_name=known.name,
        list_version=known.version,
        entry=entry,
        history=tuple(_event(row) for row in rows),
        removal=None if entry is None else list_asking.told_of(session, list_id, entry),
        needs_two=list_asking.needs_two(session),
        category=known.category,
        rule=custody.rule_of(session, list_id, entry_id),
        clearances=clearance_lines.of_entry(session, list_id, entry_id, zone, now),
    )


def locked(session: Session, list_id: UUID, now: datetime) -> Watchlist:
    """The list, with nobody else at it until this transaction ends.

    Raises LookupError for no such list, and `EntryRefusedError` while it is imported, or where the
    district's is another's to change.
    """
    row = districts.get(session, WatchlistRow, list_id, with_for_update=True)
    known = watchlists.get(session, list_id)
    if row is None or known is None:
        raise LookupError(list_id)
    coming = list_lock.under_way(session, now)
    if not scopes.sees(session, known.site_id):
        raise EntryRefusedError(
            "This list is the district's, and not this school's to change. Nothing was changed."
        )
    if coming is not None and (coming.list_name, coming.site_id) == (known.name, known.site_id):
        raise EntryRefusedError(
            "This list is being imported at this moment. Nothing was changed. Look again when that "
            "is done."
        )
    return known


# ---- parts -----------------------------------------------------------------------------------


def _seen(session: Session, list_id: UUID, entry_id: UUID, version: int) -> WatchlistEntry:
    entry = watchlists.entry(session, list_id, entry_id)
    if entry is None:
        raise LookupError(entry_id)
    if entry.version != version:
        raise EntryRefusedError(
            "Somebody changed this entry since you opened it. Nothing of yours was saved. Open it "
            "again."
        )
    return entry


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A change of an entry that would make a difference."""

    draft: EntryDraft
    entry: WatchlistEntry
    rule: CustodyRule | None
    changes: tuple[FieldChange, ...]
    is_laxer: bool
    """Whether somebody may pass whom the entry held, or its custody order says less."""


def _changed(
    session: Session, known: Watchlist, before: WatchlistEntry, draft: EntryDraft, editor: Editor
) -> _Wanted:
    entry = replace(
        entry_of(draft, editor.at.date()),
        entry_id=before.entry_id,
        number_hash=before.number_hash,
        version=before.version + 1,
    )
    rule = rule_of(draft)
    ruled = custody.rule_of(session, known.list_id, before.entry_id)
    of_rule = () if rule is None else rule_changes(ruled, rule)
    if digest_of(entry) == digest_of(before) and not of_rule:
        raise EntryRefusedError("Nothing differs from what the entry says already.")
    hides = list_asking.hides(before, entry, editor.at.date())
    # A first order takes nothing away: the entry holds whom it held, and the desk learns more.
    is_laxer = hides or (rule is not None and ruled is not None and rule.says_less_than(ruled))
    return _Wanted(draft, entry, rule, (*changes(before, entry), *of_rule), is_laxer)


def _save(
    session: Session, known: Watchlist, wanted: _Wanted, editor: Editor, reason: str = ""
) -> Edited:
    if wanted.rule is not None:
        custody.keep(session, known.list_id, wanted.entry.entry_id, wanted.rule)
    edited = _put(session, known, wanted.entry, EntryChangeKind.CHANGED)
    _remember(session, edited, editor, wanted.changes, reason)
    return edited


def _put(
    session: Session, known: Watchlist, entry: WatchlistEntry, what: EntryChangeKind
) -> Edited:
    delta = EntryDelta(put=entry)
    next_version = replace(known, version=known.version + 1)
    return Edited(watchlists.apply_delta(session, next_version, delta), delta, entry, what)


def _drop(session: Session, known: Watchlist, entry: WatchlistEntry) -> Edited:
    delta = EntryDelta(drop=entry.entry_id)
    dropped = watchlists.apply_delta(session, replace(known, version=known.version + 1), delta)
    return Edited(dropped, delta, entry, EntryChangeKind.REMOVED)


def _ask(
    session: Session,
    known: Watchlist,
    entry: WatchlistEntry,
    reason: str,
    editor: Editor,
    *,
    wanted: _Wanted | None = None,
) -> None:
    session.add(
        EntryRemovalRow(
            list_id=known.list_id,
            entry_id=entry.entry_id,
            asked_by=editor.staff_id,
            asked_by_name=editor.name,
            asked_at=editor.at,
            reason=reason,
            draft="" if wanted is None else codec.to_json(wanted.draft).decode(),
        )
    )
    is_change = wanted is not None
    what = EntryChangeKind.CHANGE_ASKED if is_change else EntryChangeKind.REMOVAL_ASKED
    asked = Edited(known, EntryDelta(), entry, what)
    _remember(session, asked, editor, () if wanted is None else wanted.changes, reason)


def _remember(
    session: Session,
    edited: Edited,
    editor: Editor,
    changes: tuple[FieldChange, ...],
    reason: str = "",
) -> None:
    session.add(
        EntryHistoryRow(
            change_id=new_id(editor.at),
            list_id=edited.watchlist.list_id,
            entry_id=edited.entry.entry_id,
            what=edited.what.value,
            entry_version=edited.entry.version,
            list_version=edited.watchlist.version,
            changed_at=editor.at,
            changed_by=editor.name,
            fields=codec.to_json(changes).decode(),
            reason=reason,
        )
    )
    session.flush()


def _event(row: EntryHistoryRow) -> EntryEvent:
    return EntryEvent(
        EntryChangeKind(row.what),
        row.entry_version,
        row.list_version,
        row.changed_at,
        row.changed_by,
        codec.from_json(row.fields, tuple[FieldChange, ...]),
        row.reason,
    )
