"""Words as outlines: any font of the system can be drawn, and none has to be embedded.

reportlab embeds TrueType outlines only, while Debian's Inter has PostScript ones; outlines also
print alike everywhere. Signs that a font lacks come from the next font in the list.
"""

import sys
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

Point = tuple[float, float]
Outline = list[tuple[str, tuple[Point, ...]]]
"""What a reportlab path is asked for, in turn, and with which points, in a font's units."""
_WEIGHTS = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold", 800: "ExtraBold"}


class NoFontError(LookupError):
    """This computer has none of the fonts; says in words which to install."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One sign: its outline's font and name, and how far it moves on, in ems."""

    font: "Font"
    name: str
    advance: float


class Font:
    """A font file, read once."""

    def __init__(self, path: Path) -> None:
        self._font = TTFont(path)  # read at once, so that no file stays open
        self._glyphs: Any = self._font.getGlyphSet()
        self._outlines: dict[str, Outline] = {}
        self._drawing = threading.Lock()  # a sign is read as it is drawn, which two at once garble
        self.units: int = self._font["head"].unitsPerEm
        self._names: dict[int, str] = self._font.getBestCmap()
        self._metrics = self._font["hmtx"]

    def glyph(self, character: str) -> Glyph | None:
        """The sign for a character, or None when the font has none."""
        name = self._names.get(ord(character))
        if name is None:
            return None
        return Glyph(self, name, self._metrics[name][0] / self.units)

    def outline(self, name: str) -> Outline:
        """How a sign is drawn. Kept: to run a font's own program costs most of a page's time."""
        with self._drawing:
            if name not in self._outlines:
                pen = _OutlinePen(self._glyphs)
                self._glyphs[name].draw(pen)
                self._outlines[name] = pen.outline
            return self._outlines[name]


class _OutlinePen(BasePen):  # type: ignore[misc]  # fontTools has no types
    """Keeps an outline as lines and cubic curves, in the font's units, y upwards."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.outline: Outline = []

    def _moveTo(self, point: Point) -> None:  # noqa: N802  fontTools' name
        self.outline.append(("moveTo", (point,)))

    def _lineTo(self, point: Point) -> None:  # noqa: N802
        self.outline.append(("lineTo", (point,)))

    def _curveToOne(self, one: Point, two: Point, end: Point) -> None:  # noqa: N802
        self.outline.append(("curveTo", (one, two, end)))

    def _closePath(self) -> None:  # noqa: N802
        self.outline.append(("close", ()))


def width(text: str, size: float, weight: int, tracking: float = 0.0) -> float:
    """How wide a text is, in the unit of `size`."""
    glyphs = _glyphs(text, weight)
    return sum(g.advance + tracking for g in glyphs) * size - (tracking * size if glyphs else 0)


def add_outlines(  # noqa: PLR0917  a place, a size and a weight
    path: Any, text: str, left: float, base: float, size: float, weight: int, tracking: float = 0.0
) -> None:
    """Add a text's outlines to a reportlab path; `left` and `base` are its start, y upwards."""
    for glyph in _glyphs(text, weight):
        scale = size / glyph.font.units
        for drawn, points in glyph.font.outline(glyph.name):
            at = (at for x, y in points for at in (left + x * scale, base + y * scale))
            getattr(path, drawn)(*at)
        left += (glyph.advance + tracking) * size


def fitted(text: str, room: float, size: float, smallest: float, weight: int) -> tuple[str, float]:
    """The text and the size at which it fits `room`, down to `smallest`; then its end is cut.

    Cut at a grapheme's border, as far as combining marks tell, and never in the middle of one.
    """
    while size > smallest and width(text, size, weight, -0.02) > room:
        size -= 4
    if width(text, size, weight, -0.02) <= room:
        return text, size
    while len(text) > 1 and width(f"{text}\N{HORIZONTAL ELLIPSIS}", size, weight, -0.02) > room:
        text = text[:-1]
        while len(text) > 1 and unicodedata.combining(text[-1]):
            text = text[:-1]
    return f"{text.rstrip()}\N{HORIZONTAL ELLIPSIS}", size


def _glyphs(text: str, weight: int) -> list[Glyph]:
    """The signs of a text; what no font has is shown as an empty box of the first font."""
    fonts = _fonts(weight)
    found: list[Glyph] = []
    for character in unicodedata.normalize("NFC", text):
        glyph = next((g for f in fonts if (g := f.glyph(character)) is not None), None)
        found.append(glyph or Glyph(fonts[0], ".notdef", 0.6))
    return found


@lru_cache(maxsize=8)
def _fonts(weight: int) -> list[Font]:
    heavy = "Bold" if weight >= 600 else "Regular"
    names = [
        f"Inter-{_WEIGHTS[weight]}.otf",
        f"Inter-{_WEIGHTS[weight]}.ttf",
        f"NotoSans-{heavy}.ttf",
        f"NotoSansArabic-{heavy}.ttf",
        f"NotoSansHebrew-{heavy}.ttf",
        f"NotoSansDevanagari-{heavy}.ttf",
        f"NotoSansThai-{heavy}.ttf",
        "segoeui.ttf" if heavy == "Regular" else "segoeuib.ttf",
    ]
    files = _files()
    fonts = [Font(files[name]) for name in names if name in files]
    if not fonts:
        raise NoFontError(
            "No font to print with was found. Install the fonts Inter and Noto "
            "(Debian: fonts-inter fonts-noto-core)."
        )
    return fonts


def truetype() -> Path | None:
    """A font that a PDF can embed, for words that are found and read aloud but not seen."""
    files = _files()
    names = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "segoeui.ttf")
    return next((files[name] for name in names if name in files), None)


@lru_cache(maxsize=1)
def _files() -> dict[str, Path]:
    """Every font file of the system, by its name."""
    if sys.platform == "win32":
        places = [Path("C:/Windows/Fonts")]
    else:
        places = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
        places.append(Path.home() / ".local/share/fonts")
    return {
        path.name: path
        for place in places
        if place.is_dir()
        for path in sorted(place.rglob("*.[ot]tf"))
    }
