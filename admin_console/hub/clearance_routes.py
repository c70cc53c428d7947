"""Clearances and the desk's standing rules: what holds, ending one, settling others."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from admin_console.hub import applying, revoking
from admin_console.hub.answers import IfMatch, answer, body_over, expect_same, refuse
from admin_console.hub.context import Asker, AskingStaff, Context, StaffContext
from admin_console.hub.revoking import Revoker
from db import audit, clearance_lines, clearances, policy, visits
from db.domain.audit import Deed
from db.domain.clearance import Clearance, ClearanceLine
from db.domain.policy import DeskPolicy
from db.domain.rights import Action, may

router = APIRouter(prefix="/v1", tags=["clearances"])


@router.get("/clearances")
def all_clearances(context: StaffContext, asker: AskingStaff) -> Response:
    """Every clearance, newest first, and how it stands; noted once an hour.

    Names of entries are for those who may see who is on a list, and empty for others.
    """
    zone, now = context.zone(), context.now()
    with context.database.read() as session:
        found = clearance_lines.page(session, zone, now)
    if not may(asker.role, Action.SEE_ENTRIES):
        found = replace(found, clearances=tuple(map(_without_entry, found.clearances)))
    with context.database.begin() as session:
        audit.note_look(
            session,
            asker.by,
            Deed.CLEARANCES_VIEWED,
            now,
            site_ids=context.database.sites or (),
            is_again=True,
        )
    return answer(found)


def _without_entry(line: ClearanceLine) -> ClearanceLine:
    return replace(line, entry_name="")


@router.post("/clearances/{clearance_id}/end")
def end(clearance_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """End a clearance on every kiosk: the visitor is held once more."""
    try:
        return answer(_end(context, clearance_id, asker))
    except LookupError as error:
        raise refuse(404, "There is no such clearance.") from error


def _end(context: Context, clearance_id: UUID, asker: Asker) -> Clearance:
    with context.database.begin() as session:
        now = context.now()
        known = clearances.get(session, clearance_id)
        visit = None if known is None else visits.get(session, known.visit_id)
        if known is None or visit is None:
            raise LookupError(clearance_id)
        if known.ended_at is not None:
            return known  # somebody else was first; that is what was wanted
        applying.before(session, [known.visit_id], now)
        revoker = Revoker(asker.by, asker.display_name, asker.actor)
        ended = revoking.end_clearance(session, known, revoker, now)
    context.wake.notify()
    return ended


@router.get("/policy")
def desk_policy(context: StaffContext, _: AskingStaff) -> Response:
    """The desk's standing rules."""
    with context.database.read() as session:
        return answer(policy.of(session))


@router.put("/policy")
async def settle(
    request: Request, context: StaffContext, asker: AskingStaff, if_match: IfMatch = None
) -> Response:
    """Settle other rules; kiosks learn them. What is left out stays as it is."""
    change = await body_over(request, DeskPolicy)
    return answer(await run_in_threadpool(_settle, context, change, asker, if_match))


def _settle(
    context: Context, change: Callable[[DeskPolicy], DeskPolicy], asker: Asker, if_match: str | None
) -> DeskPolicy:
    with context.database.begin() as session:
        known = policy.locked(session)
        expect_same(if_match, known)
        wanted = change(known)
        policy.settle(session, wanted, asker.by, context.now())
    context.wake.notify()
    return wanted
