"""A badge on paper: PDF of 62 x 100 mm, or on a Letter sheet to be cut out.

Lengths are dots of a 300 dpi label printer, 732 x 1181, y downwards, as the design was drawn.
"""

import io
from dataclasses import dataclass

import pypdfium2
import segno
from PIL import Image, ImageOps, UnidentifiedImageError
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from db.domain.errors import PhotoError
from kiosk.badge.content import BadgeContent
from kiosk.badge.patterns import pattern
from resources.lettering import add_outlines, fitted

WIDTH, HEIGHT = 732, 1181
POINTS_PER_DOT = 72 / 300
LABEL_POINTS = (62 / 25.4 * 72, 100 / 25.4 * 72)
LETTER_POINTS = (612.0, 792.0)
MARGIN = 40
QR_MODULE = 12
"""Whole dots, so that no printer rounds a module: 21 modules are 21.3 mm."""
PHOTO = (40, 276, 296, 342)


def render_badge(content: BadgeContent) -> bytes:
    """The badge as a PDF of exactly one label.

    Raises `PhotoError` when the photo is none, `NoFontError` without fonts; nothing is drawn then.
    """
    return _pdf(content, LABEL_POINTS, (0.0, 0.0), with_marks=False)


def render_letter_sheet(content: BadgeContent) -> bytes:
    """The badge in the middle of a Letter sheet, with marks where to cut."""
    left = (LETTER_POINTS[0] - LABEL_POINTS[0]) / 2
    bottom = LETTER_POINTS[1] - LABEL_POINTS[1] - 108
    return _pdf(content, LETTER_POINTS, (left, bottom), with_marks=True)


def badge_picture(pdf: bytes, width_px: int) -> bytes:
    """The first page as PNG, `width_px` wide: what the screen shows is what is printed."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        picture = page.render(scale=width_px / page.get_width()).to_pil()
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
    finally:
        document.close()
    return buffer.getvalue()


def _pdf(
    content: BadgeContent,
    page: tuple[float, float],
    corner: tuple[float, float],
    *,
    with_marks: bool,
) -> bytes:
    photo = None if content.photo is None else _printable(content.photo)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=page, pageCompression=1, invariant=1)
    canvas.setTitle("Visitor badge")
    canvas.saveState()
    canvas.translate(*corner)
    canvas.scale(LABEL_POINTS[0] / WIDTH, LABEL_POINTS[1] / HEIGHT)
    _draw(_Label(canvas), content, photo)
    canvas.restoreState()
    if with_marks:
        _cut_marks(canvas, corner)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class _Label:
    """A canvas in dots, y downwards."""

    canvas: Canvas

    def text(  # noqa: PLR0917  a place, a size and a weight
        self, text: str, left: float, base: float, size: float, weight: int, tracking: float = 0.0
    ) -> None:
        """Write a text; `base` is its base line."""
        path = self.canvas.beginPath()
        add_outlines(path, text, left, HEIGHT - base, size, weight, tracking)
        # Font outlines wind by the non-zero rule; even-odd would leave holes where strokes cross.
        self.canvas.drawPath(path, stroke=0, fill=1, fillMode=1)

    def box(self, left: float, top: float, wide: float, high: float) -> None:
        self.canvas.rect(left, HEIGHT - top - high, wide, high, stroke=0, fill=1)

    def polygon(self, points: list[tuple[float, float]]) -> None:
        path = self.canvas.beginPath()
        path.moveTo(points[0][0], HEIGHT - points[0][1])
        for x, y in points[1:]:
            path.lineTo(x, HEIGHT - y)
        path.close()
        self.canvas.drawPath(path, stroke=0, fill=1)

    def ink(self, share: float) -> None:
        """Black is 0.0, white 1.0."""
        self.canvas.setFillGray(share)


def _draw(label: _Label, content: BadgeContent, photo: Image.Image | None) -> None:
    label.ink(0)
    label.box(0, 0, WIDTH, 136)
    label.ink(1)
    word, size = fitted(content.type_word, WIDTH - 2 * MARGIN, 84, 48, 800)
    label.text(word, MARGIN - 2, 100, size, 800, 0.01)
    label.ink(0)
    _band(label, content)
    site, size = fitted(content.site_name, WIDTH - 2 * MARGIN, 37, 30, 600)
    label.text(site, MARGIN, 246, size, 600)
    _photo(label, photo)
    _validity(label, content)
    _name(label, content)
    label.box(MARGIN, 881, 344, 3)
    label.text("Going to", MARGIN, 933, 35, 400)
    where, size = fitted(content.destination, 352, 68, 40, 800)
    label.text(where, MARGIN - 2, 1004, size, 800, -0.02)
    if content.host:
        host, size = fitted(content.host, 352, 42, 30, 600)
        label.text(host, MARGIN, 1060, size, 600)
    label.text(content.code, MARGIN, 1128, 36, 600, 0.06)
    _qr(label, content.token_payload)


def _band(label: _Label, content: BadgeContent) -> None:
    """The type's pattern, or for somebody with an escort the word instead."""
    if content.with_escort:
        label.box(0, 136, WIDTH, 55)
        label.ink(1)
        label.text("ESCORT REQUIRED", MARGIN, 178, 38, 700, 0.08)
        label.ink(0)
        return
    label.canvas.saveState()
    clip = label.canvas.beginPath()
    clip.rect(0, HEIGHT - 188, WIDTH, 52)
    label.canvas.clipPath(clip, stroke=0, fill=0)
    for shape in pattern(content.visitor_type, WIDTH, 52):
        label.polygon([(x, y + 136) for x, y in shape])
    label.canvas.restoreState()
    label.box(0, 188, WIDTH, 3)


