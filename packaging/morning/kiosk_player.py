"""The real kiosk in its own process, with a hand that touches its screens as a visitor would."""

import argparse
import logging
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from player import CannotError, Hand, Look, side_by_side
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from kiosk.__main__ import prefer_software_rendering
from kiosk.app import Kiosk, build_kiosk
from kiosk.config import load_config
from kiosk.controller import StepChange
from kiosk.scan.worker import Reading

SETTLE_SECONDS = 0.35
"""How long pages move before they stand still."""
KEY_SECONDS = 0.09
"""Between two keys: people type slower than hand scanners."""


class Visitor:
    """Finds things on the screen by their names, touches them, and looks."""

    def __init__(self, kiosk: Kiosk, hand: Hand, pictures: Path) -> None:
        self._kiosk = kiosk
        self._hand = hand
        self._pictures = pictures
        self._steps: list[dict[str, Any]] = []
        self._identified_at: float | None = None
        self._readings: list[dict[str, float]] = []
        kiosk.visit.step_changed.connect(self._on_step_changed)
        kiosk.lens.identified.connect(self._on_identified)
        kiosk.scanner.read.connect(self._on_read)
        for name in ("touch", "type", "wait_step", "wait_item", "picture", "story", "waiting"):
            hand.knows(name, getattr(self, f"_{name}"))

    def _on_step_changed(self, change: StepChange) -> None:
        self._steps.append({"step": change.step.name, "at": change.at.isoformat()})

    def _on_identified(self) -> None:
        self._identified_at = time.monotonic()

    def _on_read(self, reading: Reading) -> None:
        """Comes after the kiosk itself has heard of the reading, and made an identity of it."""
        if self._identified_at is None:
            return
        self._readings.append(
            {
                "first_seen_at": reading.first_seen_at,
                "identified_at": self._identified_at,
            }
        )
        self._identified_at = None

    def _touch(self, command: dict[str, Any]) -> Look:
        wanted, began = command["item"], time.monotonic()

        def look() -> bool | None:
            # A page that still moves would be touched beside its button.
            item = self._item(wanted)
            if item is None or not item.isEnabled() or time.monotonic() - began < SETTLE_SECONDS:
                return None
            centre = item.mapToScene(QPointF(item.width() / 2, item.height() / 2))
            at = QPoint(round(centre.x()), round(centre.y()))
            self._hand.touch(
                lambda: QTest.mouseClick(
                    self._kiosk.window.view,
                    Qt.MouseButton.LeftButton,
                    Qt.KeyboardModifier.NoModifier,
                    at,
                )
            )
            return True

        return look

    def _type(self, command: dict[str, Any]) -> Look:
        left = list(command["text"])
        last_at = 0.0

        def look() -> bool | None:
            nonlocal last_at
            if time.monotonic() - last_at < KEY_SECONDS:
                return None
            if not left:
                return True
            last_at, character = time.monotonic(), left.pop(0)
            self._hand.touch(lambda: QTest.keyClick(self._kiosk.window.view, character))
            return None

        return look

    def _wait_step(self, command: dict[str, Any]) -> Look:
        return lambda: True if self._kiosk.visit.step.name == command["step"] else None

    def _wait_item(self, command: dict[str, Any]) -> Look:
        return lambda: True if self._item(command["item"]) is not None else None

    def _picture(self, command: dict[str, Any]) -> Look:
        began = time.monotonic()

        def look() -> str | None:
            if time.monotonic() - began < command["settle"]:
                return None
            name = f"kiosk-{command['name']}.png"
            if not self._kiosk.window.grab().save(str(self._pictures / name)):
                raise CannotError(f"{name} could not be saved")
            return name

        return look

    def _story(self, _: dict[str, Any]) -> Look:
        return lambda: {
            "steps": self._steps,
            "readings": self._readings,
            "memory_mb": psutil.Process().memory_info().rss / 1e6,
        }

    def _waiting(self, _: dict[str, Any]) -> Look:
        """Wait until the hub has confirmed every event."""
        from db import outbox

        def look() -> int | None:
            with self._kiosk.database.read() as session:
                left = outbox.waiting(session, self._kiosk.front_desk.desk.device)
            return 1 if left == 0 else None

        return look

    def _item(self, name: str) -> QQuickItem | None:
        """The visible item of this name that is nearest to the eye."""
        found = None
        for item in _items(self._kiosk.window.view.contentItem()):
            if item.objectName() == name and item.isVisible() and item.width() > 0:
                found = item
        return found


def _items(item: QQuickItem) -> Iterator[QQuickItem]:
    yield item
    for child in item.childItems():
        yield from _items(child)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--pace", type=int, default=0)
    parser.add_argument("--on-screen", action="store_true", help="leave room for the console")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    prefer_software_rendering()
    app = QGuiApplication(sys.argv[:1])
    kiosk = build_kiosk(load_config(arguments.config))
    app.installEventFilter(kiosk.lens.wedge)
    hand = Hand(arguments.pace)
    Visitor(kiosk, hand, arguments.pictures)
    if arguments.on_screen:
        place, _ = side_by_side(kiosk.window.view.screen().availableGeometry())
        kiosk.window.view.setGeometry(place)
    kiosk.start()
    hand.start()
    kiosk.window.view.grabWindow()
    QTimer.singleShot(0, lambda: hand.answer((time.time() - _started_at()) * 1000))
    status = app.exec()
    kiosk.stop()
    return status


def _started_at() -> float:
    return float(psutil.Process(os.getpid()).create_time())


if __name__ == "__main__":
    sys.exit(main())
