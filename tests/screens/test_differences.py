"""What the comparison of pictures finds, and what it leaves to the machine that draws them."""

from pathlib import Path

import numpy as np
import pytest

from tests.pictures import NEAR, assert_looks_like, different_at, picture_of_png

PAGE = Path(__file__).parent / "console" / "pictures" / "21-notices-dark.png"
"""With all pages in its navigation."""
AUDIT, NUMBER = (284, 316, 12, 204), (96, 112, 178, 192)
"""A page's row in the navigation, and the number at another: top, bottom, left, right."""


@pytest.mark.parametrize("lost", [AUDIT, NUMBER])
def test_row_or_number_that_is_lost_from_the_navigation_is_found(
    lost: tuple[int, int, int, int], tmp_path: Path
) -> None:
    picture, (top, bottom, left, right) = picture_of_png(PAGE.read_bytes()), lost
    reference = tmp_path / PAGE.name
    reference.write_bytes(PAGE.read_bytes())
    picture[top:bottom, left:right] = picture[top, left]

    with pytest.raises(AssertionError, match="looks different at"):
        assert_looks_like(picture, reference, update=False)

    assert reference.with_suffix(".actual.png").exists()


def test_letters_that_another_machine_draws_a_little_otherwise_are_the_same() -> None:
    expected = picture_of_png(PAGE.read_bytes())
    chance = np.random.default_rng(7)
    noise = chance.integers(-NEAR, NEAR + 1, expected.shape)
    # One pixel in a hundred at the edge of a letter is quite another one.
    noise[chance.random(expected.shape[:2]) < 0.01] = 90
    picture = np.clip(expected.astype(np.int16) + noise, 0, 255).astype(np.uint8)

    assert different_at(picture, expected) == []
