"""What the hub counts of itself, in Prometheus's text format 0.0.4. No names, no ids, no addresses.

A route is counted under its template (``/v1/visits/{visit_id}``), so that no id is a label.
"""

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BOUNDS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
UNKNOWN_ROUTE = "none"
"""Under which paths are counted that are no route's: strangers invent them without end."""
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Served:
    """One answered request. `route` is the template, never the path that was asked for."""

    method: str
    route: str
    status: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure of this moment, read when somebody asks for it."""

    name: str
    about: str
    value: float


@dataclass(slots=True)
class _Timing:
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_SECONDS) + 1))
    seconds: float = 0.0


class Metrics:
    """Counts since this server's start. May be told from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._served: Counter[tuple[str, str, int]] = Counter()
        self._timings: dict[tuple[str, str], _Timing] = {}
        self._under_way = 0
        self._events = 0
        self._polls = 0

    def began(self) -> None:
        with self._lock:
            self._under_way += 1

    def ended(self, served: Served) -> None:
        with self._lock:
            self._under_way -= 1
            self._served[served.method, served.route, served.status] += 1
            timing = self._timings.setdefault((served.method, served.route), _Timing())
            timing.buckets[bisect_left(BOUNDS_SECONDS, served.seconds)] += 1
            timing.seconds += served.seconds

    def took_events(self, count: int) -> None:
        """A kiosk's batch brought that many new events."""
        with self._lock:
            self._events += count

    @contextmanager
    def poll(self) -> Iterator[None]:
        """A long poll sleeps meanwhile."""
        with self._lock:
            self._polls += 1
        try:
            yield
        finally:
            with self._lock:
                self._polls -= 1

    def text(self, gauges: Iterable[Gauge]) -> str:
        """All of it, as Prometheus reads it."""
        with self._lock:
            lines = [*self._lines()]
        for gauge in gauges:
            lines += _head(gauge.name, "gauge", gauge.about)
            lines.append(f"{gauge.name} {gauge.value:g}")
        return "\n".join(lines) + "\n"

    def _lines(self) -> Iterator[str]:
        yield from _head("vestibule_requests_total", "counter", "Requests answered.")
        for (method, route, status), count in sorted(self._served.items()):
            labels = f'method="{method}",route="{route}",status="{status}"'
            yield f"vestibule_requests_total{{{labels}}} {count}"
        name = "vestibule_request_seconds"
        yield from _head(name, "histogram", "Time to the end of an answer; long polls wait.")
        for (method, route), timing in sorted(self._timings.items()):
            labels, total = f'method="{method}",route="{route}"', 0
            for bound, count in zip((*BOUNDS_SECONDS, "+Inf"), timing.buckets, strict=True):
                total += count
                yield f'{name}_bucket{{{labels},le="{bound}"}} {total}'
            yield f"{name}_sum{{{labels}}} {timing.seconds:.6f}"
            yield f"{name}_count{{{labels}}} {total}"
        yield from _head("vestibule_requests_under_way", "gauge", "Requests not answered yet.")
        yield f"vestibule_requests_under_way {self._under_way}"
        yield from _head("vestibule_polls_waiting", "gauge", "Long polls that wait for news.")
        yield f"vestibule_polls_waiting {self._polls}"
        yield from _head("vestibule_events_total", "counter", "New events taken from kiosks.")
        yield f"vestibule_events_total {self._events}"


def _head(name: str, kind: str, about: str) -> Iterator[str]:
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"


class Watched:
    """An ASGI application whose requests are counted, and told to `tell` one by one."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, tell: Callable[[Served], object] | None = None
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500  # what an error that nobody caught becomes

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._metrics.began()
        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", UNKNOWN_ROUTE)
            served = Served(_method(scope), route, status, time.perf_counter() - began)
            self._metrics.ended(served)
            if self._tell is not None:
                self._tell(served)


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "OTHER"
