"""What every route needs: database, photos, clock, wake-up, and who is asking."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Header, Request
from fastapi.requests import HTTPConnection
from sqlalchemy.orm import Session

from admin_console.hub import rights
from admin_console.hub import site as hub_site
from admin_console.hub.answers import refuse
from admin_console.hub.authority import Authority
from admin_console.hub.backlog import Backlog
from admin_console.hub.feed import Feed
from admin_console.hub.lines import Lines
from admin_console.hub.metrics import Metrics
from admin_console.hub.oidc_provider import ProviderKeys
from admin_console.hub.strangers import Regulars, Tally
from admin_console.hub.throttle import Throttle
from admin_console.hub.wake import Wake
from db import audit, kiosk_tokens, pairing, sites, staff
from db.domain.desk import Role, Site, StaffMember
from db.domain.kiosks import STATE_HEADER
from db.domain.policy import PHOTO_KEEP_DAYS
from db.domain.rights import FOR_ALL_SITES, may
from db.engine import Database
from db.pairing import PairedKiosk

SITE = "site"
"""The parameter of a request that asks about one site only."""


NOT_KNOWN = (
    "This hub does not know this kiosk's token, or it has run out. A kiosk of this version gets "
    "another one by itself: update Vestibule on this kiosk. If it was updated, pair it again."
)


@dataclass(frozen=True, slots=True)
class Context:
    """One server's parts."""

    database: Database
    photos: Path
    now: Callable[[], datetime]
    wake: Wake
    throttle: Throttle
    metrics: Metrics = field(default_factory=Metrics)
    backlog: Backlog = field(default_factory=Backlog)
    feed: Feed = field(default_factory=Feed)
    lines: Lines = field(default_factory=Lines)
    regulars: Regulars = field(default_factory=Regulars)
    unknown_names: Tally = field(default_factory=Tally)
    provider_keys: ProviderKeys = field(default_factory=ProviderKeys)
    photo_keep_days: int = PHOTO_KEEP_DAYS
    backups_kept: int = 0
    """So many, one a day; 0 when the hub makes none itself."""
    authority: Authority | None = None
    """By which kiosks know this hub; None behind a reverse proxy."""
    is_open_to_loopback: bool = True
    """Whether requests from this computer are its own programs', which a proxy's are not."""
    metrics_port: int = 0
    """At which only programs on this computer ask; 0 for none."""

    @property
    def ca(self) -> str:
        """By which kiosks know this hub at this moment, as PEM; empty behind a reverse proxy."""
        return "" if self.authority is None else self.authority.ca

    def within(self, sites: frozenset[str] | None) -> "Context":
        """The same parts, whose database shows these sites only; None: all."""
        return replace(self, database=self.database.within(sites))

    def site(self, site_id: str = "") -> Site:
        """A site; without an id the first one of those that are seen here."""
        with self.database.read() as session:
            site = hub_site.of(session, site_id)
        if site is None:
            raise refuse(503, "This hub is not set up yet.")
        return site

    def one_site(self) -> Site:
        """The one site that is looked at here; 422 in words where there are several."""
        with self.database.read() as session:
            known = sites.everyone(session)
        if len(known) != 1:
            raise refuse(422, "This is about one school: choose the school first.")
        return self.site(known[0].site_id)

    def zone(self) -> ZoneInfo:
        """By whose calendar days are counted: that of `site`."""
        return ZoneInfo(self.site().time_zone)


async def context_of(request: HTTPConnection) -> Context:
    """The server's parts. Like all here that never waits, it is not sent to a thread."""
    context: Context = request.app.state.context
    return context


InContext = Annotated[Context, Depends(context_of)]


