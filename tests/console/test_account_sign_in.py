"""Signing in at the console with the district's account: the real hub, and a small provider.

What a browser does is done here over real HTTP, to the port at which the console waits.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.app import build_console
from admin_console.console.browser_return import BrowserReturn, Returned
from admin_console.console.parts.button import Button
from admin_console.console.window import ConsoleWindow
from db import accounts, oidc, staff
from tests.console.windows import Clock as WallClock
from tests.console.windows import child, let_old_windows_go, press, show
from tests.hub_of_tests import PASSWORD, Clock, HubOfTests, hub_at
from tests.provider_of_tests import CLIENT, SECRET, SUBJECT, ProviderOfTests, rsa_key

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


@pytest.fixture
def browser(provider: ProviderOfTests) -> Browser:
    return Browser(provider)


@pytest.fixture
def window(qtbot: QtBot, hub: HubOfTests, browser: Browser) -> ConsoleWindow:
    """A console that has heard what the hub offers."""
    opened = open_window(qtbot, hub, browser)
    qtbot.waitUntil(child(opened, Button, "accountSignIn").isVisible)
    return opened


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


def test_member_of_staff_signs_in_with_the_account(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)
    assert child(window, QWidget, "atBrowser").isVisible()
    assert not child(window, QLineEdit, "signInPassword").isVisible()

    page = browser.come_back()

    qtbot.waitUntil(lambda: window.shell is not None)
    assert window._session is not None
    assert window._session.staff.name == "rbegaye"
    assert page.status_code == 200
    assert "You can close this window." in page.text


def test_browser_comes_back_to_this_computer_alone_at_a_port_that_ends_with_the_sign_in(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)
    first = browser.back_at
    browser.come_back()
    qtbot.waitUntil(lambda: window.shell is not None)

    assert first.startswith("http://127.0.0.1:")
    with pytest.raises(httpx.ConnectError):
        httpx.get(first, trust_env=False)


def test_page_for_the_browser_runs_nothing_and_is_kept_nowhere(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)

    page = browser.come_back()

    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Python" not in page.headers["Server"]
    assert "<script" not in page.text


def test_wrong_state_is_turned_away_and_the_console_waits_on(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)
    code, _ = browser.provider.sign_in(browser.opened[0])

    for told in ({"code": code, "state": "guessed"}, {"code": code}, {}):
        answer = browser.ask(**told)
        assert answer.status_code == 400
        assert "does not belong to a sign-in" in answer.text

    assert window.shell is None
    assert child(window, QWidget, "atBrowser").isVisible()
    browser.come_back()
    qtbot.waitUntil(lambda: window.shell is not None)


def test_page_that_calls_this_computer_by_another_name_is_turned_away(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)
    code, state = browser.provider.sign_in(browser.opened[0])

    answer = httpx.get(
        browser.back_at,
        params={"code": code, "state": state},
        headers={"Host": "evil.example"},
        trust_env=False,
    )

    assert answer.status_code == 400
    assert window._account.is_waiting


def test_icon_that_a_browser_asks_for_is_not_an_answer(
    qtbot: QtBot, window: ConsoleWindow, browser: Browser
) -> None:
    begin(qtbot, window, browser)

    assert httpx.get(f"{browser.back_at}favicon.ico", trust_env=False).status_code == 404
    assert httpx.post(browser.back_at, trust_env=False).status_code == 501
    assert window._account.is_waiting


def test_second_request_with_the_right_state_changes_nothing() -> None:
    came: list[Returned] = []
    waiting = BrowserReturn(came.append)
    waiting.expect("right")
    at = f"http://127.0.0.1:{waiting.port}/"

    answers = [
        httpx.get(at, params={"state": "right", "code": code}, trust_env=False).status_code
        for code in ("first", "second", "first")
    ]

    waiting.close()
    assert answers == [200, 409, 409]
    assert [returned.code for returned in came] == ["first"]
    assert "first" not in repr(came)


def test_line_that_says_nothing_is_in_nobodys_way() -> None:
    came = threading.Event()
    waiting = BrowserReturn(lambda _returned: came.set())
    waiting.expect("right")
    with httpx.Client(trust_env=False) as silent:
        silent.get(f"http://127.0.0.1:{waiting.port}/")  # its line stays open

        httpx.get(f"http://127.0.0.1:{waiting.port}/?state=right&code=c", trust_env=False)

        assert came.wait(5)
    waiting.close()


def test_nothing_is_taken_before_it_is_known_which_state_is_right() -> None:
    came: list[Returned] = []
    waiting = BrowserReturn(came.append)

    answer = httpx.get(f"http://127.0.0.1:{waiting.port}/?state=&code=c", trust_env=False)

    waiting.close()
    assert (answer.status_code, came) == (400, [])


def test_request_that_is_odd_is_turned_away() -> None:
    came: list[Returned] = []
    waiting = BrowserReturn(came.append)
    waiting.expect("right")
    at = f"http://127.0.0.1:{waiting.port}/"

    many = "&".join(f"f{number}=1" for number in range(30))
    odd = (
        f"state=right&code={'c' * 5000}",
        f"state=right&code=c&{many}",
        "state=r%C3%AFght&code=c",
    )
    answers = [httpx.get(f"{at}?{query}", trust_env=False).status_code for query in odd]

    waiting.close()
    assert (answers, came) == ([400, 400, 400], [])


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
