"""How a kiosk stands, invented, for the pictures of staff's page."""

from dataclasses import replace

from kiosk.ui import views
from tests.screens.kiosk.acting import NOON

SERVICE = views.ServiceView(
    staff_name="R. Whitfield",
    lines=(
        views.ServiceLine(
            views.Standing.GOOD,
            "In touch with the hub",
            "Last heard at 9:40 AM, just now.",
        ),
        views.ServiceLine(
            views.Standing.GOOD, "Nothing waits to be sent", "The hub has everything."
        ),
    ),
    lists=(
        views.ServiceLine(
            views.Standing.LOOK,
            "State registry",
            "Version 4, 812,406 people, imported 41 days ago. It should be imported anew every "
            "30 days.",
        ),
        views.ServiceLine(
            views.Standing.GOOD,
            "Custody orders",
            "Version 19, 37 people, imported today.",
        ),
    ),
    looked_at=NOON,
    version="0.9.0",
)
SERVICE_TROUBLE = replace(
    SERVICE,
    lines=(
        views.ServiceLine(
            views.Standing.BROKEN,
            "This kiosk was revoked or replaced",
            "The hub lets it in no longer. Last heard on Sat, Nov 21 at 4:12 PM, 41 hours ago. "
            "Everything is kept. To pair it again: vestibule-kiosk pair.",
        ),
        views.ServiceLine(
            views.Standing.BROKEN,
            "148 events and 12 photos wait to be sent",
            "They are kept here. To pair it again: vestibule-kiosk pair.",
        ),
        views.ServiceLine(
            views.Standing.BROKEN,
            "The hub shows another past",
            "Keep the hub and this kiosk as they are, and tell whoever looks after the hub.",
        ),
        views.ServiceLine(
            views.Standing.LOOK,
            "The hub could not use 12,204 events of this kiosk",
            "It keeps them, and nothing is lost. The console's page Kiosks says what to do.",
        ),
        views.ServiceLine(
            views.Standing.LOOK,
            "Something spoke in the hub's name",
            "3 answers were not taken. Ask whoever looks after the network.",
        ),
    ),
    lists=(
        views.ServiceLine(
            views.Standing.LOOK,
            "Marlow Unified School District no-trespass orders of all campuses",
            "Version 4, 812,406 people, imported 41 days ago. It should be imported anew every "
            "30 days.",
        ),
        *(
            views.ServiceLine(
                views.Standing.GOOD, f"List {n}", "Version 1, 1 person, imported 1 day ago."
            )
            for n in range(1, 9)
        ),
    ),
)
