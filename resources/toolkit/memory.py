"""Python's collector of circles, kept to the GUI thread.

Python collects in whichever thread happens to allocate when a threshold is crossed. What it takes
there may be an object of Qt's that nothing but a circle still held: that object ends in a thread
that it does not belong to, under an event that Qt is just bringing to it, and the program falls.
"""

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1000


def collect_here_only(parent: QObject) -> QTimer:
    """Stop Python from collecting by itself, and let a timer of `parent`'s thread do it.

    Call it once all is put together: what is there then stays to the end and is looked through no
    more, which would hold the screen up for a tenth of a second each time. The timer is already
    running; it ends with `parent`. The thresholds stay Python's own (`gc.get_threshold`), so as
    many circles are found as ever, only later by a moment.
    """
    gc.disable()
    gc.freeze()
    timer = QTimer(parent)
    timer.timeout.connect(collect_what_is_due)
    timer.start(EVERY_MS)
    return timer


def collect_what_is_due() -> None:
    """Collect the oldest generation whose threshold is crossed, and those younger than it."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > thresholds[generation] > 0:
            gc.collect(generation)
            return
