"""The real console in its own process, with a hand that works it as an office worker would."""

import argparse
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

import psutil
from player import CannotError, Hand, Look, side_by_side
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from admin_console.console.app import build_console
from admin_console.console.known_hubs import KnownHubs
from admin_console.console.window import ConsoleWindow
from db import hub_trust

SETTLE_SECONDS = 0.25


class OfficeWorker:
    """Finds widgets by their names, clicks and types, and looks."""

    def __init__(self, window: ConsoleWindow, hand: Hand, pictures: Path) -> None:
        self._window = window
        self._hand = hand
        self._pictures = pictures
        for name in ("click", "type", "wait_widget", "picture"):
            hand.knows(name, getattr(self, f"_{name}"))

    def _click(self, command: dict[str, Any]) -> Look:
        def look() -> bool | None:
            widget = self._widget(command["widget"])
            if widget is None or not widget.isEnabled():
                return None
            centre = QPoint(widget.width() // 2, widget.height() // 2)
            self._hand.touch(
                lambda: QTest.mouseClick(
                    widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, centre
                )
            )
            return True

        return look

    def _type(self, command: dict[str, Any]) -> Look:
        text = command.get("text")
        if text is None:
            text = os.environ["VESTIBULE_MORNING_PASSWORD"]

        def look() -> bool | None:
            widget = self._widget(command["widget"])
            if widget is None:
                return None
            if isinstance(widget, QLineEdit):
                widget.clear()
            self._hand.touch(lambda: QTest.keyClicks(widget, text))
            return True

        return look

    def _wait_widget(self, command: dict[str, Any]) -> Look:
        """Until it is there and can be used."""

        def look() -> bool | None:
            widget = self._widget(command["widget"])
            return True if widget is not None and widget.isEnabled() else None

        return look

    def _picture(self, command: dict[str, Any]) -> Look:
        began = time.monotonic()

        def look() -> str | None:
            if time.monotonic() - began < SETTLE_SECONDS:
                return None
            name = f"console-{command['name']}.png"
            if not self._window.grab().save(str(self._pictures / name)):
                raise CannotError(f"{name} could not be saved")
            return name

        return look

    def _widget(self, name: str) -> QWidget | None:
        for widget in self._window.findChildren(QWidget, name):
            if widget.isVisible():
                return widget
        return None


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hub", required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--pace", type=int, default=0)
    parser.add_argument("--on-screen", action="store_true", help="leave room for the kiosk")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    app = QApplication(sys.argv[:1])
    # The number that a person compares once; here the hub was started a moment ago.
    known = KnownHubs(None)
    known.keep(arguments.hub, hub_trust.ca_of(arguments.hub))
    window = build_console(arguments.hub, dark=False, known=known)
    hand = Hand(arguments.pace)
    OfficeWorker(window, hand, arguments.pictures)
    window.resize(1440, 900)
    if arguments.on_screen:
        _, place = side_by_side(window.screen().availableGeometry())
        window.setGeometry(place)
    window.show()
    hand.start()
    started = float(psutil.Process(os.getpid()).create_time())
    QTimer.singleShot(0, lambda: hand.answer((time.time() - started) * 1000))
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
