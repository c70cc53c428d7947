"""The list in force that a file is compared with, and how the two come together.

An import asks, with `ImportAsksError`, where it would undo what people wrote by hand, and where the
list has changed since somebody looked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from db import districts, list_asking, sites, watchlists
from db.domain.desk import ByHand
from db.domain.errors import ImportAsksError, ImportRefusedError
from db.domain.watchlist import Category, Watchlist
from db.engine import Database
from db.list_by_hand import Keeping, written_in
from db.list_difference import Step, compare, known_of
from db.list_file import ListFile
from db.list_returns import Cleared, cleared_of, going_on
from db.list_rows import entry_in
from db.list_same import Written
from db.list_spool import Line
from db.models import WatchlistRow

_CHANGED = (
    "The list has changed since then. Nothing was changed by this import. Look again at what the "
    "file would change, then import it."
)


@dataclass(frozen=True, slots=True)
class Before:
    """The list in force, None when there is none yet."""

    known: Watchlist | None
    edition: int | None
    written: Mapping[UUID, Written]
    cleared: Cleared

    @property
    def version(self) -> int | None:
        """The version that the file is compared with."""
        return None if self.known is None else self.known.version


def before_of(
    database: Database, name: str, site_id: str, seen_version: int | None = None
) -> Before:
    """A site's list, or the district's, of that name.

    Raises when it is not in the version that somebody has seen, and when it would be a second one
    of its name: see `check_only`.
    """
    with database.read() as session:
        check_only(session, name, site_id)
        known = watchlists.named(session, name, site_id)
        edition = None if known is None else watchlists.edition_of(session, known.list_id)
        if seen_version not in (None, 0 if known is None else known.version):
            raise ImportAsksError(_CHANGED)
        if known is None or edition is None:
            return Before(None, None, {}, {})
        written = written_in(session, known.list_id, edition)
        return Before(known, edition, written, cleared_of(session, known.list_id))


def check_only(session: Session, name: str, site_id: str) -> None:
    """Raises `ImportRefusedError` where an import would begin a list that somebody else has.

    A file that comes each night would else begin the district's list beside the school's that it
    was meant for, or a school's beside the district's once that was shared; the one that people
    are compared with grows old unseen.
    """
    if watchlists.named(session, name, site_id) is not None:
        return
    if site_id and watchlists.named(session, name) is not None:
        raise ImportRefusedError(
            f'"{name}" is the district\'s list, by which every school screens: a school does not '
            "begin a second one of that name. Nothing was changed. Import it as the district's "
            "(without --site; at the console with all schools chosen), or under another name."
        )
    schools = {site.site_id: site.name for site in sites.everyone(session)}
    own = [w.site_id for w in watchlists.all_lists(session) if w.name.casefold() == name.casefold()]
    if not site_id and own:
        names = [schools.get(owner, owner) for owner in own]
        raise ImportRefusedError(
            f'The district has no list called "{name}", but {" and ".join(names)} has. Nothing was '
            f'changed. To go on with that one, say whose it is: --site "{names[0]}" (at the '
            "console choose the school). To make it every school's first: vestibule-hub lists "
            f'share --name "{name}" --site "{names[0]}".'
        )


def keeping_of(before: Before, read: ListFile, by_hand: ByHand | None) -> Keeping:
    """What is to stay of the list; without a word all that people wrote by hand."""
    return Keeping(before.written, read.has, keeps=by_hand is not ByHand.UNDO)


def compared(
    session: Session,
    before: Before,
    at: int,
    batch: list[Line],
    keeping: Keeping,
    *,
    today: date,
) -> Step:
    """What batch number `at` of the file does to the list."""
    known = known_of(session, before.edition, at)
    digests = {entry_id: digest for entry_id, (digest, _) in known.items()}
    lines, entries = keeping.applied(session, before.edition, batch, digests)
    step = compare(lines, known)
    laxer = frozenset(
        values[0]
        for _, values in step.changed
        if list_asking.hides(entries[UUID(values[0])], entry_in(values), today, is_import=True)
    )
    step = replace(step, laxer=laxer, before=entries)
    added = {values[0] for _, values in step.added} & before.cleared.keys()
    if not added:
        return step
    return replace(step, values=going_on(session, before.cleared, step.values, added))


def laxer_notes(before: Before, wanted: Category, laxer: int) -> tuple[str, ...]:
    """Sentences on whom the list would no longer hold, beside those who are removed."""
    notes = []
    if laxer:
        entries = "1 changed entry" if laxer == 1 else f"{laxer:,} changed entries"
        notes.append(
            f"With {entries} somebody may pass who was held before: by another birth date, a name "
            "that goes or changes, or days on which it does not count."
        )
    if is_laxer(None if before.known is None else before.known.category, wanted):
        notes.append(
            "The list would become a registry, in which an exact name without a birth date need "
            "not hold anybody; before, it always did."
        )
    return tuple(notes)


def is_laxer(before: Category | None, after: Category) -> bool:
    """Whether a list of this category holds less: a registry alone may need more than a name."""
    return before not in (None, Category.REGISTRY) and after is Category.REGISTRY


def check_in_force(session: Session, name: str, site_id: str, before: Before) -> None:
    """Raises when somebody changed the list meanwhile, however long the file took to come in."""
    if before.known is not None:  # nobody edits it until this transaction ends
        districts.get(session, WatchlistRow, before.known.list_id, with_for_update=True)
    now_is, was = (
        None if known is None else (known.list_id, known.version)
        for known in (watchlists.named(session, name, site_id), before.known)
    )
    if now_is != was:
        raise ImportAsksError(_CHANGED)


def ask_of_hands(keeping: Keeping, by_hand: ByHand | None) -> None:
    """Raises when people wrote something that the file would undo, and nobody said whether."""
    if keeping.undoes and by_hand is None:
        what = "entry" if keeping.undoes == 1 else "entries"
        raise ImportAsksError(
            f"People wrote by hand into {keeping.undoes:,} {what} what the file does not say. "
            "Nothing was changed. Say whether it is to stay (keep) or to go (undo); the preview "
            "and vestibule-hub lists diff name each."
        )
