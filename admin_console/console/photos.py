"""Photos as they are shown: asked for once, kept in memory only, never written to this computer."""

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from admin_console.console.session import HubSession

KEPT = 400
"""Photos kept at once; the one not looked at for longest goes first."""


class PhotoStore(QObject):
    """Hands out photos by their hash, and says when one that was missing has come.

    Signals:
        came: a photo is there now, with its hash.
    """

    came = Signal(str)

    def __init__(self, session: HubSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._kept: OrderedDict[str, QPixmap] = OrderedDict()
        self._asked: set[str] = set()

    def photo(self, sha256: str) -> QPixmap | None:
        """The photo, or None while it is on its way or when there is none."""
        if not sha256:
            return None
        if (kept := self._kept.get(sha256)) is not None:
            self._kept.move_to_end(sha256)
            return kept
        if sha256 not in self._asked:
            self._asked.add(sha256)
            self._session.look(
                lambda hub: hub.photo(sha256),
                lambda content: self._keep(sha256, content),
                lambda _error: self._asked.discard(sha256),
            )
        return None

    def _keep(self, sha256: str, content: bytes) -> None:
        picture = QPixmap()
        # Bytes that are no picture stay asked for: the person sign is shown instead of a photo.
        if not picture.loadFromData(content):
            return
        self._asked.discard(sha256)
        self._kept[sha256] = picture
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.came.emit(sha256)
