"""What administrators do with kiosks: make a code, accept, turn away, revoke."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from admin_console.hub.answers import answer, refuse
from admin_console.hub.context import Asker, AskingStaff, InContext
from db import audit, pairing, pairing_requests
from db.domain.audit import About, Deed
from db.domain.kiosks import Kiosks, PairingCode

router = APIRouter(prefix="/v1/kiosks", tags=["kiosks"])
NOBODY_WAITS = "This kiosk does not wait any more: it was decided on, or ten minutes are over."


@router.get("")
def page(context: InContext, _: AskingStaff) -> Response:
    """All kiosks, and those that wait to be let in."""
    now = context.now()
    with context.database.read() as session:
        return answer(Kiosks(now, pairing.kiosks(session), pairing_requests.waiting(session, now)))


@router.post("/codes")
def new_code(context: InContext, asker: AskingStaff) -> Response:
    """A one-time code, good for ten minutes and five tries."""
    now = context.now()
    with context.database.begin() as session:
        code = pairing_requests.new_code(session, now)
        audit.note(session, asker.by, Deed.PAIRING_CODE_MADE, now)
    return answer(PairingCode(code, now + pairing_requests.VALID_FOR))


@router.post("/requests/{request_id}/accept")
def accept(
    request_id: UUID, context: InContext, asker: AskingStaff, *, replace: bool = False
) -> Response:
    """Let it in; both screens show the same digits, which the person who accepts has compared.

    `replace`: the kiosk of the same name is revoked once this one has its token.
    """
    try:
        with context.database.begin() as session:
            made = pairing_requests.accept(
                session, request_id, asker.display_name, context.now(), is_replaced=replace
            )
            _note(session, asker, Deed.KIOSK_ACCEPTED, made.kiosk_id, context.now())
    except LookupError as error:
        raise refuse(404, NOBODY_WAITS) from error
    context.wake.notify()
    return answer(made)


@router.post("/requests/{request_id}/reject")
def reject(request_id: UUID, context: InContext, asker: AskingStaff) -> Response:
    """Turn it away."""
    try:
        with context.database.begin() as session:
            made = pairing_requests.reject(session, request_id, asker.display_name, context.now())
            _note(session, asker, Deed.KIOSK_REJECTED, made.kiosk_id, context.now())
    except LookupError as error:
        raise refuse(404, NOBODY_WAITS) from error
    context.wake.notify()
    return answer(made)


@router.post("/{kiosk_id}/revoke")
def revoke(kiosk_id: str, context: InContext, asker: AskingStaff) -> Response:
    """End its token at once. What it sent stays, and what it keeps can come when it is let in."""
    try:
        with context.database.begin() as session:
            kiosk = pairing.revoke(session, kiosk_id, context.now())
            _note(session, asker, Deed.KIOSK_REVOKED, kiosk_id, context.now())
    except LookupError as error:
        raise refuse(404, "There is no such kiosk.") from error
    context.wake.notify()
    return answer(kiosk)


def _note(session: Session, asker: Asker, deed: Deed, kiosk_id: str, now: datetime) -> None:
    audit.note(session, asker.by, deed, now, about=About.KIOSK, about_id=kiosk_id)
