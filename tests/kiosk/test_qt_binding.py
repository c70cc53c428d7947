"""What a kiosk that runs for weeks asks of its Qt binding."""

import sys

from PySide6.QtCore import QObject, Signal


class Speaker(QObject):
    said = Signal(int)


def test_emitting_leaves_the_interpreters_own_values_alone() -> None:
    # PySide6 6.12.0 dropped a reference to True at every emit: Python 3.11 aborts after some
    # thousand of them, a scan screen emits that many in minutes.
    speaker = Speaker()
    before = sys.getrefcount(True)

    for number in range(200):
        speaker.said.emit(number)

    assert abs(sys.getrefcount(True) - before) < 20
