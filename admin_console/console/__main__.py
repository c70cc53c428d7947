"""`vestibule-console`: the command line. A password is never an argument."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

import httpx
from PySide6.QtWidgets import QApplication

from admin_console.console.app import DEFAULT_HUB, build_console

PASSWORD_VARIABLE = "VESTIBULE_CONSOLE_PASSWORD"  # noqa: S105 (a name, not a password)
"""Read once and removed, for a console that starts by itself; people type theirs."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="vestibule-console", description="The office's window to the visitor log."
    )
    parser.add_argument("--hub", default=DEFAULT_HUB, metavar="URL", help="default: %(default)s")
    parser.add_argument("--name", default="", help="your sign-in name; the password is asked for")
    parser.add_argument(
        "--colours", choices=("system", "light", "dark"), default="system", help="the look"
    )
    chosen = parser.parse_args(arguments)
    if not _is_address(chosen.hub):
        parser.error(
            f"--hub {chosen.hub!r} is not an address. Write it like {DEFAULT_HUB}: http:// or"
            " https://, the hub's name or number, a colon, and its port."
        )
    # Ctrl+C in a terminal ends the console at once. A denial of the last seconds goes with it: its
    # visitor still waits for a decision, and is not let in.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("vestibule-console")
    dark = {"system": None, "light": False, "dark": True}[chosen.colours]
    window = build_console(chosen.hub, dark=dark)
    window.show()
    password = os.environ.pop(PASSWORD_VARIABLE, "")
    window.sign_in_page.start(name=chosen.name)
    if chosen.name and password:
        window.sign_in(chosen.name, password)
    return application.exec()


def _is_address(text: str) -> bool:
    try:
        address = httpx.URL(text)
    except httpx.InvalidURL:
        return False
    return address.scheme in ("http", "https") and bool(address.host)


if __name__ == "__main__":
    sys.exit(main())
