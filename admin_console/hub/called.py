"""Under which names a hub is asked that speaks plain HTTP, which shows nobody whom they reached.

A page of anybody's may lead its own name to this computer and then ask in its browser, as from
here: so names that are none of the hub's get nothing. An address in digits cannot be led anywhere.
"""

from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from admin_console.hub.nowhere import refuse_all

_HERE = frozenset({"localhost"})
_NOT_CALLED = (
    "This hub is called something else. Nothing was changed. Who runs it says by which names it is "
    "reached: vestibule-hub serve --name."
)


class OwnNames:
    """An ASGI application that answers to its names, and to all while `known_as` has none.

    At the port for figures (0: there is none), which only this computer reaches, to this one's.
    """

    def __init__(self, app: ASGIApp, known_as: frozenset[str], metrics_port: int) -> None:
        self._app, self._metrics_port = app, metrics_port
        self._known_as = frozenset(map(_plain, known_as))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_meant(scope):
            await self._app(scope, receive, send)
            return
        await refuse_all(421, _NOT_CALLED, scope, receive, send)

    def _is_meant(self, scope: Scope) -> bool:
        is_for_figures = self._metrics_port and _port_of(scope) == self._metrics_port
        if not self._known_as and not is_for_figures:
            return True
        said = Headers(scope=scope).getlist("Host")
        return all(_is_address(name) or name in self._known_as | _HERE for name in map(_name, said))


def _port_of(scope: Scope) -> int | None:
    port: int | None = (scope.get("server") or ("", None))[1]
    return port


def _name(host: str) -> str:
    """Without its port (RFC 9110, 7.2)."""
    host = host.strip()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return _plain(host.partition(":")[0])


def _plain(name: str) -> str:
    """As a browser writes it, which has letters of the world as ``xn--`` (RFC 3490)."""
    name = name.strip().removesuffix(".").lower()
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:  # such a name cannot be asked for
        return name


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
