"""Reception's transactions, run one after the other on the database thread.

Each method returns at once; `done` or `failed` is called on the GUI thread. What somebody at the
screen waits for fails with `NoAnswerError` when it takes too long; it may still be done later, and
then stays done. What was written is announced by `written`, so that it is sent to the hub without
waiting.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal
from sqlalchemy.orm import Session

from db import clock_doubt, photos, retention, settings, staff_pins, visits
from db.domain.days import Days
from db.domain.decision import Decision
from db.domain.errors import VestibuleError
from db.domain.events import BadgeFailed, BadgePrinted
from db.domain.people import Identity, PersonName
from db.domain.screening import Outcome
from db.domain.visit import CheckOutWay, Host, Visit
from db.engine import Database
from db.list_index import ListIndexes
from db.screening.index import Index
from db.staff_pins import StaffOnDuty
from kiosk import pin_lock, readings, reception, standing
from kiosk.answer import Answer, NoAnswerError
from kiosk.draft import VisitDraft
from kiosk.lists import load_index
from kiosk.pin_lock import PinLock
from kiosk.readings import Way
from kiosk.reception import Desk, NewBadge, ScreenedVisit
from kiosk.standing import Kept
from kiosk.sync.exchange import HOSTS
from resources.toolkit.jobs import Jobs

LOG = logging.getLogger(__name__)
ANSWER_SECONDS = 20.0
"""How long somebody at the screen waits for the database before they are sent to the office."""
FIRST_LISTS_SECONDS, NEW_LISTS_SECONDS = 10.0, 2.0
"""How long a screening waits for lists that are just being loaded: when there are none yet, it is a
hold without them; when there are, it goes by the ones before."""
T = TypeVar("T")

Done = Callable[[T], object]
Failed = Callable[[Exception], object]


class FrontDesk(QObject):
    """The kiosk's only writer of visits.

    Signals:
        written: something new is in the database.
    """

    written = Signal()

    def __init__(
        self,
        database: Database,
        jobs: Jobs,
        desk: Desk,
        now: Callable[[], datetime],
        *,
        list_jobs: Jobs,
        lists: ListIndexes,
        answer_seconds: float = ANSWER_SECONDS,
        offset_ms: Callable[[], int] = lambda: 0,
        clocks: Callable[[], tuple[datetime, ...]] = tuple,
    ) -> None:
        """`offset_ms`: by how much `now` is ahead of the computer's own clock.

        `clocks`: what each clock says that may be right; empty when the hub bears none out.
        """
        super().__init__()
        self._database = database
        self._jobs = jobs
        self._list_jobs = list_jobs
        self._lists = lists
        self._desk = desk
        self._now, self._offset_ms, self._clocks = now, offset_ms, clocks
        self._answer_seconds = answer_seconds
        self._loads = 0
        self._loading = threading.Lock()
        self._loaded = threading.Event()
        self._loaded.set()
        self._index: Index | None = None
        self._known: reception.Moments = ()
        """What it may be beside `now` where the hub bears no clock out."""

    @property
    def desk(self) -> Desk:
        """Who this kiosk is, and what its events say of its clock just now."""
        device = replace(self._desk.device, clock_offset_ms=self._offset_ms())
        return replace(self._desk, device=device)

    def close(self) -> None:
        """Nobody waits any more."""
        for timer in self.findChildren(QTimer):
            timer.stop()

    def load_lists(self) -> None:
        """Load the lists again. Without them every visitor is held."""

        def load() -> Index | None:
            try:
                index = load_index(self._database, self._lists)
                with self._database.read() as session:
                    self._known = reception.moments_alone(session, self._now())
                self._index = index
            except Exception:
                self._index = None
                raise
            finally:
                # Here and not on the GUI thread, so that a screening that waits goes on at once.
                self._end_load()
            return self._index

        def lost(error: Exception) -> None:
            LOG.error("the lists could not be loaded (%s): every visitor is held", type(error))

        with self._loading:
            self._loads += 1
            self._loaded.clear()
        self._list_jobs.run(load, _ignore, lost)

    def _end_load(self) -> None:
        with self._loading:
            self._loads -= 1
            if not self._loads:
                self._loaded.set()

    @property
    def are_lists_loaded(self) -> bool:
        """Whether visitors are compared with lists; if not, each of them is held."""
        return self._index is not None

    def document_days(self) -> Days:
        """The days by which an ID is judged: those of every clock that may be right."""
        moments = self._clocks() or self._known
        return clock_doubt.days_at(self._desk.zone, self._now(), *moments)

    def _lists_now(self) -> Index | None:
        """The lists as they are; those that are just being loaded if they come soon."""
        self._loaded.wait(FIRST_LISTS_SECONDS if self._index is None else NEW_LISTS_SECONDS)
        return self._index

    def screen(self, identity: Identity, done: Done[ScreenedVisit], failed: Failed) -> None:
        """Compare with the lists as they are when the job runs, not when it was asked for.

        Whoever is cleared too late to be told has been sent to the office: that visit is given up.
        A hold stays: the office sees it.
        """

        def work(session: Session) -> ScreenedVisit:
            index, now = self._lists_now(), self._now()
            return reception.screen_visitor(
                session, self.desk, identity, index, now, clocks=self._clocks()
            )

        def late(screened: ScreenedVisit) -> None:
            if screened.screening.outcome is Outcome.CLEAR:
                self.abandon(screened.visit.visit_id)

        answer = self._awaited(done, failed, late)
        self._write(work, answer.done, answer.failed)

    def decide(
        self, decision: Decision, staff: StaffOnDuty, done: Done[Decision], failed: Failed
    ) -> None:
        def work(session: Session) -> Decision:
            return reception.record_decision(
                session, self.desk, decision, staff.staff_id, clocks=self._clocks()
            )

        answer = self._awaited(done, failed)
        self._write(work, answer.done, answer.failed)

    def check_in(
        self, draft: VisitDraft, badge: NewBadge, done: Done[Visit], failed: Failed
    ) -> None:
        answer = self._awaited(done, failed)
        self._write(
            lambda s: reception.check_in(s, self.desk, draft, badge, self._now()),
            answer.done,
            answer.failed,
        )

    def check_out(
        self, visit_id: UUID, way: CheckOutWay, done: Done[Visit], failed: Failed
    ) -> None:
        answer = self._awaited(done, failed)
        self._write(
            lambda s: reception.check_out(s, self.desk, visit_id, way, self._now()),
            answer.done,
            answer.failed,
        )

    def abandon(self, visit_id: UUID) -> None:
        self._write(
            lambda s: reception.abandon(s, self.desk, visit_id, self._now()), _ignore, _log_only
        )

    def settle_badge(self, outcome: BadgePrinted | BadgeFailed) -> None:
        self._write(
            lambda s: reception.badge_settled(s, self.desk, outcome, self._now()),
            _ignore,
            _log_only,
        )

    def count_reading(self, way: Way) -> None:
        """Count a code that was accepted; the hub is not told."""

        def work() -> None:
            with self._database.begin() as session:
                readings.count_one(session, way)

        self._jobs.run(work, _ignore, _log_only)

    def delete_old_photos(self, keep_days: int, unsure: Callable[[], object]) -> None:
        """Delete the photos whose days are over, sent or not: the photo's page promised it.

        `unsure` is called when the clock is not certain (`clock_doubt.Found`).
        """

        def work() -> tuple[int, bool]:
            now, deleted = self._now(), 0
            with self._database.begin() as session:
                clock = clock_doubt.look(session, now)
                if clock.is_believed:
                    before = now - timedelta(days=keep_days)
                    settled = now if clock.is_settled else None
                    deleted = photos.purge(session, self.desk.photos, before, settled)
            photos.renew(self.desk.photos)
            return deleted, clock.is_certain

        def told(done: tuple[int, bool]) -> None:
            deleted, is_certain = done
            if deleted:
                LOG.info("%d photos were deleted: their days are over", deleted)
            if not is_certain:
                unsure()

        self._jobs.run(work, told, _log_only)

    def forget_old_visits(self) -> None:
        """Forget who came, of visits whose days are over and of which no hub waits for anything.

        Beside reception's own work, a few at a time: nobody at the screen waits for it.
        """

        def work() -> object:
            return retention.forget_when_certain(self._database, self._now(), is_kiosk=True)

        self._list_jobs.run(work, _ignore, _log_only)

    # ---- reading -----------------------------------------------------------------------------

    def decision_on(self, visit_id: UUID, done: Done[Decision | None]) -> None:
        self._read(lambda s: visits.decision_in_force(s, visit_id), done, _log_only)

    def find_by_badge(self, token: str, done: Done[Visit | None], failed: Failed) -> None:
        self._ask(lambda s: visits.on_site_with_token(s, token), done, failed)

    def find_by_sticker(self, sticker: str, done: Done[Visit | None], failed: Failed) -> None:
        self._ask(lambda s: visits.on_site_with_sticker(s, sticker), done, failed)

    def find_by_identity(self, identity: Identity, done: Done[list[Visit]], failed: Failed) -> None:
        self._ask(lambda s: reception.on_site_of(s, self.desk, identity), done, failed)

    def find_by_name(self, name: PersonName, done: Done[list[Visit]], failed: Failed) -> None:
        self._ask(lambda s: visits.on_site_named(s, name), done, failed)

    def check_pin(
        self,
        pin: str,
        now: datetime,
        done: Done[StaffOnDuty | PinLock],
        failed: Failed,
        lock: str = pin_lock.PIN_LOCK,
    ) -> None:
        """Whose PIN it is; for a wrong one, how this lock of the kiosk stands from now on."""

        def job() -> StaffOnDuty | PinLock:
            with self._database.read() as session:  # hashing takes long: nobody waits for it
                staff = staff_pins.whose(session, pin)
            with self._database.begin() as session:
                if staff is None:
                    return pin_lock.count_wrong(session, now, lock)
                pin_lock.forget(session, lock)
            return staff

        answer = self._awaited(done, failed)
        self._jobs.run(job, answer.done, answer.failed)

    def read_pin_lock(self, lock: str, done: Done[PinLock]) -> None:
        """How wrong PINs had locked the kiosk before the program was started."""
        self._read(lambda s: pin_lock.read(s, lock), done, _log_only)

    def standing(self, done: Done[Kept]) -> None:
        """How this kiosk stands, as its database says."""
        self._read(lambda s: standing.read(s, self.desk.device), done, _log_only)

    def hosts(self, done: Done[tuple[Host, ...]]) -> None:
        self._read(lambda s: settings.read(s, HOSTS, tuple[Host, ...]) or (), done, _log_only)

    def _awaited(self, done: Done[T], failed: Failed, late: Done[T] | None = None) -> Answer[T]:
        return Answer(self._answer_seconds, done, failed, late or _ignore, self)

    def _ask(self, work: Callable[[Session], T], done: Done[T], failed: Failed) -> None:
        answer = self._awaited(done, failed)
        self._read(work, answer.done, answer.failed)

    def _write(self, work: Callable[[Session], T], done: Done[T], failed: Failed) -> None:
        def job() -> T:
            with self._database.begin() as session:
                return work(session)

        def told(result: T) -> None:
            self.written.emit()
            done(result)

        self._jobs.run(job, told, failed)

    def _read(self, work: Callable[[Session], T], done: Done[T], failed: Failed) -> None:
        def job() -> T:
            with self._database.read() as session:
                return work(session)

        self._jobs.run(job, done, failed)


def words_of(error: Exception) -> str:
    """What to tell a person of an error: its own words when it is one of ours."""
    if isinstance(error, VestibuleError):
        return str(error)
    if isinstance(error, NoAnswerError):
        return "This takes longer than it should."
    return "Something in this program did not work."


def _ignore(_: object) -> None:
    pass


def _log_only(error: Exception) -> None:
    LOG.error("a transaction failed: %s", words_of(error))
