"""View model of the screens that only show: values become words here, and QML lays them out."""

from datetime import tzinfo
from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject, Signal

from kiosk.ui.views import (
    BadgeView,
    ConfirmView,
    Farewell,
    GoodbyeView,
    Printing,
    ScanView,
    ServiceLine,
    ServiceView,
    Standing,
    TroubleView,
    WaitView,
    WelcomeView,
)
from kiosk.ui.wording import clock_words
from resources.toolkit.pictures import GivenProvider

if TYPE_CHECKING:
    from typing import Any

PlainView = (
    WelcomeView
    | ScanView
    | ConfirmView
    | WaitView
    | BadgeView
    | GoodbyeView
    | TroubleView
    | ServiceView
)


class PlainScreen(QObject):
    """`facts` of a view that the visitor can only look at, or answer with one touch."""

    facts_changed = Signal()

    def __init__(
        self,
        view: PlainView,
        zone: tzinfo | None,
        pictures: GivenProvider,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._zone = zone
        self._pictures = pictures
        self._view = view
        self._picture = self._give_picture()

    def show(self, view: PlainView) -> None:
        before, self._view = self._view, view
        if _badge_png(before) != _badge_png(view):
            self._picture = self._give_picture()
        self.facts_changed.emit()

    def _give_picture(self) -> str:
        return self._pictures.give(_badge_png(self._view))

    def _facts(self) -> "dict[str, Any]":
        return facts_of(self._view, self._zone, self._picture)

    facts = Property(dict, _facts, notify=facts_changed)


def facts_of(view: PlainView, zone: tzinfo | None, picture: str = "") -> "dict[str, Any]":
    """What QML shows, as plain values; `picture` is the address of the badge's."""
    match view:
        case WelcomeView():
            return {"notice": view.notice}
        case ScanView():
            return {"trouble": view.camera_trouble}
        case ConfirmView():
            return {
                "name": view.name,
                "year": "" if view.birth_year is None else str(view.birth_year),
                "document": view.document,
                "notice": view.notice,
            }
        case WaitView():
            return {
                "number": "" if view.number is None else str(view.number),
                "comeToDesk": view.come_to_desk,
                "isTyped": view.is_typed,
            }
        case BadgeView():
            return {
                "title": f"You are signed in, {view.given_name}"
                if view.given_name
                else "You are signed in",
                "destination": view.destination,
                "host": view.host,
                "directions": view.directions,
                "picture": picture,
                "isPrinted": view.printing is Printing.PRINTED,
                "withEscort": view.with_escort,
            }
        case GoodbyeView():
            return _goodbye(view, zone)
        case TroubleView():
            return {
                "happened": view.what_happened,
                "kept": view.what_was_kept,
                "next": view.what_to_do,
            }
        case ServiceView():
            return _service(view, zone)


_MOST_LINES = 8
"""That the page has room for."""
_STANDING_ICONS = {
    Standing.GOOD: "check-circle",
    Standing.LOOK: "info",
    Standing.BROKEN: "alert",
}


def _service(view: ServiceView, zone: tzinfo | None) -> "dict[str, Any]":
    room = _MOST_LINES - len(view.lines)
    shown = view.lists if len(view.lists) <= room else view.lists[: room - 1]
    left = view.lists[len(shown) :]
    lines = [_service_line(line) for line in (*view.lines, *shown)]
    if left:
        look = sum(line.standing is not Standing.GOOD for line in left)
        lines.append(
            {
                "icon": _STANDING_ICONS[Standing.LOOK if look else Standing.GOOD],
                "isGood": not look,
                "title": f"{len(left)} more lists",
                "words": f"{look} of them need a look: vestibule-kiosk doctor names each."
                if look
                else "All of them as they should be.",
            }
        )
    return {
        "staffName": view.staff_name,
        "lines": lines,
        "isRead": bool(view.lines),
        "subtitle": f"As of {clock_words(view.looked_at, zone)}. Vestibule {view.version}."
        if view.lines
        else "",
    }


def _service_line(line: ServiceLine) -> "dict[str, Any]":
    return {
        "icon": _STANDING_ICONS[line.standing],
        "isGood": line.standing is Standing.GOOD,
        "title": line.title,
        "words": line.words,
    }


def _goodbye(view: GoodbyeView, zone: tzinfo | None) -> "dict[str, Any]":
    """The same calm page for everybody; DECLINED tells nothing but whom to see."""
    name = f", {view.given_name}" if view.given_name else ""
    if view.farewell is Farewell.SIGNED_OUT:
        return {
            "isSignedOut": True,
            "title": f"Goodbye{name}",
            "words": "You are signed out. Thank you for visiting.",
            "next": "Please drop your badge in the box",
            "detail": f"It stopped working at {clock_words(view.at, zone)}.",
        }
    return {
        "isSignedOut": False,
        "title": "Thank you" if view.number is None else f"Visit {view.number}",
        "words": "Please come to the front desk.",
        "next": "The office helps you from here",
        "detail": "Somebody will be with you in a moment.",
    }


def _badge_png(view: PlainView) -> bytes:
    return view.badge_picture if isinstance(view, BadgeView) else b""
