"""The camera's picture in QML, and the cut of a photo from it. Knows no camera."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Property, QObject, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtQml import QmlElement
from PySide6.QtQuick import QQuickItem, QQuickPaintedItem

if TYPE_CHECKING:
    from typing import Any

QML_IMPORT_NAME = "Vestibule.Kiosk"
QML_IMPORT_MAJOR_VERSION = 1

Image = NDArray[np.uint8]
"""Height x width x 3, blue-green-red."""


@dataclass(frozen=True, slots=True)
class Guide:
    """Where to hold what is to be read, in px of the 1176x656 picture; length of its corners."""

    x: float
    y: float
    width: float
    height: float
    corner: float = 64

    def rect(self, scale: float) -> QRectF:
        return QRectF(self.x * scale, self.y * scale, self.width * scale, self.height * scale)


DESIGN_WIDTH, DESIGN_HEIGHT = 1176, 656
GUIDES = {
    "card": Guide(262, 107, 652, 420),
    "code": Guide(368, 80, 440, 440, 56),
    "oval": Guide(398, 60, 380, 468),
}
PHOTO = Guide(348, 0, 480, 600)
"""4:5 around the oval."""
PHOTO_SIZE = (480, 600)
JPEG_QUALITY = 88


class Feed(QObject):
    """The newest frame of the camera, for whichever screen shows it.

    Keeps the pixels that are shown as well: what QML makes in Python may outlive its page, and
    would keep a visitor's picture with it.
    """

    arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.frame: Image | None = None
        self.picture: QImage | None = None
        self._pixels: Image | None = None  # what `picture` looks at: must live as long

    def show(self, frame: Image | None) -> None:
        self.frame = frame
        if frame is None:
            self.picture = self._pixels = None
        self.arrived.emit()

    def fit(self, width: int, height: int, *, is_mirrored: bool) -> None:
        """Make `picture` of the newest frame, filling this size."""
        if self.frame is None:
            return
        x, y, part_width, part_height = covering(self.frame, width, height)
        part = self.frame[y : y + part_height, x : x + part_width]
        fitted = cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR)
        pixels = _as_pixels(cv2.flip(fitted, 1) if is_mirrored else fitted)
        self.picture = QImage(
            pixels.data, width, height, pixels.strides[0], QImage.Format.Format_BGR888
        )
        self._pixels = pixels


def covering(frame: Image, width: int, height: int) -> tuple[int, int, int, int]:
    """The part of the frame, as x, y, width, height, that fills a picture of this shape."""
    rows, columns = frame.shape[:2]
    scale = max(width / columns, height / rows)
    part_width = min(columns, max(1, round(width / scale)))
    part_height = min(rows, max(1, round(height / scale)))
    return (columns - part_width) // 2, (rows - part_height) // 2, part_width, part_height


def cut_photo(frame: Image) -> bytes:
    """A JPEG of what the oval shows: 4:5, at most 480x600 px, never enlarged, not mirrored."""
    left, top, part_width, _ = covering(frame, DESIGN_WIDTH, DESIGN_HEIGHT)
    scale = part_width / DESIGN_WIDTH
    x, y = left + round(PHOTO.x * scale), top + round(PHOTO.y * scale)
    cut = frame[y : y + round(PHOTO.height * scale), x : x + round(PHOTO.width * scale)]
    if cut.shape[1] > PHOTO_SIZE[0]:
        cut = _as_pixels(cv2.resize(cut, PHOTO_SIZE, interpolation=cv2.INTER_AREA))
    _, jpeg = cv2.imencode(".jpg", cut, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return bytes(jpeg.tobytes())


@QmlElement
class CameraPicture(QQuickPaintedItem):
    """The live picture with round corners in the ground's colour, and the guide on it."""

    changed = Signal()

    def __init__(self, parent: QQuickItem | None = None) -> None:
        super().__init__(parent)
        self.setOpaquePainting(True)
        self._feed: Feed | None = None
        self._guide = ""
        self._ground = QColor("black")
        self._is_mirrored = False
        self._is_found = False
        self._is_frozen = False
        self._is_covered = False

    def paint(self, painter: QPainter) -> None:
        width, height = self.width(), self.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 0, width, height), QColor("#3c424c"))
        picture = None if self._feed is None else self._feed.picture
        if picture is not None and not self._is_covered:
            painter.drawImage(QRectF(0, 0, width, height), picture)
            self._draw_guide(painter, width / DESIGN_WIDTH)
        corners = QPainterPath()
        corners.addRect(QRectF(0, 0, width, height))
        rounded = QPainterPath()
        rounded.addRoundedRect(QRectF(0, 0, width, height), 28, 28)
        painter.fillPath(corners - rounded, self._ground)

    def _draw_guide(self, painter: QPainter, scale: float) -> None:
        guide = GUIDES.get(self._guide)
        if guide is None:
            return
        if self._guide == "oval":
            self._draw_oval(painter, guide.rect(scale))
            return
        corners = _corners(guide.rect(scale), guide.corner * scale)
        under = QColor("#0f172a")
        under.setAlphaF(1.0 if self._is_found else 0.35)
        for colour, thickness in ((under, 14), (QColor("white"), 8)):
            pen = QPen(colour, thickness * scale)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPath(corners)

    def _draw_oval(self, painter: QPainter, rect: QRectF) -> None:
        oval = QPainterPath()
        # A face is widest above its middle: two half ellipses that meet there.
        upper = QRectF(rect.x(), rect.y(), rect.width(), rect.height() * 0.94)
        lower = QRectF(rect.x(), rect.y() - rect.height() * 0.06, rect.width(), 0)
        lower.setBottom(rect.bottom())
        oval.moveTo(rect.x(), upper.center().y())
        oval.arcTo(upper, 180, -180)
        oval.arcTo(lower, 0, -180)
        around = QPainterPath()
        around.addRect(QRectF(0, 0, self.width(), self.height()))
        shade = QColor("#0f172a")
        shade.setAlphaF(0.42)
        painter.fillPath(around - oval, shade)
        painter.setPen(QPen(QColor("white"), 6))
        painter.drawPath(oval)

    @Slot()
    def _on_arrived(self) -> None:
        if self._feed is not None and not self._is_frozen:
            width, height = max(1, round(self.width())), max(1, round(self.height()))
            self._feed.fit(width, height, is_mirrored=self._is_mirrored)
        self.update()

    # ---- what QML sets -----------------------------------------------------------------------

    def _get_feed(self) -> Feed | None:
        return self._feed

    def _set_feed(self, feed: Feed) -> None:
        self._feed = feed
        feed.arrived.connect(self._on_arrived)
        self._on_arrived()

    def geometryChange(  # noqa: N802  Qt's name
        self, new: QRectF | QRect, old: QRectF | QRect
    ) -> None:
        super().geometryChange(new, old)
        self._on_arrived()

    def _get_guide(self) -> str:
        return self._guide

    def _set_guide(self, guide: str) -> None:
        self._guide = guide
        self.update()

    def _get_ground(self) -> QColor:
        return self._ground

    def _set_ground(self, ground: QColor) -> None:
        self._ground = ground
        self.update()

    def _get_mirrored(self) -> bool:
        return self._is_mirrored

    def _set_mirrored(self, mirrored: bool) -> None:
        self._is_mirrored = mirrored

    def _get_found(self) -> bool:
        return self._is_found

    def _set_found(self, found: bool) -> None:
        self._is_found = found
        self.update()

    def _get_frozen(self) -> bool:
        return self._is_frozen

    def _set_frozen(self, frozen: bool) -> None:
        self._is_frozen = frozen
        self._on_arrived()

    def _get_covered(self) -> bool:
        return self._is_covered

    def _set_covered(self, covered: bool) -> None:
        self._is_covered = covered
        self.update()

    feed = Property(QObject, _get_feed, _set_feed, notify=changed)
    guide = Property(str, _get_guide, _set_guide, notify=changed)
    ground = Property(QColor, _get_ground, _set_ground, notify=changed)
    mirrored = Property(bool, _get_mirrored, _set_mirrored, notify=changed)
    found = Property(bool, _get_found, _set_found, notify=changed)
    frozen = Property(bool, _get_frozen, _set_frozen, notify=changed)
    covered = Property(bool, _get_covered, _set_covered, notify=changed)


def _as_pixels(image: "NDArray[Any]") -> Image:
    """OpenCV's types say less than it keeps: eight bits stay eight bits."""
    return np.ascontiguousarray(image, dtype=np.uint8)


def _corners(rect: QRectF, length: float) -> QPainterPath:
    """Four rounded corners around what is held up."""
    path = QPainterPath()
    radius = length * 0.44
    for x, y, to_right, down in (
        (rect.left(), rect.top(), 1, 1),
        (rect.right(), rect.top(), -1, 1),
        (rect.right(), rect.bottom(), -1, -1),
        (rect.left(), rect.bottom(), 1, -1),
    ):
        path.moveTo(x, y + down * length)
        path.lineTo(x, y + down * radius)
        path.quadTo(x, y, x + to_right * radius, y)
        path.lineTo(x + to_right * length, y)
    return path
