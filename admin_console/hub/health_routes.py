"""What whoever runs the hub asks it: is it alive, can it work, how much does it do."""

import ipaddress
from datetime import datetime
from importlib.metadata import version
from math import inf

from fastapi import APIRouter, Request, Response

from admin_console.hub import upkeep
from admin_console.hub.answers import answer, refuse
from admin_console.hub.behind_proxy import says_who_asks
from admin_console.hub.context import Context, InContext
from admin_console.hub.metrics import TEXT, Gauge
from db import backup, inbox, pairing, schema
from db.domain.errors import StorageError

router = APIRouter(tags=["operations"])
VERSION = version("vestibule")


@router.get("/v1/health")
@router.get("/healthz")
def health() -> Response:
    """Whether the hub runs, for anybody. The database is not asked."""
    return answer({"status": "ok", "version": VERSION})


@router.get("/readyz")
def ready(context: InContext) -> Response:
    """Whether the hub can work: its database answers, and is of this version. Else 503."""
    with context.database.read() as session:
        revision = schema.revision_of(session.connection())
    if revision != schema.HEAD:
        raise StorageError("The hub's database is of another version. Start the hub anew.")
    return answer({"status": "ready", "version": VERSION, "schema": revision})


@router.get("/metrics")
def metrics(request: Request, context: InContext) -> Response:
    """Figures for Prometheus, for programs on the hub's own computer.

    Behind a reverse proxy, where everybody may look like such a program, at `--metrics-listen`.
    """
    if not _is_this_computer(request, context):
        words = "These figures are for programs on the hub's own computer only"
        where = "." if context.is_open_to_loopback else ": start it with --metrics-listen."
        raise refuse(403, words + where)
    return Response(context.metrics.text(_gauges(context)), media_type=TEXT)


def _is_this_computer(request: Request, context: Context) -> bool:
    # A proxy on this computer would make everybody look like it: whoever comes through one says so.
    if says_who_asks(request.headers):
        return False
    server = request.scope.get("server")
    is_own_port = bool(context.metrics_port and server and server[1] == context.metrics_port)
    if not context.is_open_to_loopback and not is_own_port:
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _gauges(context: Context) -> list[Gauge]:
    try:
        with context.database.read() as session:
            kiosks = pairing.all_kiosks(session)
            parked = inbox.quarantined(session)
    except StorageError:
        return [Gauge("vestibule_database_up", "Whether the database answers.", 0)]
    now = context.now()
    backups = [_backup_age(context, now)] if context.backups_kept else []
    in_touch = sum(
        k.last_seen_at is not None and now - k.last_seen_at < pairing.IN_TOUCH for k in kiosks
    )
    return [
        Gauge("vestibule_database_up", "Whether the database answers.", 1),
        Gauge("vestibule_kiosks", "Kiosks that were paired.", len(kiosks)),
        Gauge("vestibule_kiosks_in_touch", "Kiosks heard of lately.", in_touch),
        Gauge("vestibule_lines_open", "Kiosks that hear of news at once.", len(context.lines)),
        Gauge(
            "vestibule_kiosks_forked", "Kiosks whose log forked.", sum(bool(k.fork) for k in kiosks)
        ),
        Gauge("vestibule_events_quarantined", "Events that could not be applied.", parked),
        *backups,
    ]


def _backup_age(context: Context, now: datetime) -> Gauge:
    newest = upkeep.newest_backup(context, now)
    age = inf if newest is None else (now - backup.made_at(newest)).total_seconds()
    about = "Seconds since the newest backup beside the database was begun; inf without one."
    return Gauge("vestibule_backup_age_seconds", about, age)
