"""Rules behind the screens, without a window: words, dates, hosts, photos, contrast."""

import re
from datetime import date
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.domain.visit import Host, VisitorType
from kiosk.flow import Step
from kiosk.ui import views
from kiosk.ui.camera_picture import covering, cut_photo
from kiosk.ui.details_screen import find_hosts, marked, plain
from kiosk.ui.entries import birth_words, read_birth_date
from kiosk.ui.screens import PAGES
from kiosk.ui.wording import (
    TYPE_ICONS,
    TYPE_WORDS,
    clock_words,
    day_words,
    duration_words,
    hint_words,
)
from resources.toolkit.icons import icon_image
from resources.toolkit.theme import Look, colours, contrast_ratio
from tests.screens.kiosk.acting import NOON, frame
from tests.screens.kiosk.sights import HOSTS

TODAY = date(2026, 11, 23)
ICONS = Path(str(files("resources").joinpath("icons")))
UI = Path(str(files("kiosk.ui").joinpath("")))

TEXT_PAIRS = (
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "primary_soft"),
    ("ink", "key"),
    ("ink", "key_function"),
    ("muted", "ground"),
    ("muted", "surface"),
    ("muted", "primary_soft"),
    ("faint", "surface"),
    ("on_primary", "primary"),
    ("on_primary", "primary_press"),
    ("on_soft", "primary_soft"),
    ("on_soft", "ground"),
    ("on_soft", "surface"),
    ("primary", "surface"),
    ("primary", "primary_soft"),
    ("caution", "caution_soft"),
    ("caution", "ground"),
    ("caution", "surface"),
    ("on_staff_bar", "staff_bar"),
    ("on_staff_bar", "scrim"),
    ("on_alarm_fill", "alarm_fill"),
    ("on_alarm_fill", "alarm_fill_deep"),
)
CONTROL_PAIRS = (
    ("edge", "ground"),
    ("edge", "surface"),
    ("primary", "ground"),
    ("primary", "surface"),
    ("positive", "positive_soft"),
    ("positive", "primary_soft"),
)


@pytest.mark.parametrize("look", Look)
@pytest.mark.parametrize(("front", "back"), TEXT_PAIRS)
def test_text_is_readable(look: Look, front: str, back: str) -> None:
    assert contrast_ratio(colours(look)[front], colours(look)[back]) >= 4.5


@pytest.mark.parametrize("look", Look)
@pytest.mark.parametrize(("front", "back"), CONTROL_PAIRS)
def test_controls_stand_out(look: Look, front: str, back: str) -> None:
    assert contrast_ratio(colours(look)[front], colours(look)[back]) >= 3.0


@pytest.mark.parametrize("look", Look)
def test_the_focus_stands_out_from_the_ground(look: Look) -> None:
    ring = "focus" if look is Look.CONTRAST else "focus_outer"

    assert contrast_ratio(colours(look)[ring], colours(look)["ground"]) >= 3.0


