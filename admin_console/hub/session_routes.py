"""Signing in to the console, and out."""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_console.hub import guessing
from admin_console.hub.answers import answer, body_as, refuse
from admin_console.hub.context import AskingStaff, Context, InContext, address_of, bearer
from db import audit, staff
from db.domain.audit import About, Deed
from db.domain.desk import SignedIn

SIGN_INS_AT_ONCE = 2
"""Checking a password takes 64 MB, so that guessing is slow."""
_TOO_OFTEN = "Too many tries. Wait a minute, then try again."

router = APIRouter(prefix="/v1", tags=["sign-in"])


@dataclass(frozen=True, slots=True)
class SignInRequest:
    name: str
    password: str


@router.post("/session")
async def sign_in(request: Request, context: InContext) -> Response:
    """Sign a member of staff in."""
    asked = await body_as(request, SignInRequest)
    address = address_of(request)
    who = f"sign-in {address} {asked.name.strip().casefold()}"
    await run_in_threadpool(guessing.count_try, context, who, _TOO_OFTEN)
    sign_ins: asyncio.Semaphore = request.app.state.sign_ins
    async with sign_ins:
        signed_in = await run_in_threadpool(_sign_in, context, asked, address)
    await run_in_threadpool(guessing.succeeded, context, who)
    return answer(signed_in)


def _sign_in(context: Context, asked: SignInRequest, address: str) -> SignedIn:
    with context.database.read() as session:
        member = staff.verify(session, asked.name, asked.password)
    if member is None:
        _note_refusal(context, asked.name, address)
        raise refuse(401, "That name and password do not fit together.")
    now = context.now()
    with context.database.begin() as session:
        token = staff.open_session(session, member.staff_id, now)
        audit.note(session, audit.of_staff(member.staff_id, address), Deed.SIGNED_IN, now)
    return SignedIn(token, member, context.site())


def _note_refusal(context: Context, name: str, address: str) -> None:
    """Whose name was tried, if it is one: what else was typed may be a password."""
    now = context.now()
    with context.database.begin() as session:
        known = staff.find(session, name)
        audit.note(
            session,
            audit.By(audit.STRANGER, address),
            Deed.SIGN_IN_REFUSED,
            now,
            about=About.NOTHING if known is None else About.STAFF,
            about_id="" if known is None else known.staff_id,
        )


@router.delete("/session")
def sign_out(request: Request, context: InContext, asker: AskingStaff) -> Response:
    """End the sign-in that asks."""
    with context.database.begin() as session:
        staff.close_session(session, bearer(request))
        audit.note(session, asker.by, Deed.SIGNED_OUT, context.now())
    return Response(status_code=204)
