"""Long answers, made while they are sent."""

import asyncio
from collections.abc import AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

LINES_AT_ONCE = 500


async def in_one_thread(lines: Generator[str]) -> AsyncIterator[str]:
    """Lines whose database session stays in the thread that opened it, to its end."""
    thread = ThreadPoolExecutor(1, "export")
    loop = asyncio.get_running_loop()
    try:
        while some := await loop.run_in_executor(
            thread, lambda: "".join(islice(lines, LINES_AT_ONCE))
        ):
            yield some
    finally:
        thread.submit(lines.close)
        thread.shutdown(wait=False)
