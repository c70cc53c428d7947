"""A hub that answers from values: the console's port without a network."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from uuid import UUID

from admin_console.console.answers import OddAnswerError, SessionOverError
from admin_console.console.client import ListFile, VisitFilter
from db.domain.clearance import Clearance, Clearances, Standing
from db.domain.decision import DecidedAt, Decision, Verdict
from db.domain.desk import (
    Desk,
    ImportPreview,
    ImportProgress,
    Lists,
    OnSite,
    Role,
    SignedIn,
    VisitPage,
    VisitStory,
)
from db.domain.entry_history import EntryDeeds, EntryDraft, EntryFile, EntryPage, RemovalAsked
from db.domain.errors import HubAwayError, HubRefusedError
from db.domain.figures import ScreeningFigures
from db.domain.notice import Notice, Notices
from db.domain.people import PersonName
from db.domain.sites import KnownSite
from db.domain.visit import CheckOutWay, Visit, VisitState
from db.domain.watchlist import Category, Watchlist
from tests.console import counted, invented, invented_inside, listed, records
from tests.console.audited import AuditedHub
from tests.console.fake_kiosks import FakeKiosks
from tests.console.fake_rules import FakeRules

PASSWORD = "open sesame"  # noqa: S105 (of an invented person)


def _set_event() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


@dataclass
class FakeHub(AuditedHub, FakeKiosks, FakeRules):
    """One school's hub; `go_away` and `come_back` are its network."""

    desk_answer: Desk = field(default_factory=invented.make_desk)
    on_site_answer: OnSite = field(default_factory=invented_inside.make_on_site)
    pages: dict[str | None, VisitPage] = field(default_factory=lambda: {None: records.make_page()})
    lists_answer: Lists = field(default_factory=records.make_lists)
    clearances_answer: Clearances = field(default_factory=records.make_clearances)
    notices_answer: Notices = field(default_factory=records.make_notices)
    figures_answer: ScreeningFigures = field(default_factory=counted.make_figures)
    counted_days: list[tuple[date, date, UUID | None]] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)
    refuses_end: Exception | None = None
    preview_answer: ImportPreview = field(default_factory=records.make_preview)
    stories: dict[UUID, VisitStory] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    role: Role = Role.FRONT_DESK
    sites: tuple[KnownSite, ...] = ()
    is_limited: bool = False
    chosen_sites: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    refuses_decision: Exception | None = None
    refuses_import: Exception | None = None
    refuses_check_out: Exception | None = None
    wanted: list[VisitFilter] = field(default_factory=list)
    imported: list[tuple[ListFile, bool]] = field(default_factory=list)
    progress_answer: ImportProgress | None = None
    cancelled: int = 0
    previewed: list[ListFile] = field(default_factory=list)
    tickets: list[UUID] = field(default_factory=list)
    may_preview: threading.Event = field(default_factory=_set_event)
    """A preview waits for it."""
    may_import: threading.Event = field(default_factory=_set_event)
    """An import waits for it."""
    entries: dict[UUID, EntryFile] = field(default_factory=listed.make_entries)
    drafts: list[tuple[UUID | None, EntryDraft]] = field(default_factory=list)
    removals: list[tuple[UUID, int, str]] = field(default_factory=list)
    refuses_entry: Exception | None = None
    deeds_answer: EntryDeeds = field(default_factory=listed.make_deeds)
    pictures: list[bytes] = field(default_factory=list)
    refuses_picture: Exception | None = None
    refuses_list: Exception | None = None
    begun: list[tuple[str, Category, int | None]] = field(default_factory=list)
    is_away: bool = False
    is_over: bool = False
    is_troubled: bool = False
    version: int = 1
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _is_closed: bool = False

    def change(self, desk: Desk | None = None) -> None:
        """Something happened: whoever waits is told."""
        with self._changed:
            self.desk_answer = desk if desk is not None else self.desk_answer
            self.version += 1
            self._changed.notify_all()

    def go_away(self) -> None:
        with self._changed:
            self.is_away = True
            self._changed.notify_all()

    def come_back(self) -> None:
        self.is_away = False

    def sign_in(self, name: str, password: str, code: str = "", new_password: str = "") -> SignedIn:
        self._answer()
        if password != PASSWORD:
            msg = "Name and password do not fit together. Try again."
            raise HubRefusedError(msg)
        self.check_code(code, new_password)
        signed_in = invented.make_signed_in(self.role)
        staff = replace(signed_in.staff, name=name)
        return replace(signed_in, staff=staff, sites=self.sites, is_limited=self.is_limited)

    def choose_site(self, site_id: str) -> None:
        self.chosen_sites.append(site_id)

    def sign_out(self) -> None:
        self._answer()

    def wait_for_change(self, since: int, seconds: int) -> int:
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self.version > since
                    or self.is_away
                    or self._is_closed
                    or self.is_over
                    or self.is_troubled
                ),
                seconds,
            )
        self._answer()
        return self.version

    def desk(self) -> Desk:
        self._answer()
        return self.desk_answer

    def on_site(self) -> OnSite:
        self._answer()
        return self.on_site_answer

    def visits(self, wanted: VisitFilter, page: str | None) -> VisitPage:
        self._answer()
        self.wanted.append(wanted)
        found = self.pages[page]
        text = wanted.text.casefold()
        if not text:
            return found
        visits = tuple(v for v in found.visits if text in v.identity.name.full.casefold())
        return replace(found, visits=visits, total=len(visits))

    def story(self, visit_id: UUID) -> VisitStory:
        self._answer()
        if visit_id in self.stories:
            return self.stories[visit_id]
        visits = (v for page in self.pages.values() for v in page.visits)
        visit = next((v for v in visits if v.visit_id == visit_id), None)
        if visit is None:
            msg = "There is no such visit."
            raise HubRefusedError(msg)
        return records.make_story(visit)

    def export(self, wanted: VisitFilter, to: Path, progress: Callable[[int], None]) -> int:
        visits = self.visits(wanted, None).visits
        for count, _visit in enumerate(visits, start=1):
            progress(count)
        to.write_text("\n".join(v.identity.name.full for v in visits), encoding="utf-8")
        return len(visits)

    def decide(self, visit_id: UUID, verdict: Verdict, reason: str) -> Decision:
        self._answer()
        if self.refuses_decision is not None:
            raise self.refuses_decision
        decision = Decision(
            invented.make_id(7000 + len(self.decisions)),
            visit_id,
            verdict,
            reason,
            "Dana Whitlock",
            invented.NOW,
            DecidedAt.CONSOLE,
        )
        self.decisions.append(decision)
        left = tuple(h for h in self.desk_answer.holds if h.visit.visit_id != visit_id)
        self.change(replace(self.desk_answer, holds=left))
        return decision

    def check_out(self, visit_id: UUID) -> Visit:
        self._answer()
        if self.refuses_check_out is not None:
            raise self.refuses_check_out
        inside = self.on_site_answer.visits
        gone = next(v for v in inside if v.visit_id == visit_id)
        left = tuple(v for v in inside if v.visit_id != visit_id)
        self.on_site_answer = replace(self.on_site_answer, visits=left)
        alarms = tuple(a for a in self.desk_answer.alarms if a.visit.visit_id != visit_id)
        self.change(replace(self.desk_answer, alarms=alarms))
        return replace(
            gone,
            state=VisitState.DEPARTED,
            checked_out_at=invented.NOW,
            checked_out_by=CheckOutWay.STAFF,
        )

    def lists(self) -> Lists:
        self._answer()
        return self.lists_answer

    def import_progress(self) -> ImportProgress | None:
        self._answer()
        return self.progress_answer

    def cancel_import(self) -> None:
        self._answer()
        self.cancelled += 1
        self.may_import.set()

    def people(self, list_id: UUID, text: str, page: str | None) -> EntryPage:
        self._answer()
        assert list_id in {w.list_id for w in self.lists_answer.lists}
        found = (f.entry for f in self.entries.values() if f.entry is not None)
        shown = tuple(e for e in found if text.casefold() in e.name.full.casefold())
        return EntryPage(invented.NOW, shown if page is None else ())

    def entry(self, list_id: UUID, entry_id: UUID) -> EntryFile:
        self._answer()
        return replace(self.entries[entry_id], list_id=list_id)

    def save_entry(
        self, list_id: UUID, entry_id: UUID | None, draft: EntryDraft, version: int
    ) -> EntryFile:
        self._answer()
        if self.refuses_entry is not None:
            raise self.refuses_entry
        self.drafts.append((entry_id, draft))
        known = self.entries.get(entry_id or invented.make_id(9999)) or listed.make_entry_file()
        assert known.entry is not None
        name = PersonName(draft.given, draft.family, draft.middle, draft.suffix)
        saved = replace(known.entry, name=name, version=version + 1 if entry_id else 1)
        return replace(known, list_id=list_id, entry=saved)

    def remove_entry(self, list_id: UUID, entry_id: UUID, version: int, reason: str) -> EntryFile:
        self._answer()
        self.removals.append((entry_id, version, reason))
        known = self.entries[entry_id]
        if known.removal is not None:
            return replace(known, list_id=list_id, entry=None, removal=None)
        asked = RemovalAsked("Dana Whitlock", invented.make_id(1), invented.NOW, reason)
        self.entries[entry_id] = replace(known, removal=asked)
        return self.entries[entry_id]

    def keep_entry(self, list_id: UUID, entry_id: UUID) -> EntryFile:
        self._answer()
        self.entries[entry_id] = replace(self.entries[entry_id], list_id=list_id, removal=None)
        return self.entries[entry_id]

    def entry_deeds(self, list_id: UUID, entry_id: UUID) -> EntryDeeds:
        self._answer()
        assert self.entries[entry_id].list_id == list_id
        return self.deeds_answer

    def add_photo(self, content: bytes) -> str:
        self._answer()
        if self.refuses_picture is not None:
            raise self.refuses_picture
        self.pictures.append(content)
        name = hashlib.sha256(content).hexdigest()
        self.photos[name] = content
        return name

    def add_list(self, name: str, category: Category, max_age_days: int | None) -> Watchlist:
        self._answer()
        if self.refuses_list is not None:
            raise self.refuses_list
        self.begun.append((name, category, max_age_days))
        number = 600 + len(self.begun)
        begun = Watchlist(
            invented.make_id(number), name, category, 1, invented.NOW, 0, max_age_days
        )
        lists = (*self.lists_answer.lists, begun)
        self.lists_answer = replace(self.lists_answer, lists=lists)
        return begun

    def clearances(self) -> Clearances:
        self._answer()
        return self.clearances_answer

    def end_clearance(self, clearance_id: UUID) -> Clearance:
        self._answer()
        if self.refuses_end is not None:
            raise self.refuses_end
        self.ended.append(clearance_id)
        lines = tuple(
            replace(
                line,
                clearance=replace(
                    line.clearance, ended_at=invented.NOW, ended_by="Priya Raghunathan"
                ),
                standing=Standing.ENDED,
            )
            if line.clearance.clearance_id == clearance_id
            else line
            for line in self.clearances_answer.clearances
        )
        in_force = sum(line.standing is Standing.IN_FORCE for line in lines)
        self.clearances_answer = replace(
            self.clearances_answer, clearances=lines, in_force=in_force
        )
        return next(c.clearance for c in lines if c.clearance.clearance_id == clearance_id)

    def screening_figures(
        self, first_day: date, last_day: date, list_id: UUID | None
    ) -> ScreeningFigures:
        self._answer()
        self.counted_days.append((first_day, last_day, list_id))
        return replace(self.figures_answer, first_day=first_day, last_day=last_day, list_id=list_id)

    def notices(self) -> Notices:
        self._answer()
        return self.notices_answer

    def read_notice(self, notice_id: UUID) -> Notice:
        self._answer()
        notices = tuple(
            replace(n, read_at=invented.NOW, read_by="Dana Whitlock")
            if n.notice_id == notice_id
            else n
            for n in self.notices_answer.notices
        )
        unread = sum(n.read_at is None for n in notices)
        self.notices_answer = replace(self.notices_answer, notices=notices, unread=unread)
        self.change(replace(self.desk_answer, unread_notices=unread))
        return next(n for n in notices if n.notice_id == notice_id)

    def preview_progress(self, ticket: UUID) -> ImportProgress | None:
        self._answer()
        assert ticket == self.tickets[-1]
        return self.progress_answer

    def stop_preview(self, ticket: UUID) -> None:
        self._answer()
        assert ticket == self.tickets[-1]
        self.cancelled += 1
        self.may_preview.set()

    def preview(self, file: ListFile, ticket: UUID) -> ImportPreview:
        self._answer()
        self.previewed.append(file)
        self.tickets.append(ticket)
        self.may_preview.wait(10)
        if self.cancelled:
            msg = "The file is read no more. Nothing was changed."
            raise HubRefusedError(msg)
        file.path.read_bytes()
        return self.preview_answer

    def import_list(self, file: ListFile, *, skip_bad: bool) -> Watchlist:
        self._answer()
        if self.refuses_import is not None:
            raise self.refuses_import
        self.may_import.wait(10)
        if self.cancelled:
            msg = "The import was stopped. Nothing was changed."
            raise HubRefusedError(msg)
        self.imported.append((file, skip_bad))
        return replace(self.lists_answer.lists[0], name=file.list_name, version=42)

    def photo(self, sha256: str) -> bytes:
        self._answer()
        if sha256 not in self.photos:
            msg = "There is no such photo."
            raise HubRefusedError(msg)
        return self.photos[sha256]

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _answer(self) -> None:
        if self.is_over:
            msg = "Your session is over. Sign in again."
            raise SessionOverError(msg)
        if self.is_troubled:
            msg = "The hub answered that it has trouble itself."
            raise OddAnswerError(msg)
        if self.is_away or self._is_closed:
            msg = "The hub does not answer."
            raise HubAwayError(msg)
