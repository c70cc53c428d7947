"""Every screen as it looks, beside its reference; `--update-pictures` makes new references."""

from pathlib import Path

import pytest

from kiosk.ui.window import KioskWindow
from resources.toolkit.theme import Look, missing_families
from tests.pictures import assert_looks_like
from tests.screens.kiosk.acting import pixels
from tests.screens.kiosk.conftest import OpenWindow
from tests.screens.kiosk.sights import SIGHTS, Sight

PICTURES = Path(__file__).parent / "pictures"
IN_OTHER_LOOKS = (
    "01-welcome",
    "02-scan",
    "03-confirm",
    "03-confirm-focus",
    "04-visit",
    "06-policy-unsigned",
    "07-wait",
    "09-sign-out-sticker",
    "10-goodbye",
    "12-time-out",
    "16-service-trouble",
    "16-staff-decision",
)


@pytest.fixture(scope="module", autouse=True)
def _has_our_fonts(qapp: object) -> None:
    assert qapp
    assert "Inter" not in missing_families(), "install fonts-inter: packaging/setup.sh does"


def _show(window: KioskWindow, sight: Sight) -> None:
    window.show_step(sight.step, sight.view)
    sight.before(window)


@pytest.mark.parametrize("name", SIGHTS)
def test_screen_looks_as_it_did(name: str, window: KioskWindow, update_pictures: bool) -> None:
    _show(window, SIGHTS[name])

    assert_looks_like(pixels(window.grab()), PICTURES / f"{name}.png", update=update_pictures)


@pytest.mark.parametrize("look", [Look.DARK, Look.CONTRAST])
@pytest.mark.parametrize("name", IN_OTHER_LOOKS)
def test_screen_looks_as_it_did_in_other_colours(
    name: str, look: Look, open_window: OpenWindow, update_pictures: bool
) -> None:
    window = open_window(look)
    _show(window, SIGHTS[name])

    reference = PICTURES / f"{name}-{look.value}.png"
    assert_looks_like(pixels(window.grab()), reference, update=update_pictures)


def test_a_smaller_window_shows_the_whole_screen_scaled(
    open_window: OpenWindow, update_pictures: bool
) -> None:
    window = open_window(size=(1366, 768))
    _show(window, SIGHTS["03-confirm"])

    reference = PICTURES / "03-confirm-1366x768.png"
    assert_looks_like(pixels(window.grab()), reference, update=update_pictures)
