"""Signs as several threads of the hub draw them at the same time, for as many records on paper."""

import string
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from resources import lettering
from resources.lettering import Font, Outline

THREADS = 4


@contextmanager
def taking_turns_all_the_time() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def new_font() -> Font:
    """As none of its signs was drawn yet."""
    lettering._fonts.cache_clear()
    return lettering._fonts(400)[0]


def drawn(font: Font, start: threading.Barrier | None = None) -> list[Outline]:
    signs = [font.glyph(sign) for sign in string.ascii_letters + string.digits]
    if start is not None:
        start.wait()
    return [font.outline(sign.name) for sign in signs if sign is not None]


def test_records_that_are_drawn_at_the_same_time_have_the_signs_that_one_alone_has() -> None:
    alone = drawn(new_font())

    with taking_turns_all_the_time(), ThreadPoolExecutor(THREADS) as threads:
        for _ in range(5):
            font, start = new_font(), threading.Barrier(THREADS, timeout=30)
            for told in [threads.submit(drawn, font, start) for _ in range(THREADS)]:
                assert told.result() == alone
