"""Strokes that delegates and widgets share: text, chips, keycaps, photos. No state, no widget."""

# ruff: noqa: PLR0917  (strokes take place, words and colour by position, as QPainter's do)

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QTextLayout,
    QTextOption,
)

from admin_console.console.icons import icon_pixmap
from admin_console.console.theme import Text, Theme, Weight

LEFT = Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignRight
CENTER = Qt.AlignmentFlag.AlignHCenter


class Tone(StrEnum):
    """What a chip says by its colour. Most rows have none."""

    NEUTRAL = "neutral"
    PRIMARY = "primary"
    POSITIVE = "positive"
    CAUTION = "caution"
    ALARM = "alarm"


def tone_colours(theme: Theme, tone: Tone) -> tuple[QColor, QColor]:
    """(text, ground) of a tone."""
    c = theme.colours
    return {
        Tone.NEUTRAL: (c.muted, c.line_soft),
        Tone.PRIMARY: (c.primary, c.primary_soft),
        Tone.POSITIVE: (c.positive, c.positive_soft),
        Tone.CAUTION: (c.caution, c.caution_soft),
        Tone.ALARM: (c.alarm, c.alarm_soft),
    }[tone]


def text_width(font: QFont, text: str) -> float:
    return QFontMetricsF(font).horizontalAdvance(text)


def paint_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    font: QFont,
    colour: QColor,
    align: Qt.AlignmentFlag = LEFT,
    *,
    elide: bool = True,
) -> float:
    """One line, centred in the height of `rect`; returns its width. Elides at the end."""
    metrics = QFontMetricsF(font)
    shown = (
        metrics.elidedText(text, Qt.TextElideMode.ElideRight, rect.width() + 0.5) if elide else text
    )
    width = metrics.horizontalAdvance(shown)
    x = rect.x()
    if align == RIGHT:
        x = rect.right() - width
    elif align == CENTER:
        x = rect.x() + (rect.width() - width) / 2
    baseline = rect.y() + (rect.height() - metrics.ascent() - metrics.descent()) / 2
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(QPointF(x, round(baseline + metrics.ascent())), shown)
    return width


def wrapped(text: str, font: QFont, width: float) -> tuple[str, ...]:
    """The lines that `text` takes in `width` px, broken between words."""
    layout = QTextLayout(text, font)
    layout.setTextOption(QTextOption(LEFT))
    layout.beginLayout()
    lines: list[str] = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        start = line.textStart()
        lines.append(text[start : start + line.textLength()].rstrip())
    layout.endLayout()
    return tuple(lines) or ("",)


def is_elided(font: QFont, text: str, width: float) -> bool:
    return text_width(font, text) > width + 0.5


def paint_icon(
    painter: QPainter, name: str, colour: QColor, x: float, y: float, size: int = 16
) -> None:
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(QPointF(x, y), icon_pixmap(name, colour, size, ratio))


def paint_box(
    painter: QPainter,
    rect: QRectF,
    radius: float,
    fill: QColor | None,
    line: QColor | None = None,
    width: float = 1,
    *,
    dashed: bool = False,
) -> None:
    """A rounded box whose line lies inside `rect`, sharp on whole pixels."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
    if line is None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rect, radius, radius)
    else:
        pen = QPen(line, width)
        if dashed:
            pen.setDashPattern([3, 3])
        painter.setPen(pen)
        half = width / 2
        painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius - half, radius)
    painter.restore()


CHIP_HEIGHT = 24


def chip_width(theme: Theme, text: str, icon: str = "") -> float:
    return text_width(theme.font(Text.BODY, Weight.LABEL), text) + 16 + (20 if icon else 0)


def paint_chip(
    painter: QPainter, theme: Theme, x: float, y: float, text: str, tone: Tone, icon: str = ""
) -> float:
    """A state in words on a soft ground, 24 high; returns its width."""
    ink, ground = tone_colours(theme, tone)
    width = chip_width(theme, text, icon)
    paint_box(painter, QRectF(x, y, width, CHIP_HEIGHT), 6, ground)
    at = x + 8
    if icon:
        paint_icon(painter, icon, ink, at, y + 5, 14)
        at += 20
    font = theme.font(Text.BODY, Weight.LABEL)
    paint_text(painter, QRectF(at, y, width, CHIP_HEIGHT), text, font, ink, elide=False)
    return width


def keycap_width(theme: Theme, text: str) -> float:
    return max(20.0, round(text_width(theme.font(Text.CAPTION, Weight.LABEL), text)) + 11.0)


def paint_keycap(
    painter: QPainter,
    theme: Theme,
    x: float,
    y: float,
    text: str,
    colours: tuple[QColor, QColor, QColor] | None = None,
) -> float:
    """A key, 20 high; returns its width. `colours` are ink, ground and edge."""
    c = theme.colours
    ink, ground, edge = colours or (c.muted, c.surface, c.line)
    width = keycap_width(theme, text)
    rect = QRectF(x, y, width, 20)
    paint_box(painter, rect, 4, edge)
    paint_box(painter, rect.adjusted(1, 1, -1, -2), 3, ground)
    font = theme.font(Text.CAPTION, Weight.LABEL)
    paint_text(painter, rect.adjusted(0, 0, 0, -1), text, font, ink, CENTER, elide=False)
    return width


def paint_dot(painter: QPainter, colour: QColor, x: float, y: float) -> None:
    paint_box(painter, QRectF(x, y, 8, 8), 4, colour)


def paint_photo(
    painter: QPainter, theme: Theme, rect: QRectF, radius: float, photo: QPixmap | None
) -> None:
    """The photo filling `rect`, or a plain person sign where the table has no room for words."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    if photo is None or photo.isNull():
        painter.fillPath(path, theme.colours.ph_bg)
        size = int(min(rect.width(), rect.height()) * 0.58)
        x = rect.x() + (rect.width() - size) / 2
        y = rect.y() + (rect.height() - size) / 2
        paint_icon(painter, "visitor", theme.colours.ph_body, x, y, size)
    else:
        painter.setClipPath(path)
        scale = max(rect.width() / photo.width(), rect.height() / photo.height())
        width, height = rect.width() / scale, rect.height() / scale
        source = QRectF((photo.width() - width) / 2, (photo.height() - height) / 2, width, height)
        painter.drawPixmap(rect, photo, source)
    painter.restore()


def paint_avatar(painter: QPainter, theme: Theme, rect: QRectF, initials: str) -> None:
    c = theme.colours
    paint_box(painter, rect, rect.width() / 2, c.primary_soft)
    font = theme.font(Text.CAPTION, Weight.STRONG)
    paint_text(painter, rect, initials, font, c.primary, CENTER, elide=False)
