"""Previews under way: how far each has come, and the wish that it stop. They change nothing.

Whoever asks for a preview names it by a ticket, and asks and stops by that. In memory only: a
preview ends with the hub.
"""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from uuid import UUID

from db.domain.desk import ImportProgress
from db.domain.errors import ImportCancelledError
from db.list_import import Watch
from db.list_lock import Progress

_MOST_STOPPED = 100
"""Wishes that are kept although their preview has not begun: its file is still on the way."""


@dataclass(frozen=True, slots=True)
class _UnderWay:
    list_name: str
    started_at: datetime
    progress: Progress | None = None


class Previews:
    """May be used from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[UUID, _UnderWay] = {}
        self._stopped: OrderedDict[UUID, None] = OrderedDict()

    @contextmanager
    def watching(self, ticket: UUID, list_name: str, now: datetime) -> Iterator[Watch]:
        """What a preview is to tell, which raises `ImportCancelledError` once it is to stop."""

        def watch(progress: Progress) -> None:
            with self._lock:
                if ticket in self._stopped:
                    raise ImportCancelledError("The file is read no more. Nothing was changed.")
                self._known[ticket] = _UnderWay(list_name, now, progress)

        with self._lock:
            self._known[ticket] = _UnderWay(list_name, now)
        try:
            yield watch
        finally:
            with self._lock:
                self._known.pop(ticket, None)
                self._stopped.pop(ticket, None)

    def progress(self, ticket: UUID) -> ImportProgress | None:
        """How far it has come; None when there is none, or nothing to tell yet."""
        with self._lock:
            known = self._known.get(ticket)
        if known is None or known.progress is None:
            return None
        far = known.progress
        return ImportProgress(
            known.list_name, known.started_at, far.phase.value, far.done, far.total
        )

    def stop(self, ticket: UUID) -> None:
        """Let it stop the next time that it tells of itself."""
        with self._lock:
            self._stopped[ticket] = None
            while len(self._stopped) > _MOST_STOPPED:
                self._stopped.popitem(last=False)
