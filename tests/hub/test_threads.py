"""Work in threads, when the task that asked for it is cancelled."""

import asyncio
import contextlib
import threading

import pytest

from admin_console.hub.threads import finish_in_thread


def test_work_gives_its_result_or_its_error() -> None:
    def fail() -> None:
        raise OSError("the disk is gone")

    assert asyncio.run(finish_in_thread(divmod, 7, 2)) == (3, 1)
    with pytest.raises(OSError, match="the disk is gone"):
        asyncio.run(finish_in_thread(fail))


@pytest.mark.parametrize("error", [None, OSError("the disk is gone")])
def test_cancelled_task_ends_once_its_thread_has_ended(error: OSError | None) -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        assert may_end.wait(30)
        ended.set()
        if error is not None:
            raise error

    async def cancel() -> tuple[bool, bool]:
        task = asyncio.create_task(finish_in_thread(work))
        await asyncio.to_thread(begun.wait, 30)
        task.cancel()
        await asyncio.sleep(0.02)
        waited = not task.done()
        may_end.set()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return waited, task.cancelled()

    assert asyncio.run(cancel()) == (True, True)
    assert ended.is_set()
