"""A worker thread's jobs: however one ends, whoever asked for it is told."""

import concurrent.futures.thread
import logging
import threading
import time
import weakref
from collections.abc import Callable
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from resources.toolkit.jobs import JobDiedError, Jobs


class OddError(BaseException):
    """No ordinary error: `except Exception` does not see it."""


def raising(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), OddError()])
def test_job_that_ends_oddly_reports_a_failure(qtbot: QtBot, error: BaseException) -> None:
    jobs = Jobs("odd")
    failures: list[Exception] = []

    jobs.run(lambda: raising(error), pytest.fail, failures.append)
    qtbot.waitUntil(lambda: len(failures) == 1)
    jobs.close()

    assert isinstance(failures[0], JobDiedError)
    assert failures[0].__cause__ is error


def test_job_that_raises_reports_its_own_error(qtbot: QtBot) -> None:
    jobs = Jobs("ordinary")
    failures: list[Exception] = []
    error = LookupError("gone")

    jobs.run(lambda: raising(error), pytest.fail, failures.append)
    qtbot.waitUntil(lambda: len(failures) == 1)
    jobs.close()

    assert failures == [error]


def test_odd_end_that_nobody_waits_for_is_told_by_the_signal(qtbot: QtBot) -> None:
    jobs = Jobs("unheard")

    with qtbot.waitSignal(jobs.failed) as told:
        jobs.run(lambda: raising(OddError()), pytest.fail)
    jobs.close()

    assert isinstance(told.args[0], JobDiedError)


def test_next_job_runs_after_one_that_ended_oddly(qtbot: QtBot) -> None:
    jobs = Jobs("next")
    results: list[int] = []

    jobs.run(lambda: raising(SystemExit()), pytest.fail, lambda _: None)
    jobs.run(lambda: 7, results.append)
    qtbot.waitUntil(lambda: results == [7])
    jobs.close()


def test_job_that_never_began_is_dropped_in_silence(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    jobs, begun, gate = Jobs("closing"), threading.Event(), threading.Event()
    ended: list[object] = []
    jobs.run(lambda: begun.set() or gate.wait(10), ended.append)
    jobs.run(lambda: 1, ended.append, ended.append)
    begun.wait(10)

    with caplog.at_level(logging.DEBUG):
        threading.Timer(0.05, gate.set).start()
        jobs.close()
        qtbot.waitUntil(lambda: ended[:1] == [True])

    assert caplog.records == []


class Caller:
    """Qt knows it by a slot, and is told by Python when it ends: that has to be in Qt's thread."""

    def __init__(self, ended_in: list[str]) -> None:
        weakref.finalize(self, lambda: ended_in.append(threading.current_thread().name))

    def hear(self, _: object) -> None:
        pass

    def work(self) -> None:
        pass

    def fail(self) -> None:
        raise LookupError


@pytest.fixture
def slow_to_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a busy computer: the worker forgets its job after the GUI thread has heard of it."""
    run = concurrent.futures.thread._WorkItem.run

    def run_and_linger(item: concurrent.futures.thread._WorkItem) -> None:
        run(item)
        time.sleep(0.02)

    monkeypatch.setattr(concurrent.futures.thread._WorkItem, "run", run_and_linger)


@pytest.mark.usefixtures("slow_to_let_go")
@pytest.mark.parametrize("work", [Caller.work, Caller.fail])
def test_what_a_caller_holds_ends_in_the_gui_thread(
    qtbot: QtBot, work: Callable[[Caller], None]
) -> None:
    jobs = Jobs("letting go")
    ended_in: list[str] = []
    caller = Caller(ended_in)

    jobs.run(partial(work, caller), caller.hear, caller.hear)
    del caller
    qtbot.waitUntil(lambda: bool(ended_in))
    jobs.close()

    assert ended_in == ["MainThread"]


@pytest.mark.usefixtures("qapp")
def test_caller_of_a_job_that_never_began_is_let_go_with_the_others() -> None:
    jobs, begun, gate = Jobs("closing"), threading.Event(), threading.Event()
    ended_in: list[str] = []
    caller = Caller(ended_in)
    jobs.run(lambda: begun.set() or gate.wait(10), lambda _: None)
    jobs.run(caller.work, caller.hear, caller.hear)
    del caller
    begun.wait(10)

    gate.set()
    jobs.close()

    assert ended_in == ["MainThread"]
