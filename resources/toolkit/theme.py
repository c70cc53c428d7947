"""The kiosk's design tokens as one QML singleton: colours, type, measures, motion. No layout.

QML reads ``Theme.colour.ink``, ``Theme.radius.card``, ``Theme.ms("page")``. The tokens are JSON
files in `resources/tokens`; the console reads its own (`console.json`).
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Property, QObject, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase
from PySide6.QtQml import QmlElement, QmlSingleton

if TYPE_CHECKING:
    from typing import Any

QML_IMPORT_NAME = "Vestibule.Toolkit"
QML_IMPORT_MAJOR_VERSION = 1


class Look(StrEnum):
    """The sets of colours."""

    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


@lru_cache(maxsize=8)
def kiosk_tokens(part: str) -> "Mapping[str, Any]":
    """One of ``colour``, ``geometry``, ``type``, ``motion``."""
    source = files("resources").joinpath("tokens", f"kiosk-{part}.json").read_bytes()
    tokens: Mapping[str, Any] = msgspec.json.decode(source)
    return tokens


@lru_cache(maxsize=3)
def colours(look: Look) -> Mapping[str, str]:
    """Role to ``#rrggbb``, e.g. ``on_primary``."""
    return {
        role.replace("-", "_"): value
        for role, value in kiosk_tokens("colour")["themes"][look.value].items()
    }


@lru_cache(maxsize=3)
def illustration(look: Look) -> Mapping[str, str]:
    """Part of the school's picture to colour; high contrast shows no picture."""
    drawn = kiosk_tokens("colour")["illustration"]
    parts: Mapping[str, str] = drawn.get(look.value, drawn["dark"])
    return parts


def contrast_ratio(one: str, other: str) -> float:
    """WCAG 2.2 contrast of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2's definition of sRGB."""
    rgb = QColor(colour)
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (rgb.redF(), rgb.greenF(), rgb.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def missing_families() -> tuple[str, ...]:
    """Font families of the tokens that this machine lacks, e.g. for `doctor`."""
    known = set(QFontDatabase.families())
    return tuple(f for f in kiosk_tokens("type")["family"] if f not in known)


def prepare_fonts() -> None:
    """Let every script that Inter lacks fall back on what the tokens name. Call once at start."""
    family, *fallbacks = kiosk_tokens("type")["family"]
    QFont.insertSubstitutions(family, fallbacks)


@QmlElement
@QmlSingleton
class Theme(QObject):
    """What all QML of one window looks like; a change of look repaints it at once."""

    look_changed = Signal()
    veil_changed = Signal()
    scale_changed = Signal()
    motion_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = Look.LIGHT
        self._is_veiled = False
        self._is_still = False
        self._scale = 1.0
        self._geometry = kiosk_tokens("geometry")
        self._heights = {int(k): v for k, v in kiosk_tokens("type")["lineHeight"].items()}

    def show_look(self, look: Look) -> None:
        if look is not self._look:
            self._look = look
            self.look_changed.emit()

    def set_veiled(self, veiled: bool) -> None:
        """Whether everything personal is blanked, e.g. behind a question to nobody."""
        if veiled is not self._is_veiled:
            self._is_veiled = veiled
            self.veil_changed.emit()

    def set_still(self, still: bool) -> None:
        """Reduced motion: everything at once, only numbers change."""
        self._is_still = still
        self.motion_changed.emit()

    def set_scale(self, scale: float) -> None:
        """Window px for one px of the design."""
        if scale != self._scale:
            self._scale = scale
            self.scale_changed.emit()

    @property
    def shown_look(self) -> Look:
        return self._look

    @Slot(str, result=int)
    def ms(self, what: str) -> int:
        """How long a motion takes; 0 when motion is reduced."""
        return 0 if self._is_still else int(kiosk_tokens("motion")["motion"][what]["ms"])

    @Slot(int, result=float)
    def line(self, size: int) -> float:
        """Line height for a type size, both in px."""
        if size in self._heights:
            return float(self._heights[size])
        return float(-(-size * 1.16 // 4) * 4)

    @Slot(int, result=float)
    def tracking(self, size: int) -> float:
        """Letter spacing in px: large type is set tighter."""
        if size >= 96:
            return size * float(kiosk_tokens("type")["tracking"]["96+"])
        if size >= 48:
            return size * float(kiosk_tokens("type")["tracking"]["54"])
        return 0.0

    def _get_colour(self) -> dict[str, str]:
        return dict(colours(self._look))

    def _get_look(self) -> str:
        return self._look.value

    def _get_is_veiled(self) -> bool:
        return self._is_veiled

    def _get_is_still(self) -> bool:
        return self._is_still

    def _get_scale(self) -> float:
        return self._scale

    def _get_edge(self) -> int:
        borders = self._geometry["border"]
        return int(borders["contrast" if self._look is Look.CONTRAST else "control"])

    def _get_hair(self) -> int:
        borders = self._geometry["border"]
        return int(borders["contrast" if self._look is Look.CONTRAST else "hair"])

    def _get_family(self) -> str:
        return str(kiosk_tokens("type")["family"][0])

    def _part(self, name: str) -> "dict[str, Any]":
        return dict(self._geometry[name])

    colour = Property(dict, _get_colour, notify=look_changed)
    look = Property(str, _get_look, notify=look_changed)
    veiled = Property(bool, _get_is_veiled, notify=veil_changed)
    still = Property(bool, _get_is_still, notify=motion_changed)
    scale = Property(float, _get_scale, notify=scale_changed)
    edge = Property(int, _get_edge, notify=look_changed)
    hair = Property(int, _get_hair, notify=look_changed)
    family = Property(str, _get_family, constant=True)
    radius = Property(dict, lambda self: self._part("radius"), constant=True)
    border = Property(dict, lambda self: self._part("border"), constant=True)
    height = Property(dict, lambda self: self._part("height"), constant=True)
    gap = Property(dict, lambda self: self._part("gap"), constant=True)
    icon = Property(dict, lambda self: self._part("icon"), constant=True)
    focus = Property(dict, lambda self: self._part("focus"), constant=True)
