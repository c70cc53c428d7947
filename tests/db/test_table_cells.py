"""No cell of a table that we write is calculated by a spreadsheet."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.table_cells import line, with_guard, without_guard

STARTS = "=+-@＝＋－＠\t\r\n"  # noqa: RUF001
UNSEEN = "\ufeff\u202e\u200b\u2066\u00ad\x07\u200d\u3164"
HOSTILE = (
    *(f"{start}1+1" for start in STARTS),
    *(f"{unseen}=1+1" for unseen in (*UNSEEN, " ", "\u3000", "\u202e \ufeff\n")),
)
CELLS = st.text() | st.text("'=-＠\u202e\ufeff \nA")  # noqa: RUF001


@pytest.mark.parametrize("cell", HOSTILE, ids=ascii)
def test_formula_is_guarded_behind_any_sign_that_is_not_seen(cell: str) -> None:
    (written,) = next(csv.reader([line((cell,))]))

    assert written == "1+1" or written.startswith("'")
    assert with_guard(cell).startswith("'")
    assert without_guard(with_guard(cell)) == cell


@given(CELLS)
def test_cell_with_a_guard_comes_back_as_it_was(cell: str) -> None:
    assert without_guard(with_guard(cell)) == cell


@given(CELLS)
def test_no_written_cell_begins_like_a_formula(cell: str) -> None:
    for written in (with_guard(cell), next(csv.reader([line((cell, "end"))]))[0]):
        seen = written.lstrip(f"{UNSEEN}{STARTS[-3:]} \u3000")
        assert not seen.startswith(tuple(STARTS))


@pytest.mark.parametrize(
    "cell", ["'t Hooft", "O'Brien", "Marlow", "", "(=)", "\u200dnote"], ids=ascii
)
def test_cell_that_is_no_formula_is_written_as_it_is(cell: str) -> None:
    assert with_guard(cell) == cell


def test_line_is_shown_in_the_order_that_it_has() -> None:
    assert line(("approved\u202e desu", "two\nlines")) == "approved desu,two lines\r\n"
