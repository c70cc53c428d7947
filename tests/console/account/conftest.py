"""A small provider, a hub that offers it, and a console at that hub."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from admin_console.console.parts.button import Button
from admin_console.console.window import ConsoleWindow
from db import accounts, staff
from tests.console.account.steps import KEY, Browser, offer, open_window
from tests.console.windows import child
from tests.hub_of_tests import Clock, HubOfTests, hub_at
from tests.provider_of_tests import SUBJECT, ProviderOfTests


@pytest.fixture
def provider() -> Iterator[ProviderOfTests]:
    running = ProviderOfTests(Clock(), KEY)
    yield running
    running.close()


@pytest.fixture
def hub(tmp_path: Path, provider: ProviderOfTests) -> Iterator[HubOfTests]:
    """A hub where Rosa's account is linked."""
    with hub_at(f"sqlite:///{tmp_path}/hub.db", tmp_path, provider.now) as running:
        offer(running, provider)
        with running.database.begin() as session:
            rosa = staff.named(session, "rbegaye").staff_id
            accounts.link(session, rosa, provider.issuer, SUBJECT, running.clock())
        yield running


@pytest.fixture
def browser(provider: ProviderOfTests) -> Browser:
    return Browser(provider)


@pytest.fixture
def window(qtbot: QtBot, hub: HubOfTests, browser: Browser) -> ConsoleWindow:
    """A console that has heard what the hub offers."""
    opened = open_window(qtbot, hub, browser)
    qtbot.waitUntil(child(opened, Button, "accountSignIn").isVisible)
    return opened
