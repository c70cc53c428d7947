"""Reading passports and ID cards in pictures: drawn pages, turned, blurred and lit."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.scan.mrz import ALPHABET, TD3, layout_of
from kiosk.scan.mrz_decode import decode_zone
from kiosk.scan.mrz_reader import LEAST_LEAD, MOST_BENT, MrzVotes, read_mrz, sights
from resources.samples.passport import Print, View, document_page, photographed
from resources.samples.people import sample_person
from resources.samples.scene import room, somebody
from resources.samples.zone import SIZES, SampleZone, zone_lines

PERSON = sample_person("Ana Lucía", "Wójcik", date(1986, 4, 17), middle_name="Ruth")
LINES = zone_lines(PERSON)
MONO = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf")


def payload_of(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def seen(view: View, lines: Sequence[str] = LINES, seed: int = 1) -> NDArray[np.uint8]:
    return photographed(document_page(lines, seed), view, seed)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("turn", [-15, -4, 0, 8, 15, 90, 172, 180, 188, 270])
def test_every_size_is_read_at_every_turn(size: str, turn: float) -> None:
    lines = zone_lines(PERSON, SampleZone(size))
    view = View(width=1000 if turn in (90, 270) else 1250, turn=turn)

    reading = read_mrz(seen(view, lines))

    assert reading is not None
    assert reading.payload == payload_of(lines)
    assert reading.identity.name.family == "WOJCIK"
    assert reading.size == size


@pytest.mark.parametrize("width", [700, 960, 1250, 1520])
def test_near_and_far_pages_are_read(width: float) -> None:
    reading = read_mrz(seen(View(width=width)))

    assert reading is not None
    assert reading.payload == payload_of(LINES)


def test_leaning_blurred_and_badly_lit_page_is_read() -> None:
    view = View(turn=6, lean=0.07, blur=1.6, motion=2, noise=8, shade=0.5, light=0.7)

    reading = read_mrz(seen(view))

    assert reading is not None
    assert reading.payload == payload_of(LINES)


@pytest.mark.parametrize("bend", [-0.012, 0.012, 0.02])
def test_page_of_a_book_that_arches_is_read(bend: float) -> None:
    reading = read_mrz(seen(View(turn=-7, lean=0.03, bend=bend, blur=1.0)))

    assert reading is not None
    assert reading.payload == payload_of(LINES)


@pytest.mark.skipif(not MONO.exists(), reason="needs Debian's fonts-dejavu")
def test_other_print_than_ocr_b_is_read() -> None:
    page = document_page(LINES, 2, Print(font=MONO))

    reading = read_mrz(photographed(page, View(blur=1.2), 2))

    assert reading is not None
    assert reading.payload == payload_of(LINES)


def test_corners_are_those_of_the_print() -> None:
    reading = read_mrz(seen(View(turn=180)))

    assert reading is not None
    (left, top), _, (right, bottom), _ = reading.corners
    assert left > right + 800
    assert top > bottom + 40


def test_check_digit_that_is_wrong_is_never_read() -> None:
    for at in (9, 19, 27, 43):
        wrong = str((int(LINES[1][at].replace("<", "0")) + 1) % 10)
        spoiled = [LINES[0], LINES[1][:at] + wrong + LINES[1][at + 1 :]]

        assert read_mrz(seen(View(), spoiled)) is None


def test_letter_that_a_lamp_cut_in_half_is_not_guessed() -> None:
    grey = seen(View())
    reading = read_mrz(grey)
    assert reading is not None
    (left, top), (right, _), *_ = reading.corners
    pitch = (right - left) / 43.7
    x = left + (LINES[0].index("OJCIK") + 0.4) * pitch

    # The O of WOJCIK becomes a U.
    cv2.ellipse(grey, (round(x), round(top + 6)), (round(0.35 * pitch), 9), 0, 0, 360, (255,), -1)

    again = read_mrz(cv2.GaussianBlur(grey, (0, 0), 1.0).astype(np.uint8))
    assert again is None or again.payload == payload_of(LINES)


@pytest.mark.parametrize("picture", [room(), somebody(), np.full((1080, 1920, 3), 128, np.uint8)])
def test_picture_without_a_zone_is_none(picture: NDArray[np.uint8]) -> None:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8)

    assert read_mrz(grey) is None


@pytest.mark.parametrize("shape", [(1, 1), (9, 400), (400, 9), (48, 64), (0, 0)])
def test_picture_of_any_size_is_no_trouble(shape: tuple[int, int]) -> None:
    chance = np.random.default_rng(1)

    assert read_mrz(chance.integers(0, 256, shape).astype(np.uint8)) is None


def chances_of(lines: Sequence[str]) -> NDArray[np.float32]:
    """As if every character were read without a doubt."""
    which = np.array([[ALPHABET.index(c) for c in line] for line in lines])
    return np.where(np.arange(37) == which[..., None], -0.01, -12.0).astype(np.float32)


def test_check_digits_decide_between_characters_that_look_alike() -> None:
    chances = chances_of(LINES)
    at = LINES[1].index("8")
    chances[1, at, ALPHABET.index("B")] = 0.0

    decoded = decode_zone(chances, TD3)

    assert decoded is not None
    assert decoded.lines == tuple(LINES)


@pytest.mark.parametrize("number", ["GFLVK9003", "100200300", "O2TM70463", "AB1O00456"])
def test_zeros_and_letters_that_look_alike_are_told_by_check_digits(number: str) -> None:
    lines = zone_lines(PERSON, SampleZone(number=number))
    chances = chances_of(lines)
    zero, letter = 0, ALPHABET.index("O")
    for at, character in enumerate(number):
        if character in "0O":
            chances[1, at, zero] = -4.0
            chances[1, at, letter] = 0.0

    decoded = decode_zone(chances, TD3)

    assert decoded is not None
    assert decoded.lines == tuple(lines)
    assert decoded.lead > LEAST_LEAD
    assert decoded.bent < MOST_BENT


def test_reading_with_a_rival_as_likely_has_no_lead() -> None:
    chances = chances_of(LINES)
    chances[0, 5] = -12.0  # the family name's first letter: no check digit is over it
    chances[0, 5, [ALPHABET.index("W"), ALPHABET.index("V")]] = -0.7

    decoded = decode_zone(chances, TD3)

    assert decoded is not None
    assert decoded.lead == pytest.approx(0, abs=0.01)


def test_frames_that_no_single_one_of_which_is_sure_are_read_together() -> None:
    layout = layout_of(LINES)
    (sight, *_) = sights(seen(View()))
    assert layout is sight.layout
    votes = MrzVotes()
    readings = []
    for hidden in (6, 8, 10):  # each frame hides another letter of the name
        chances = sight.chances.copy()
        chances[0, hidden] = np.log(1 / 37)
        readings.append(votes.add(type(sight)(sight.layout, chances, sight.corners)))

    assert readings[0] is None
    assert readings[-1] is not None
    assert readings[-1].payload == payload_of(LINES)


def test_another_page_is_not_added_to_the_last_one() -> None:
    other = zone_lines(sample_person("Kofi", "Ardwick", date(1971, 2, 3)))
    votes = MrzVotes()
    (first, *_) = sights(seen(View()))
    (second, *_) = sights(seen(View(), other))

    votes.add(first)

    assert votes.add(second) is None
    assert votes.look(seen(View(), other)) is not None
