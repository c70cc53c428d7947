"""What administrators do with kiosks: look how they stand, make a code, accept, revoke."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from admin_console.hub import applying, revoking
from admin_console.hub.answers import answer, refuse
from admin_console.hub.context import Asker, AskingStaff, Context, StaffContext
from admin_console.hub.health_routes import VERSION
from admin_console.hub.revoking import Revoker
from db import audit, kiosk_states, pairing, pairing_requests, quarantine, sites
from db.domain.audit import About, Deed
from db.domain.kiosks import Kiosks, PairingCode, PairingRequest, TriedAgain

router = APIRouter(prefix="/v1/kiosks", tags=["kiosks"])
NOBODY_WAITS = "This kiosk does not wait any more: it was decided on, or ten minutes are over."


@router.get("")
def page(context: StaffContext, _: AskingStaff) -> Response:
    """All kiosks with what each said of itself and when, and those that wait to be let in."""
    now = context.now()
    with context.database.read() as session:
        kiosks = kiosk_states.of_kiosks(session, pairing.kiosks(session))
        waiting = pairing_requests.waiting(session, now)
        return answer(Kiosks(now, kiosks, waiting, quarantine.parked(session), VERSION))


@router.post("/parked/try-again")
def try_again(context: StaffContext, asker: AskingStaff) -> Response:
    """Apply what is parked, as far as this version can; what it cannot stays, with its reason."""
    applied = applying.try_again(context)
    with context.database.begin() as session:
        left = quarantine.count(session)
        said = f"{applied} applied, {left} left"
        audit.note(session, asker.by, Deed.EVENTS_TRIED_AGAIN, context.now(), detail=said)
    return answer(TriedAgain(applied, left))


@router.post("/codes")
def new_code(context: StaffContext, asker: AskingStaff) -> Response:
    """A one-time code for a kiosk of one site, good for ten minutes and five tries."""
    now = context.now()
    with context.database.begin() as session:
        site_id = _site_of(context, session)
        code = pairing_requests.new_code(session, now, site_id)
        audit.note(session, asker.by, Deed.PAIRING_CODE_MADE, now, site_id=site_id)
    return answer(PairingCode(code, now + pairing_requests.VALID_FOR, site_id))


@router.post("/requests/{request_id}/accept")
def accept(
    request_id: UUID, context: StaffContext, asker: AskingStaff, *, replace: bool = False
) -> Response:
    """Let it in; both screens show the same digits, which the person who accepts has compared.

    `replace`: the kiosk of the same name is revoked once this one is in.
    """
    try:
        with context.database.begin() as session:
            made = pairing_requests.accept(
                session, request_id, asker.display_name, context.now(), is_replaced=replace
            )
            _note(session, asker, Deed.KIOSK_ACCEPTED, made, context.now())
    except LookupError as error:
        raise refuse(404, NOBODY_WAITS) from error
    context.wake.notify()
    return answer(made)


@router.post("/requests/{request_id}/reject")
def reject(request_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """Turn it away."""
    try:
        with context.database.begin() as session:
            made = pairing_requests.reject(session, request_id, asker.display_name, context.now())
            _note(session, asker, Deed.KIOSK_REJECTED, made, context.now())
    except LookupError as error:
        raise refuse(404, NOBODY_WAITS) from error
    context.wake.notify()
    return answer(made)


@router.post("/{kiosk_id}/revoke")
def revoke(
    kiosk_id: str,
    context: StaffContext,
    asker: AskingStaff,
    end_cleared_since: Annotated[date | None, Query()] = None,
) -> Response:
    """End its tokens at once. What it sent stays, and what it keeps can come when it is let in.

    `end_cleared_since`: the day since when it may be in other hands. Whom it cleared by a decision
    there since then is held once more, also where it was revoked before. The answer says of how
    many that is so, and whose PINs whoever has it can find out.
    """
    revoker = Revoker(asker.by, asker.display_name, asker.actor)
    try:
        with context.database.begin() as session:
            kiosk = revoking.revoke(session, kiosk_id, revoker, context.now(), end_cleared_since)
    except LookupError as error:
        raise refuse(404, "There is no such kiosk.") from error
    context.wake.notify()
    return answer(kiosk)


def _site_of(context: Context, session: Session) -> str:
    """Into which site a kiosk would come; 422 where that cannot be told."""
    limits = context.database.sites
    site_id = sites.only(session) if limits is None else "".join(limits if len(limits) == 1 else ())
    known = sites.get(session, site_id) if site_id else None
    if known is None or known.closed_at is not None:
        raise refuse(422, "A kiosk is one school's: choose the school first. No code was made.")
    return known.site_id


def _note(session: Session, asker: Asker, deed: Deed, kiosk: PairingRequest, now: datetime) -> None:
    audit.note(
        session,
        asker.by,
        deed,
        now,
        about=About.KIOSK,
        about_id=kiosk.kiosk_id,
        site_id=kiosk.site_id,
    )
