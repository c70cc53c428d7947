"""Answers that are broken off behind their beginning, on purpose: the connection ends.

Whoever reads must see that the rest is missing, so the answer is not ended as a whole one is; and a
server that ends a connection like that by itself logs a fault, which this is none.
"""

import logging
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

LOG = logging.getLogger(__name__)


class BrokenOffError(Exception):
    """Whoever asked may not hear the rest. Its words say why, and name nobody."""


def breaking_off(app: ASGIApp, break_off: Callable[[], object]) -> ASGIApp:
    """The application, whose answers `break_off` ends where they raise `BrokenOffError`."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except BrokenOffError as error:
            LOG.info("a long answer was broken off: %s", error)
            break_off()

    return called
