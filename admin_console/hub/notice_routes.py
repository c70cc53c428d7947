"""Notices: what the office is told, and that somebody has read it."""

from uuid import UUID

from fastapi import APIRouter, Response

from admin_console.hub.answers import answer, refuse
from admin_console.hub.context import AskingStaff, StaffContext
from db import notices
from db.domain.rights import Action, may

router = APIRouter(prefix="/v1/notices", tags=["notices"])


@router.get("")
def page(context: StaffContext, asker: AskingStaff) -> Response:
    """The newest notices that this member of staff may see."""
    sees_all = may(asker.role, Action.SEE_ALL_NOTICES)
    with context.database.read() as session:
        return answer(notices.page(session, context.now(), sees_all=sees_all))


@router.post("/{notice_id}/read")
def read(notice_id: UUID, context: StaffContext, asker: AskingStaff) -> Response:
    """Somebody has read it, for all."""
    sees_all = may(asker.role, Action.SEE_ALL_NOTICES)
    try:
        with context.database.begin() as session:
            notice = notices.read(session, notice_id, asker.display_name, context.now())
            if not (sees_all or notice.kind.is_for_everybody):
                raise LookupError(notice_id)  # rolls back: it is not theirs
    except LookupError as error:
        raise refuse(404, "There is no such notice.") from error
    context.wake.notify()
    return answer(notice)