def bearer(request: HTTPConnection) -> str:
    """The token of the request, empty without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else ""


OwnWords = Annotated[
    str, Header(alias=STATE_HEADER, description="How the kiosk stands: JSON of an `OwnState`.")
]


def asking_kiosk(
    request: HTTPConnection, context: InContext, own_words: OwnWords = ""
) -> PairedKiosk:
    """Which kiosk asks; 401 for anybody else. What it says of itself is kept and shown."""
    now = context.now()
    with context.database.look() as session:
        kiosk = known_kiosk(session, bearer(request), now)
    state = pairing.own_state(own_words)
    if pairing.is_news(kiosk, state, now):
        with context.database.begin() as session:
            pairing.seen(session, kiosk.kiosk_id, now, state)
    return kiosk


def known_kiosk(session: Session, token: str, now: datetime) -> PairedKiosk:
    """Whose token this is; 401 for anybody else, as for who was revoked since they asked."""
    kiosk = kiosk_tokens.kiosk_with(session, token, now)
    if kiosk is None:
        raise refuse(401, NOT_KNOWN)
    return kiosk


@dataclass(frozen=True, slots=True)
class Asker:
    """A signed-in member of staff who may do what was asked for, and from where they ask.

    `limits` are the sites that they are limited to, `sites` those of them that they asked about;
    None: the whole district.
    """

    member: StaffMember
    address: str
    sites: frozenset[str] | None
    limits: frozenset[str] | None

    @property
    def staff_id(self) -> UUID:
        return self.member.staff_id

    @property
    def display_name(self) -> str:
        return self.member.display_name

    @property
    def role(self) -> Role:
        return self.member.role

    @property
    def actor(self) -> str:
        """As the log names them."""
        return f"staff:{self.member.staff_id}"

    @property
    def by(self) -> audit.By:
        """As the audit names them."""
        return audit.of_staff(self.member.staff_id, self.address)


def address_of(request: Request) -> str:
    """Where a request comes from, empty when the server was not told."""
    return request.client.host[:64] if request.client else ""


def asking_staff(request: Request, context: InContext) -> Asker:
    """Who asks; 401 for anybody who is not signed in, 403 where their role may not do this."""
    token, now = bearer(request), context.now()
    with context.database.read() as session:
        opened, limits = _allowed(session, request, now)
    if abs(now - opened.seen_at) >= staff.SEEN_AGAIN:
        with context.database.begin() as session:
            staff.seen(session, token, opened.member.staff_id, now)
    return Asker(opened.member, address_of(request), _asked_for(request, limits), limits)


def _allowed(
    session: Session, request: Request, now: datetime
) -> tuple[staff.OpenSession, frozenset[str] | None]:
    """Who is signed in and may do this, and the sites that they are limited to."""
    opened = known_staff(session, bearer(request), now)
    limits = sites.of_staff(session, opened.member)
    action = rights.action_of(request.method, request.scope["route"].path)
    if action is None or not may(opened.member.role, action):
        raise refuse(403, f"{rights.only_words(action)} Nothing was changed.")
    if action in FOR_ALL_SITES and limits is not None:
        raise refuse(
            403, "Only the district may do this: it holds for every school. Nothing was changed."
        )
    return opened, limits


def known_staff(session: Session, token: str, now: datetime) -> staff.OpenSession:
    """Who is signed in with this token; 401 for nobody, as for who was signed out meanwhile."""
    opened = staff.of_token(session, token, now)
    if opened is None:
        raise refuse(401, "You are not signed in any more. Sign in again.")
    return opened


def _asked_for(request: Request, limits: frozenset[str] | None) -> frozenset[str] | None:
    """The one site that was asked for, as the console's choice is; 404 for one out of reach."""
    wanted = request.query_params.get(SITE)
    if not wanted:
        return limits
    if limits is not None and wanted not in limits:
        raise refuse(404, "There is no such site.")
    return frozenset({wanted})


AskingKiosk = Annotated[PairedKiosk, Depends(asking_kiosk)]
AskingStaff = Annotated[Asker, Depends(asking_staff)]


async def of_staff(request: Request, context: InContext, asker: AskingStaff) -> Context:
    """The hub as far as this member of staff may see it.

    Whatever is written in it is written while they may: what a request carries can take minutes to
    come, and an import as long to be read. So each transaction looks at them once more.
    """

    def still_may(session: Session) -> None:
        _, limits = _allowed(session, request, context.now())
        if limits is not None and (asker.limits is None or not asker.limits <= limits):
            raise refuse(403, "Your schools were changed meanwhile. Nothing else was: try again.")

    seen = context.within(asker.sites)
    return replace(seen, database=seen.database.provided(still_may))


async def of_kiosk(context: InContext, kiosk: AskingKiosk) -> Context:
    """The hub as far as this kiosk's site may see it."""
    return context.within(frozenset({kiosk.site_id}))


StaffContext = Annotated[Context, Depends(of_staff)]
"""What every route of staff declares; a test holds that none has another."""
KioskContext = Annotated[Context, Depends(of_kiosk)]
"""What a route declares that tells kiosks something."""
