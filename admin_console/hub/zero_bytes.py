"""Addresses and questions with a zero byte, which no text that is kept has, end at the door."""

from starlette.types import ASGIApp, Receive, Scope, Send

from admin_console.hub.answers import ZERO_BYTE, problem


class NoZeroBytes:
    """An ASGI application that is asked nothing with one: 422 in words otherwise.

    What a body says is looked at as it is read (`answers.body_as`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_asked = scope["type"] == "http"
        if is_asked and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await problem(422, ZERO_BYTE)(scope, receive, send)
            return
        await self._app(scope, receive, send)
