"""Run blocking work off the GUI thread and bring the result back to it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, TypeVar, cast

from PySide6.QtCore import QObject, Qt, Signal, Slot

T = TypeVar("T")


class JobDiedError(Exception):
    """A job ended with what is no ordinary error, like `SystemExit`: that is its cause."""


@dataclass(slots=True)
class _Job(Generic[T]):
    work: Callable[[], T]
    done: Callable[[T], object]
    failed: Callable[[Exception], object]
    outcome: tuple[T, None] | tuple[None, Exception] | None = None
    """What came of it, or the error; None until the work has ended."""

    def tell(self) -> None:
        if self.outcome is None:
            return
        result, error = self.outcome
        if error is not None:
            self.failed(error)
        else:
            self.done(cast("T", result))


class Jobs(QObject):
    """One worker thread; jobs run in the order given. However a job ends, its caller is told.

    The worker is handed a number only. What a job and its caller's functions hold may be known to
    Qt, and then has to end in the GUI thread: Qt falls over a slot that is taken away elsewhere.
    So it is kept here, and let go here.

    Signals:
        failed: a job raised and its caller gave no `failed` callback.
    """

    failed = Signal(Exception)
    _ended = Signal(int)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._jobs: dict[int, _Job[Any]] = {}
        self._numbers = count()
        self._is_closed = False
        self._ended.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        if self._is_closed:  # a touch or an answer that comes while the program ends
            return
        number = next(self._numbers)
        self._jobs[number] = _Job(work, done, failed or self.failed.emit)
        self._pool.submit(self._do, number)

    def _do(self, number: int) -> None:
        job = self._jobs[number]
        job.outcome = _outcome_of(job.work)
        del job  # an error holds the frames that it came through, and so what they hold
        self._ended.emit(number)

    @Slot(int)
    def _tell(self, number: int) -> None:
        self._jobs.pop(number).tell()

    def close(self) -> None:
        """Finish what was begun; what was not begun is dropped."""
        self._is_closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._jobs = {number: job for number, job in self._jobs.items() if job.outcome}


def _outcome_of(work: Callable[[], T]) -> tuple[T, None] | tuple[None, Exception]:
    try:
        return work(), None
    except Exception as error:  # noqa: BLE001  however it ends, its caller is told
        return None, error
    except BaseException as error:  # noqa: BLE001
        return None, _died(error)


def _died(cause: BaseException) -> JobDiedError:
    error = JobDiedError(f"a job ended with {type(cause).__name__}")
    error.__cause__ = cause
    return error
