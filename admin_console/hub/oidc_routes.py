"""Signing in to the console with an account of the district's OpenID provider.

The provider says who somebody is and nothing more: what they may do, and whether they come in at
all, is the hub's. `db.oidc` says how a sign-in is kept, `admin_console.hub.id_token` what is
checked. No token, code or claim goes into a log or the audit.
"""

import logging
import shlex
from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_console.hub import guessing, id_token
from admin_console.hub.addresses import neighbourhood
from admin_console.hub.answers import answer, body_as, problem, refuse
from admin_console.hub.context import Context, InContext, address_of
from admin_console.hub.id_token import Expected, Identity, TokenError, UnknownKeyError
from admin_console.hub.oidc_provider import (
    CodeRefusedError,
    ProviderError,
    sign_in_address,
    token_for,
)
from admin_console.hub.session_routes import TOO_OFTEN, seen_by
from db import accounts, audit, oidc, second_factor, staff
from db.domain.audit import Deed
from db.domain.desk import SignedIn, StaffMember
from db.oidc import Provider, UnderWay

LOG = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/oidc", tags=["sign-in"])
PORTS = range(1024, 65536)
_MOST_CHARACTERS = 4096
_NONE = "This hub has no other way to sign in than name and password."
_OVER = (
    "This sign-in was finished already, belongs to another console, or took longer than five "
    "minutes. Begin again."
)


@dataclass(frozen=True, slots=True)
class Offered:
    """The way to sign in beside the password; `name` is empty where there is none."""

    name: str


@dataclass(frozen=True, slots=True)
class StartRequest:
    """`port` of 127.0.0.1 is where the console waits for its browser to come back."""

    port: int


@dataclass(frozen=True, slots=True)
class Started:
    """The browser goes to `address`. The console keeps the ticket and finishes in `seconds`."""

    address: str
    ticket: str = field(repr=False)
    seconds: int


@dataclass(frozen=True, slots=True)
class FinishRequest:
    """`state` and `code` as the browser brought them back."""

    ticket: str = field(repr=False)
    state: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Unlinked:
    subject: str


@router.get("")
def offered(context: InContext) -> Response:
    """Which other way to sign in this hub offers."""
    with context.database.read() as session:
        provider = oidc.provider(session)
    return answer(Offered("" if provider is None else provider.name))


@router.post("/start")
async def start(request: Request, context: InContext) -> Response:
    """Begin a sign-in with the district's account."""
    asked = await body_as(request, StartRequest)
    if asked.port not in PORTS:
        raise refuse(422, f"A port is a number from {PORTS[0]} to {PORTS[-1]}.")
    started = await run_in_threadpool(_start, context, asked.port, address_of(request))
    return answer(started)


@router.post("/session")
async def finish(request: Request, context: InContext) -> Response:
    """Sign in whose account it is. 403 with `subject` is for an account that nobody linked."""
    asked = await body_as(request, FinishRequest)
    address = address_of(request)
    if max(len(asked.ticket), len(asked.state), len(asked.code)) > _MOST_CHARACTERS:
        raise refuse(403, _OVER)
    provider, under_way = await run_in_threadpool(_take, context, asked)
    try:
        identity = await _identity(context, provider, under_way, asked.code)
    except ProviderError as error:
        LOG.warning("the sign-in provider failed: %s", error)
        raise refuse(
            502, f"{provider.name} did not answer as it should. Sign in with your password."
        ) from error
    except (CodeRefusedError, TokenError) as error:
        LOG.warning("a sign-in by the provider was refused: %s", error)
        await run_in_threadpool(_note_refusal, context, address, f"oidc: {error}")
        raise refuse(401, f"{provider.name} did not confirm this sign-in. Begin again.") from error
    got = await run_in_threadpool(_open, context, provider, identity, address)
    if isinstance(got, _Unlinked):
        return problem(403, _how_to_link(got.subject), subject=got.subject)
    return answer(got)


def _start(context: Context, port: int, address: str) -> Started:
    with context.database.read() as session:
        provider = oidc.provider(session)
    if provider is None:
        raise refuse(404, _NONE)
    guessing.count_try(context, _who(address), TOO_OFTEN)
    with context.database.begin() as session:
        begun = oidc.begin(session, port, context.now())
    seconds = int(oidc.SIGN_IN_FOR.total_seconds())
    return Started(sign_in_address(provider, begun, port), begun.ticket, seconds)


def _take(context: Context, asked: FinishRequest) -> tuple[Provider, UnderWay]:
    with context.database.begin() as session:
        provider = oidc.provider(session)
        under_way = oidc.take(session, asked.state, asked.ticket, context.now())
    if provider is None:
        raise refuse(404, _NONE)
    if under_way is None:
        raise refuse(403, _OVER)
    return provider, under_way


async def _identity(
    context: Context, provider: Provider, under_way: UnderWay, code: str
) -> Identity:
    """Who it is. A key that is not known is asked for once: providers change theirs."""
    token = await token_for(provider, under_way, code)
    expected = Expected(provider.issuer, provider.client_id, under_way.nonce)
    keys, now = context.provider_keys, context.now()
    try:
        return id_token.check(token, await keys.known(provider, now), expected, now)
    except UnknownKeyError:
        return id_token.check(token, await keys.known(provider, now, anew=True), expected, now)


def _open(
    context: Context, provider: Provider, identity: Identity, address: str
) -> SignedIn | _Unlinked:
    now = context.now()
    with context.database.begin() as session:
        member = accounts.hold(session, provider.issuer, identity.subject)
        if member is not None:
            seen = seen_by(session, member)
            is_enough = (
                identity.with_second_factor
                or provider.asks_second_factor
                or not second_factor.is_on(session, member.staff_id)
            )
            if is_enough:
                token = staff.open_session(session, member.staff_id, now)
                by = audit.of_staff(member.staff_id, address)
                audit.note(
                    session, by, Deed.SIGNED_IN, now, site_id=seen.only_site_id, detail="oidc"
                )
    if member is None:
        _note_refusal(context, address, "oidc: not linked")
        return _Unlinked(identity.subject)
    if not is_enough:
        _note_refusal(context, address, "oidc: no second factor", member)
        raise refuse(
            403,
            f"{provider.name} did not say that it asked you for a second factor, and you have one "
            "here. Sign in with your password and code.",
        )
    guessing.succeeded(context, _who(address))
    return seen.signed_in(token, member)


def _note_refusal(
    context: Context, address: str, why: str, member: StaffMember | None = None
) -> None:
    by = audit.By(audit.STRANGER, address)
    with context.database.begin() as session:
        audit.note_refusal(session, by, context.now(), member, detail=why)


def _how_to_link(subject: str) -> str:
    return (
        "This account is not linked with anybody here. Whoever runs the hub can link it: "
        f"vestibule-hub staff link NAME --subject={shlex.quote(subject)}"
    )


def _who(address: str) -> str:
    return f"oidc {neighbourhood(address)}"
