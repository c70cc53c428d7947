"""``vestibule-hub sites``: what can be said. Imports little, as `--help` is quick."""

import argparse
import sys
from collections.abc import Callable

Add = Callable[..., argparse.ArgumentParser]
"""`admin_console.hub.__main__._command`."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", add: Add) -> None:
    """Add the commands; `add` makes one that has ``--database``."""
    sites = commands.add_parser("sites", help="the schools that this hub serves")
    of_sites = sites.add_subparsers(required=True, metavar="COMMAND")
    opened = add(of_sites, "add", "open a site", _add)
    opened.add_argument("name", help="what the school is called")
    opened.add_argument("--time-zone", default="", metavar="ZONE", help="e.g. America/Chicago")
    add(of_sites, "list", "the sites", _list)
    renamed = add(of_sites, "rename", "call a site otherwise, or move its clock", _rename)
    renamed.add_argument("name", help="its name, or its id")
    renamed.add_argument("new_name", metavar="NEW", nargs="?", default="")
    renamed.add_argument("--time-zone", default="", metavar="ZONE")
    closed = add(of_sites, "close", "end a site and its kiosks; what was there is kept", _close)
    closed.add_argument("name", help="its name, or its id")


def add_share(
    lists: "argparse._SubParsersAction[argparse.ArgumentParser]",
    add: Add,
    list_name: Callable[[str], str],
) -> None:
    """Add ``lists share`` to the commands for lists."""
    shared = add(
        lists, "share", "make a site's list the district's: every site screens by it", _share
    )
    shared.add_argument("--name", required=True, type=list_name)
    shared.add_argument("--site", default="", metavar="NAME", help="whose list it is")


def of_one(parser: argparse.ArgumentParser) -> None:
    """Add ``--site`` to a command that is about one site."""
    parser.add_argument(
        "--site", default="", metavar="NAME", help="which site, where the hub has several"
    )


def of_list(parser: argparse.ArgumentParser) -> None:
    """Add ``--site`` to a command about a list."""
    parser.add_argument(
        "--site",
        default="",
        metavar="NAME",
        help="whose list; without it the district's, where the hub has several sites",
    )


def _add(arguments: argparse.Namespace) -> int:
    from admin_console.hub import site_commands

    return _say(site_commands.add(arguments.database, arguments.name, arguments.time_zone))


def _list(arguments: argparse.Namespace) -> int:
    from admin_console.hub import site_commands

    return _say(site_commands.everyone(arguments.database))


def _rename(arguments: argparse.Namespace) -> int:
    from admin_console.hub import site_commands

    return _say(
        site_commands.change(
            arguments.database, arguments.name, arguments.new_name, arguments.time_zone
        )
    )


def _close(arguments: argparse.Namespace) -> int:
    from admin_console.hub import site_commands

    return _say(site_commands.close(arguments.database, arguments.name))


def _share(arguments: argparse.Namespace) -> int:
    from admin_console.hub import commands

    return _say(commands.share_list(arguments.database, arguments.name, arguments.site))


def _say(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0
