"""View model of the photo: counts down, cuts it from the newest frame, lets it be taken again."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot

from kiosk.ui.camera_picture import Feed, cut_photo
from kiosk.ui.views import PhotoView

if TYPE_CHECKING:
    from typing import Any


class PhotoScreen(QObject):
    """A photo or none: both are as good.

    Signals:
        taken: the JPEG that the visitor agreed to.
        skipped: no photo.
    """

    facts_changed = Signal()
    state_changed = Signal()
    taken = Signal(bytes)
    skipped = Signal()

    def __init__(self, view: PhotoView, feed: Feed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._feed = feed
        self._seconds = 0
        self._jpeg = b""
        self._has_frame = False
        feed.arrived.connect(self._on_frame)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._on_second)

    def show(self, view: PhotoView) -> None:
        self._view = view
        self.facts_changed.emit()

    @Slot()
    def take(self) -> None:
        """Start counting; with no seconds to count, take it now."""
        if self._feed.frame is None or self._timer.isActive():
            return
        self._seconds = self._view.countdown_seconds
        if self._seconds <= 0:
            self._cut()
        else:
            self._timer.start()
        self.state_changed.emit()

    @Slot()
    def retake(self) -> None:
        self._jpeg = b""
        self.state_changed.emit()
        self.take()

    @Slot()
    def use(self) -> None:
        if self._jpeg:
            self.taken.emit(self._jpeg)

    @Slot()
    def skip(self) -> None:
        self._timer.stop()
        self.skipped.emit()

    @Slot()
    def _on_second(self) -> None:
        self._seconds -= 1
        if self._seconds <= 0:
            self._timer.stop()
            self._cut()
        self.state_changed.emit()

    def _cut(self) -> None:
        if self._feed.frame is not None:
            self._jpeg = cut_photo(self._feed.frame)

    @Slot()
    def _on_frame(self) -> None:
        has_frame = self._feed.frame is not None
        if has_frame is not self._has_frame:
            self._has_frame = has_frame
            self.state_changed.emit()

    def _facts(self) -> "dict[str, Any]":
        seconds = self._view.countdown_seconds
        return {
            "keepDays": self._view.keep_days,
            "after": f"after {seconds} seconds" if seconds > 1 else "at once",
            "trouble": self._view.camera_trouble,
        }

    def _state(self) -> "dict[str, Any]":
        return {
            "seconds": self._seconds if self._timer.isActive() else 0,
            "isTaken": bool(self._jpeg),
            "canTake": self._has_frame and not self._timer.isActive(),
        }

    facts = Property(dict, _facts, notify=facts_changed)
    state = Property(dict, _state, notify=state_changed)
