"""What a console's window shows, as pixels, and people who have photos."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from admin_console.console.shell import Shell
from tests.console.fake_hub import FakeHub

Look = Callable[[QWidget, str], None]
"""Compares what a widget shows with the picture of that name."""


def pixels(widget: QWidget) -> NDArray[np.uint8]:
    """What is shown, height x width x 3, BGR. The text cursor never blinks in a picture."""
    image = QImage(widget.size(), QImage.Format.Format_RGB32)
    widget.render(image, QPoint())
    rows = np.frombuffer(image.constBits(), np.uint8)
    return rows.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width(), :3].copy()


def silhouette(colour: str) -> bytes:
    """A JPEG of nobody: invented people have no photos."""
    image = QImage(160, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("#e3e8f0"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#9aa7ba"))
    painter.drawEllipse(QRectF(20, 135, 120, 120))
    painter.setBrush(QColor("#c5cedb"))
    painter.drawEllipse(QRectF(50, 45, 60, 85))
    painter.setBrush(QColor(colour))
    painter.drawPie(QRectF(46, 38, 68, 74), 0, 180 * 16)
    painter.end()
    content = QByteArray()
    buffer = QBuffer(content)
    image.save(buffer, "JPG", 92)
    return content.data()


SHADES = {"a" * 64: silhouette("#7d8ba1"), "b" * 64: silhouette("#5d6b81"), "c" * 64: b""}


def with_photos(hub: FakeHub) -> FakeHub:
    """The same school with a photo for two people of three."""
    shas = list(SHADES)
    hub.photos = {sha: content for sha, content in SHADES.items() if content}
    inside = hub.on_site_answer.visits
    hub.on_site_answer = replace(
        hub.on_site_answer,
        visits=tuple(
            replace(visit, photo=shas[place % 3] if place % 3 < 2 else "")
            for place, visit in enumerate(inside)
        ),
    )
    holds = hub.desk_answer.holds
    hub.desk_answer = replace(
        hub.desk_answer,
        holds=tuple(
            replace(hold, visit=replace(hold.visit, photo=shas[0])) if place == 0 else hold
            for place, hold in enumerate(holds)
        ),
    )
    return hub


def settle(qtbot: QtBot, shell: Shell, hub: FakeHub) -> None:
    """Wait until the photos are there and everything was painted once."""
    shell.grab()
    qtbot.waitUntil(lambda: all(shell._photos.photo(sha) is not None for sha in hub.photos))
    shell.grab()
