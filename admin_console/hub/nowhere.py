"""What is asked where the hub has nothing, by HTTP and by WebSocket, is answered in words."""

from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from admin_console.hub.answers import problem

OF_FIGURES = frozenset({"/metrics", "/healthz", "/readyz"})
_NOTHING = "There is nothing at this address. Nothing was changed."
_FIGURES_ONLY = f"Here are only {', '.join(sorted(OF_FIGURES))}. Nothing was changed."


async def nothing_here(
    scope: Scope, receive: Receive, send: Send, *, words: str = _NOTHING
) -> None:
    """404 as a problem."""
    await refuse_all(404, words, scope, receive, send)


async def refuse_all(status: int, words: str, scope: Scope, receive: Receive, send: Send) -> None:
    """A problem. A server that can only let a WebSocket in or not says 403 of its own."""
    is_line = scope["type"] == "websocket"
    if is_line and "websocket.http.response" not in scope.get("extensions", {}):
        await WebSocketClose()(scope, receive, send)
        return
    await problem(status, words)(scope, receive, send)


class FiguresPort:
    """An ASGI application that is asked for figures only at the port that is for them."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app, self._port = app, port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_here = scope["type"] != "lifespan" and (scope.get("server") or ("", 0))[1] == self._port
        if is_here and (scope["type"] == "websocket" or scope["path"] not in OF_FIGURES):
            await nothing_here(scope, receive, send, words=_FIGURES_ONLY)
            return
        await self._app(scope, receive, send)
