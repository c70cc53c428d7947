"""Run blocking work off the GUI thread and bring the result back to it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

T = TypeVar("T")


class JobDiedError(Exception):
    """A job ended with what is no ordinary error, like `SystemExit`: that is its cause."""


class Jobs(QObject):
    """One worker thread; jobs run in the order given. However a job ends, its caller is told.

    Signals:
        failed: a job raised and its caller gave no `failed` callback.
    """

    failed = Signal(Exception)
    _returned = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._is_closed = False
        self._returned.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], object],
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        def deliver(future: Future[T]) -> None:
            if future.cancelled():  # never begun, and nobody is there any more
                return
            error = future.exception()
            if error is None:
                self._returned.emit(lambda: done(future.result()))
                return
            told = error if isinstance(error, Exception) else _died(error)
            self._returned.emit(lambda: (failed or self.failed.emit)(told))

        if not self._is_closed:  # a touch or an answer that comes while the program ends
            self._pool.submit(work).add_done_callback(deliver)

    @Slot(object)
    def _call(self, closure: Callable[[], object]) -> None:
        closure()

    def close(self) -> None:
        """Finish what was begun; what was not begun is dropped."""
        self._is_closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)


def _died(cause: BaseException) -> JobDiedError:
    error = JobDiedError(f"a job ended with {type(cause).__name__}")
    error.__cause__ = cause
    return error
