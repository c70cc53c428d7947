"""Signing in to the console, and out."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session

from admin_console.hub import devices, guessing, own_password, setting_up
from admin_console.hub import site as hub_site
from admin_console.hub.addresses import neighbourhood
from admin_console.hub.answers import JSON, answer, body_as, expect, problem, refuse
from admin_console.hub.context import (
    AskingStaff,
    Context,
    InContext,
    StaffContext,
    address_of,
    bearer,
)
from admin_console.hub.setting_up import FirstStaff
from admin_console.hub.strangers import is_told
from admin_console.hub.turns import Turns
from db import attempts, audit, notices, passwords, second_factor, sites, staff
from db.domain.audit import Deed
from db.domain.desk import SignedIn, Site, StaffMember
from db.domain.sites import KnownSite
from db.staff import StaffError

SIGN_INS_AT_ONCE = 2
"""Checking a password takes 64 MB, so that guessing is slow."""
MOST_OF_ADDRESS = 30
"""Wrong tries of an address in a minute: a school's whole office may be behind one."""
MOST_OF_NAME = 30
"""Wrong tries of one name in a minute, from all addresses where it has not signed in."""
MOST_CODES = 10
"""Wrong codes of one account in a quarter of an hour: only who knows its password makes any."""
TOO_MANY_CODES = (
    "Too many wrong codes were typed for this name. Wait a quarter of an hour, type a recovery "
    "code, or sign in at a computer where you did before."
)
TOO_OFTEN = "Too many tries. Wait a minute, then try again."
_NEEDS_PASSWORD = (
    "That password was made for you. Choose one of your own now, which nobody else knows: at least "
    f"{passwords.SHORTEST} characters."
)
_NEEDS_CODE = "Type the code that your telephone shows, or a recovery code."
_WRONG_CODE = "That code is wrong, too old or was used already. Type the one that shows now."

router = APIRouter(prefix="/v1", tags=["sign-in"])


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """`code` is that of the second factor, or a recovery code, for those who have one.

    `new_password` is what somebody chooses who has a first password yet. `device` is what the last
    good sign-in with this name gave; without it tries are counted together with those of everybody
    at this address.
    """

    name: str
    password: str
    code: str = ""
    device: str = field(default="", repr=False)
    new_password: str = field(default="", repr=False)


class _Missing(StrEnum):
    """What the hub asks for beside a right password."""

    NEW_PASSWORD = "needs_password"  # noqa: S105  the name of a field
    CODE = "needs_code"


@dataclass(frozen=True, slots=True)
class Seen:
    """The site of somebody that was opened first, and all that they see, the closed ones too.

    The first one is an open one where there is any.
    """

    first: Site
    all: tuple[KnownSite, ...]
    is_limited: bool

    @property
    def only_site_id(self) -> str:
        """Empty for several."""
        return self.all[0].site_id if len(self.all) == 1 else ""

    def signed_in(self, token: str, member: StaffMember, device: str = "") -> SignedIn:
        """The answer to their sign-in."""
        return SignedIn(token, member, self.first, self.all, device, self.is_limited)


@dataclass(frozen=True, slots=True)
class SetUp:
    """Whether the first administrator is still to come."""

    is_open: bool


@router.post("/session")
async def sign_in(request: Request, context: InContext) -> Response:
    """Sign a member of staff in. 401 with `needs_code` asks for a code of the second factor.

    401 with `needs_password` asks who has a first password for one of their own.
    """
    expect(request, JSON, is_said=True)
    asked = await body_as(request, SignInRequest)
    address, name = address_of(request), asked.name.strip().casefold()
    near = neighbourhood(address)
    nonce = await run_in_threadpool(_nonce, context, asked)
    who, of_address = f"sign-in {nonce or near} {name}", f"sign-ins {near}"
    of_name = f"sign-ins as {name}"
    is_regular = nonce != "" or (near, name) in context.regulars
    if not is_regular:
        await run_in_threadpool(guessing.count_try, context, of_address, TOO_OFTEN, MOST_OF_ADDRESS)
        await run_in_threadpool(guessing.count_try, context, of_name, TOO_OFTEN, MOST_OF_NAME)
    await run_in_threadpool(guessing.count_try, context, who, TOO_OFTEN)
    turns: Turns = request.app.state.sign_ins
    async with turns.of(who if is_regular else near):
        signed_in = await run_in_threadpool(_sign_in, context, asked, address, nonce)
    is_known = signed_in is not _Missing.CODE or not asked.code
    if is_known and not is_regular:
        await run_in_threadpool(guessing.take_back, context, of_address)
        await run_in_threadpool(guessing.take_back, context, of_name)
    if signed_in is _Missing.NEW_PASSWORD:
        return problem(401, _NEEDS_PASSWORD, needs_password=True)
    if signed_in is _Missing.CODE:
        words = _WRONG_CODE if asked.code else _NEEDS_CODE
        return problem(401, words, needs_code=True)
    context.regulars.add(near, name)
    await run_in_threadpool(guessing.succeeded, context, who)
    return answer(signed_in)


def _nonce(context: Context, asked: SignInRequest) -> str:
    """Which device of this name asks; empty for a stranger's."""
    if not asked.device:  # before the database is asked: these are counted without it
        return ""
    with context.database.read() as session:
        return devices.nonce_of(hub_site.signing_key(session), asked.name, asked.device)


