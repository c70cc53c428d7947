"""``vestibule-hub serve``: what may be said about it."""

import argparse
import logging
from collections.abc import Callable

from admin_console.hub import backup_parser, folders, keys_command
from db.domain.errors import VestibuleError
from db.domain.policy import PHOTO_KEEP_DAYS

DEFAULT_LISTEN = "127.0.0.1:8470"


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    add: Callable[..., argparse.ArgumentParser],
    days: Callable[[str], int],
) -> None:
    """Add the command; `add` makes one that has ``--database``, `days` reads a number of them."""
    serve = add(commands, "serve", "run the hub", _serve)
    serve.set_defaults(stopped="")  # so a hub is ended that runs at a terminal
    serve.add_argument("--listen", default=DEFAULT_LISTEN, metavar="HOST:PORT")
    serve.add_argument(
        "--name",
        action="append",
        default=[],
        help="another name or address by which this computer is reached, for its certificate; "
        "behind a reverse proxy the name that this one passes on: the hub then answers to no other",
    )
    serve.add_argument(
        "--behind-proxy",
        action="store_true",
        help="speak plain HTTP, on this computer only, for a reverse proxy that does the TLS",
    )
    serve.add_argument(
        "--metrics-listen",
        metavar="HOST:PORT",
        help="another address of this computer alone, where its programs read /metrics behind a "
        "reverse proxy too",
    )
    serve.add_argument("--district-name")
    serve.add_argument("--site-name")
    serve.add_argument("--time-zone", help="IANA name, e.g. America/Chicago")
    serve.add_argument(
        "--photo-keep-days",
        type=days,
        default=PHOTO_KEEP_DAYS,
        metavar="DAYS",
        help="visitors' photos are deleted here after so many days (default: %(default)s); say the "
        "same as the kiosks, which promise it to visitors ([visit] photo_keep_days)",
    )
    serve.add_argument("--log-requests", action="store_true", help="a line of JSON for each")
    serve.add_argument(
        "--log",
        choices=("text", "json"),
        default="text",
        help="how everything is written that the hub says on standard error: json, and each line "
        "is one object, for whoever collects logs (default: %(default)s)",
    )
    folders.add_to(serve)
    backup_parser.add_kept(serve)
    keys_command.add_place(serve)


def _serve(arguments: argparse.Namespace) -> int:
    from admin_console.hub import output, serving  # other commands need no server

    form = output.Form(arguments.log)
    output.begin(form)
    try:
        return serving.serve(arguments)
    except VestibuleError as error:
        if form is output.Form.TEXT:
            raise
        logging.getLogger(__name__).critical("%s", error)
        return 1
