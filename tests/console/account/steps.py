"""A browser of nobody, and what is done at a console with it."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from admin_console.console.app import build_console
from admin_console.console.parts.button import Button
from admin_console.console.window import ConsoleWindow
from db import oidc
from tests.console.windows import Clock as WallClock
from tests.console.windows import child, let_old_windows_go, show
from tests.hub_of_tests import PASSWORD, HubOfTests
from tests.provider_of_tests import CLIENT, SECRET, ProviderOfTests, rsa_key

KEY = rsa_key("first")
NAME = "Marlow account"


@dataclass
class Browser:
    """Nobody's browser: it keeps the address, and comes back when it is told."""

    provider: ProviderOfTests
    is_there: bool = True
    opened: list[str] = field(default_factory=list)

    def open(self, address: str) -> bool:
        self.opened.append(address)
        return self.is_there

    @property
    def back_at(self) -> str:
        (address,) = parse_qs(urlsplit(self.opened[-1]).query)["redirect_uri"]
        return address

    def come_back(self) -> httpx.Response:
        """As after a sign-in there."""
        code, state = self.provider.sign_in(self.opened[-1])
        return self.ask(code=code, state=state)

    def ask(self, **fields: str) -> httpx.Response:
        return httpx.get(f"{self.back_at}?{urlencode(fields)}", trust_env=False)


def offer(hub: HubOfTests, provider: ProviderOfTests, name: str = NAME) -> None:
    with hub.database.begin() as session:
        oidc.name_provider(
            session,
            oidc.Provider(
                name=name,
                issuer=provider.issuer,
                client_id=CLIENT,
                authorization_url=f"{provider.issuer}/authorize",
                token_url=f"{provider.issuer}/token",
                keys_url=f"{provider.issuer}/keys",
                secret_in="header",  # noqa: S106  a place
                asks_second_factor=False,
                client_secret=SECRET,
            ),
        )


def open_window(qtbot: QtBot, hub: HubOfTests, browser: Browser) -> ConsoleWindow:
    let_old_windows_go()
    window = build_console(
        str(hub.client.base_url), clock=WallClock(), dark=False, open_browser=browser.open
    )
    show(qtbot, window)
    return window


def begin(qtbot: QtBot, window: ConsoleWindow, browser: Browser) -> None:
    """Press the button; the browser opens."""
    count = len(browser.opened)
    click(qtbot, window, "accountSignIn")
    qtbot.waitUntil(lambda: len(browser.opened) > count)


def click(qtbot: QtBot, window: ConsoleWindow, name: str) -> None:
    qtbot.mouseClick(child(window, Button, name), Qt.MouseButton.LeftButton)


def wait_for_words(qtbot: QtBot, window: ConsoleWindow, words: str) -> None:
    said = child(window, QLabel, "signInError")
    qtbot.waitUntil(lambda: said.isVisible() and words in said.text())


def can_still_sign_in(qtbot: QtBot, window: ConsoleWindow) -> bool:
    window.sign_in("rbegaye", PASSWORD)
    qtbot.waitUntil(lambda: window.shell is not None)
    return True
