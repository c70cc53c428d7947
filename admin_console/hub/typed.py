"""What somebody types at the hub's terminal that nobody should see."""

import getpass
import os
import sys


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
