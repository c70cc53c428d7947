"""Finding and touching what a kiosk shows, by names, as a finger or a keyboard would."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.ui.window import KioskWindow

NOON = datetime(2026, 11, 23, 9, 41, tzinfo=ZoneInfo("America/Chicago"))
"""What the clock shows in every test: a Monday morning in November."""

T = TypeVar("T")


def find(window: KioskWindow, name: str) -> QQuickItem:
    """The visible item of this name, nearest to the eye."""
    found = [i for i in _items(window.view.contentItem()) if i.objectName() == name]
    seen = [item for item in found if item.isVisible() and item.width() > 0]
    if not seen:
        raise LookupError(f"{name} is not on the screen")
    return seen[-1]


def is_shown(window: KioskWindow, name: str) -> bool:
    try:
        find(window, name)
    except LookupError:
        return False
    return True


def shown_text(window: KioskWindow, name: str) -> str:
    return str(find(window, name).property("text"))


def all_texts(window: KioskWindow) -> list[str]:
    """Everything that can be read."""
    shown = [i for i in _items(window.view.contentItem()) if i.isVisible()]
    return [str(i.property("text")) for i in shown if i.property("text")]


def centre(window: KioskWindow, name: str) -> QPoint:
    item = find(window, name)
    at = item.mapToScene(QPointF(item.width() / 2, item.height() / 2))
    return QPoint(round(at.x()), round(at.y()))


def touch(window: KioskWindow, *names: str) -> None:
    """Touch one thing after the other."""
    for name in names:
        QTest.mouseClick(
            window.view,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            centre(window, name),
        )


def press_keys(window: KioskWindow, text: str) -> None:
    """Type on a real keyboard."""
    for character in text:
        QTest.keyClick(window.view, character)


def pixels(image: QImage) -> NDArray[np.uint8]:
    """The picture as height x width x 3, BGR."""
    plain = image.convertToFormat(QImage.Format.Format_BGR888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 3].reshape(plain.height(), plain.width(), 3).copy()


def frame() -> NDArray[np.uint8]:
    """A camera's picture of a lobby with something light held up: 1176x661, BGR."""
    picture = np.full((661, 1176, 3), (150, 146, 140), np.uint8)
    picture[:80] = (172, 168, 164)
    picture[560:] = (112, 106, 100)
    picture[180:420, 300:860] = (228, 234, 236)
    picture[300:390, 330:830] = (60, 50, 46)
    picture[60:160, 40:200] = (214, 212, 208)
    return picture


def texts(window: KioskWindow) -> list[str]:
    """Every text that can be read on the screen."""
    return [
        str(item.property("text"))
        for item in _items(window.view.contentItem())
        if item.inherits("QQuickText") and item.isVisible() and item.opacity() > 0
    ]


def _items(item: QQuickItem) -> Iterator[QQuickItem]:
    yield item
    for child in item.childItems():
        yield from _items(child)
