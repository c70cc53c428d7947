"""A worker thread's jobs: however one ends, whoever asked for it is told."""

import logging
import threading

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
