"""View model of what brings the visitor here: type and purpose, then whom or where."""

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Property, QObject, Signal, Slot

from db.domain.visit import Host, VisitDetails, VisitorType
from kiosk.ui.views import DetailsView
from kiosk.ui.wording import TYPE_ICONS, TYPE_WORDS, safe

if TYPE_CHECKING:
    from typing import Any

FEWEST_LETTERS = 2
SHOWN = 2
QUERY_LENGTH = 40


def plain(text: str) -> str:
    """Lower case without accents, letter for letter, so that places in it stay where they were."""
    return "".join(
        (unicodedata.normalize("NFD", letter)[:1] or letter).casefold()[:1] or letter
        for letter in text
    )


def find_hosts(query: str, hosts: tuple[Host, ...]) -> tuple[Host, ...]:
    """Hosts with a word in name, place or role that begins so; names first, then as published."""
    wanted = plain(query.strip())
    if len(wanted) < FEWEST_LETTERS:
        return ()
    by_name = [host for host in hosts if _begins(wanted, host.name)]
    by_place = [
        host
        for host in hosts
        if host not in by_name and (_begins(wanted, host.place) or _begins(wanted, host.role))
    ]
    return tuple(by_name + by_place)[:SHOWN]


def _begins(wanted: str, text: str) -> bool:
    return f" {wanted}" in f" {plain(text)}"


def marked(name: str, query: str, colour: str) -> str:
    """The name as markup, with what was typed in a colour."""
    wanted = plain(query.strip())
    at = f" {plain(name)}".find(f" {wanted}")
    if not wanted or at < 0:
        return safe(name)
    end = at + len(wanted)
    return f'{safe(name[:at])}<font color="{colour}">{safe(name[at:end])}</font>{safe(name[end:])}'


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the visitor has chosen so far; replaced and never changed."""

    visitor_type: VisitorType | None = None
    purpose: str = ""
    host: Host | None = None
    knows_whom: bool = True
    is_on_hosts: bool = False
    query: str = ""


class DetailsScreen(QObject):
    """Two pages of one step.

    Signals:
        given: the complete `VisitDetails`.
    """

    facts_changed = Signal()
    state_changed = Signal()
    given = Signal(object)

    def __init__(self, view: DetailsView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        given = view.given
        self._chosen = (
            Chosen()
            if given is None
            else Chosen(given.visitor_type, given.purpose, given.host, is_on_hosts=bool(view.hosts))
        )

    def show(self, view: DetailsView) -> None:
        """What was chosen stays."""
        if view != self._view:
            self._view = view
            self.facts_changed.emit()
            self.state_changed.emit()

    @Slot(str)
    def choose_type(self, name: str) -> None:
        self._choose(replace(self._chosen, visitor_type=VisitorType(name)))

    @Slot(str)
    def choose_purpose(self, purpose: str) -> None:
        self._choose(replace(self._chosen, purpose=purpose))

    @Slot(str)
    def type(self, text: str) -> None:
        query = (self._chosen.query + text)[:QUERY_LENGTH].lstrip()
        self._choose(replace(self._chosen, query=query))

    @Slot()
    def erase(self) -> None:
        self._choose(replace(self._chosen, query=self._chosen.query[:-1]))

    @Slot()
    def clear(self) -> None:
        self._choose(replace(self._chosen, query=""))

    @Slot(int)
    def choose_host(self, index: int) -> None:
        """One of the hosts shown."""
        found = self._found()
        if index < len(found):
            self._choose(replace(self._chosen, host=found[index], knows_whom=True))

    @Slot(bool)
    def choose_office(self, knows: bool) -> None:
        """The office, or not knowing whom: the office helps."""
        self._choose(replace(self._chosen, host=self._view.office, knows_whom=knows))

    @Slot()
    def back(self) -> None:
        self._choose(replace(self._chosen, is_on_hosts=False))

    @Slot()
    def go_on(self) -> None:
        chosen = self._chosen
        if chosen.visitor_type is None or not chosen.purpose:
            return
        if self._view.hosts and not chosen.is_on_hosts:
            self._choose(replace(chosen, is_on_hosts=True))
            return
        # A school that publishes no names: everybody goes to the office first.
        host = chosen.host if self._view.hosts else self._view.office
        if host is not None:
            self.given.emit(VisitDetails(chosen.visitor_type, chosen.purpose, host))

    def _choose(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self.state_changed.emit()

    def _found(self) -> tuple[Host, ...]:
        found = find_hosts(self._chosen.query, self._view.hosts)
        host = self._chosen.host
        # What was chosen stays in sight when the query changes.
        if host is None or host == self._view.office or host in found:
            return found
        return (host, *found)[:SHOWN]

    def _facts(self) -> "dict[str, Any]":
        return {
            "name": self._view.name,
            "types": [
                {"name": t.value, "words": TYPE_WORDS[t], "icon": TYPE_ICONS[t]}
                for t in self._view.types
            ],
            "purposes": list(self._view.purposes),
            "officePlace": self._view.office.place or "Front desk",
        }

    def _state(self) -> "dict[str, Any]":
        chosen = self._chosen
        on_hosts = chosen.is_on_hosts
        is_office = chosen.host is not None and chosen.host == self._view.office
        return {
            "type": chosen.visitor_type.value if chosen.visitor_type else "",
            "typeWords": TYPE_WORDS[chosen.visitor_type] if chosen.visitor_type else "",
            "purpose": chosen.purpose,
            "query": chosen.query,
            "isOnHosts": on_hosts,
            "cells": [self._cell(host) for host in self._found()],
            "hasLooked": len(chosen.query.strip()) >= FEWEST_LETTERS,
            "isOffice": is_office and chosen.knows_whom,
            "isUnknown": is_office and not chosen.knows_whom,
            "visiting": _visiting(chosen.host if self._view.hosts else self._view.office),
            "canGoOn": chosen.host is not None
            if on_hosts
            else chosen.visitor_type is not None and bool(chosen.purpose),
        }

    def _cell(self, host: Host) -> "dict[str, Any]":
        return {
            "name": host.name,
            "before": self._chosen.query,
            "detail": " · ".join(part for part in (host.role, host.place) if part),
            "isChosen": host == self._chosen.host,
        }

    @Slot(str, str, result=str)
    def marked(self, name: str, colour: str) -> str:
        return marked(name, self._chosen.query, colour)

    facts = Property(dict, _facts, notify=facts_changed)
    state = Property(dict, _state, notify=state_changed)


def _visiting(host: Host | None) -> str:
    if host is None:
        return ""
    return ", ".join(part for part in (host.name, host.place) if part)
