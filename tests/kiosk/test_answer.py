"""Who waits is told once: the answer, its failure, or that there is none in time."""

from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from kiosk.answer import Answer, NoAnswerError


@dataclass
class Told:
    """What came, in its order, each with the way that it came."""

    words: list[tuple[str, object]] = field(default_factory=list)


@pytest.fixture
def parent(qtbot: QtBot) -> QObject:  # noqa: ARG001  timers need the application
    return QObject()


def make_answer(told: Told, parent: QObject, limit_seconds: float) -> Answer[int]:
    return Answer(
        limit_seconds,
        lambda value: told.words.append(("done", value)),
        lambda error: told.words.append(("failed", type(error))),
        lambda value: told.words.append(("late", value)),
        parent,
    )


def test_answer_in_time_is_told_and_the_limit_is_not(parent: QObject, qtbot: QtBot) -> None:
    told = Told()
    answer = make_answer(told, parent, 0.02)

    answer.done(7)
    qtbot.wait(60)

    assert told.words == [("done", 7)]


def test_no_answer_in_time_is_a_failure_and_a_late_one_is_told_apart(
    parent: QObject, qtbot: QtBot
) -> None:
    told = Told()
    answer = make_answer(told, parent, 0.02)

    qtbot.waitUntil(lambda: told.words == [("failed", NoAnswerError)])
    answer.done(7)

    assert told.words == [("failed", NoAnswerError), ("late", 7)]


def test_late_failure_is_told_to_nobody(parent: QObject, qtbot: QtBot) -> None:
    told = Told()
    answer = make_answer(told, parent, 0.02)
    qtbot.waitUntil(lambda: len(told.words) == 1)

    answer.failed(LookupError("gone"))

    assert told.words == [("failed", NoAnswerError)]


def test_no_timer_is_left_of_an_answer(parent: QObject, qtbot: QtBot) -> None:
    told = Told()

    make_answer(told, parent, 60).done(1)
    make_answer(told, parent, 60).failed(LookupError("gone"))

    qtbot.waitUntil(lambda: parent.findChildren(QTimer) == [])
