"""The arguments of ``vestibule-hub policy``, and what it says. Loads no database for them."""

import argparse
import sys
from collections.abc import Callable

from admin_console.hub.site_parser import Add

_SETTLED = (
    "clearance_days",
    "rescreen_days",
    "visit_keep_days",
    "audit_keep_days",
    "denial_words",
)


def add_to(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    add: Add,
    days: Callable[[str], int],
) -> None:
    """Make the command, whose numbers of days are read by `days`."""
    settled = add(commands, "policy", "show or settle the desk's standing rules", _policy)

    def days_or_none(text: str) -> int:
        return 0 if text == "0" else days(text)

    settled.add_argument("--clearance-days", type=days, metavar="DAYS")
    settled.add_argument(
        "--rescreen-days",
        type=days_or_none,
        metavar="DAYS",
        help="when a list changes, visits of so many days are screened again; 0: who is inside",
    )
    settled.add_argument(
        "--visit-keep-days",
        type=days,
        metavar="DAYS",
        help="for so long it is kept who came; then names and all other personal facts go",
    )
    settled.add_argument(
        "--audit-keep-days",
        type=days_or_none,
        metavar="DAYS",
        help="for so long, a year at least, it is kept who of the staff did what; 0: for ever",
    )
    settled.add_argument("--denial-words", metavar="TEXT", help="what the office does at a denial")


def _policy(arguments: argparse.Namespace) -> int:
    from admin_console.hub import commands

    named = {name: getattr(arguments, name) for name in _SETTLED}
    wanted = {name: value for name, value in named.items() if value is not None}
    sys.stdout.write(f"{commands.settle_policy(arguments.database, wanted)}\n")
    return 0
