"""The product's own icons, tinted and sized, for QML and for widgets. Draws nothing itself."""

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtQuick import QQuickImageProvider
from PySide6.QtSvg import QSvgRenderer

INK = "#000"
"""The one colour that every icon file is drawn in."""
GRID = 24
"""An icon's width and height in its own units."""


@lru_cache(maxsize=256)
def icon_image(name: str, colour: str, size: int) -> QImage:
    """The icon `name` of `resources/icons`, `size` px square, in a colour like ``#1f5fd0``."""
    source = files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
    return svg_image(source.replace(INK, colour), QSize(size, size))


def svg_image(source: str, size: QSize) -> QImage:
    """An SVG document drawn once, to fill `size` px."""
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(source.encode()).render(painter)
    painter.end()
    return image


class IconProvider(QQuickImageProvider):
    """Serves ``image://icons/<name>/<colour without #>`` in the size that QML asks for."""

    def __init__(self) -> None:
        super().__init__(QQuickImageProvider.ImageType.Image)

    def requestImage(self, address: str, size: QSize, wanted: QSize) -> QImage:  # noqa: N802  Qt's
        """Qt calls this; `size` is Qt's own and is filled with what was made."""
        name, _, colour = address.partition("/")
        image = icon_image(name, QColor(f"#{colour}").name(), max(wanted.width(), 1))
        size.setWidth(image.width())
        size.setHeight(image.height())
        return image
