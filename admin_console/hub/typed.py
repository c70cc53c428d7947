"""What somebody types at the hub's terminal: a day, a visit, or what nobody should see."""

import argparse
import getpass
import os
import sys
from datetime import date
from uuid import UUID

_YEARS = range(1900, 3000)


def day(text: str) -> date:
    """A day, for a parser."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if found.year not in _YEARS:
        raise argparse.ArgumentTypeError(f"{text!r} is no day, as 2026-11-30 is (YYYY-MM-DD)")
    return found


def visit_id(text: str) -> UUID:
    """A visit's id, for a parser."""
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no visit's id: they are in the first column of vestibule-hub export"
        ) from None


def secret(asked: str) -> str:
    """Ask for a secret, unseen at a terminal. Where there is none, a line of standard input.

    Raises EOFError when nothing comes.
    """
    if sys.stdin.isatty() or _has_terminal():
        return getpass.getpass(asked)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except (OSError, AttributeError):  # Windows has neither
        return False
    return True
