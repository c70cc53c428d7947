"""Puts the console together. The command line is `__main__`, a test or a film may call this too."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication

from admin_console.console.account_sign_in import OpenBrowser
from admin_console.console.client import HubClient
from admin_console.console.http_hub import HttpHub
from admin_console.console.known_hubs import KnownHubs
from admin_console.console.theme import load_theme, palette, style_sheet
from admin_console.console.window import ConsoleWindow

DEFAULT_HUB = "https://127.0.0.1:8470"
_DARK = "console_is_dark"
"""The application's property that says which look it was given."""


def now_utc() -> datetime:
    return datetime.now(UTC)


def open_in_browser(address: str) -> bool:
    """Show an address in the person's own browser; False when there is none."""
    return QDesktopServices.openUrl(QUrl(address))


def build_console(
    hub_url: str = DEFAULT_HUB,
    *,
    dark: bool | None = None,
    hub: HubClient | None = None,
    clock: Callable[[], datetime] = now_utc,
    known: KnownHubs | None = None,
    open_browser: OpenBrowser = open_in_browser,
) -> ConsoleWindow:
    """A console for the hub at `hub_url`, not yet shown. Needs a QApplication.

    `dark` None follows the desktop. `hub` replaces the line over HTTP, `clock` the time.
    `known` are the hubs that were compared before. `open_browser` shows an address.
    """
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        msg = "build_console needs a QApplication"
        raise TypeError(msg)
    if dark is None:
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
    theme = load_theme(dark=dark)
    if application.property(_DARK) is not dark:
        application.setProperty(_DARK, dark)
        application.setStyle("Fusion")
        application.setFont(theme.font())
        application.setPalette(palette(theme))
    address = urlsplit(hub_url).netloc or hub_url
    window = ConsoleWindow(
        theme, hub or HttpHub(hub_url, known=known), address, clock, open_browser
    )
    # Not the application's: pages are then looked through once, when the window takes them, and
    # not whenever a part of them is put into its place.
    window.setStyleSheet(style_sheet(theme))
    return window
