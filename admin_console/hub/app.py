"""The hub as an ASGI application. No command line, no sockets: `__main__` gives it those."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from admin_console.hub import (
    audit_routes,
    clearance_routes,
    entry_routes,
    event_routes,
    feed_routes,
    figures_routes,
    health_routes,
    inventory_routes,
    kiosk_routes,
    list_routes,
    live_routes,
    notice_routes,
    oidc_routes,
    openapi,
    own_routes,
    pairing_routes,
    report_routes,
    session_routes,
    site_routes,
    staff_routes,
    staffing_routes,
    token_routes,
)
from admin_console.hub.answers import problem
from admin_console.hub.applying import keep_applying
from admin_console.hub.authority import Authority
from admin_console.hub.behind_proxy import ProxyWatch
from admin_console.hub.called import OwnNames
from admin_console.hub.context import Context
from admin_console.hub.feed_watch import keep_looking
from admin_console.hub.hearing import hearing
from admin_console.hub.metrics import Served, Watched
from admin_console.hub.nowhere import FiguresPort, nothing_here
from admin_console.hub.rescreen import keep_rescreening
from admin_console.hub.safe_headers import SafeHeaders
from admin_console.hub.throttle import Throttle
from admin_console.hub.turns import Turns
from admin_console.hub.upkeep import (
    delete_old_photos,
    forget_old_visits,
    forget_tries,
    keep_authority,
    keep_backups,
    lift_numbers,
    make_partitions,
    tell_of_outdated_lists,
    write_back,
)
from admin_console.hub.wake import Wake
from admin_console.hub.webhook_sender import keep_telling
from admin_console.hub.zero_bytes import NoZeroBytes
from db.domain.errors import StorageError, UnfitError
from db.domain.policy import PHOTO_KEEP_DAYS
from db.engine import Database


def now_in_utc() -> datetime:
    return datetime.now(UTC)


def create_app(
    database: Database,
    photos: Path,
    now: Callable[[], datetime] = now_in_utc,
    photo_keep_days: int = PHOTO_KEEP_DAYS,
    tell: Callable[[Served], object] | None = None,
    *,
    authority: Authority | None = None,
    backups_kept: int = 0,
    is_behind_proxy: bool = False,
    metrics_port: int = 0,
    known_as: frozenset[str] = frozenset(),
) -> FastAPI:
    """The hub over a database whose site was set up (`site.ensure`).

    `tell` hears of each answered request. `authority`: None when something else does its TLS. A
    backup a day is made if any are kept. `metrics_port`: where programs on this computer ask for
    figures when the hub is behind a proxy. `known_as`: by which names it is asked through one,
    where somebody said them.
    """
    database.refuse_unfit()
    wake = Wake()
    context = Context(
        database,
        photos,
        now,
        wake,
        Throttle(),
        photo_keep_days=photo_keep_days,
        backups_kept=backups_kept,
        authority=authority,
        is_open_to_loopback=not is_behind_proxy,
        metrics_port=metrics_port,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        wake.bind(asyncio.get_running_loop())
        context.feed.bind(asyncio.get_running_loop())
        keep = timedelta(days=photo_keep_days)
        work = (
            keep_looking(context),
            delete_old_photos(database, photos, keep, now),
            tell_of_outdated_lists(context),
            forget_old_visits(context),
            forget_tries(context),
            lift_numbers(context),
            make_partitions(context),
            write_back(context),
            keep_rescreening(context),
            keep_applying(context),
            keep_telling(context),
            *([keep_authority(context, authority.folder)] if authority is not None else []),
            *([keep_backups(context, backups_kept)] if backups_kept else []),
        )
        tasks = [asyncio.create_task(w) for w in work]
        with hearing(context):
            yield
        wake.close()
        for task in tasks:
            task.cancel()
        # A thread of theirs may be at the database, which is closed once this has ended: each
        # task waits for its own.
        await asyncio.gather(*tasks, return_exceptions=True)

    app = FastAPI(
        title="Vestibule hub",
        version=version("vestibule"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.sign_ins, app.state.previews = (
        Turns(session_routes.SIGN_INS_AT_ONCE),
        Turns(list_routes.PREVIEWS_AT_ONCE),
    )
    app.state.context = context
    for part in (
        pairing_routes,
        token_routes,
        kiosk_routes,
        event_routes,
        feed_routes,
        live_routes,
        session_routes,
        own_routes,
        oidc_routes,
        staff_routes,
        report_routes,
        list_routes,
        entry_routes,
        clearance_routes,
        figures_routes,
        notice_routes,
        audit_routes,
        inventory_routes,
        site_routes,
        staffing_routes,
        health_routes,
    ):
        app.include_router(part.router)
    app.add_exception_handler(StorageError, _on_storage_error)
    app.add_exception_handler(UnfitError, _on_unfit)
    app.add_exception_handler(RequestValidationError, _on_wrong_request)
    app.add_exception_handler(HTTPException, _on_refusal)
    app.add_exception_handler(Exception, _on_fault)
    app.router.default = nothing_here
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    app.add_middleware(NoZeroBytes)
    if is_behind_proxy:
        app.add_middleware(ProxyWatch)
    if metrics_port:
        app.add_middleware(FiguresPort, port=metrics_port)
    if known_as or metrics_port:
        app.add_middleware(OwnNames, known_as=known_as, metrics_port=metrics_port)
    app.add_middleware(Watched, metrics=context.metrics, tell=tell)
    # Around all of it: Starlette answers faults outside of whatever is added.
    built = app.build_middleware_stack
    app.build_middleware_stack = lambda: SafeHeaders(built())  # type: ignore[method-assign]
    return app


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = openapi.describe(app)
    return app.openapi_schema


async def _on_storage_error(_: Request, error: Exception) -> Response:
    return problem(503, str(error))


async def _on_unfit(_: Request, error: Exception) -> Response:
    return problem(422, str(error))


async def _on_wrong_request(_: Request, error: Exception) -> Response:
    """FastAPI would answer with a list for programmers; a person gets words."""
    found = error.errors() if isinstance(error, RequestValidationError) else []
    wrong = "; ".join(f"{e['loc'][-1]}: {e['msg'][:1].lower()}{e['msg'][1:]}" for e in found)
    return problem(422, f"The request cannot be understood: {wrong}.")


async def _on_refusal(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return _wrong_method(request)
    return problem(error.status_code, error.detail, dict(error.headers or {}))


def _wrong_method(request: Request) -> Response:
    """405 with all methods of the address (RFC 9110, 15.5.6), not only of one route."""
    there = sorted(
        method
        for route in iter_route_contexts(request.app.routes)
        if route.methods and route.path_regex.match(request.url.path)
        for method in route.methods
    )
    words = f"This address takes {' and '.join(there)} only. Nothing was changed."
    return problem(405, words, {"Allow": ", ".join(there)})


async def _on_fault(_: Request, __: Exception) -> Response:
    """What went wrong is in the hub's own output; whoever asked learns nothing of our insides."""
    return problem(500, "The hub stumbled over this request. What was confirmed before is safe.")