def _photo(label: _Label, photo: Image.Image | None) -> None:
    left, top, wide, high = PHOTO
    label.box(left, top, wide, high)
    if photo is not None:
        label.canvas.drawImage(
            ImageReader(photo), left + 3, HEIGHT - top - high + 3, wide - 6, high - 6
        )
        return
    label.ink(0.88)
    label.box(left + 3, top + 3, wide - 6, high - 6)
    label.ink(0.55)
    centre, canvas = left + wide / 2, label.canvas
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(left + 3, HEIGHT - top - high + 3, wide - 6, high - 6)
    canvas.clipPath(clip, stroke=0, fill=0)
    canvas.ellipse(
        centre - 64, HEIGHT - top - 216, centre + 64, HEIGHT - top - 62, stroke=0, fill=1
    )
    canvas.ellipse(
        centre - 127, HEIGHT - top - 470, centre + 127, HEIGHT - top - 238, stroke=0, fill=1
    )
    canvas.restoreState()
    label.ink(0)


def _validity(label: _Label, content: BadgeContent) -> None:
    left = 376
    label.text("VALID UNTIL", left, 308, 35, 700, 0.06)
    day, size = fitted(content.valid_day, WIDTH - MARGIN - left, 94, 60, 800)
    label.text(day, left - 4, 403, size, 800, -0.02)
    label.text(content.valid_time, left, 477, 62, 700, -0.01)
    label.box(left, 508, WIDTH - MARGIN - left, 3)
    when, size = fitted(content.signed_in_day, WIDTH - MARGIN - left, 36, 30, 500)
    label.text(when, left, 562, size, 500)
    label.text(content.signed_in_time, left, 614, 36, 500)


def _name(label: _Label, content: BadgeContent) -> None:
    """Given and family name on a line each, as large as the wider one allows."""
    room = WIDTH - 2 * MARGIN
    lines = [n for n in (content.given_name, content.family_name) if n]
    sizes = [fitted(line, room, 108, 56, 800) for line in lines]
    size = min((s for _, s in sizes), default=108)
    base = 732.0 if len(lines) == 2 else 782.0
    for text, _ in sizes:
        label.text(text, MARGIN - size * 0.05, base, size, 800, -0.02)
        base += size * 0.945


def _qr(label: _Label, payload: str) -> None:
    code = segno.make_qr(payload, error="m", boost_error=False)
    side = code.symbol_size(border=0)[0] * QR_MODULE
    left, top = WIDTH - 48 - side, 881
    for row, line in enumerate(code.matrix):
        for column, is_dark in enumerate(line):
            if is_dark:
                x, y = left + column * QR_MODULE, top + row * QR_MODULE
                label.box(x, y, QR_MODULE, QR_MODULE)


def _printable(photo: bytes) -> Image.Image:
    """The photo in the frame's shape and black dots only: label printers know no grey."""
    try:
        with Image.open(io.BytesIO(photo), formats=("JPEG", "PNG")) as opened:
            grey = ImageOps.exif_transpose(opened).convert("L")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise PhotoError(
            "The photo could not be read, so the badge is printed without one."
        ) from error
    shaped = ImageOps.fit(grey, (PHOTO[2] - 6, PHOTO[3] - 6), centering=(0.5, 0.4))
    return ImageOps.autocontrast(shaped, cutoff=1).convert("1")


def _cut_marks(canvas: Canvas, corner: tuple[float, float]) -> None:
    canvas.setStrokeGray(0.6)
    canvas.setLineWidth(0.5)
    left, bottom = corner
    for x in (left, left + LABEL_POINTS[0]):
        for y, away in ((bottom, -1), (bottom + LABEL_POINTS[1], 1)):
            canvas.line(x, y + 4 * away, x, y + 16 * away)
    for y in (bottom, bottom + LABEL_POINTS[1]):
        for x, away in ((left, -1), (left + LABEL_POINTS[0], 1)):
            canvas.line(x + 4 * away, y, x + 16 * away, y)
