"""What every answer tells whoever keeps or shows it: keep nothing, guess nothing."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BEGINNINGS = frozenset({"http.response.start", "websocket.http.response.start"})
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)


class SafeHeaders:
    """An ASGI application whose answers, of visitors for the most part, no cache keeps.

    Also its refusals of WebSockets, where the server can answer those by HTTP.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] in _BEGINNINGS:
                said = message.get("headers", ())
                names = {name.lower() for name, _ in said}
                more = [(name, value) for name, value in _HEADERS if name not in names]
                message = {**message, "headers": [*said, *more]}
            await send(message)

        await self._app(scope, receive, sent)
