"""Comparing the console's windows with their pictures."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from tests.pictures import assert_looks_like
from tests.screens.console.looking import Look, pixels

PICTURES = Path(__file__).parent / "pictures"


@pytest.fixture
def looks_like(update_pictures: bool) -> Look:
    """Compare what a widget shows with the picture of that name."""

    def compare(widget: QWidget, name: str) -> None:
        for _ in range(4):  # a layout may ask for another one
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        assert_looks_like(pixels(widget), PICTURES / f"{name}.png", update=update_pictures)

    return compare
