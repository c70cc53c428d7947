"""Invented kiosks, and what the hub could not apply of theirs."""

from dataclasses import replace

from db.domain.kiosks import (
    Kiosk,
    KioskList,
    Kiosks,
    KioskState,
    LastUse,
    PairingRequest,
    ParkedEvents,
)
from tests.console.invented import (
    NOW,
    at,
    make_id,
)


def make_kiosks() -> Kiosks:
    """In touch, silent, forked, revoked; and a computer that shall replace the first one."""
    registry = KioskList("State registry", 41, at(6, 2, days_ago=3), 41, at(6, 2, days_ago=3))
    custody = KioskList("Custody orders", 18, at(9, 30, days_ago=8), 18, at(9, 30, days_ago=8))
    behind = replace(custody, version=17, behind_since=at(8, 14))
    camera, badge = LastUse(at(10, 31)), LastUse(at(10, 32))
    here = KioskState(at(10, 42), 0, "1.4.2", 0.4, True, (registry, custody), camera, badge)
    away = KioskState(at(7, 30), 12, "1.4.1", 204.0, True, (registry, behind))
    front = Kiosk("front", "Front door", at(8, 0, days_ago=40), at(10, 42), None, state=here)
    gym = Kiosk("gym", "Gym door", at(8, 5, days_ago=40), at(10, 42), "event 812 differs")
    cart = Kiosk("cart", "Events cart", at(8, 9, days_ago=12), at(7, 30), None, state=away)
    old = Kiosk("old", "Old lobby", at(8, 0, days_ago=300), at(15, 0, days_ago=41), None, at(8, 9))
    asks = PairingRequest(
        make_id(990), "482 913", "Front door", at(10, 41), at(10, 51), front.kiosk_id
    )
    return Kiosks(NOW, (front, gym, cart, old), (asks,), hub_version="1.4.2")


def make_parked() -> tuple[ParkedEvents, ...]:
    """Events of two kiosks that the hub could not apply."""
    newer = "this version does not know visit.lent; it is kept for a later one"
    told = (
        "The kiosk is newer than the hub. Update the hub: it applies them by itself when it starts."
    )
    again = "Try them again. If they stay, nothing is lost: tell whoever maintains Vestibule."
    return (
        ParkedEvents("front", newer, 12, at(9, 12, days_ago=1), told),
        ParkedEvents("gym", "it could not be applied (IntegrityError)", 1, at(8, 40), again),
    )
