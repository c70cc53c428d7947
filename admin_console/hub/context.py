"""What every route needs: database, photos, clock, wake-up, and who is asking."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from admin_console.hub import site as hub_site
from admin_console.hub.answers import refuse
from admin_console.hub.previews import Previews
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import pairing, staff
from db.domain.desk import Role, Site, StaffMember
from db.engine import Database
from db.pairing import PairedKiosk


@dataclass(frozen=True, slots=True)
class Context:
    """One server's parts."""

    database: Database
    photos: Path
    now: Callable[[], datetime]
    wake: Wake
    throttle: Throttle
    previews: Previews = field(default_factory=Previews)

    def site(self) -> Site:
        with self.database.read() as session:
            site = hub_site.of(session)
        if site is None:
            raise refuse(503, "This hub is not set up yet.")
        return site

    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.site().time_zone)


def context_of(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


InContext = Annotated[Context, Depends(context_of)]


def bearer(request: Request) -> str:
    """The token of the request, empty without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else ""


def asking_kiosk(request: Request, context: InContext) -> PairedKiosk:
    """Which kiosk asks; 401 for anybody else."""
    with context.database.read() as session:
        kiosk = pairing.of_token(session, bearer(request))
    if kiosk is None:
        raise refuse(401, "This kiosk is not paired with this hub. Pair it again.")
    now = context.now()
    if kiosk.last_seen_at is None or abs(now - kiosk.last_seen_at) >= pairing.SEEN_AGAIN:
        with context.database.begin() as session:
            pairing.seen(session, kiosk.kiosk_id, now)
    return kiosk


def asking_staff(request: Request, context: InContext) -> StaffMember:
    """Who asks; 401 for anybody else."""
    with context.database.read() as session:
        member = staff.of_token(session, bearer(request), context.now())
    if member is None:
        raise refuse(401, "You are not signed in any more. Sign in again.")
    return member


def asking_administrator(member: Annotated[StaffMember, Depends(asking_staff)]) -> StaffMember:
    """Who asks, if an administrator; 403 in words otherwise."""
    if member.role is not Role.ADMINISTRATOR:
        raise refuse(403, "Only administrators may do this. Nothing was changed.")
    return member


AskingKiosk = Annotated[PairedKiosk, Depends(asking_kiosk)]
AskingStaff = Annotated[StaffMember, Depends(asking_staff)]
AskingAdministrator = Annotated[StaffMember, Depends(asking_administrator)]
