"""Colours, type and measures of the console, read from the design tokens. No layout, no widget.

A theme is a value: it is chosen once when the window is built and given to everything painted.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtGui import QColor, QFont, QPalette

if TYPE_CHECKING:
    from typing import Any


class Text(StrEnum):
    """The type scale; each step is a size and a line height in px."""

    CAPTION = "caption"
    BODY = "body"
    SECTION = "section"
    HEADING = "heading"
    PAGE = "page"
    FIGURE = "figure"


class Weight(StrEnum):
    """Three weights and no more."""

    TEXT = "text"
    LABEL = "label"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Colours:
    """The roles of the colours; the same names in light and dark."""

    ink: QColor
    muted: QColor
    faint: QColor
    faint_ground: QColor
    line: QColor
    line_soft: QColor
    control: QColor
    surface: QColor
    surface_2: QColor
    ground: QColor
    hover: QColor
    primary: QColor
    primary_hover: QColor
    on_primary: QColor
    primary_soft: QColor
    positive: QColor
    positive_soft: QColor
    caution: QColor
    caution_soft: QColor
    alarm: QColor
    alarm_soft: QColor
    focus: QColor
    chart_1: QColor
    chart_2: QColor
    chart_prev: QColor
    chart_grid: QColor
    differ: QColor
    ph_bg: QColor
    ph_body: QColor
    ph_head: QColor
    toast: QColor
    on_toast: QColor
    dot_ok: QColor
    dot_warn: QColor
    dot_bad: QColor


@dataclass(frozen=True, slots=True)
class Theme:
    """Everything that makes the look."""

    is_dark: bool
    colours: Colours
    families: tuple[str, ...]
    scale: tuple[tuple[Text, int, int], ...]
    weights: tuple[tuple[Weight, int], ...]

    def font(self, text: Text = Text.BODY, weight: Weight = Weight.TEXT) -> QFont:
        size, _ = self._step(text)
        return _font(self.families, size, dict(self.weights)[weight])

    def line_height(self, text: Text = Text.BODY) -> int:
        return self._step(text)[1]

    def _step(self, text: Text) -> tuple[int, int]:
        return next((size, height) for name, size, height in self.scale if name is text)


@lru_cache(maxsize=64)
def _font(families: tuple[str, ...], size: int, weight: int) -> QFont:
    font = QFont()
    font.setFamilies(list(families))
    font.setPixelSize(size)
    font.setWeight(QFont.Weight(weight))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


@lru_cache(maxsize=2)
def load_theme(*, dark: bool = False) -> Theme:
    """The theme of `resources/tokens/console.json`."""
    tokens: Any = msgspec.json.decode(
        files("resources").joinpath("tokens", "console.json").read_bytes()
    )
    named = dict(tokens["dark" if dark else "light"])
    named |= {f"dot-{name}": value for name, value in tokens["status-dots"].items()}
    return Theme(
        is_dark=dark,
        colours=Colours(
            **{f.name: QColor(named[f.name.replace("_", "-")]) for f in fields(Colours)}
        ),
        families=(tokens["font"]["family"], *tokens["font"]["fallback"]),
        scale=tuple((step, *tokens["type"][step.value]) for step in Text),
        weights=tuple((weight, tokens["font"]["weights"][weight.value]) for weight in Weight),
    )


def palette(theme: Theme) -> QPalette:
    """What plain Qt widgets take their colours from."""
    c, roles = theme.colours, QPalette.ColorRole
    made = QPalette()
    for role, colour in (
        (roles.Window, c.ground),
        (roles.WindowText, c.ink),
        (roles.Base, c.surface),
        (roles.AlternateBase, c.surface),
        (roles.Text, c.ink),
        (roles.Button, c.surface),
        (roles.ButtonText, c.ink),
        (roles.ToolTipBase, c.toast),
        (roles.ToolTipText, c.on_toast),
        (roles.PlaceholderText, c.faint),
        (roles.Highlight, c.primary),
        (roles.HighlightedText, c.on_primary),
        (roles.Link, c.primary),
    ):
        made.setColor(role, colour)
    made.setColor(QPalette.ColorGroup.Disabled, roles.Text, c.faint)
    made.setColor(QPalette.ColorGroup.Disabled, roles.WindowText, c.faint)
    return made


def style_sheet(theme: Theme) -> str:
    """The look of the few standard widgets that we do not paint ourselves."""
    c = {field.name: getattr(theme.colours, field.name).name() for field in fields(Colours)}
    return f"""
    QLineEdit, QDateEdit, QSpinBox, QComboBox {{
        background: {c["surface"]}; color: {c["ink"]}; border: 1px solid {c["control"]};
        border-radius: 8px; padding: 0 10px; min-height: 30px;
        selection-background-color: {c["primary"]}; selection-color: {c["on_primary"]}; }}
    QLineEdit:disabled, QDateEdit:disabled, QComboBox:disabled {{
        background: {c["ground"]}; color: {c["faint_ground"]}; border-color: {c["line"]}; }}
    QLineEdit[wrong="true"] {{ border-color: {c["alarm"]}; }}
    QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: 24px; }}
    QComboBox::down-arrow {{ image: none; }}
    QComboBox QLineEdit {{ border: none; padding: 0; min-height: 20px; background: transparent; }}
    QComboBox QAbstractItemView {{ background: {c["surface"]}; color: {c["ink"]};
        border: 1px solid {c["line"]}; selection-background-color: {c["primary_soft"]};
        selection-color: {c["ink"]}; outline: none; }}
    QAbstractItemView {{ background: {c["surface"]}; border: none; outline: none; }}
    QScrollArea, QScrollArea > QWidget > QWidget[plain="true"] {{
        background: transparent; border: none; }}
    QMenu {{ background: {c["surface"]}; color: {c["ink"]}; border: 1px solid {c["line"]};
        padding: 4px; }}
    QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 6px; }}
    QMenu::item:selected {{ background: {c["primary_soft"]}; }}
    QMenu::separator {{ height: 1px; background: {c["line_soft"]}; margin: 4px 8px; }}
    QToolTip {{ background: {c["toast"]}; color: {c["on_toast"]}; border: none; padding: 4px 8px; }}
    QCheckBox {{ color: {c["ink"]}; spacing: 8px; }}
    QCheckBox::indicator {{ width: 16px; height: 16px; border-radius: 4px;
        border: 1px solid {c["control"]}; background: {c["surface"]}; }}
    QCheckBox::indicator:checked {{ background: {c["primary"]}; border-color: {c["primary"]}; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
    QScrollBar::handle:vertical {{ background: {c["line"]}; border-radius: 4px; min-height: 32px; }}
    QScrollBar::handle:vertical:hover {{ background: {c["control"]}; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 2px; }}
    QScrollBar::handle:horizontal {{ background: {c["line"]}; border-radius: 4px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