def _sign_in(
    context: Context, asked: SignInRequest, address: str, nonce: str
) -> SignedIn | _Missing:
    """What is missing when name and password are right."""
    verified = staff.verify(context.database, asked.name, asked.password)
    if verified is None:
        raise _refusal(context, asked.name, address)
    now, by = context.now(), audit.of_staff(verified.member.staff_id, address)
    wanted = staff.hashed(asked.new_password) if asked.new_password else None
    with context.database.begin() as session:
        member = staff.hold(session, verified)
        if member is not None:
            seen = seen_by(session, member)
            must_choose = staff.must_choose(session, member.staff_id)
            if must_choose and wanted is None:
                return _Missing.NEW_PASSWORD
            is_in = _is_code_right(session, member, asked.code, nonce, now)
            if is_in:
                if must_choose and wanted is not None:
                    own_password.choose(session, member, asked.password, wanted, now=now, by=by)
                token = staff.open_session(session, member.staff_id, now)
                audit.note(session, by, Deed.SIGNED_IN, now, site_id=seen.only_site_id)
                device = devices.known_or_new(
                    hub_site.signing_key(session), asked.name, asked.device
                )
    if member is None:
        raise _refusal(context, asked.name, address)
    if is_in:
        return seen.signed_in(token, member, device)
    if asked.code:
        _note_refusal(context, asked.name, address)
    return _Missing.CODE


def _is_code_right(
    session: Session, member: StaffMember, code: str, nonce: str, now: datetime
) -> bool:
    """Also of who is asked for none. The member is held until the commit.

    Wrong ones are counted for the account, from wherever they come, and 429 tells of too many;
    apart from those of a computer where it has signed in, so that its owner gets in.
    """
    if not second_factor.is_on(session, member.staff_id):
        return True
    of_codes = f"codes {member.staff_id} {nonce}"
    is_counted = code != "" and not second_factor.is_recovery(code)
    if is_counted:
        wait = attempts.count_try(session, of_codes, now, MOST_CODES, attempts.LONGEST)
        if wait > 0:
            raise refuse(429, TOO_MANY_CODES, {"Retry-After": f"{wait:.0f}"})
    if second_factor.accept(session, member.staff_id, code, now):
        attempts.succeeded(session, of_codes)
        return True
    if is_counted and attempts.counted(session, of_codes) == MOST_CODES:
        whose = seen_by(session, member).only_site_id
        notices.tell_of_wrong_codes(session, member, now, site_id=whose)
    return False


def _refusal(context: Context, name: str, address: str) -> HTTPException:
    """The answer to a password that is not in force; the audit has it."""
    _note_refusal(context, name, address)
    return refuse(401, "That name and password do not fit together.")


def seen_by(session: Session, member: StaffMember) -> Seen:
    """What somebody sees. 403 in words for who was given no site."""
    limits = sites.of_staff(session, member)
    known = [s for s in sites.everyone(session) if limits is None or s.site_id in limits]
    first = sites.first_of(known)
    site = None if first is None else hub_site.of(session, first.site_id)
    if site is None:
        raise refuse(
            403, "You were not given a school yet. Whoever keeps the staff of one gives it to you."
        )
    return Seen(site, tuple(known), is_limited=limits is not None)


@router.get("/set-up")
def set_up_state(context: InContext) -> Response:
    """Whether this hub waits for its first administrator."""
    with context.database.read() as session:
        return answer(SetUp(setting_up.is_open(session)))


@router.post("/set-up")
async def set_up(request: Request, context: InContext) -> Response:
    """Let the first administrator in, with the code that the hub printed, and sign them in."""
    asked = await body_as(request, FirstStaff)
    address = address_of(request)
    near = neighbourhood(address)
    who = f"set-up {near}"
    await run_in_threadpool(guessing.count_try, context, who, TOO_OFTEN)
    turns: Turns = request.app.state.sign_ins
    async with turns.of(near):
        signed_in = await run_in_threadpool(_set_up, context, asked, address)
    await run_in_threadpool(guessing.succeeded, context, who)
    return answer(signed_in)


def _set_up(context: Context, asked: FirstStaff, address: str) -> SignedIn:
    now, token = context.now(), ""
    password = staff.hashed(asked.password)
    try:
        with context.database.begin() as session:
            member = setting_up.let_in(session, asked, password, address, now)
            if member is not None:
                token = staff.open_session(session, member.staff_id, now)
                seen = seen_by(session, member)
    except StaffError as error:
        raise refuse(422, str(error)) from error
    if member is None:
        raise refuse(
            403,
            "That is not the set-up code that the hub printed when it started, or somebody used "
            "it already.",
        )
    return seen.signed_in(token, member)


def _note_refusal(context: Context, name: str, address: str) -> None:
    """Whose name was tried, if it is one: what else was typed may be a password.

    Of nobody's names so few lines that a stranger cannot fill the audit with them.
    """
    now, near = context.now(), neighbourhood(address)
    with context.database.begin() as session:
        known = staff.find(session, name)
        count = 1 if known else context.unknown_names.count(near, now.timestamp())
        if not is_told(count):
            # As much work as a line is, so that time does not tell which names are somebody's.
            attempts.count_try(session, f"nobody {near}", now, MOST_OF_ADDRESS)
            return
        detail = "" if count == 1 else f"{count} names of nobody within an hour"
        audit.note_refusal(session, audit.By(audit.STRANGER, address), now, known, detail=detail)


@router.delete("/session")
def sign_out(request: Request, context: StaffContext, asker: AskingStaff) -> Response:
    """End the sign-in that asks."""
    with context.database.begin() as session:
        staff.close_session(session, bearer(request))
        audit.note(session, asker.by, Deed.SIGNED_OUT, context.now())
    return Response(status_code=204)
