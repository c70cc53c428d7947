"""Cells of tables that we write, none of which a spreadsheet calculates.

Without a guard a cell of ``=HYPERLINK(...)`` would be run by whoever opens the table:
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
import io
import re

from db.list_fields import UNSEEN_OR_BLANK, clean

_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0"
"""Others that nobody sees, and that some names need."""
_FORMULA = re.compile(
    rf"(?:(?:{UNSEEN_OR_BLANK}|[{_FILLERS}])*[=+\-@＝＋－＠]|[\t\r\n])"  # noqa: RUF001
)
"""How a formula begins, also behind signs that nobody sees. Some spreadsheets take the wide ones of
Chinese and Japanese text for the others."""


def line(cells: tuple[str, ...]) -> str:
    """One line of a table; no cell of it is calculated, or is shown in another order than it is."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(map(_harmless, cells))
    return buffer.getvalue()


def _harmless(cell: str) -> str:
    cleaned = cell if cell.isprintable() else clean(cell)
    return f"'{cleaned}" if _FORMULA.match(cleaned) else cleaned


def with_guard(cell: str) -> str:
    """A cell that no spreadsheet calculates, and of which `without_guard` gives the same back."""
    if not cell or (cell[0].isalnum() and cell[0].isascii()):  # nearly all
        return cell
    return f"'{cell}" if _FORMULA.match(cell) or _is_guarded(cell) else cell


def without_guard(cell: str) -> str:
    """A cell that was guarded as a formula, as it was before."""
    return cell[1:] if _is_guarded(cell) else cell


def _is_guarded(cell: str) -> bool:
    return cell[:1] == "'" and (cell[1:2] == "'" or _FORMULA.match(cell, 1) is not None)
