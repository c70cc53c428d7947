"""View models of the screens where something is typed: name, sticker, PIN, and signing out."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject, Signal, Slot

from kiosk.ui.entries import DigitsEntry, NameEntry
from kiosk.ui.views import PinView, SignOutView, StickerView, TypeNameView
from kiosk.ui.wording import clock_words, safe

if TYPE_CHECKING:
    from typing import Any

STICKER_DIGITS = 4


class TypeNameScreen(QObject):
    """Name and birth date instead of an ID."""

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.names = NameEntry(now, asks_birth=True, parent=self)

    def show(self, _: TypeNameView) -> None:
        """Nothing changes: what was typed stays."""

    entry = Property(QObject, lambda self: self.names, constant=True)


class StickerScreen(QObject):
    """The number of the sticker that is worn instead of a badge."""

    facts_changed = Signal()

    def __init__(self, view: StickerView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.digits = DigitsEntry(view.digits, self)
        self._view = view

    def show(self, view: StickerView) -> None:
        self._view = view
        self.facts_changed.emit()

    def _facts(self) -> "dict[str, Any]":
        return {"reason": self._view.reason, "siteName": self._view.site_name}

    entry = Property(QObject, lambda self: self.digits, constant=True)
    facts = Property(dict, _facts, notify=facts_changed)


class PinScreen(QObject):
    """A staff PIN: only how many digits were typed is ever shown."""

    facts_changed = Signal()

    def __init__(
        self, view: PinView, now: Callable[[], datetime], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.digits = DigitsEntry(view.digits, self)
        self._view = view
        self._now = now

    def show(self, view: PinView) -> None:
        """After a wrong PIN all digits are to be typed again."""
        self._view = view
        self.digits.clear()
        self.facts_changed.emit()

    def _facts(self) -> "dict[str, Any]":
        until = self._view.locked_until
        return {
            "wrong": self._view.wrong,
            "isLocked": until is not None and self._now() < until,
            "isService": self._view.is_service,
        }

    @Slot()
    def look_again(self) -> None:
        """Time has passed: perhaps the lock has ended."""
        self.facts_changed.emit()

    entry = Property(QObject, lambda self: self.digits, constant=True)
    facts = Property(dict, _facts, notify=facts_changed)


class SignOutScreen(QObject):
    """A badge before the camera; or a name, or a sticker's number."""

    facts_changed = Signal()
    way_changed = Signal()

    def __init__(
        self, view: SignOutView, now: Callable[[], datetime], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._view = view
        self._zone = now().tzinfo
        self._way = "badge"
        self.names = NameEntry(now, asks_birth=False, parent=self)
        self.digits = DigitsEntry(STICKER_DIGITS, self)

    def show(self, view: SignOutView) -> None:
        self._view = view
        if view.not_found:
            self.digits.clear()
        self.facts_changed.emit()

    @Slot(str)
    def go(self, way: str) -> None:
        """``badge``, ``id``, ``name`` or ``sticker``; the camera reads both of the first two."""
        self._way = way
        self.way_changed.emit()

    def _facts(self) -> "dict[str, Any]":
        return {
            "trouble": self._view.camera_trouble,
            "notFound": self._view.not_found,
            "justLeft": [
                f"<b>{safe(initials)}</b> signed out at {clock_words(at, self._zone)}"
                for initials, at in self._view.just_left[:1]
            ],
        }

    nameEntry = Property(QObject, lambda self: self.names, constant=True)  # noqa: N815  QML's way
    digitsEntry = Property(QObject, lambda self: self.digits, constant=True)  # noqa: N815
    way = Property(str, lambda self: self._way, notify=way_changed)
    facts = Property(dict, _facts, notify=facts_changed)
