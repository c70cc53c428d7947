"""Run blocking work off the GUI thread and bring the result back to it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

T = TypeVar("T")


class Jobs(QObject):
    """One worker thread; jobs run in the order given.

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
            error = future.exception()
            if error is None:
                self._returned.emit(lambda: done(future.result()))
            elif isinstance(error, Exception):
                self._returned.emit(lambda: (failed or self.failed.emit)(error))

        if not self._is_closed:  # a touch or an answer that comes while the program ends
            self._pool.submit(work).add_done_callback(deliver)

    @Slot(object)
    def _call(self, closure: Callable[[], object]) -> None:
        closure()

    def close(self) -> None:
        """Finish what was begun; what was not begun is dropped."""
        self._is_closed = True
        self._pool.shutdown(wait=True, cancel_futures=True)
