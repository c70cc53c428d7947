"""A reverse proxy that does not say who asks makes everybody one address: said once, in the log."""

import logging

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

_ASKED_ON_THE_SPOT = frozenset({"/healthz", "/readyz", "/metrics", "/v1/health"})
"""By programs on the hub's own computer, which come through no proxy."""
_log = logging.getLogger(__name__)


def says_who_asks(headers: Headers) -> bool:
    """Whether a proxy said for whom it asks."""
    return "X-Forwarded-For" in headers or "Forwarded" in headers


class ProxyWatch:
    """An ASGI application behind a proxy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._is_told = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            not self._is_told
            and scope["type"] in {"http", "websocket"}
            and scope["path"] not in _ASKED_ON_THE_SPOT
            and "X-Forwarded-For" not in Headers(scope=scope)
        ):
            self._is_told = True
            _log.warning(
                "The reverse proxy does not say who asks: let it add X-Forwarded-For "
                "(packaging/service.md). Until then all kiosks and consoles count as one address, "
                "and one who guesses passwords makes everybody wait."
            )
        await self._app(scope, receive, send)
