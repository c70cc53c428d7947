"""The console's tokens: every contrast that the design promises, light and dark."""

import pytest
from PySide6.QtGui import QColor

from admin_console.console.theme import Colours, Text, Theme, Weight, load_theme

TEXT, CONTROL = 4.5, 3.0
"""WCAG 2.2 AA, success criteria 1.4.3 and 1.4.11."""

ON_GROUNDS = (
    ("ink", "surface", TEXT),
    ("ink", "ground", TEXT),
    ("ink", "primary_soft", TEXT),
    ("ink", "hover", TEXT),
    ("muted", "surface", TEXT),
    ("muted", "surface_2", TEXT),
    ("muted", "ground", TEXT),
    ("muted", "line_soft", TEXT),
    ("muted", "primary_soft", TEXT),
    ("faint", "surface", TEXT),
    ("faint_ground", "ground", TEXT),
    ("faint_ground", "surface_2", TEXT),
    ("primary", "surface", TEXT),
    ("primary", "primary_soft", TEXT),
    ("on_primary", "primary", TEXT),
    ("on_primary", "primary_hover", TEXT),
    ("positive", "positive_soft", TEXT),
    ("caution", "caution_soft", TEXT),
    ("caution", "surface", TEXT),
    ("alarm", "alarm_soft", TEXT),
    ("alarm", "surface", TEXT),
    ("alarm", "primary_soft", TEXT),
    ("on_toast", "toast", TEXT),
    ("control", "surface", CONTROL),
    ("chart_1", "surface", CONTROL),
)


def contrast(one: QColor, other: QColor) -> float:
    def luminance(colour: QColor) -> float:
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour(colours: Colours, role: str) -> QColor:
    found = getattr(colours, role)
    assert isinstance(found, QColor)
    return found


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("front", "back", "least"), ON_GROUNDS)
def test_contrast_is_enough(dark: bool, front: str, back: str, least: float) -> None:
    colours = load_theme(dark=dark).colours

    assert contrast(colour(colours, front), colour(colours, back)) >= least


@pytest.mark.parametrize("text", list(Text))
def test_type_scale_is_the_designs(text: Text) -> None:
    theme: Theme = load_theme()

    font = theme.font(text, Weight.STRONG)

    assert font.family() == "Inter"
    assert font.pixelSize() < theme.line_height(text)
