"""What the hub prints: Letter or A4, black on white, names in any script.

Lengths are points, y upwards from the foot of the sheet, as in PDF (ISO 32000-1, 8.3.2.3).
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import segno
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from db.domain.desk import Site
from db.signing import TreeHead
from resources.lettering import add_outlines, truetype, width

MARGIN = 40.0
INK, QUIET, RULE = 0.07, 0.38, 0.78
"""Greys: 0 is black. Every word is dark enough for a copier."""
SIZE, LINE = 9.0, 11.5
FOOT = 16.0
_CELL_GAP, _ROW_GAP = 6.0, 5.0
_CODE = 84.0
"""The QR code's side: a phone reads it from a hand's breadth."""
SEAL = _CODE + 20
"""What the log's seal takes."""
_KEPT = 3
"""Last rows of a table, which stay together, and with the log's seal."""
_INVISIBLE = 3
"""Text rendering mode (ISO 32000-1, 9.3.6)."""

Paper = Literal["letter", "a4"]
_SIZES: dict[Paper, tuple[float, float]] = {"letter": (612.0, 792.0), "a4": (595.28, 841.89)}


@dataclass(frozen=True, slots=True)
class Column:
    """What stands over it, and its share of the width."""

    name: str
    share: float
    weight: int = 400


class Sheets:
    """Pages that are written from the top down; a new one begins where there is no more room."""

    def __init__(self, paper: Paper, foot: str, pages: int) -> None:
        self.page = 1
        self._buffer = io.BytesIO()
        self._size = _SIZES[paper]
        self.room = self._size[0] - 2 * MARGIN
        self.top = self._size[1] - MARGIN
        self._most = self.top - MARGIN - FOOT - 17
        """What has room below the heads of a table's columns on a page of its own."""
        self._foot, self._pages = foot, pages
        self.canvas = Canvas(self._buffer, pagesize=self._size, pageCompression=1, invariant=1)
        file = truetype()
        self._unseen = "" if file is None else "unseen"
        if file is not None:
            pdfmetrics.registerFont(TTFont(self._unseen, str(file)))

    def need(self, height: float) -> bool:
        """Turn the page unless so much room is left. Returns whether it was turned."""
        if self.top - height >= MARGIN + FOOT:
            return False
        self._end_page()
        self.page += 1
        self.top = self._size[1] - MARGIN
        return True

    def say(
        self,
        text: str,
        left: float,
        base: float,
        *,
        size: float = SIZE,
        weight: int = 400,
        grey: float = INK,
        to_right: bool = False,
    ) -> None:
        """Words as outlines; beneath lies text that is searched, copied and read aloud."""
        left -= width(text, size, weight) * to_right
        path = self.canvas.beginPath()
        add_outlines(path, text, left, base, size, weight)
        self.canvas.setFillGray(grey)
        self.canvas.drawPath(path, stroke=0, fill=1)
        if self._unseen:
            words = self.canvas.beginText(left, base)
            words.setFont(self._unseen, size)
            words.setTextRenderMode(_INVISIBLE)
            words.textOut(text)
            self.canvas.drawText(words)

    def rule(self, grey: float = RULE) -> None:
        """A line across the page, at the top of what is still free."""
        self.canvas.setStrokeGray(grey)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(MARGIN, self.top, MARGIN + self.room, self.top)

    def title(self, left: str, right: str, below_left: str, below_right: str) -> None:
        """Two names and what is quieter below them, with a rule."""
        edge = MARGIN + self.room
        names = wrapped(left, self.room - width(right, 16, 600) - 20, 16, 600)
        self.say(right, edge, self.top - 16, size=16, weight=600, to_right=True)
        for name in names:
            self.say(name, MARGIN, self.top - 16, size=16, weight=600)
            self.top -= 20
        self.say(cut(below_left, self.room * 0.6), MARGIN, self.top - 11, grey=QUIET)
        self.say(below_right, edge, self.top - 11, grey=QUIET, to_right=True)
        self.top -= 22
        self.rule()

    def heading(self, text: str, *, size: float = 11.0, room: float = 45.0) -> None:
        """Stays with the first lines of what follows, which take so much room."""
        lines = wrapped(text, self.room, size, 600)
        self.need(12 + len(lines) * (size + 3) + room)
        self.top -= 12
        for part in lines:
            self.top -= size + 3
            self.say(part, MARGIN, self.top, size=size, weight=600)
        self.top -= 4

    def paragraph(self, text: str, *, grey: float = INK) -> None:
        for part in wrapped(text, self.room, SIZE, 400):
            self.need(LINE)
            self.top -= LINE
            self.say(part, MARGIN, self.top, grey=grey)
        self.top -= 5

    def fact(self, name: str, value: str) -> None:
        """A name, quiet, and beside it what it is."""
        lines = wrapped(value, self.room - 90, SIZE, 500)
        self.need(len(lines) * LINE + 3)
        self.say(name, MARGIN, self.top - LINE, grey=QUIET)
        for line in lines:
            self.top -= LINE
            self.say(line, MARGIN + 90, self.top, weight=500)
        self.top -= 3

    def table(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, below: float = 0.0
    ) -> None:
        """Rows with a rule below each; what stands over the columns comes again on each page.

        The last few rows stay together, and with them what stands `below` and takes so much room.
        """
        lefts = list(_lefts(columns, self.room))
        kept = min(self._height(columns, rows[-_KEPT:]) + below, self._most)
        self.need(self.beginning(columns, rows, below))
        self._heads(columns, lefts)
        for left_over, row in zip(range(len(rows), 0, -1), rows, strict=True):
            cells = self._cells(columns, row)
            height = _height(cells)
            if self.need(kept if left_over == _KEPT else height):
                self._heads(columns, lefts)
            for cell, left, column in zip(cells, lefts, columns, strict=True):
                for number, line in enumerate(cell, 1):
                    self.say(line, left, self.top - LINE * number, weight=column.weight)
            self.top -= height
            self.rule()

    def beginning(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], below: float = 0.0
    ) -> float:
        """What of a table is never parted, from its top: all of it when it is short."""
        if len(rows) > _KEPT:
            return 60
        return 16 + min(self._height(columns, rows) + below, self._most)

    def _height(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> float:
        return sum(_height(self._cells(columns, row)) for row in rows)

    def _cells(self, columns: Sequence[Column], row: Sequence[str]) -> list[list[str]]:
        return [
            wrapped(text, column.share * self.room - _CELL_GAP, SIZE, column.weight)
            for text, column in zip(row, columns, strict=True)
        ]

    def _heads(self, columns: Sequence[Column], lefts: Sequence[float]) -> None:
        for column, left in zip(columns, lefts, strict=True):
            self.say(column.name, left, self.top - 10, size=8, weight=600, grey=QUIET)
        self.top -= 16
        self.rule(QUIET)

    def seal(self, head: TreeHead, site: Site) -> None:
        """How the log stood, for whoever checks it later: by eye, by typing, or by the QR code."""
        self.need(SEAL)
        self.top -= 14
        self._code(f"{head.size}:{head.root.hex()}", MARGIN + self.room - _CODE)
        base = self.top - 10
        self.say("The log's seal", MARGIN, base, size=10, weight=600)
        base -= 3
        words = (
            f"This number stands for all {head.size:,} events that the hub had taken in on "
            f"{moment_words(head.at, site)}. Keep this sheet: if any of them is changed later, the "
            "number no longer fits. To check, type it with or without its spaces:  vestibule-hub "
            'verify-log --seen "SIZE:ROOT"  , or the same to the exported log\'s verifier.'
        )
        for part in wrapped(words, self.room - _CODE - 20, SIZE, 400):
            base -= LINE
            self.say(part, MARGIN, base)
        base -= LINE + 6
        size = f"{head.size}:"
        left = MARGIN + width(f"{size} ", SIZE, 600) + 6
        self.say(size, MARGIN, base, weight=600)
        root = head.root.hex()
        for half in (root[:32], root[32:]):
            groups = "  ".join(half[at : at + 8] for at in range(0, 32, 8))
            self.say(groups, left, base, weight=600)
            base -= LINE
        self.top -= _CODE + 6

    def _code(self, text: str, left: float) -> None:
        matrix = [bytes(line) for line in segno.make(text, error="m", micro=False).matrix]
        module = _CODE / len(matrix)
        self.canvas.setFillGray(0)
        for y, line in enumerate(matrix, 1):
            for x, is_dark in enumerate(line):
                if is_dark:
                    place = (left + x * module, self.top - y * module, module, module)
                    self.canvas.rect(*place, stroke=0, fill=1)

    def _end_page(self) -> None:
        base, edge = MARGIN - 8, MARGIN + self.room
        page = f"Page {self.page} of {self._pages}"
        self.say(cut(self._foot, self.room - 90), MARGIN, base, size=8, grey=QUIET)
        self.say(page, edge, base, size=8, grey=QUIET, to_right=True)
        self.canvas.showPage()

    def finished(self) -> bytes:
        self._end_page()
        self.canvas.save()
        return self._buffer.getvalue()


def pdf_of(title: str, paper: Paper, foot: str, write: Callable[[Sheets], object]) -> bytes:
    """What `write` writes, as a PDF; it is called twice, since each page says how many there are.

    Raises `resources.lettering.NoFontError` where there is no font.
    """
    counted = Sheets(paper, foot, 0)
    write(counted)
    sheets = Sheets(paper, foot, counted.page)
    sheets.canvas.setTitle(title)
    write(sheets)
    return sheets.finished()


def time_words(moment: datetime | None, site: Site) -> str:
    return "" if moment is None else f"{moment.astimezone(ZoneInfo(site.time_zone)):%H:%M}"


def moment_words(moment: datetime, site: Site) -> str:
    """With its zone, for a sheet that says it once."""
    return f"{day_and_time(moment, site)} ({site.time_zone})"


def day_of(moment: datetime, site: Site) -> str:
    return f"{moment.astimezone(ZoneInfo(site.time_zone)):%Y-%m-%d}"


def day_and_time(moment: datetime, site: Site) -> str:
    return f"{moment.astimezone(ZoneInfo(site.time_zone)):%Y-%m-%d %H:%M}"


def wrapped(text: str, room: float, size: float, weight: int) -> list[str]:
    """Lines that fit: nothing of a name is cut; a word that is wider than its room is broken."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer, size, weight) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for sign in word:
            if lines[-1] and width(lines[-1] + sign, size, weight) > room:
                lines.append("")
            lines[-1] += sign
    return lines


def cut(text: str, room: float) -> str:
    """The first line of it."""
    return wrapped(text, room, SIZE, 400)[0]


def _height(cells: Sequence[Sequence[str]]) -> float:
    return max(map(len, cells)) * LINE + _ROW_GAP


def _lefts(columns: Sequence[Column], room: float) -> Iterator[float]:
    left = MARGIN
    for column in columns:
        yield left
        left += column.share * room
