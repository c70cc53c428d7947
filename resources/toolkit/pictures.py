"""Pictures for QML: the school's front door (`qml/school.svg`), and one that a program gives."""

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QImage, QPainter
from PySide6.QtQuick import QQuickImageProvider

from resources.toolkit.icons import svg_image
from resources.toolkit.theme import Look, illustration, kiosk_tokens

DRAWN_WIDTH = 702


@lru_cache(maxsize=2)
def school_picture(look: Look, size: QSize) -> QImage:
    """The picture with round corners, drawn once; `size` in px."""
    source = files("resources").joinpath("qml", "school.svg").read_text(encoding="utf-8")
    drawn = svg_image(source.format_map(illustration(look)), size)
    picture = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    radius = kiosk_tokens("geometry")["radius"]["card"] * size.width() / DRAWN_WIDTH
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QBrush(drawn))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRectF(picture.rect()), radius, radius)
    painter.end()
    return picture


class SchoolProvider(QQuickImageProvider):
    """Serves ``image://school/<look>`` in the size that QML asks for."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, look: str, size: QSize, wanted: QSize) -> QImage:  # noqa: N802  Qt's
        """Qt calls this; `size` is Qt's own and is filled with what was made."""
        picture = school_picture(Look(look), wanted)
        size.setWidth(picture.width())
        size.setHeight(picture.height())
        return picture


class GivenProvider(QQuickImageProvider):
    """Serves ``image://given/<number>``: one picture at a time, from bytes such as a PNG's."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)
        self._picture = QImage()
        self._number = 0

    def give(self, encoded: bytes) -> str:
        """Keep this picture and forget the last. Returns its address, empty for no bytes."""
        self._picture = QImage.fromData(encoded) if encoded else QImage()
        self._number += 1
        return "" if self._picture.isNull() else f"image://given/{self._number}"

    def requestImage(self, _: str, size: QSize, wanted: QSize) -> QImage:  # noqa: N802  Qt's
        """Qt calls this; `size` is Qt's own and is filled with what was made."""
        picture = self._picture
        if wanted.isValid() and not picture.isNull():
            picture = picture.scaled(
                wanted,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        size.setWidth(picture.width())
        size.setHeight(picture.height())
        return picture
