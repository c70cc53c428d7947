"""A USB scanner that types: the keys it presses, sent as the system does."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent

from kiosk.flow import Step
from kiosk.ui import views
from kiosk.ui.window import KioskWindow
from tests.screens.kiosk.acting import find

PRESS, RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
Key = tuple[QEvent.Type, int, Qt.KeyboardModifier, str]


def keys_of(payload: bytes) -> list[Key]:
    """What a scanner presses and lets go of for a payload, with Shift and Ctrl as needed."""
    return [key for character in payload.decode("latin-1") for key in _keys_of_one(character)]


def _keys_of_one(character: str) -> list[Key]:
    if character < " ":
        modifier, holder = CONTROL, Qt.Key.Key_Control
        code = ord(character) - 1 + Qt.Key.Key_A
    elif character.isupper():
        modifier, holder, code = SHIFT, Qt.Key.Key_Shift, ord(character)
    else:
        return [(kind, ord(character.upper()), PLAIN, character) for kind in (PRESS, RELEASE)]
    return [
        (PRESS, holder, modifier, ""),
        (PRESS, code, modifier, character),
        (RELEASE, code, modifier, character),
        (RELEASE, holder, PLAIN, ""),
    ]


def send(window: KioskWindow, keys: Sequence[Key], began_ms: int = 1000, each_ms: int = 2) -> int:
    """Send keys as the system does, `each_ms` apart; gives the last one's time."""
    for number, (kind, code, modifier, text) in enumerate(keys):
        event = QKeyEvent(kind, code, modifier, text)
        event.setTimestamp(began_ms + number * each_ms)
        QCoreApplication.sendEvent(window.view, event)
    return began_ms + len(keys) * each_ms


class SeenKeys(QObject):
    """The keys that reach the window, in their order."""

    def __init__(self, window: KioskWindow) -> None:
        super().__init__(window)
        self.keys: list[tuple[QEvent.Type, int]] = []
        window.view.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        if isinstance(event, QKeyEvent) and event.type() in (PRESS, RELEASE):
            self.keys.append((event.type(), event.key()))
        return False


def show_name_form(window: KioskWindow) -> None:
    window.show_step(Step.TYPE_NAME, views.TypeNameView())


def given_name(window: KioskWindow) -> str:
    return str(find(window, "given_name").property("value"))