def test_contrast_is_that_of_wcag() -> None:
    assert contrast_ratio("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_step_has_a_page_and_every_type_words_and_an_icon() -> None:
    assert set(PAGES) == set(Step)
    assert set(TYPE_WORDS) == set(TYPE_ICONS) == set(VisitorType)


@pytest.mark.parametrize("hint", views.Hint)
def test_every_hint_has_words_and_an_icon_that_exists(hint: views.Hint) -> None:
    icon, words = hint_words(hint, "card")

    assert bool(words) is (hint is not views.Hint.NONE)
    assert not words or not icon_image(icon, "#1f5fd0", 40).isNull()


def test_every_icon_is_drawn_on_one_grid_in_one_colour() -> None:
    for file in ICONS.glob("*.svg"):
        source = file.read_text(encoding="utf-8")

        assert 'viewBox="0 0 24 24"' in source, file.name
        assert 'stroke-width="2"' in source, file.name
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b|currentColor", source)) == {"#000"}, file.name


def test_every_icon_that_a_screen_names_exists() -> None:
    sources = [file.read_text(encoding="utf-8") for file in UI.glob("*.qml")]

    named = {
        name for text in sources for name in re.findall(r'(?:iconName|name): "([a-z-]+)"', text)
    }

    assert len(named) > 10
    assert not [name for name in named if not (ICONS / f"{name}.svg").exists()]


def test_moments_are_in_words() -> None:
    assert (day_words(NOON), clock_words(NOON)) == ("Mon, Nov 23", "9:41 AM")
    assert clock_words(NOON.replace(hour=0, minute=5)) == "12:05 AM"
    assert clock_words(NOON.replace(hour=12)) == "12:41 PM"
    assert (duration_words(48), duration_words(72)) == ("48 s", "1 min 12 s")


@pytest.mark.parametrize(
    ("digits", "shown"),
    [("", ""), ("0", "0"), ("05", "•• / "), ("050", "•• / 0"), ("0507", "•• / •• / ")],
)
def test_a_birth_date_hides_what_is_complete(digits: str, shown: str) -> None:
    assert birth_words(digits) == shown


@pytest.mark.parametrize("digits", ["02301990", "13011990", "00001990", "11242026", "01011800"])
def test_nobody_is_born_on_an_impossible_day(digits: str) -> None:
    assert read_birth_date(digits, TODAY) is None


@given(st.dates(min_value=date(1910, 1, 1), max_value=TODAY))
def test_every_birth_date_can_be_typed(born: date) -> None:
    assert read_birth_date(f"{born:%m%d}{born.year:04}", TODAY) == born


@given(st.text(max_size=12))
def test_anything_typed_as_a_birth_date_is_a_date_or_nothing(digits: str) -> None:
    born = read_birth_date(digits, TODAY) if digits.isdigit() and digits.isascii() else None

    assert born is None or born <= TODAY


def test_hosts_are_found_by_name_place_and_without_accents() -> None:
    ramirez = Host("4", "Sra. Inés Ramírez", "Room 7")

    assert find_hosts("oka", HOSTS) == HOSTS[:2]
    assert find_hosts("room 4", HOSTS) == HOSTS[2:]
    assert find_hosts("ines ram", (*HOSTS, ramirez)) == (ramirez,)
    assert find_hosts("o", HOSTS) == ()
    assert find_hosts("afor", HOSTS) == ()


def test_what_was_typed_is_marked_in_the_name() -> None:
    assert marked("Inés Ramírez", "rami", "#1f5fd0") == (
        'Inés <font color="#1f5fd0">Ramí</font>rez'
    )
    assert marked("A <b> & Sons", "zz", "#1f5fd0") == "A &lt;b&gt; &amp; Sons"


@given(st.text(max_size=30))
def test_plain_text_keeps_every_place(text: str) -> None:
    assert len(plain(text)) == len(text)


@given(st.text(max_size=30), st.text(max_size=10))
def test_any_query_finds_hosts_or_none(name: str, query: str) -> None:
    assert len(find_hosts(query, (Host("1", name),))) <= 1
    assert "<b" not in marked(name, query, "#1f5fd0")


@pytest.mark.parametrize(
    ("columns", "rows", "width", "height"),
    [(1920, 1080, 480, 600), (1176, 661, 480, 600), (640, 480, 261, 327), (1280, 720, 480, 600)],
)
def test_a_photo_is_four_to_five_and_never_enlarged(
    columns: int, rows: int, width: int, height: int
) -> None:
    jpeg = cut_photo(np.full((rows, columns, 3), 90, np.uint8))

    photo = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert photo is not None
    assert photo.shape[:2] == (height, width)


def test_a_photo_is_not_mirrored() -> None:
    picture = frame()
    picture[:, :588] = (0, 0, 255)

    photo = cv2.imdecode(np.frombuffer(cut_photo(picture), np.uint8), cv2.IMREAD_COLOR)

    assert photo is not None
    assert photo[100, 60, 2] > 200
    assert photo[590, 460, 2] < 200


@given(st.integers(16, 3000), st.integers(16, 3000), st.integers(1, 2000), st.integers(1, 2000))
def test_what_covers_lies_within_the_frame(
    columns: int, rows: int, width: int, height: int
) -> None:
    frame_of = np.broadcast_to(np.zeros((1, 1, 3), np.uint8), (rows, columns, 3))

    x, y, part_width, part_height = covering(frame_of, width, height)

    assert x >= 0
    assert y >= 0
    assert 0 < part_width <= columns - x
    assert 0 < part_height <= rows - y
