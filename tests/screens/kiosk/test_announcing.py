"""What is said aloud, driven through the real screens: pages, hints, and nothing about a person."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from kiosk.announcer import STEADY_SECONDS, Announcer
from kiosk.flow import Step
from kiosk.ui import views
from kiosk.ui.stage import HINT_AT_LEAST_MS
from kiosk.ui.window import KioskWindow
from tests.screens.kiosk.acting import touch
from tests.screens.kiosk.sights import BADGE, EMERGENCY, SIGHTS
from tests.voices import QUIET, RememberingVoice

STEADY, AGAIN = 0.02, 0.2


@pytest.fixture
def voice(window: KioskWindow) -> Iterator[RememberingVoice]:
    remembering = RememberingVoice()
    announcer = Announcer(window, remembering, steady_seconds=STEADY, again_seconds=AGAIN)
    yield remembering
    announcer.close()
    assert remembering.is_closed


def hint(window: KioskWindow, hint: views.Hint) -> None:
    """Another hint, as if the last had been shown for long enough."""
    window._stage._hint_rests.stop()
    window.show_hint(hint)


def show_scan(window: KioskWindow) -> None:
    window.show_step(Step.SCAN_ID, views.ScanView())


def test_page_says_its_title_and_what_to_do(window: KioskWindow, voice: RememberingVoice) -> None:
    show_scan(window)

    assert voice.now.startswith("Show the back of your ID. Hold it inside the corners")
    assert voice.languages == {window.language} == {"en"}


def test_window_tells_instructions_and_hints(window: KioskWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.instructed, check_params_cb=lambda words: words != ""):
        show_scan(window)
    with qtbot.waitSignal(window.hinted, check_params_cb=lambda words: words == "Hold it still"):
        window.show_hint(views.Hint.HOLD_STILL)


def test_steady_hint_is_said_once(
    window: KioskWindow, voice: RememberingVoice, qtbot: QtBot
) -> None:
    show_scan(window)

    for _ in range(5):
        hint(window, views.Hint.CLOSER)

    qtbot.waitUntil(lambda: voice.now == "A little closer")
    hint(window, views.Hint.LEVEL)
    qtbot.waitUntil(lambda: voice.now == "Hold the card level")
    assert voice.said.count("A little closer") == 1


def test_hint_that_is_gone_at_once_is_not_said(
    window: KioskWindow, voice: RememberingVoice, qtbot: QtBot
) -> None:
    show_scan(window)

    hint(window, views.Hint.FARTHER)
    hint(window, views.Hint.CLOSER)

    qtbot.waitUntil(lambda: voice.now == "A little closer")
    assert "A little farther away" not in voice.said


def test_same_hint_comes_again_only_after_a_while(
    window: KioskWindow, voice: RememberingVoice, qtbot: QtBot
) -> None:
    show_scan(window)
    hint(window, views.Hint.CLOSER)
    qtbot.waitUntil(lambda: voice.now == "A little closer")
    hint(window, views.Hint.LEVEL)
    qtbot.waitUntil(lambda: voice.now == "Hold the card level")

    hint(window, views.Hint.CLOSER)
    qtbot.waitUntil(lambda: voice.said.count("A little closer") == 2)

    first, again = (
        at for at, words in zip(voice.said_at, voice.said, strict=True) if "closer" in words
    )
    assert again - first >= AGAIN


def test_screen_that_leaves_takes_its_words_along(
    window: KioskWindow, voice: RememberingVoice, qtbot: QtBot
) -> None:
    show_scan(window)
    hint(window, views.Hint.CLOSER)

    window.show_step(Step.WELCOME, views.WelcomeView())
    qtbot.wait(int(STEADY * 1000 * 3))

    assert voice.now == QUIET
    assert "A little closer" not in voice.said


def test_camera_that_fails_is_said_with_the_other_ways(
    window: KioskWindow, voice: RememberingVoice
) -> None:
    show_scan(window)

    window.show_step(Step.SCAN_ID, views.ScanView("The camera does not answer."))

    assert voice.now == "The camera does not answer. Please use one of the other ways."


def test_badge_that_is_not_signed_in_is_said(window: KioskWindow, voice: RememberingVoice) -> None:
    window.show_step(Step.FIND_VISIT, views.SignOutView())
    assert voice.now.startswith("Show your badge to sign out. ")

    window.show_step(Step.FIND_VISIT, views.SignOutView(not_found="This badge is not known."))

    assert voice.now == "This badge is not known."


def test_time_out_is_asked_aloud_and_silences_hints(
    window: KioskWindow, voice: RememberingVoice, qtbot: QtBot
) -> None:
    show_scan(window)

    window.show_timeout_warning(20)
    hint(window, views.Hint.CLOSER)
    window.show_timeout_warning(19)
    qtbot.wait(int(STEADY * 1000 * 3))

    assert voice.now.startswith("Do you need more time?")
    assert sum(words.startswith("Do you need") for words in voice.said) == 1


def test_help_is_said(window: KioskWindow, voice: RememberingVoice) -> None:
    show_scan(window)

    touch(window, "tool_help")

    assert voice.now.startswith("We are glad to help. Please speak to the front desk.")


def test_emergency_silences_everything(
    window: KioskWindow, voice: RememberingVoice, qtbot: QtBot
) -> None:
    show_scan(window)
    hint(window, views.Hint.CLOSER)

    window.show_emergency(EMERGENCY)
    assert voice.now == QUIET
    before = len(voice.said)
    hint(window, views.Hint.LEVEL)
    window.show_step(Step.TYPE_NAME, views.TypeNameView())
    qtbot.wait(int(STEADY * 1000 * 3))

    assert set(voice.said[before:]) <= {QUIET}
    window.show_emergency(None)
    assert voice.now == "Please type your name"


def test_staff_pages_say_nothing(window: KioskWindow, voice: RememberingVoice) -> None:
    for name in ("16-staff-pin", "16-staff-decision"):
        window.show_step(SIGHTS[name].step, SIGHTS[name].view)

    assert set(voice.said) <= {QUIET}


def test_whoever_waits_hears_the_same_whatever_the_lists_say(
    window: KioskWindow, voice: RememberingVoice
) -> None:
    window.show_step(Step.SCREENING, views.WaitView())
    before = list(voice.said)

    window.show_step(Step.WAIT_FOR_STAFF, views.WaitView(47))

    assert voice.said == before


@pytest.mark.parametrize("name", SIGHTS)
def test_nothing_about_a_person_is_ever_said(
    window: KioskWindow, voice: RememberingVoice, name: str
) -> None:
    sight = SIGHTS[name]

    window.show_step(sight.step, sight.view)
    sight.before(window)

    spoken = " ".join(voice.said)
    about = (
        "Elena",
        "Marlow",
        "1986",
        "Texas",
        "Okafor",
        "Room 12",
        "Whitfield",
        "expired",
        "trespass",
    )
    assert not [word for word in about if word in spoken]


def test_badge_is_told_when_it_has_come_out(window: KioskWindow, voice: RememberingVoice) -> None:
    window.show_step(Step.BADGE, BADGE)
    assert voice.now == "You are signed in. Your badge is coming out below the screen."

    window.show_step(Step.BADGE, replace(BADGE, printing=views.Printing.PRINTED))

    assert voice.now == "You are signed in. Your badge is below the screen."


def test_every_hint_that_is_shown_lasts_until_it_is_steady() -> None:
    assert STEADY_SECONDS * 1000 < HINT_AT_LEAST_MS
