"""A signed-in console's way to the hub: questions in workers, answers on the GUI thread."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Signal

from admin_console.console.answers import OddAnswerError, SessionOverError
from admin_console.console.client import HubClient
from admin_console.console.live import LiveWatch, Missed
from db.domain.desk import SignedIn
from db.domain.errors import HubAwayError
from resources.toolkit.jobs import Jobs

T = TypeVar("T")

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Connection:
    """Whether the hub answers, and since when not."""

    is_up: bool
    heard_at: datetime
    """When the hub last answered anything."""
    tries: int = 0
    next_try_at: datetime | None = None
    is_troubled: bool = False
    """Something answers there, but with errors only: the network is not to blame."""


class HubSession(QObject):
    """Asks the hub for this member of staff and listens for changes.

    Signals:
        changed: something is different at the hub: ask again for what is shown.
        connection_changed: with a `Connection`.
        over: the hub ended the session, with words.
    """

    changed = Signal()
    connection_changed = Signal(object)
    over = Signal(str)

    def __init__(
        self, hub: HubClient, signed_in: SignedIn, clock: Clock, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._hub, self._clock = hub, clock
        self.staff, self.site, self.sites = signed_in.staff, signed_in.site, signed_in.sites
        self.is_limited = signed_in.is_limited
        self._chosen_site = ""
        self.zone = ZoneInfo(signed_in.site.time_zone)
        self.connection = Connection(is_up=True, heard_at=clock())
        # One lane each, so that a decision never waits behind a list of a million people.
        self._reading = Jobs("hub-read", self)
        self._acting = Jobs("hub-act", self)
        self._carrying = Jobs("hub-carry", self)
        self._looking = Jobs("hub-look", self)
        self._watch = LiveWatch(hub, self)
        self._watch.heard.connect(self._on_heard)
        self._watch.missed.connect(self._on_missed)
        self._watch.ended.connect(self.over)
        self._version: int | None = None
        self._is_closed = False

    def start(self) -> None:
        self._watch.start()

    @property
    def chosen_site(self) -> str:
        """The id of the school that is looked at; empty for all that there are to see."""
        return self._chosen_site

    def choose_site(self, site_id: str) -> None:
        """Look at one school; with an empty id at all that there are to see."""
        self._chosen_site = site_id
        self._hub.choose_site(site_id)

    def site_of(self, site_id: str) -> str:
        """Which school something is of, where more than one is looked at; else nothing."""
        if len(self.sites) < 2 or self._chosen_site:
            return ""
        return next((site.name for site in self.sites if site.site_id == site_id), "")

    def owner_of(self, site_id: str) -> str:
        """Whose list it is: a school's, or the district's; nothing where there is one school."""
        if len(self.sites) > 1 and not site_id:
            return "The district"
        return self.site_of(site_id)

    def now(self) -> datetime:
        return self._clock()

    def try_now(self) -> None:
        self._watch.try_now()

    def ask(
        self,
        question: Callable[[HubClient], T],
        done: Callable[[T], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """A quick question."""
        self._run(self._reading, question, done, failed)

    def act(
        self,
        deed: Callable[[HubClient], T],
        done: Callable[[T], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Something that changes the world: decisions and sign-outs."""
        self._run(self._acting, deed, done, failed)

    def act_now(self, deed: Callable[[HubClient], T]) -> T:
        """As `act`, but waits: for the last thing before somebody leaves.

        Everything that was begun before it is finished first. Raises what the deed raises.
        """
        if self._is_closed:
            raise HubAwayError("The line to the hub is closed already.")
        answer: Future[T] = Future()

        def work() -> None:
            try:
                answer.set_result(deed(self._hub))
            except Exception as error:  # noqa: BLE001 (raised again where it is waited for)
                answer.set_exception(error)

        self._acting.run(work, lambda _none: None)
        return answer.result()

    def carry(
        self,
        load: Callable[[HubClient], T],
        done: Callable[[T], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Something long: a list's file, an export."""
        self._run(self._carrying, load, done, failed)

    def look(
        self,
        picture: Callable[[HubClient], T],
        done: Callable[[T], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """A photo: many, small, and never in anybody's way."""
        self._run(self._looking, picture, done, failed)

    def close(self) -> None:
        self._is_closed = True
        self._watch.stop()
        for lane in (self._reading, self._acting, self._carrying, self._looking):
            lane.close()

    def _run(
        self,
        lane: Jobs,
        work: Callable[[HubClient], T],
        done: Callable[[T], object],
        failed: Callable[[Exception], object],
    ) -> None:
        def on_done(value: T) -> None:
            if self._is_closed:  # who asked has left, and the pages with them
                return
            self._note_answer()
            done(value)

        def on_failed(error: Exception) -> None:
            if self._is_closed:
                return
            if isinstance(error, SessionOverError):
                self.over.emit(str(error))
            if isinstance(error, HubAwayError):
                is_troubled = isinstance(error, OddAnswerError)
                self._note_silence(max(1, self.connection.tries), None, is_troubled=is_troubled)
            failed(error)

        lane.run(lambda: work(self._hub), on_done, on_failed)

    def _note_answer(self) -> None:
        came_back = not self.connection.is_up
        self.connection = Connection(is_up=True, heard_at=self.now())
        if came_back:
            self.connection_changed.emit(self.connection)
            self.changed.emit()

    def _note_silence(self, tries: int, next_try_at: datetime | None, *, is_troubled: bool) -> None:
        at = next_try_at if next_try_at is not None else self.connection.next_try_at
        self.connection = replace(
            self.connection, is_up=False, tries=tries, next_try_at=at, is_troubled=is_troubled
        )
        self.connection_changed.emit(self.connection)

    def _on_heard(self, version: int) -> None:
        came_back = not self.connection.is_up
        is_news = version != self._version
        self._version = version
        self._note_answer()
        if is_news and not came_back:
            self.changed.emit()

    def _on_missed(self, missed: Missed) -> None:
        next_try_at = self.now() + timedelta(seconds=missed.next_in)
        self._note_silence(missed.tries, next_try_at, is_troubled=missed.has_answered)


def is_same(before: object, now: object) -> bool:
    """Whether an answer says what the one before it did, of another moment: nothing to redraw."""
    if type(before) is not type(now) or not is_dataclass(before) or isinstance(before, type):
        return False
    return all(
        getattr(before, f.name) == getattr(now, f.name) for f in fields(before) if f.name != "as_of"
    )


class Fetch(Generic[T]):
    """One question that is asked often: while it is under way, further asking folds into one."""

    def __init__(
        self,
        session: HubSession,
        question: Callable[[HubClient], T],
        answered: Callable[[T], object],
        failed: Callable[[Exception], object],
    ) -> None:
        self._session, self._question = session, question
        self._answered, self._failed = answered, failed
        self._asked = False
        self._again = False

    def ask(self) -> None:
        if self._asked:
            self._again = True
            return
        self._asked = True
        self._session.ask(self._question, self._on_answer, self._on_failure)

    def _on_answer(self, value: T) -> None:
        self._settle()
        self._answered(value)

    def _on_failure(self, error: Exception) -> None:
        self._again = False
        self._settle()
        self._failed(error)

    def _settle(self) -> None:
        self._asked = False
        if self._again:
            self._again = False
            self.ask()
