"""`vestibule-console`: the command line. A password is never an argument."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

import httpx
from PySide6.QtWidgets import QApplication

from admin_console.console import known_hubs
from admin_console.console.app import DEFAULT_HUB, build_console
from admin_console.console.known_hubs import KnownHubs
from db import hub_trust
from db.domain.errors import ConfigError, VestibuleError
from resources.toolkit.memory import collect_here_only

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
    parser.add_argument(
        "--trust",
        metavar="NUMBER",
        help="know the hub by this number from now on, as vestibule-hub fingerprint prints it",
    )
    chosen = parser.parse_args(arguments)
    if not _is_address(chosen.hub):
        parser.error(
            f"--hub {chosen.hub!r} is not an address. Write it like {DEFAULT_HUB}: https://, the"
            " hub's name or number, a colon, and its port. (http:// is for this computer only.)"
        )
    try:
        known = known_hubs.of_this_account()
        if chosen.trust is not None:
            _trust(known, chosen.hub, chosen.trust)
    except VestibuleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    # Ctrl+C in a terminal ends the console at once. A denial of the last seconds goes with it: its
    # visitor still waits for a decision, and is not let in.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    application.setApplicationName("vestibule-console")
    dark = {"system": None, "light": False, "dark": True}[chosen.colours]
    window = build_console(chosen.hub, dark=dark, known=known)
    collect_here_only(application)
    window.show()
    password = os.environ.pop(PASSWORD_VARIABLE, "")
    window.sign_in_page.start(name=chosen.name)
    if chosen.name and password:
        window.sign_in(chosen.name, password)
    return application.exec()


def _is_address(text: str) -> bool:
    try:
        httpx.URL(text)
    except httpx.InvalidURL:
        return False
    return hub_trust.is_safe_address(text)


def _trust(known: KnownHubs, url: str, number: str) -> None:
    ca = hub_trust.ca_of(url)
    digits = hub_trust.digits_to_compare(ca)
    if [c for c in number if c.isdigit()] != [c for c in digits if c.isdigit()]:
        raise ConfigError(
            f"The hub at {url} has another number than that. Do not sign in there. Nothing was "
            "changed."
        )
    known.keep(url, ca)


if __name__ == "__main__":
    sys.exit(main())
