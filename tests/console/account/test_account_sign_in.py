"""Signing in at the console with the district's account: the real hub, and a small provider.

What a browser does is done here over real HTTP, to the port at which the console waits.
"""

import threading

import httpx
import pytest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.browser_return import BrowserReturn, Returned
from admin_console.console.window import ConsoleWindow
from tests.console.account.steps import (
    Browser,
    begin,
)
from tests.console.windows import child


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
