"""Two passports of one family before the camera, one after the other: nothing of both is read."""

from collections.abc import Iterator, Sequence
from datetime import date

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.scan.mrz import ALPHABET, TD3
from kiosk.scan.mrz_reader import MrzReading, MrzSight, MrzVotes, read_mrz, sights
from kiosk.scan.mrz_votes import bears_out, is_same_page, summed
from resources.samples.passport import View, document_page, photographed
from resources.samples.people import sample_person
from resources.samples.zone import SampleZone, zone_lines
from tests.bench.mrz import swap

ANNA, ANNE = (
    zone_lines(sample_person(given, "Fennimore", born), SampleZone(number=number))
    for given, born, number in (
        ("Anna", date(2009, 3, 4), "N2TM70463"),
        ("Anne", date(2011, 8, 21), "XDXD8HDUV"),
    )
)
NAMES, NUMBERS = 0, 1


def filmed(
    lines: Sequence[str], seeds: range, smeared: int | None = None
) -> Iterator[NDArray[np.uint8]]:
    """Frames of a page, one of its lines smeared until it can hardly be read."""
    page = document_page(lines, seeds[0])
    for seed in seeds:
        grey = photographed(page, View(width=1100, blur=1.2, noise=6), seed)
        if smeared is None:
            yield grey
            continue
        (sight, *_) = sights(grey)
        left, right, _, low = (np.array(corner) for corner in sight.corners)
        down = (low - left) / 2
        line = [left + down * smeared, right + down * smeared]
        band = np.round([*line, line[1] + down, line[0] + down]).astype(np.int32)
        mask = cv2.fillConvexPoly(np.zeros_like(grey), band, (255,))
        yield np.where(mask > 0, cv2.GaussianBlur(grey, (0, 0), 5), grey).astype(np.uint8)


def voted(votes: MrzVotes, frames: Iterator[NDArray[np.uint8]]) -> MrzReading | None:
    return next((r for grey in frames if (r := votes.look(grey)) is not None), None)


def test_passports_of_siblings_that_are_swapped_are_never_read_as_one() -> None:
    votes = MrzVotes()

    # Anna's names and Anne's number add up: they are all that these frames show well.
    assert voted(votes, filmed(ANNA, range(1, 4), smeared=NUMBERS)) is None
    assert voted(votes, filmed(ANNE, range(11, 15), smeared=NAMES)) is None

    reading = voted(votes, filmed(ANNE, range(20, 21)))
    assert reading is not None
    assert reading.payload.decode().split() == ANNE


def test_no_frame_of_the_swapped_passports_is_read_alone() -> None:
    frames = (
        *filmed(ANNA, range(1, 2), smeared=NUMBERS),
        *filmed(ANNE, range(11, 12), smeared=NAMES),
    )

    assert all(read_mrz(grey) is None for grey in frames)


def test_nothing_of_the_page_before_is_kept_when_another_is_seen() -> None:
    votes = MrzVotes()
    hidden = chances_of(ANNA, dim=[(NAMES, 10)])
    votes.add(MrzSight(TD3, hidden, ()))

    votes.add(MrzSight(TD3, chances_of(ANNE, dim=[(NAMES, 10)]), ()))

    # One frame more of Anna is one frame again, and not two.
    assert votes.add(MrzSight(TD3, hidden, ())) is None


@pytest.mark.parametrize("seed", range(30))
def test_names_of_one_and_numbers_of_the_other_are_not_accepted(seed: int) -> None:
    assert swap(seed) != "mixed"


def chances_of(
    lines: Sequence[str], dim: Sequence[tuple[int, int]] = (), sure: float = 0.99
) -> NDArray[np.float32]:
    """As if every character were read so surely, but for those that say nothing."""
    chances = np.full((len(lines), len(lines[0]), len(ALPHABET)), np.log((1 - sure) / 36))
    for number, text in enumerate(lines):
        for column, letter in enumerate(text):
            chances[number, column, ALPHABET.index(letter)] = np.log(sure)
    for line, column in dim:
        chances[line, column] = np.log(1 / len(ALPHABET))
    return chances.astype(np.float32)


def with_letters(lines: Sequence[str], line: int, column: int, text: str) -> list[str]:
    changed = list(lines)
    changed[line] = lines[line][:column] + text + lines[line][column + len(text) :]
    return changed


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (ANNA, True),
        (with_letters(ANNA, NAMES, 5, "V"), True),  # may be a speck
        (with_letters(ANNA, NAMES, 5, "VI"), False),
        (with_letters(ANNA, NAMES, 20, "LE"), False),  # letters where fillers were
        (with_letters(ANNA, NUMBERS, 3, "N"), False),
        (with_letters(ANNA, NUMBERS, 13, "1"), False),
        (ANNE, False),
    ],
)
def test_pages_differ_by_a_number_or_two_letters(other: Sequence[str], *, is_same: bool) -> None:
    assert is_same_page(summed([chances_of(ANNA)] * 2), chances_of(other), TD3) is is_same


def test_characters_that_are_not_seen_well_tell_no_pages_apart() -> None:
    other = with_letters(ANNA, NUMBERS, 0, "XDX")

    assert is_same_page(chances_of(ANNA), chances_of(other, sure=0.8), TD3)


def test_fillers_make_no_two_pages_alike() -> None:
    short = ["P<UTOTSAI<<JO".ljust(44, "<"), "X<<<<<<<<6UTO0001012M3001019".ljust(43, "<") + "6"]
    other = ["P<UTOBELL<<AL".ljust(44, "<"), "2<<<<<<<<4UTO8512308M3112312".ljust(43, "<") + "6"]
    pairs = list(zip("".join(short), "".join(other), strict=True))

    assert np.mean([a == b for a, b in pairs]) > 0.6
    assert not is_same_page(chances_of(short, sure=0.5), chances_of(other, sure=0.5), TD3)


@pytest.mark.parametrize("line", [NAMES, NUMBERS])
def test_frame_that_shows_only_one_line_bears_nothing_out(line: int) -> None:
    whole, blank = chances_of(ANNA), [(line, column) for column in range(44)]

    assert bears_out(whole, ANNA, TD3)
    assert not bears_out(chances_of(ANNA, dim=blank), ANNA, TD3)


def test_frame_that_shows_another_letter_does_not_bear_a_name_out() -> None:
    assert not bears_out(chances_of(ANNE), with_letters(ANNE, NAMES, 19, "A"), TD3)
