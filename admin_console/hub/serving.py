"""Running the hub: the socket, the one line that says it is ready, and a clean end."""

import argparse
import asyncio
import errno
import functools
import logging
import socket
import sys
from pathlib import Path

import uvicorn

from admin_console.hub import setting_up
from admin_console.hub import site as hub_site
from admin_console.hub.announcing import Announcement
from admin_console.hub.app import create_app, now_in_utc
from admin_console.hub.authority import FOLDER, LiveCertificate, open_authority, own_names
from admin_console.hub.door import (
    ACCEPTED_AT_ONCE,
    Door,
    Listener,
    most_connections,
    say_once,
    speaks_through,
)
from admin_console.hub.folders import beside
from admin_console.hub.metrics import Served
from admin_console.hub.wake import Wake
from db import authorities, beginnings, codec, hub_trust, in_use, move, own_files, restoring
from db.domain.errors import ConfigError, StorageError
from db.engine import Database, database_file, open_database
from db.key_store import Place
from db.private_files import make_private_folder

LOG = logging.getLogger(__name__)
GRACE_SECONDS = 2
PING_SECONDS = 20.0
LONGEST_MESSAGE_BYTES = 256


class _Server(uvicorn.Server):
    """Says when it is ready, on one line that a person and a program can wait for."""

    def __init__(
        self,
        config: uvicorn.Config,
        ready: str,
        wake: Wake,
        door: Door,
        certificate: LiveCertificate | None,
        *,
        announcement: Announcement | None,
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._wake = wake
        self._door = door
        self._keeping: asyncio.Task[None] | None = None
        self._certificate = certificate
        self._announcement = announcement
        self._announcing: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(functools.partial(say_once, self._door))
        self._keeping = loop.create_task(self._door.keep())
        await super().startup(sockets)
        if self._certificate is not None:
            self._renewing = asyncio.create_task(self._certificate.keep())
        if self._announcement is not None:
            self._announcing = asyncio.create_task(self._announcement.begin())
        if self.started:
            sys.stdout.write(f"{self._ready}\n")
            sys.stdout.flush()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Long polls are answered now: else the end would wait for them, or cut them off.
        self._wake.close()
        for task in (self._renewing, self._keeping):
            if task is not None:
                task.cancel()
        if self._announcement is not None and self._announcing is not None:
            await self._announcing
            await self._announcement.end()
        await super().shutdown(sockets)


def serve(arguments: argparse.Namespace) -> int:
    """Serve until stopped. Raises `ConfigError` or `StorageError` in words before that."""
    with in_use.hold(database_file(arguments.database)):
        return _serve(arguments)


def _serve(arguments: argparse.Namespace) -> int:
    host, port = _address(arguments.listen)
    if arguments.behind_proxy and not hub_trust.is_loopback(host):
        raise ConfigError(
            f"Behind a reverse proxy the hub itself is not encrypted, so it only listens on this "
            f"computer: write --listen 127.0.0.1:{port}, and not {host}. Nothing was changed."
        )
    folder = beside(arguments.database, arguments.data_folder)
    said = arguments.metrics_listen
    of_metrics = _on_this_computer(said, beside=port) if said else None
    file = database_file(arguments.database)
    database = _opened(arguments, file)
    names = hub_site.SiteNames(arguments.district_name, arguments.site_name, arguments.time_zone)
    with database.begin() as session:
        beginning = "" if hub_site.of(session) else beginnings.words_of(database)
        site = hub_site.ensure(session, names, now_in_utc())
        code = setting_up.new_code(session)
        authorities.note_proxied(session, is_proxied=arguments.behind_proxy)
    authority, certificate = None, None
    if not arguments.behind_proxy:
        authority = open_authority(folder / FOLDER, now_in_utc())
        known_as = functools.partial(own_names, host, tuple(arguments.name))
        certificate = LiveCertificate(authority, known_as, now_in_utc)
    photos = _photos(folder)
    door = Door(most_connections(), by_address=not arguments.behind_proxy)
    listeners = [_listen(host, port, door)]
    port, metrics_port = listeners[0].getsockname()[1], 0
    if of_metrics is not None:
        listeners.append(_listen(*of_metrics, door))
        metrics_port = listeners[1].getsockname()[1]
    app = create_app(
        database,
        photos,
        photo_keep_days=arguments.photo_keep_days,
        tell=_tell if arguments.log_requests else None,
        authority=authority,
        # PostgreSQL has tools of its own.
        backups_kept=0 if file is None else arguments.backups_kept,
        is_behind_proxy=arguments.behind_proxy,
        metrics_port=metrics_port,
        known_as=_names_behind_proxy(arguments, host),
    )
    config = uvicorn.Config(
        app,
        http=speaks_through(door),
        proxy_headers=arguments.behind_proxy,
        backlog=ACCEPTED_AT_ONCE,
        # Its lines go where all others go, in the same form: see `output`.
        log_config=None,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="on",
        # Kiosks say nothing over their lines (`live_routes`); who does not answer a ping is gone.
        ws_max_size=LONGEST_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ssl_context_factory=None if certificate is None else lambda *_: certificate.context,
    )
    scheme = "http" if certificate is None else "https"
    shown = f"[{host}]" if ":" in host else host
    ready = f"The hub of {site.name} is ready: {scheme}://{shown}:{port}"
    if authority is not None:
        number = hub_trust.digits_to_compare(authority.ca)
        ready += f"\nA console asks once whether this is its number: {number}"
    if code is not None:
        ready += (
            "\nNobody may sign in yet. Set up the first administrator at the console, with this "
            f"code, which works once: {code}\n"
            "(Or in another terminal here: vestibule-hub staff add NAME --role administrator)"
        )
    for words in filter(None, (beginning, hub_site.without_names(site))):
        ready += f"\n{words}"
    try:
        announcement = None
        if certificate is not None and not hub_trust.is_loopback(host):
            announcement = Announcement(site.name, port, own_names(host))
        server = _Server(
            config, ready, app.state.context.wake, door, certificate, announcement=announcement
        )
        server.run(sockets=listeners)
    finally:
        for listener in listeners:
            listener.close()
        database.close()
    return 0


def _opened(arguments: argparse.Namespace, file: Path | None) -> Database:
    """The hub's database, made where no hub was before."""
    _go_on_restoring(file)
    with beginnings.of(file):
        database = open_database(arguments.database, keys=Place(arguments.keys))
    with database.read() as session:
        move.refuse_moved(session)
    return database


def _names_behind_proxy(arguments: argparse.Namespace, host: str) -> frozenset[str]:
    """None where nobody said one: a proxy may pass on any, and no desk is to be closed."""
    if not arguments.behind_proxy or not arguments.name:
        return frozenset()
    return own_names(host, tuple(arguments.name))


def _go_on_restoring(path: Path | None) -> None:
    was = None if path is None else restoring.go_on(path)
    if was is not None:
        LOG.warning("a restore that was cut off is done; what was here before is in %s", was)


def _tell(served: Served) -> None:
    """One line of JSON a request, for whoever collects logs: no path, no query, no name."""
    line = {
        "at": now_in_utc().isoformat(timespec="milliseconds"),
        "method": served.method,
        "route": served.route,
        "status": served.status,
        "ms": round(served.seconds * 1000, 1),
    }
    sys.stderr.write(f"{codec.to_json(line).decode()}\n")


def _on_this_computer(text: str, *, beside: int) -> tuple[str, int]:
    host, port = _address(text)
    if port == beside != 0:
        raise ConfigError(
            f"--listen and --metrics-listen both say port {port}: figures need one of their own. "
            "Nothing was changed."
        )
    if not hub_trust.is_loopback(host):
        raise ConfigError(
            f"Figures are for this computer only: write --metrics-listen 127.0.0.1:{port}, and not "
            f"{host}. Nothing was changed."
        )
    return host, port


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise ConfigError(f"--listen {text!r} is not HOST:PORT, e.g. 127.0.0.1:8470.")
    return host.strip("[]"), int(port)


def _listen(host: str, port: int, door: Door) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = Listener(family, door)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except socket.gaierror as error:
        listener.close()
        raise ConfigError(
            f"No computer is called {host}. Write --listen with an address of this computer, "
            "e.g. 127.0.0.1:8470."
        ) from error
    except OSError as error:
        listener.close()
        is_taken = error.errno == errno.EADDRINUSE
        raise ConfigError(
            f"{host}:{port} cannot be used ({error.strerror}). "
            + (
                "Is a hub running there already?"
                if is_taken
                else "Write --listen with an address of this computer and a port above 1023."
            )
        ) from error
    return listener


def _photos(beside_them: Path) -> Path:
    """The folder for photos; it is made here, closed to other accounts."""
    folder = beside_them / own_files.PHOTOS
    try:
        make_private_folder(folder)
    except OSError as error:
        raise StorageError(
            f"The folder for photos, {folder}, cannot be made ({error.strerror}). "
            "Nothing was changed."
        ) from error
    return folder
