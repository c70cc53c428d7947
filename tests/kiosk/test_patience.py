"""The time-out rule, with seconds of 20 ms."""

import time

import pytest
from pytestqt.qtbot import QtBot

from kiosk.patience import Patience

SECOND_MS = 20


class Told:
    """What a screen is told, in its order: seconds left, ``eased``, ``ended``."""

    def __init__(self, patience: Patience) -> None:
        self.words: list[int | str] = []
        patience.warned.connect(self.words.append)
        patience.eased.connect(lambda: self.words.append("eased"))
        patience.ended.connect(lambda: self.words.append("ended"))


@pytest.fixture
def patience(qtbot: QtBot) -> Patience:  # noqa: ARG001  timers need the application
    return Patience(second_ms=SECOND_MS)


def test_nobody_there_is_warned_every_second_and_then_it_ends(
    patience: Patience, qtbot: QtBot
) -> None:
    told = Told(patience)

    with qtbot.waitSignal(patience.ended):
        patience.wait(idle_seconds=2, warning_seconds=3)

    assert told.words == [3, 2, 1, "ended"]


def test_warning_comes_after_the_idle_time_and_not_before(patience: Patience, qtbot: QtBot) -> None:
    began = time.monotonic()

    with qtbot.waitSignal(patience.warned):
        patience.wait(idle_seconds=10, warning_seconds=3)

    # Qt may be a twentieth early.
    assert time.monotonic() - began >= 0.9 * 10 * SECOND_MS / 1000


def test_without_warning_seconds_it_ends_at_once_after_the_idle_time(
    patience: Patience, qtbot: QtBot
) -> None:
    told = Told(patience)

    with qtbot.waitSignal(patience.ended):
        patience.wait(idle_seconds=1, warning_seconds=0)

    assert told.words == ["ended"]


def test_somebody_who_is_there_takes_the_warning_away_and_gets_the_whole_time_again(
    patience: Patience, qtbot: QtBot
) -> None:
    told = Told(patience)

    def on_warned(left: int) -> None:
        if left == 1 and "eased" not in told.words:
            patience.somebody_is_there()

    patience.warned.connect(on_warned)

    with qtbot.waitSignal(patience.ended):
        patience.wait(idle_seconds=1, warning_seconds=2)

    assert told.words == [2, 1, "eased", 2, 1, "ended"]


def test_touch_before_the_warning_starts_the_idle_time_over(
    patience: Patience, qtbot: QtBot
) -> None:
    told = Told(patience)
    patience.wait(idle_seconds=10, warning_seconds=1)
    with qtbot.waitSignal(patience.warned, timeout=5 * SECOND_MS, raising=False):
        pass

    touched_at = time.monotonic()
    patience.somebody_is_there()
    with qtbot.waitSignal(patience.warned):
        pass

    assert time.monotonic() - touched_at >= 0.9 * 10 * SECOND_MS / 1000
    assert "eased" not in told.words  # there was no warning to take away


def test_no_idle_seconds_wait_for_ever(patience: Patience, qtbot: QtBot) -> None:
    told = Told(patience)
    patience.wait(idle_seconds=0, warning_seconds=2)

    patience.somebody_is_there()
    with qtbot.waitSignal(patience.warned, timeout=10 * SECOND_MS, raising=False) as warned:
        pass

    assert not warned.signal_triggered
    assert told.words == []


def test_next_screen_drops_the_time_of_the_last(patience: Patience, qtbot: QtBot) -> None:
    told = Told(patience)
    patience.wait(idle_seconds=1, warning_seconds=5)

    with qtbot.waitSignal(patience.ended):
        patience.wait(idle_seconds=1, warning_seconds=1)

    assert told.words == [1, "ended"]


def test_it_ends_once(patience: Patience, qtbot: QtBot) -> None:
    told = Told(patience)
    with qtbot.waitSignal(patience.ended):
        patience.wait(idle_seconds=1, warning_seconds=1)

    with qtbot.waitSignal(patience.ended, timeout=10 * SECOND_MS, raising=False) as again:
        pass

    assert not again.signal_triggered
    assert told.words == [1, "ended"]
