"""Signing in with the district's account that comes to nothing leaves name and password."""

from dataclasses import replace

import httpx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.parts.button import Button
from admin_console.console.window import ConsoleWindow
from db import oidc
from tests.console.account.steps import (
    Browser,
    begin,
    can_still_sign_in,
    click,
    offer,
    open_window,
    wait_for_words,
)
from tests.console.windows import child, press
from tests.hub_of_tests import HubOfTests
from tests.provider_of_tests import ProviderOfTests


def test_cancel_brings_name_and_password_back_and_closes_the_port(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)

    click(qtbot, window, "leaveBrowser")

    assert child(window, QLineEdit, "signInPassword").isVisible()
    with pytest.raises(httpx.ConnectError):
        browser.come_back()
    assert can_still_sign_in(qtbot, window)


def test_escape_cancels_too(qtbot: QtBot, window: ConsoleWindow, browser: Browser) -> None:
    begin(qtbot, window, browser)

    press(qtbot, Qt.Key.Key_Escape)

    assert not child(window, QWidget, "atBrowser").isVisible()
    assert not window._account.is_waiting


def test_browser_is_opened_again_with_the_same_address(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)

    click(qtbot, window, "browserAgain")

    assert len(browser.opened) == 2
    assert len(set(browser.opened)) == 1
    browser.come_back()
    qtbot.waitUntil(lambda: window.shell is not None)


def test_computer_without_a_browser_says_so(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    browser.is_there = False

    begin(qtbot, window, browser)

    wait_for_words(qtbot, window, "No browser could be opened on this computer.")
    assert can_still_sign_in(qtbot, window)


def test_whoever_does_not_come_back_in_time_is_told_so(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)
    assert window._account._timer.remainingTime() > 290_000

    window._account._timer.start(0)

    wait_for_words(qtbot, window, "Nobody came back from the browser in time.")
    with pytest.raises(httpx.ConnectError):
        browser.come_back()


def test_whoever_says_no_at_the_provider_is_not_signed_in(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)
    _, state = browser.provider.sign_in(browser.opened[0])

    page = browser.ask(error="access_denied", state=state)

    wait_for_words(qtbot, window, "Marlow account was told not to sign you in")
    assert "Nobody was signed in" in page.text
    assert can_still_sign_in(qtbot, window)


def test_trouble_at_the_provider_is_told_in_words_of_ours(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)
    _, state = browser.provider.sign_in(browser.opened[0])

    browser.ask(error="<b>server_error</b>", state=state)

    wait_for_words(qtbot, window, "Marlow account could not sign you in.")


def test_account_that_is_nobodys_is_named_and_can_be_copied(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser, provider: ProviderOfTests
) -> None:
    provider.subject = "somebody-else-" + "7" * 200
    begin(qtbot, window, browser)

    browser.come_back()

    wait_for_words(qtbot, window, "This account is not linked with anybody here yet.")
    shown = child(window, QLineEdit, "accountSubject")
    assert shown.isVisible()
    assert shown.text() == provider.subject
    assert can_still_sign_in(qtbot, window)


def test_provider_that_is_down_leaves_the_password(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser, provider: ProviderOfTests
) -> None:
    begin(qtbot, window, browser)
    provider.answers["/realm/token"] = (503, b"", {})

    browser.come_back()

    wait_for_words(qtbot, window, "Marlow account did not answer as it should.")
    assert can_still_sign_in(qtbot, window)


def test_code_that_the_provider_does_not_know_is_refused(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser, provider: ProviderOfTests
) -> None:
    begin(qtbot, window, browser)
    _, state = browser.provider.sign_in(browser.opened[0])
    provider.answers["/realm/token"] = (400, b'{"error":"invalid_grant"}', {})

    browser.ask(code="invented", state=state)

    wait_for_words(qtbot, window, "did not confirm this sign-in. Begin again.")


def test_hub_that_offers_no_account_shows_no_button(
    qtbot: QtBot, hub: HubOfTests, browser: Browser
) -> None:
    with hub.database.begin() as session:
        oidc.forget_provider(session)

    window = open_window(qtbot, hub, browser)
    window.sign_in("rbegaye", "wrong")  # answered behind what the hub offers
    wait_for_words(qtbot, window, "do not")

    assert not child(window, Button, "accountSignIn").isVisible()


def test_button_goes_when_the_hub_offers_it_no_longer(
    qtbot: QtBot, window: ConsoleWindow, hub: HubOfTests
) -> None:
    with hub.database.begin() as session:
        oidc.forget_provider(session)

    click(qtbot, window, "accountSignIn")

    wait_for_words(qtbot, window, "no other way to sign in than name and password")
    button = child(window, Button, "accountSignIn")
    qtbot.waitUntil(lambda: not button.isVisible())


def test_address_that_is_not_a_safe_one_is_not_opened(
    qtbot: QtBot, window: ConsoleWindow, hub: HubOfTests, browser: Browser
) -> None:
    with hub.database.begin() as session:
        known = oidc.provider(session)
        assert known is not None
        oidc.name_provider(session, replace(known, authorization_url="file:///bin/sh"))

    click(qtbot, window, "accountSignIn")

    wait_for_words(qtbot, window, "an address that is not safe to open")
    assert browser.opened == []


def test_password_that_was_typed_does_not_stay_behind_the_browser(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    password = child(window, QLineEdit, "signInPassword")
    password.setText("half typed")

    begin(qtbot, window, browser)

    assert not password.text()


def test_console_that_is_closed_while_it_waits_leaves_no_open_port(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)

    window.close()

    with pytest.raises(httpx.ConnectError):
        browser.come_back()


def test_long_name_of_an_account_stays_within_the_card(
    qtbot: QtBot, hub: HubOfTests, provider: ProviderOfTests, browser: Browser
) -> None:
    offer(hub, provider, "Marlow Unified School District staff and volunteer accounts")
    window = open_window(qtbot, hub, browser)
    button = child(window, Button, "accountSignIn")
    qtbot.waitUntil(button.isVisible)

    assert button.sizeHint().width() <= button.width() <= 320
    assert button.accessibleName().endswith("staff and volunteer accounts")
    assert button.toolTip() == button.accessibleName()


def test_after_signing_out_the_account_is_offered_again(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)
    browser.come_back()
    qtbot.waitUntil(lambda: window.shell is not None)

    window._on_sign_out_asked()

    assert child(window, QLineEdit, "signInPassword").isVisible()
    qtbot.waitUntil(child(window, Button, "accountSignIn").isEnabled)
    begin(qtbot, window, browser)
    assert len(set(browser.opened)) == 2
