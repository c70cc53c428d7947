"""What is typed on a kiosk: a name with a birth date, or digits. Remembers nothing afterwards."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject, Signal, Slot

from kiosk.ui.views import TypedName

if TYPE_CHECKING:
    from typing import Any

NAME_LENGTH = 60
BIRTH_DIGITS = 8
OLDEST = 120
"""Years: nobody who visits a school is older."""

_FIELDS = ("given", "family", "birth")


def read_birth_date(digits: str, today: date) -> date | None:
    """Month, day, year as eight digits; None for a date that no visitor can have."""
    if len(digits) != BIRTH_DIGITS:
        return None
    try:
        born = date(int(digits[4:]), int(digits[:2]), int(digits[2:4]))
    except ValueError:
        return None
    return born if born <= today and today.year - born.year <= OLDEST else None


def birth_words(digits: str) -> str:
    """Only the part that is being typed is readable; month and day are dots after that."""
    month, day, year = digits[:2], digits[2:4], digits[4:]
    if year or len(digits) == 4:
        return f"•• / •• / {year}"
    if day or len(month) == 2:
        return f"•• / {day}"
    return month


class NameEntry(QObject):
    """Given name, family name and perhaps the birth date, one field after the other.

    Signals:
        entered: a `TypedName`, once all that is asked was typed.
    """

    changed = Signal()
    entered = Signal(TypedName)

    def __init__(
        self, now: Callable[[], datetime], *, asks_birth: bool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._fields = _FIELDS if asks_birth else _FIELDS[:2]
        self._typed = dict.fromkeys(_FIELDS, "")
        self._current = 0
        self._trouble = ""

    @Slot(str)
    def type(self, text: str) -> None:
        """One character, or several from a real keyboard."""
        field = self._fields[self._current]
        if field == "birth":
            digits = "".join(c for c in text if c.isascii() and c.isdigit())
            self._typed[field] = (self._typed[field] + digits)[:BIRTH_DIGITS]
        else:
            letters = "".join(c for c in text if c.isprintable())
            self._typed[field] = (self._typed[field] + letters)[:NAME_LENGTH].lstrip()
        self._trouble = ""
        self.changed.emit()

    @Slot()
    def erase(self) -> None:
        field = self._fields[self._current]
        self._typed[field] = self._typed[field][:-1]
        self._trouble = ""
        self.changed.emit()

    @Slot()
    def clear(self) -> None:
        self._typed[self._fields[self._current]] = ""
        self.changed.emit()

    @Slot(str)
    def choose(self, field: str) -> None:
        self._current = self._fields.index(field)
        self.changed.emit()

    @Slot(result=bool)
    def back(self) -> bool:
        """Go to the field before; False when this is the first."""
        if self._current == 0:
            return False
        self._current -= 1
        self.changed.emit()
        return True

    @Slot()
    def go_on(self) -> None:
        """The next field that is not filled, or everything was typed."""
        if not self._is_filled(self._fields[self._current]):
            self._trouble = self._what_is_wrong()
            self.changed.emit()
            return
        empty = [i for i, field in enumerate(self._fields) if not self._is_filled(field)]
        if empty:
            self._current = empty[0]
            self.changed.emit()
        else:
            self._give(self._birth())

    @Slot()
    def go_on_without_birth(self) -> None:
        if self._is_filled("given") and self._is_filled("family"):
            self._give(None)

    def _give(self, born: date | None) -> None:
        given, family = (self._typed[field].strip() for field in _FIELDS[:2])
        self.entered.emit(TypedName(given, family, born))

    def _is_filled(self, field: str) -> bool:
        if field == "birth":
            return self._birth() is not None
        return bool(self._typed[field].strip())

    def _birth(self) -> date | None:
        return read_birth_date(self._typed["birth"], self._now().date())

    def _what_is_wrong(self) -> str:
        if len(self._typed["birth"]) == BIRTH_DIGITS:
            return "Please check the date: month, day, then the year."
        return ""

    def _state(self) -> "dict[str, Any]":
        field = self._fields[self._current]
        rest = sum(not self._is_filled(f) for f in self._fields if f != field)
        return {
            "given": self._typed["given"],
            "family": self._typed["family"],
            "birth": birth_words(self._typed["birth"]),
            "field": field,
            "asksBirth": "birth" in self._fields,
            "trouble": self._trouble,
            # A complete but impossible date may be confirmed: the answer says what is wrong.
            "canGoOn": self._is_filled(field) or len(self._typed["birth"]) == BIRTH_DIGITS,
            "isLast": rest == 0,
            "canSkip": field == "birth" and rest == 0,
        }

    state = Property(dict, _state, notify=changed)


class DigitsEntry(QObject):
    """A number of fixed length.

    Signals:
        entered: its digits, as a string.
    """

    changed = Signal()
    entered = Signal(str)

    def __init__(self, length: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._length = length
        self._digits = ""

    @Slot(str)
    def type(self, text: str) -> None:
        digits = "".join(c for c in text if c.isascii() and c.isdigit())
        self._digits = (self._digits + digits)[: self._length]
        self.changed.emit()

    @Slot()
    def erase(self) -> None:
        self._digits = self._digits[:-1]
        self.changed.emit()

    @Slot()
    def clear(self) -> None:
        self._digits = ""
        self.changed.emit()

    @Slot()
    def enter(self) -> None:
        if len(self._digits) == self._length:
            self.entered.emit(self._digits)

    def _state(self) -> "dict[str, Any]":
        missing = self._length - len(self._digits)
        return {
            "digits": self._digits,
            "count": len(self._digits),
            "length": self._length,
            "isComplete": missing == 0,
            "missing": ""
            if missing == 0
            else f"{missing} more {'digit' if missing == 1 else 'digits'}",
        }

    state = Property(dict, _state, notify=changed)
